package org.poolmanager.boot.workers;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.poolmanager.worker.PoolProcess;

/** A worker for thread isolation: a task waits until the latch that it is opens, and fails if that takes too long. */
public final class Gate implements PoolProcess<CountDownLatch, Boolean> {

    @Override
    public Boolean run(CountDownLatch task) throws InterruptedException {
        return task.await(30, TimeUnit.SECONDS);
    }
}
