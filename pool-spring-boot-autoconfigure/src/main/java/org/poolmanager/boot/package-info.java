/** Pools in a Spring application: what users annotate, implement and inject. */
@NullMarked
package org.poolmanager.boot;

import org.jspecify.annotations.NullMarked;
