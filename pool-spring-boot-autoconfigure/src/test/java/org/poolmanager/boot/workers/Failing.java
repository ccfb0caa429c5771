package org.poolmanager.boot.workers;

import org.poolmanager.worker.PoolProcess;

/** A worker that cannot be built. */
public final class Failing implements PoolProcess<String, String> {

    Failing() {
        throw new IllegalStateException("no licence key found");
    }

    @Override
    public String run(String task) {
        return task;
    }
}
