package org.poolmanager.worker;

import java.io.Serializable;
import org.jspecify.annotations.Nullable;

/**
 * A pool's target given as a function of three arguments: all from the task ({@link Args.Three}), or the last ones
 * static.
 *
 * @param <A> the first argument
 * @param <B> the second argument
 * @param <C> the third argument
 * @param <R> what a task becomes
 */
@FunctionalInterface
public interface TaskFunction3<
                A extends @Nullable Object,
                B extends @Nullable Object,
                C extends @Nullable Object,
                R extends @Nullable Object>
        extends Serializable {

    /**
     * Does one task.
     *
     * @param first the first argument
     * @param second the second argument
     * @param third the third argument
     * @return its result
     * @throws Exception to fail this task alone
     */
    R apply(A first, B second, C third) throws Exception;
}
