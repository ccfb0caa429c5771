/** Auto-configuration of the {@code pools} endpoint. */
@NullMarked
package org.poolmanager.boot.autoconfigure.endpoint;

import org.jspecify.annotations.NullMarked;
