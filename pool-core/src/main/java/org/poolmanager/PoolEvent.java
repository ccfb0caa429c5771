package org.poolmanager;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** What a {@link PoolListener} hears. */
public sealed interface PoolEvent {

    /**
     * The pool it happened in.
     *
     * @return the pool's name
     */
    String pool();

    /**
     * The pool's state changed.
     *
     * @param pool the pool
     * @param from the state it left
     * @param to the state it is in
     * @param reason why, if it failed
     */
    record StateChanged(
            String pool,
            PoolState from,
            PoolState to,
            @Nullable String reason) implements PoolEvent {}

    /**
     * The number of workers was changed, see {@link PoolManager#resize}.
     *
     * @param pool the pool
     * @param from how many there were to be
     * @param to how many there are to be now
     */
    record PoolResized(String pool, int from, int to) implements PoolEvent {}

    /**
     * A worker is ready for tasks.
     *
     * @param pool the pool
     * @param worker the worker's number, from 1
     * @param generation how often this worker has been started
     * @param pid its process id
     * @param startTime how long the start took
     */
    record WorkerStarted(String pool, int worker, int generation, long pid, Duration startTime) implements PoolEvent {}

    /**
     * A worker could not be started.
     *
     * @param pool the pool
     * @param worker the worker's number
     * @param message the error text
     */
    record WorkerStartFailed(String pool, int worker, String message) implements PoolEvent {}

    /**
     * A worker is gone.
     *
     * @param pool the pool
     * @param worker the worker's number
     * @param pid its process id
     * @param reason why
     * @param message in words
     */
    record WorkerExited(String pool, int worker, long pid, WorkerExit reason, String message) implements PoolEvent {}

    /**
     * A task has its outcome.
     *
     * @param pool the pool
     * @param task the task's number in the pool, from 1
     * @param kind how it ended
     * @param worker the number of the worker that had it last, -1 if it never got to one
     * @param pid that worker's process id, -1 likewise
     * @param waited from acceptance to the worker, or to the end if it never got to one
     * @param ran in the worker, zero if it never ran
     * @param sent how many bytes the task took on its way to a child JVM, 0 in thread isolation
     * @param received how many bytes its answer took on the way back, 0 if there was none
     * @param failure the exception's class, if any
     */
    record TaskFinished(
            String pool,
            long task,
            Outcome.Kind kind,
            int worker,
            long pid,
            Duration waited,
            Duration ran,
            int sent,
            int received,
            @Nullable String failure)
            implements PoolEvent {}

    /**
     * An attempt at a task failed, and there will be another.
     *
     * @param pool the pool
     * @param task the task's number in the pool, from 1
     * @param attempt which attempt failed, from 1
     * @param kind how
     * @param pause how long the task waits for the next
     */
    record TaskRetried(String pool, long task, int attempt, Outcome.Kind kind, Duration pause) implements PoolEvent {}

    /**
     * A task has killed its worker too often and is kept.
     *
     * @param pool the pool
     * @param task the task's number in the pool, from 1
     * @param crashes how many workers it has killed
     */
    record TaskQuarantined(String pool, long task, int crashes) implements PoolEvent {}

    /**
     * All tasks that had not begun were cancelled, and there were some, see {@link PoolManager#clearTasks}.
     *
     * @param pool the pool
     * @param tasks how many these were
     */
    record QueueCleared(String pool, int tasks) implements PoolEvent {}

    /**
     * Log records of workers are lost, because the loggers here do not keep up, see {@link LogOverflow}. Told of the first
     * one at once, and of further ones at most every ten seconds, and when the pool is closed.
     *
     * @param pool the pool
     * @param records how many have been lost since this was told last
     */
    record LogsDropped(String pool, long records) implements PoolEvent {}

    /**
     * A task was not accepted.
     *
     * @param pool the pool
     * @param reason why
     */
    record TaskRejected(String pool, Reason reason) implements PoolEvent {

        /** Why a task was not accepted. */
        public enum Reason {
            /** The queue was full and the caller did not want to wait. */
            FULL,
            /** The queue stayed full for as long as the caller would wait. */
            TIMEOUT,
            /** The pool was not open. */
            CLOSED
        }
    }
}
