/** The {@code pools} endpoint. */
@NullMarked
package org.poolmanager.boot.actuate.endpoint;

import org.jspecify.annotations.NullMarked;
