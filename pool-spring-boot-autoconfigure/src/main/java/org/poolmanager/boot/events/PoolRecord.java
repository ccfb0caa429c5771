package org.poolmanager.boot.events;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Something that happened to a pool.
 *
 * @param timestamp when it was heard of
 * @param type what it was
 * @param pool the pool's bean name
 * @param workerId the worker's number, from 1, if it was about one
 * @param pid the worker's process id, if it has a process
 * @param taskId the task's number in the pool, from 1, if it was about one and that is known
 * @param message in words
 * @param repeated how many more of this type followed within a second, and are not told one by one; null if none
 */
public record PoolRecord(
        Instant timestamp,
        Type type,
        String pool,
        @Nullable Integer workerId,
        @Nullable Long pid,
        @Nullable Long taskId,
        String message,
        @Nullable Long repeated) {

    /** What can happen. */
    public enum Type {
        /** An operator has done something to the pool by the endpoint. */
        OPERATION(false),
        /** The pool has workers and runs tasks, for the first time or again. */
        POOL_STARTED(false),
        /** The pool takes tasks, and none begins until it is resumed. */
        POOL_PAUSED(false),
        /** A paused pool runs tasks again. */
        POOL_RESUMED(false),
        /** The number of workers was changed. */
        POOL_RESIZED(false),
        /** The pool accepts nothing more and ends what it has. */
        POOL_DRAINING(false),
        /** The pool is closed. */
        POOL_STOPPED(false),
        /** The pool has no worker, and none could be started. */
        POOL_FAILED(false),
        /** A worker is ready for tasks. */
        WORKER_STARTED(false),
        /** A worker could not be started. */
        WORKER_START_FAILED(false),
        /** A worker is gone. */
        WORKER_EXITED(false),
        /** A worker was replaced by a fresh one, and nothing was wrong with it. */
        WORKER_RECYCLED(false),
        /** A worker was killed by an operator. */
        WORKER_KILLED(false),
        /** All tasks that had not begun were cancelled. */
        QUEUE_CLEARED(true),
        /** Log records of workers are lost. */
        LOGS_DROPPED(false),
        /** A task threw, or could not travel. */
        TASK_FAILED(true),
        /** A task was ended by a limit. */
        TASK_TIMED_OUT(true),
        /** A task was lost with its worker. */
        TASK_CRASHED(true),
        /** An attempt at a task failed, and there will be another. */
        TASK_RETRIED(true),
        /** A task has killed its worker too often and is kept. */
        TASK_QUARANTINED(false),
        /** A task was not accepted. */
        TASK_REJECTED(true);

        private final boolean frequent;

        Type(boolean frequent) {
            this.frequent = frequent;
        }

        /** Whether there may be so many that those of one second are counted instead of told. */
        boolean isFrequent() {
            return frequent;
        }
    }

    PoolRecord repeatedOnceMore() {
        long times = repeated == null ? 1 : repeated + 1;
        return new PoolRecord(timestamp, type, pool, workerId, pid, taskId, message, times);
    }
}
