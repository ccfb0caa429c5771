package org.poolmanager;

import org.jspecify.annotations.Nullable;

/** A task has no result. Says which task of which pool, and the process id of the worker that had it. */
public abstract class TaskException extends PoolException {

    private static final long serialVersionUID = 1L;

    private final long index;

    private final long workerPid;

    private final int attempt;

    TaskException(TaskRef task, String message, @Nullable Throwable cause) {
        super(task.pool(), message, cause);
        this.index = task.index();
        this.workerPid = task.workerPid();
        this.attempt = task.attempt();
    }

    /**
     * Which task: its place, from 0, among the tasks that were put, or within its own {@code map} call; of a
     * submitted task, its place among all tasks of the pool.
     *
     * @return the index, or -1 if the task was refused before it got one
     */
    public final long index() {
        return index;
    }

    /**
     * The process that had the task: a child JVM, or this JVM in thread isolation.
     *
     * @return the process id, or -1 if no worker had the task
     */
    public final long workerPid() {
        return workerPid;
    }

    /**
     * Which attempt at the task this speaks of: the last one, see {@link RetryPolicy}.
     *
     * @return from 1
     */
    public final int attempt() {
        return attempt;
    }
}
