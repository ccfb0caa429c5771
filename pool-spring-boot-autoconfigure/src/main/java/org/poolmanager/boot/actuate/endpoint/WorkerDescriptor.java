package org.poolmanager.boot.actuate.endpoint;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.poolmanager.PoolStats;
import org.poolmanager.WorkerState;

/**
 * One worker of a pool.
 *
 * @param id its number, from 1
 * @param pid its process id, if it has a process now
 * @param state what it does
 * @param startedAt when it became ready
 * @param startTime how long that took
 * @param tasks how many tasks it has ended, over all generations
 * @param failures how many of those failed, ran out of time or crashed
 * @param generation how often it has been started
 * @param task the task it runs, if any
 * @param lastExit how its previous generation ended, if it did
 */
public record WorkerDescriptor(
        int id,
        @Nullable Long pid,
        WorkerState state,
        @Nullable Instant startedAt,
        @Nullable Duration startTime,
        long tasks,
        long failures,
        int generation,
        PoolStats.@Nullable Current task,
        PoolStats.@Nullable Exit lastExit) {

    static WorkerDescriptor of(PoolStats.Worker worker) {
        return new WorkerDescriptor(
                worker.id(),
                worker.pid() < 0 ? null : worker.pid(),
                worker.state(),
                worker.startedAt(),
                worker.startTime(),
                worker.tasks(),
                worker.failures(),
                worker.generation(),
                worker.task(),
                worker.lastExit());
    }
}
