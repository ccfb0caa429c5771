package org.poolmanager.boot;

import org.poolmanager.PoolManagerBuilder;

/**
 * Changes the builder of each pool that {@code application.yml} declares, before the pool is built. Beans of this type
 * are applied in their order, after everything that properties set.
 */
@FunctionalInterface
public interface PoolManagerCustomizer {

    /**
     * Changes the builder of one pool.
     *
     * @param name the pool's name
     * @param builder the builder, with the pool's properties applied
     */
    void customize(String name, PoolManagerBuilder<?, ?> builder);
}
