package org.poolmanager.worker;

import java.io.Serializable;
import org.jspecify.annotations.Nullable;

/**
 * A pool's target given as a function of two arguments: both from the task ({@link Args.Two}), or the first from the
 * task and the second static.
 *
 * @param <A> the first argument
 * @param <B> the second argument
 * @param <R> what a task becomes
 */
@FunctionalInterface
public interface TaskFunction2<A extends @Nullable Object, B extends @Nullable Object, R extends @Nullable Object>
        extends Serializable {

    /**
     * Does one task.
     *
     * @param first the first argument
     * @param second the second argument
     * @return its result
     * @throws Exception to fail this task alone
     */
    R apply(A first, B second) throws Exception;
}
