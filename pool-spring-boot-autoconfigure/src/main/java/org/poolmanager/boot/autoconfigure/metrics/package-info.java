/** Auto-configuration of the pools' meters. */
@NullMarked
package org.poolmanager.boot.autoconfigure.metrics;

import org.jspecify.annotations.NullMarked;
