package org.poolmanager;

import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Follows tasks from the thread that hands them in to their outcome, for tracing. A pool without one pays nothing for
 * it; see {@link PoolManager#observe}.
 *
 * <p>Its methods are called on the way of every task, so they must be quick. What they throw is logged, and harms no task.
 */
public interface TaskObserver {

    /**
     * A task is about to be handed in. Called in the thread that does so, before it is known whether the pool accepts
     * the task. Exactly one of {@link TaskObservation#finished} and {@link TaskObservation#refused} follows, on any thread.
     *
     * @return follows the task; null: nobody wants to know of this one
     */
    @Nullable
    TaskObservation taskHandedIn();

    /**
     * What the current thread is in the middle of, to be continued by another thread that hands in tasks on its behalf.
     *
     * @return called in the other thread; what it opens is closed there
     */
    Supplier<Scope> carry();

    /** What is in effect for a thread until it is closed. */
    @FunctionalInterface
    interface Scope extends AutoCloseable {

        /** Ends the effect; in the thread that opened it. */
        @Override
        void close();
    }
}
