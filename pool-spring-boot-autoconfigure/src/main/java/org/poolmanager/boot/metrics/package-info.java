/** Micrometer meters of pools. */
@NullMarked
package org.poolmanager.boot.metrics;

import org.jspecify.annotations.NullMarked;
