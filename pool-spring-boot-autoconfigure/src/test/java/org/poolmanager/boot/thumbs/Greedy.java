package org.poolmanager.boot.thumbs;

import org.poolmanager.PoolManager;
import org.poolmanager.worker.PoolProcess;

/** A worker that would use another pool. */
final class Greedy implements PoolProcess<Integer, Integer> {

    Greedy(PoolManager<String, String> thumbs) {
        thumbs.isAlive();
    }

    @Override
    public Integer run(Integer task) {
        return task;
    }
}
