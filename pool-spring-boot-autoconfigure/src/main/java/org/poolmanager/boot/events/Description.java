package org.poolmanager.boot.events;

import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.poolmanager.Outcome;
import org.poolmanager.PoolEvent;
import org.poolmanager.PoolEvent.LogsDropped;
import org.poolmanager.PoolEvent.PoolResized;
import org.poolmanager.PoolEvent.QueueCleared;
import org.poolmanager.PoolEvent.StateChanged;
import org.poolmanager.PoolEvent.TaskFinished;
import org.poolmanager.PoolEvent.TaskQuarantined;
import org.poolmanager.PoolEvent.TaskRejected;
import org.poolmanager.PoolEvent.TaskRetried;
import org.poolmanager.PoolEvent.WorkerExited;
import org.poolmanager.PoolEvent.WorkerStartFailed;
import org.poolmanager.PoolEvent.WorkerStarted;
import org.poolmanager.PoolState;
import org.poolmanager.WorkerExit;

/** Says what a pool's events mean to who watches it. */
final class Description {

    private Description() {}

    /** What kind of record an event makes; null if it makes none. */
    static PoolRecord.@Nullable Type type(PoolEvent event) {
        if (event instanceof StateChanged change) {
            return change.from() == PoolState.PAUSED && change.to() == PoolState.RUNNING
                    ? PoolRecord.Type.POOL_RESUMED
                    : type(change.to());
        }
        if (event instanceof WorkerStarted) {
            return PoolRecord.Type.WORKER_STARTED;
        }
        if (event instanceof WorkerStartFailed) {
            return PoolRecord.Type.WORKER_START_FAILED;
        }
        if (event instanceof WorkerExited exited) {
            return type(exited.reason());
        }
        if (event instanceof TaskFinished finished) {
            return type(finished.kind());
        }
        if (event instanceof TaskRetried) {
            return PoolRecord.Type.TASK_RETRIED;
        }
        if (event instanceof TaskQuarantined) {
            return PoolRecord.Type.TASK_QUARANTINED;
        }
        if (event instanceof QueueCleared) {
            return PoolRecord.Type.QUEUE_CLEARED;
        }
        if (event instanceof PoolResized) {
            return PoolRecord.Type.POOL_RESIZED;
        }
        if (event instanceof LogsDropped) {
            return PoolRecord.Type.LOGS_DROPPED;
        }
        return event instanceof TaskRejected ? PoolRecord.Type.TASK_REJECTED : null;
    }

    private static PoolRecord.@Nullable Type type(PoolState to) {
        return switch (to) {
            case RUNNING -> PoolRecord.Type.POOL_STARTED;
            case PAUSED -> PoolRecord.Type.POOL_PAUSED;
            case DRAINING -> PoolRecord.Type.POOL_DRAINING;
            case STOPPED -> PoolRecord.Type.POOL_STOPPED;
            case BROKEN, FAILED -> PoolRecord.Type.POOL_FAILED;
            case NEW, STARTING -> null;
        };
    }

    private static PoolRecord.Type type(WorkerExit reason) {
        return switch (reason) {
            case RECYCLED -> PoolRecord.Type.WORKER_RECYCLED;
            case OPERATOR -> PoolRecord.Type.WORKER_KILLED;
            default -> PoolRecord.Type.WORKER_EXITED;
        };
    }

    private static PoolRecord.@Nullable Type type(Outcome.Kind kind) {
        return switch (kind) {
            case FAILED -> PoolRecord.Type.TASK_FAILED;
            case TIMED_OUT -> PoolRecord.Type.TASK_TIMED_OUT;
            case CRASHED -> PoolRecord.Type.TASK_CRASHED;
            case COMPLETED, CANCELLED -> null;
        };
    }

    static PoolRecord describe(PoolEvent event, PoolRecord.Type type, String pool) {
        Integer worker = null;
        Long pid = null;
        Long task = null;
        if (event instanceof WorkerStarted started) {
            worker = started.worker();
            pid = started.pid() < 0 ? null : started.pid();
        } else if (event instanceof WorkerStartFailed failed) {
            worker = failed.worker();
        } else if (event instanceof WorkerExited exited) {
            worker = exited.worker();
            pid = exited.pid() < 0 ? null : exited.pid();
        } else if (event instanceof TaskFinished finished) {
            task = finished.task();
            worker = finished.worker() < 0 ? null : finished.worker();
            pid = finished.pid() < 0 ? null : finished.pid();
        } else if (event instanceof TaskRetried retried) {
            task = retried.task();
        } else if (event instanceof TaskQuarantined kept) {
            task = kept.task();
        }
        return new PoolRecord(Instant.now(), type, pool, worker, pid, task, message(event), null);
    }

    private static String message(PoolEvent event) {
        if (event instanceof StateChanged change) {
            String moved = change.from() + " -> " + change.to();
            return change.reason() == null ? moved : moved + ": " + change.reason();
        }
        if (event instanceof WorkerStarted started) {
            return "generation " + started.generation() + ", ready after "
                    + started.startTime().toMillis() + " ms";
        }
        if (event instanceof WorkerStartFailed failed) {
            return failed.message();
        }
        if (event instanceof WorkerExited exited) {
            return exited.reason() + ": " + exited.message();
        }
        if (event instanceof TaskFinished finished) {
            String what = finished.failure() == null ? finished.kind().name() : finished.failure();
            return what + ", waited " + finished.waited().toMillis() + " ms, ran "
                    + finished.ran().toMillis() + " ms";
        }
        if (event instanceof TaskRetried retried) {
            return "attempt " + retried.attempt() + ": " + retried.kind() + "; the next one comes in "
                    + retried.pause().toMillis() + " ms";
        }
        if (event instanceof TaskQuarantined kept) {
            return "has killed " + kept.crashes() + " workers";
        }
        if (event instanceof PoolResized resized) {
            return resized.from() + " -> " + resized.to() + " workers";
        }
        if (event instanceof LogsDropped lost) {
            return lost.records() + " log records were dropped, because the loggers here do not keep up";
        }
        if (event instanceof QueueCleared cleared) {
            return cleared.tasks() + " tasks were cancelled";
        }
        return event instanceof TaskRejected refused ? refused.reason().name() : event.toString();
    }
}
