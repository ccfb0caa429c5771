/** Auto-configuration of the pools' health. */
@NullMarked
package org.poolmanager.boot.autoconfigure.health;

import org.jspecify.annotations.NullMarked;
