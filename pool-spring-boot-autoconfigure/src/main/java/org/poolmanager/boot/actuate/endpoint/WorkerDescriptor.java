package org.poolmanager.boot.actuate.endpoint;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.poolmanager.PoolStats;
import org.poolmanager.WorkerState;
import org.poolmanager.launch.ResidentSize;

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
 * @param memory how many bytes its process has in memory, on Linux
 * @param cpuTime how much processor time its process has taken
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
        @Nullable Long memory,
        @Nullable Duration cpuTime,
        PoolStats.@Nullable Exit lastExit) {

    private static final long PID = ProcessHandle.current().pid();

    static WorkerDescriptor of(PoolStats.Worker worker) {
        boolean own = worker.pid() < 0 || worker.pid() == PID; // no process of its own
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
                own ? null : memory(worker.pid()),
                own ? null : cpuTime(worker.pid()),
                worker.lastExit());
    }

    private static @Nullable Long memory(long pid) {
        long bytes = ResidentSize.of(pid);
        return bytes < 0 ? null : bytes;
    }

    private static @Nullable Duration cpuTime(long pid) {
        return ProcessHandle.of(pid)
                .flatMap(process -> process.info().totalCpuDuration())
                .orElse(null);
    }
}
