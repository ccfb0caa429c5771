package org.poolmanager;

import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.poolmanager.Outcome.Kind;

/** What has become of all tasks. Guarded by the pool's lock. */
final class Tally {

    private final String pool;

    private final Throughput throughput;

    private final long[] ended = new long[Kind.values().length];

    long submitted;

    long rejected;

    long retried;

    long restarts;

    long recycles;

    private PoolStats.@Nullable Failure lastFailure;

    Tally(String pool, long now) {
        this.pool = pool;
        throughput = new Throughput(now);
    }

    void ended(Task task, Ending ending, long now) {
        ended[ending.kind().ordinal()]++;
        throughput.add(1, now);
        if (ending.kind() != Kind.COMPLETED && ending.kind() != Kind.CANCELLED) {
            keep(task, ending);
        }
    }

    private void keep(Task task, Ending ending) {
        try {
            lastFailure = new PoolStats.Failure(Instant.now(), task.id, type(ending.kind()), message(task, ending));
        } catch (OutOfMemoryError e) {
            // The one before it stays. The task has ended all the same, and its caller has the failure.
        }
    }

    private static String type(Kind kind) {
        return switch (kind) {
            case TIMED_OUT -> "TASK_TIMED_OUT";
            case CRASHED -> "WORKER_CRASHED";
            default -> "TASK_FAILED";
        };
    }

    private String message(Task task, Ending ending) {
        RuntimeException failure = ending.failure();
        if (failure != null) {
            return String.valueOf(failure.getMessage());
        }
        return task.ref(pool).describe() + " threw an exception; the caller has it";
    }

    PoolStats.Tasks tasks(long running) {
        return new PoolStats.Tasks(
                submitted,
                ended[Kind.COMPLETED.ordinal()],
                ended[Kind.FAILED.ordinal()],
                ended[Kind.TIMED_OUT.ordinal()],
                ended[Kind.CRASHED.ordinal()],
                ended[Kind.CANCELLED.ordinal()],
                running,
                rejected,
                retried);
    }

    PoolStats.Throughput throughput(long now) {
        return new PoolStats.Throughput(throughput.perSecond(60, now), throughput.perSecond(300, now));
    }

    PoolStats.@Nullable Failure lastFailure() {
        return lastFailure;
    }
}
