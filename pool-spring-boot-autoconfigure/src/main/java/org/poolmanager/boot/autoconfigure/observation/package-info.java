/** Auto-configuration of the observation of tasks. */
@NullMarked
package org.poolmanager.boot.autoconfigure.observation;

import org.jspecify.annotations.NullMarked;
