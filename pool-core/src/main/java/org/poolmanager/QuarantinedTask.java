package org.poolmanager;

import java.time.Instant;
import java.util.List;

/**
 * A task that killed its worker too often, and what is known of it.
 *
 * @param id the task's number in the pool, from 1
 * @param index its place among the tasks that were put, or within its call, from 0
 * @param attempts how often it was run
 * @param crashes when it killed a worker, the latest last
 * @param lastCrash what its caller got: how the last of these workers ended
 */
public record QuarantinedTask(
        long id, long index, int attempts, List<Instant> crashes, WorkerCrashedException lastCrash) {

    /** Makes the list unchangeable. */
    public QuarantinedTask {
        crashes = List.copyOf(crashes);
    }
}
