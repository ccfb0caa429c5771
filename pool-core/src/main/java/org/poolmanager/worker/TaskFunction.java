package org.poolmanager.worker;

import java.io.Serializable;
import org.jspecify.annotations.Nullable;

/**
 * A pool's target given as a function of the task. It travels to each worker once, so what it captures must be
 * serializable.
 *
 * @param <T> what a task is
 * @param <R> what a task becomes
 */
@FunctionalInterface
public interface TaskFunction<T extends @Nullable Object, R extends @Nullable Object> extends Serializable {

    /**
     * Does one task.
     *
     * @param task the task
     * @return its result
     * @throws Exception to fail this task alone
     */
    R apply(T task) throws Exception;
}
