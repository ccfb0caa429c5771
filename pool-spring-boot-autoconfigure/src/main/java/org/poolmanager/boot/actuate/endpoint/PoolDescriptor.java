package org.poolmanager.boot.actuate.endpoint;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.poolmanager.PoolState;
import org.poolmanager.PoolStats;
import org.poolmanager.QuarantinedTask;
import org.poolmanager.boot.PoolDegradation;
import org.poolmanager.boot.PoolRegistration;
import org.poolmanager.boot.actuate.endpoint.PoolSummaryDescriptor.Results;
import org.poolmanager.boot.actuate.endpoint.PoolSummaryDescriptor.Throughput;
import org.poolmanager.boot.events.PoolTiming;
import org.springframework.boot.actuate.endpoint.OperationResponseBody;

/**
 * A pool in detail.
 *
 * @param name the pool's bean name
 * @param state the pool's state
 * @param since when it got into that state
 * @param worker the class that runs the tasks
 * @param input what a task is, if known
 * @param output what a result is, if known
 * @param configuration what holds for the pool
 * @param workers each worker
 * @param queue the tasks that wait
 * @param tasks what has become of all tasks
 * @param throughput tasks that got an outcome, per second
 * @param timing how long tasks waited and ran lately
 * @param results results that nobody has fetched yet
 * @param restarts workers that were started as a replacement, because one was lost or its time was up
 * @param quarantine tasks that killed their worker too often, if the pool keeps such
 * @param logs log records that workers sent
 * @param lastFailure the last task or worker that went wrong, if any
 * @param degraded what is not as it should be
 */
public record PoolDescriptor(
        String name,
        PoolState state,
        Instant since,
        String worker,
        @Nullable String input,
        @Nullable String output,
        ConfigurationDescriptor configuration,
        List<WorkerDescriptor> workers,
        PoolStats.Queue queue,
        PoolStats.Tasks tasks,
        Throughput throughput,
        @Nullable PoolTiming timing,
        Results results,
        Restarts restarts,
        @Nullable List<Quarantined> quarantine,
        PoolStats.Logs logs,
        PoolStats.@Nullable Failure lastFailure,
        List<PoolDegradation> degraded)
        implements OperationResponseBody {

    static PoolDescriptor of(
            PoolRegistration registration, ConfigurationDescriber describer, @Nullable PoolTiming timing) {
        PoolStats stats = registration.pool().stats();
        return new PoolDescriptor(
                registration.name(),
                stats.state(),
                stats.since(),
                registration.pool().worker(),
                registration.input(),
                registration.output(),
                describer.describe(registration, stats.workers().target()),
                stats.workerList().stream().map(WorkerDescriptor::of).toList(),
                stats.queue(),
                stats.tasks(),
                Throughput.of(stats.throughput()),
                timing,
                new Results(stats.resultsWaiting()),
                new Restarts(stats.restarts(), stats.recycles()),
                quarantine(registration),
                stats.logs(),
                stats.lastFailure(),
                PoolDegradation.of(stats));
    }

    private static @Nullable List<Quarantined> quarantine(PoolRegistration registration) {
        return registration.pool().settings().quarantine().after() == null
                ? null
                : registration.pool().quarantine().list().stream()
                        .map(Quarantined::of)
                        .toList();
    }

    /**
     * A task that killed its worker too often.
     *
     * @param taskId the task's number in the pool, from 1
     * @param attempts how often it was run
     * @param crashes when it killed a worker
     * @param message how the last of these workers ended
     */
    public record Quarantined(
            long taskId,
            int attempts,
            List<Instant> crashes,
            @Nullable String message) {

        static Quarantined of(QuarantinedTask task) {
            return new Quarantined(
                    task.id(), task.attempts(), task.crashes(), task.lastCrash().getMessage());
        }
    }

    /**
     * Workers that were started as a replacement.
     *
     * @param total how many since the pool was built, because one was lost
     * @param recycled how many because their time was up
     */
    public record Restarts(long total, long recycled) {}
}
