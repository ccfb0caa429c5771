/** Observations of tasks, for tracing. */
@NullMarked
package org.poolmanager.boot.observation;

import org.jspecify.annotations.NullMarked;
