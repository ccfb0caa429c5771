package org.poolmanager.worker;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** A function in the place of a worker class: the task's arguments first, the static ones behind them. */
final class FunctionProcess implements PoolProcess<@Nullable Object, @Nullable Object> {

    private final Object function;

    private final List<@Nullable Object> staticArgs;

    FunctionProcess(Object function, List<@Nullable Object> staticArgs) {
        this.function = function;
        this.staticArgs = staticArgs;
    }

    @Override
    @SuppressWarnings("unchecked") // the builder's signatures tie the function's types to the pool's
    public @Nullable Object run(@Nullable Object task) throws Exception {
        if (function instanceof TaskFunction) {
            return ((TaskFunction<@Nullable Object, @Nullable Object>) function).apply(task);
        }
        if (function instanceof TaskFunction2) {
            return run2((TaskFunction2<@Nullable Object, @Nullable Object, @Nullable Object>) function, task);
        }
        return run3(
                (TaskFunction3<@Nullable Object, @Nullable Object, @Nullable Object, @Nullable Object>) function, task);
    }

    private @Nullable Object run2(
            TaskFunction2<@Nullable Object, @Nullable Object, @Nullable Object> f, @Nullable Object task)
            throws Exception {
        if (staticArgs.size() == 1) {
            return f.apply(task, staticArgs.get(0));
        }
        Args.Two<?, ?> args = (Args.Two<?, ?>) two(task);
        return f.apply(args.first(), args.second());
    }

    private @Nullable Object run3(
            TaskFunction3<@Nullable Object, @Nullable Object, @Nullable Object, @Nullable Object> f,
            @Nullable Object task)
            throws Exception {
        if (staticArgs.size() == 2) {
            return f.apply(task, staticArgs.get(0), staticArgs.get(1));
        }
        if (staticArgs.size() == 1) {
            Args.Two<?, ?> args = two(task);
            return f.apply(args.first(), args.second(), staticArgs.get(0));
        }
        if (task instanceof Args.Three<?, ?, ?> args) {
            return f.apply(args.first(), args.second(), args.third());
        }
        throw new IllegalArgumentException("a target of three arguments needs Args.of(a, b, c) as its task");
    }

    private static Args.Two<?, ?> two(@Nullable Object task) {
        if (task instanceof Args.Two<?, ?> args) {
            return args;
        }
        throw new IllegalArgumentException("a target of two arguments needs Args.of(a, b) as its task");
    }
}
