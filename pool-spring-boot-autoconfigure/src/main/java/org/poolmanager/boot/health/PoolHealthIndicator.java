package org.poolmanager.boot.health;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.poolmanager.PoolManager;
import org.poolmanager.PoolStats;
import org.poolmanager.boot.PoolDegradation;
import org.springframework.boot.health.contributor.AbstractHealthIndicator;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;

/**
 * {@link HealthIndicator} of one pool. Down if the pool has failed or is broken, or has had no worker for longer than a worker may
 * take to start; degradation alone is shown in the details. Answers from memory; no worker is asked.
 */
public class PoolHealthIndicator extends AbstractHealthIndicator {

    private final Supplier<PoolStats> stats;

    private final Duration startTimeout;

    private final @Nullable String failure;

    private final Clock clock;

    /**
     * The health of a pool.
     *
     * @param pool the pool
     * @param failure why the pool failed, if it did and that is known
     */
    public PoolHealthIndicator(PoolManager<?, ?> pool, @Nullable String failure) {
        this(pool::stats, pool.settings().limits().workers().start(), failure, Clock.systemUTC());
    }

    PoolHealthIndicator(Supplier<PoolStats> stats, Duration startTimeout, @Nullable String failure, Clock clock) {
        super("The health of the pool could not be read");
        this.stats = stats;
        this.startTimeout = startTimeout;
        this.failure = failure;
        this.clock = clock;
    }

    @Override
    protected void doHealthCheck(Health.Builder builder) {
        report(builder, stats.get());
    }

    private void report(Health.Builder builder, PoolStats stats) {
        builder.withDetail("state", stats.state())
                .withDetail("workers", workers(stats))
                .withDetail("queue", queue(stats))
                .withDetail("degraded", PoolDegradation.of(stats));
        switch (stats.state()) {
            case NEW -> builder.unknown().withDetail("reason", "The pool has not been started");
            case STARTING -> builder.outOfService().withDetail("reason", "The first workers are being started");
            case RUNNING -> running(builder, stats);
            case PAUSED ->
                builder.unknown()
                        .withDetail(
                                "reason", "The pool is paused: it takes tasks, and none begins until it is resumed");
            case DRAINING -> builder.outOfService().withDetail("reason", "The pool is closing, and finishes its work");
            case STOPPED -> builder.unknown().withDetail("reason", "The pool has been closed");
            case BROKEN, FAILED -> failed(builder, stats);
        }
    }

    private void running(Health.Builder builder, PoolStats stats) {
        builder.up();
        Instant dead = stats.workers().live() > 0 ? null : lastSignOfLife(stats);
        if (dead != null && dead.plus(startTimeout).isBefore(clock.instant())) {
            builder.down()
                    .withDetail("reason", "No worker has been ready since " + dead + ", for more than " + startTimeout);
            addLastFailure(builder, stats);
        }
    }

    private static Instant lastSignOfLife(PoolStats stats) {
        return stats.workerList().stream()
                .map(PoolStats.Worker::lastExit)
                .filter(Objects::nonNull)
                .map(PoolStats.Exit::at)
                .filter(stats.since()::isBefore)
                .max(Instant::compareTo)
                .orElse(stats.since());
    }

    private void failed(Health.Builder builder, PoolStats stats) {
        builder.down().withDetail("reason", failure != null ? failure : "No worker could be started");
        addLastFailure(builder, stats);
    }

    private static void addLastFailure(Health.Builder builder, PoolStats stats) {
        PoolStats.Failure last = stats.lastFailure();
        if (last != null) {
            builder.withDetail("error", last.type() + ": " + last.message());
        }
    }

    private static Map<String, Integer> workers(PoolStats stats) {
        Map<String, Integer> workers = new LinkedHashMap<>();
        workers.put("live", stats.workers().live());
        workers.put("target", stats.workers().target());
        return workers;
    }

    private static Map<String, Integer> queue(PoolStats stats) {
        Map<String, Integer> queue = new LinkedHashMap<>();
        queue.put("size", stats.queue().size());
        queue.put("capacity", stats.queue().capacity());
        return queue;
    }
}
