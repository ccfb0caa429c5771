package org.poolmanager;

import java.time.Instant;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** The pool's lock, and its state under that lock. */
final class Life {

    /** Guards everything that changes in a pool, except results on their way to a consumer. */
    final ReentrantLock lock = new BriefLock();

    /** Signalled when the state, a worker, or the number of unfinished tasks changed. */
    final Condition changed = lock.newCondition();

    /** How often the pool has been started: what ends one run must not touch the next. Guarded by the lock. */
    int run;

    /** How many slots have a thread that starts workers. Guarded by the lock. */
    int lanes;

    /** Of whoever built the pool, for its threads. */
    final @Nullable ClassLoader contextLoader = Thread.currentThread().getContextClassLoader();

    private final String pool;

    private PoolState state = PoolState.NEW;

    private Instant since = Instant.now();

    /** Why the pool is failed or broken, null unless it is. */
    private @Nullable PoolException failure;

    /** What the first task sets going, null unless the pool waits for one. */
    private @Nullable Runnable firstTask;

    Life(String pool) {
        this.pool = pool;
    }

    PoolState state() {
        return state;
    }

    Instant since() {
        return since;
    }

    void moveTo(PoolState next) {
        if (!state.successors().contains(next)) {
            throw new IllegalStateException("Pool '" + pool + "' cannot go from " + state + " to " + next);
        }
        state = next;
        since = Instant.now();
        failure = null;
        firstTask = null;
        changed.signalAll();
    }

    /** Accepts a first task, which starts the pool. */
    void awaitFirstTask(Runnable start) {
        firstTask = start;
    }

    /** Whether tasks are accepted now. */
    boolean isOpen() {
        return state.acceptsTasks() || firstTask != null;
    }

    /** To FAILED or BROKEN. */
    void fail(PoolState next, PoolException why) {
        moveTo(next);
        failure = why;
    }

    private String wayOut() {
        return state == PoolState.BROKEN
                ? " Another start is tried from time to time, and the pool works again when one succeeds."
                : " Start the pool again to use it.";
    }

    /**
     * Throws unless the pool runs or is paused.
     *
     * @param what is to be done to it: "recycled"
     */
    void checkWorks(String what) {
        if (state != PoolState.RUNNING && state != PoolState.PAUSED) {
            throw new IllegalStateException("Pool '" + pool + "' is " + state + " and cannot be " + what
                    + ": only one that is RUNNING or PAUSED can");
        }
    }

    /** A task has come: starts the pool if that is to start it, and throws unless tasks are accepted. */
    void open() {
        if (firstTask != null) {
            firstTask.run();
        }
        if (state.acceptsTasks()) {
            return;
        }
        if (failure != null) {
            throw new PoolBrokenException(pool, failure.getMessage() + wayOut(), failure);
        }
        throw new IllegalStateException(
                switch (state) {
                    case NEW -> "Pool '" + pool + "' has not been started: call start() first";
                    case DRAINING -> "Pool '" + pool + "' is closing and accepts nothing any more";
                    default -> "Pool '" + pool + "' is closed";
                });
    }
}
