package org.poolmanager.boot.workers;

import org.poolmanager.worker.PoolProcess;

/** A worker for process isolation: a negative task ends its process. */
public final class Deadly implements PoolProcess<Integer, Integer> {

    @Override
    public Integer run(Integer task) {
        if (task < 0) {
            Runtime.getRuntime().halt(3);
        }
        return task;
    }
}
