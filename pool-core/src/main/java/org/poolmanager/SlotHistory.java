package org.poolmanager;

import org.jspecify.annotations.Nullable;

/** What the workers of one number have done so far, whoever of them serves now. Guarded by the pool's lock. */
final class SlotHistory {

    int generations;

    long tasks;

    long failures;

    PoolStats.@Nullable Exit lastExit;
}
