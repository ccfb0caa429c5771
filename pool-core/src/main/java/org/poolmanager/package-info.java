/** Pools of workers in child JVMs or threads: the handle that users hold, and behind it the engine that runs it. */
@NullMarked
package org.poolmanager;

import org.jspecify.annotations.NullMarked;
