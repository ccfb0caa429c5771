package org.poolmanager.worker;

import org.jspecify.annotations.Nullable;

/**
 * The user's worker: built once per worker start from the pool's static arguments, then asked to {@link #run} each task.
 *
 * <p>An instance belongs to one worker and is only ever called by that worker's task thread, one task at a time, so it
 * may keep state between tasks without synchronization. A replacement of a dead worker starts with a fresh instance.
 * The class must be public or package-private, not abstract, not an inner class, and have one constructor that takes
 * the static arguments in order.
 *
 * @param <T> what a task is
 * @param <R> what a task becomes
 */
public interface PoolProcess<T extends @Nullable Object, R extends @Nullable Object> {

    /**
     * Does one task. Whatever is thrown here, {@link Error}s included, fails this task alone. A {@link VirtualMachineError}
     * other than a {@link StackOverflowError} also retires the worker, if that is a child JVM.
     *
     * @param task the task, null if null was put
     * @return the result, null included
     * @throws Exception to fail the task
     */
    R run(T task) throws Exception;

    /**
     * Called once, on the thread that ran the tasks, when the worker ends in good order. Not called when a worker is
     * killed or dies. What is thrown here is logged and changes no outcome.
     *
     * @throws Exception to have it logged
     */
    default void close() throws Exception {}
}
