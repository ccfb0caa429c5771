package org.poolmanager;

import org.jspecify.annotations.Nullable;

/**
 * How one task ended, for those who want every end and not the first exception. Each accepted task has exactly one.
 *
 * @param <R> the type of results
 */
public final class Outcome<R extends @Nullable Object> {

    /** The ways in which a task can end. */
    public enum Kind {
        /** The task returned. */
        COMPLETED,
        /** The task's code threw, or its argument or result could not travel. */
        FAILED,
        /** A time limit ended it. */
        TIMED_OUT,
        /** Its worker went away. */
        CRASHED,
        /** It was cancelled, cleared, or ended by closing the pool. */
        CANCELLED
    }

    private final long index;

    private final Kind kind;

    private final @Nullable R value;

    private final @Nullable RuntimeException failure;

    Outcome(long index, Kind kind, @Nullable R value, @Nullable RuntimeException failure) {
        this.index = index;
        this.kind = kind;
        this.value = value;
        this.failure = failure;
    }

    /**
     * Which task: its place, from 0, among the tasks that were put, or within its own {@code map} call; of a
     * submitted task, its place among all tasks of the pool.
     *
     * @return the index
     */
    public long index() {
        return index;
    }

    /**
     * How it ended.
     *
     * @return the kind
     */
    public Kind kind() {
        return kind;
    }

    /**
     * Whether there is a value.
     *
     * @return true if the task returned
     */
    public boolean isCompleted() {
        return kind == Kind.COMPLETED;
    }

    /**
     * The value, or the exception.
     *
     * @return what the task returned, null included
     * @throws TaskException if it failed, ran out of time, crashed or could not travel
     * @throws java.util.concurrent.CancellationException if it was cancelled
     */
    @SuppressWarnings("NullAway") // a completed outcome holds an R, which may itself be a nullable type
    public R get() {
        if (failure != null) {
            throw failure;
        }
        return value;
    }

    /**
     * What {@link #get()} would throw.
     *
     * @return the exception, or null if the task returned
     */
    public @Nullable RuntimeException failure() {
        return failure;
    }

    @Override
    public String toString() {
        return "Outcome[" + index + " " + kind + (failure == null ? "" : ": " + failure.getMessage()) + "]";
    }
}
