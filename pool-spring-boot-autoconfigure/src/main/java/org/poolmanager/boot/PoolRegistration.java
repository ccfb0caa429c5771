package org.poolmanager.boot;

import org.jspecify.annotations.Nullable;
import org.poolmanager.PoolManager;
import org.springframework.core.ResolvableType;

/**
 * A pool that exists as a bean.
 *
 * @param name the bean's name
 * @param pool the pool
 * @param declared whether {@code application.yml} declares it; otherwise the bean is the user's own
 * @param rules what properties say beside what the pool was built with
 * @param type the type of the bean, with the types of tasks and results where they are known
 */
public record PoolRegistration(
        String name, PoolManager<?, ?> pool, boolean declared, Rules rules, ResolvableType type) {

    /**
     * What a task is.
     *
     * @return the type's name, or null if the bean's declaration does not tell
     */
    public @Nullable String input() {
        return typeName(0);
    }

    /**
     * What a result is.
     *
     * @return the type's name, or null if the bean's declaration does not tell
     */
    public @Nullable String output() {
        return typeName(1);
    }

    private @Nullable String typeName(int index) {
        ResolvableType argument = type.as(PoolManager.class).getGeneric(index);
        return argument.resolve() == null ? null : argument.toString();
    }

    /**
     * What properties say of a pool that its builder is not told. For the user's own beans this is what they say of all pools.
     *
     * @param template the template that a declared pool names, if any
     * @param health whether the pool has a component in the application's health
     * @param minWorkers with fewer workers than that for a while, the pool is down
     */
    public record Rules(@Nullable String template, boolean health, int minWorkers) {}
}
