package org.poolmanager.boot.actuate.endpoint;

import java.util.List;
import org.poolmanager.PoolState;
import org.poolmanager.PoolStats;
import org.poolmanager.boot.PoolDegradation;
import org.poolmanager.boot.PoolRegistration;

/**
 * A pool among others.
 *
 * @param state the pool's state
 * @param worker the class that runs the tasks
 * @param size how many workers there should be
 * @param workers how many do what
 * @param queue the tasks that wait
 * @param tasks what has become of all tasks
 * @param throughput tasks that got an outcome, per second
 * @param results results that nobody has fetched yet
 * @param degraded what is not as it should be
 */
public record PoolSummaryDescriptor(
        PoolState state,
        String worker,
        int size,
        Workers workers,
        PoolStats.Queue queue,
        PoolStats.Tasks tasks,
        Throughput throughput,
        Results results,
        List<PoolDegradation> degraded) {

    static PoolSummaryDescriptor of(PoolRegistration registration) {
        PoolStats stats = registration.pool().stats();
        return new PoolSummaryDescriptor(
                stats.state(),
                registration.pool().worker(),
                stats.workers().target(),
                Workers.of(stats.workers()),
                stats.queue(),
                stats.tasks(),
                Throughput.of(stats.throughput()),
                new Results(stats.resultsWaiting()),
                PoolDegradation.of(stats));
    }

    /**
     * Workers by what they do.
     *
     * @param idle ready, without a task
     * @param busy running a task
     * @param starting on their way
     * @param abandoned threads that did not heed the end of their task, and still run
     */
    public record Workers(int idle, int busy, int starting, int abandoned) {

        static Workers of(PoolStats.Workers workers) {
            return new Workers(workers.idle(), workers.busy(), workers.starting(), workers.abandoned());
        }
    }

    /**
     * Tasks that got an outcome, per second, to two places.
     *
     * @param oneMinute over the last minute
     * @param fiveMinutes over the last five minutes
     */
    public record Throughput(double oneMinute, double fiveMinutes) {

        private static final double PLACES = 100;

        static Throughput of(PoolStats.Throughput throughput) {
            return new Throughput(round(throughput.oneMinute()), round(throughput.fiveMinutes()));
        }

        private static double round(double value) {
            return Math.round(value * PLACES) / PLACES;
        }
    }

    /**
     * Results.
     *
     * @param waiting how many nobody has fetched yet
     */
    public record Results(int waiting) {}
}
