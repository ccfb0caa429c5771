package org.poolmanager.benchmarks;

import java.util.ArrayList;
import java.util.List;
import org.poolmanager.PoolManager;

/** Several pools that are closed together. */
final class Pools implements AutoCloseable {

    private final List<PoolManager<?, ?>> pools = new ArrayList<>();

    <T, R> PoolManager<T, R> add(PoolManager<T, R> pool) {
        pools.add(pool);
        return pool;
    }

    @Override
    public void close() {
        pools.forEach(PoolManager::close);
    }
}
