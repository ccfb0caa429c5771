package org.poolmanager.boot.health;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.poolmanager.PoolEvent;
import org.poolmanager.PoolListener;
import org.poolmanager.PoolManager;
import org.poolmanager.PoolSettings;
import org.poolmanager.PoolState;
import org.poolmanager.PoolStats;
import org.poolmanager.StartMode;
import org.poolmanager.boot.PoolDegradation;
import org.springframework.boot.health.contributor.AbstractHealthIndicator;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;

/**
 * {@link HealthIndicator} of one pool. Down if the pool has failed or is broken, or has had too few workers for longer than a
 * worker may take to start; degradation alone is shown in the details. Answers from memory; no worker is asked. It is to
 * be a listener of the pool: why that has failed, and since when it has too few workers, only events say.
 */
public class PoolHealthIndicator extends AbstractHealthIndicator implements PoolListener {

    private final Supplier<PoolStats> stats;

    private final PoolSettings settings;

    private final int minWorkers;

    private final Clock clock;

    private volatile @Nullable String failure;

    /** Since when the pool has too few workers, null while it has enough. Guarded by this. */
    private @Nullable Instant shortSince;

    /**
     * The health of a pool.
     *
     * @param pool the pool
     * @param minWorkers how many of its workers must be ready, at least 1; never more than the pool is to have
     */
    public PoolHealthIndicator(PoolManager<?, ?> pool, int minWorkers) {
        this(pool::stats, pool.settings(), minWorkers, Clock.systemUTC());
    }

    PoolHealthIndicator(Supplier<PoolStats> stats, PoolSettings settings, int minWorkers, Clock clock) {
        super("The health of the pool could not be read");
        this.stats = stats;
        this.settings = settings;
        this.minWorkers = minWorkers;
        this.clock = clock;
    }

    @Override
    public void onEvent(PoolEvent event) {
        if (event instanceof PoolEvent.StateChanged changed) {
            if (changed.to() == PoolState.FAILED || changed.to() == PoolState.BROKEN) {
                failure = changed.reason();
            }
            look();
        } else if (event instanceof PoolEvent.WorkerStarted
                || event instanceof PoolEvent.WorkerExited
                || event instanceof PoolEvent.PoolResized) {
            look();
        }
    }

    /** Notes whether there are enough workers at this moment. */
    private synchronized PoolStats look() {
        PoolStats now = stats.get();
        boolean isShort = (now.state() == PoolState.RUNNING || now.state() == PoolState.PAUSED)
                && now.workers().live() < least(now);
        if (!isShort) {
            shortSince = null;
        } else if (shortSince == null) {
            shortSince = clock.instant();
        }
        return now;
    }

    private int least(PoolStats stats) {
        return Math.min(minWorkers, stats.workers().target());
    }

    @Override
    protected synchronized void doHealthCheck(Health.Builder builder) {
        report(builder, look());
    }

    private void report(Health.Builder builder, PoolStats stats) {
        builder.withDetail("state", stats.state())
                .withDetail("workers", workers(stats))
                .withDetail("queue", queue(stats))
                .withDetail("degraded", PoolDegradation.of(stats));
        switch (stats.state()) {
            case NEW -> builder.unknown().withDetail("reason", notStarted());
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

    private String notStarted() {
        return settings.startMode() == StartMode.LAZY
                ? "The pool starts with its first task"
                : "The pool has not been started";
    }

    private void running(Health.Builder builder, PoolStats stats) {
        builder.up();
        Instant since = shortSince;
        Duration patience = settings.limits().workers().start();
        if (since != null && since.plus(patience).isBefore(clock.instant())) {
            String who = least(stats) == 1 ? "No worker has" : "Fewer than " + least(stats) + " workers have";
            builder.down().withDetail("reason", who + " been ready since " + since + ", for more than " + patience);
            addLastFailure(builder, stats);
        }
    }

    private void failed(Health.Builder builder, PoolStats stats) {
        String known = failure;
        builder.down().withDetail("reason", known != null ? known : "No worker could be started");
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
