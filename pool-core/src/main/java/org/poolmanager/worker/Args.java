package org.poolmanager.worker;

import java.io.Serializable;
import org.jspecify.annotations.Nullable;

/** Several arguments put as one task, for targets of two or three arguments: {@code pool.put(Args.of(10, 20))}. */
public sealed interface Args extends Serializable {

    /**
     * Two arguments.
     *
     * @param first the first argument
     * @param second the second argument
     * @param <A> the first argument's type
     * @param <B> the second argument's type
     */
    record Two<A extends @Nullable Object, B extends @Nullable Object>(A first, B second) implements Args {}

    /**
     * Three arguments.
     *
     * @param first the first argument
     * @param second the second argument
     * @param third the third argument
     * @param <A> the first argument's type
     * @param <B> the second argument's type
     * @param <C> the third argument's type
     */
    record Three<A extends @Nullable Object, B extends @Nullable Object, C extends @Nullable Object>(
            A first, B second, C third) implements Args {}

    /**
     * Two arguments as one task.
     *
     * @param first the first argument
     * @param second the second argument
     * @return both
     * @param <A> the first argument's type
     * @param <B> the second argument's type
     */
    static <A extends @Nullable Object, B extends @Nullable Object> Two<A, B> of(A first, B second) {
        return new Two<>(first, second);
    }

    /**
     * Three arguments as one task.
     *
     * @param first the first argument
     * @param second the second argument
     * @param third the third argument
     * @return all three
     * @param <A> the first argument's type
     * @param <B> the second argument's type
     * @param <C> the third argument's type
     */
    static <A extends @Nullable Object, B extends @Nullable Object, C extends @Nullable Object> Three<A, B, C> of(
            A first, B second, C third) {
        return new Three<>(first, second, third);
    }
}
