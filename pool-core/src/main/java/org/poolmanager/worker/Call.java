package org.poolmanager.worker;

import java.io.Serializable;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/**
 * A task that brings its own code, in the place of one for the pool's target. What {@code asExecutorService()} sends: a
 * callable or a runnable, serializable if it is to travel.
 *
 * @param callable what to call, null if there is a runnable
 * @param runnable what to run, null if there is a callable
 */
public record Call(@Nullable Callable<?> callable, @Nullable Runnable runnable) implements Serializable {

    /**
     * Does any task: the target's own, or a call, which the target does not see. The one place where a worker meets user
     * code.
     *
     * @param target the worker's target
     * @param task what has arrived
     * @return the result, null included; of a runnable: null
     * @throws Exception what the user's code threw
     */
    public static @Nullable Object run(PoolProcess<@Nullable Object, @Nullable Object> target, @Nullable Object task)
            throws Exception {
        if (!(task instanceof Call call)) {
            return target.run(task);
        }
        if (call.callable != null) {
            return call.callable.call();
        }
        if (call.runnable != null) {
            call.runnable.run();
        }
        return null;
    }
}
