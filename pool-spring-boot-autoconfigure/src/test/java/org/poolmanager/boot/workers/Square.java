package org.poolmanager.boot.workers;

import org.poolmanager.worker.PoolProcess;

/** A worker without static arguments. */
public final class Square implements PoolProcess<Integer, Integer> {

    @Override
    public Integer run(Integer task) {
        return task * task;
    }
}
