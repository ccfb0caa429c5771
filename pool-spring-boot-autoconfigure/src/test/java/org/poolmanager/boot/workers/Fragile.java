package org.poolmanager.boot.workers;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.poolmanager.worker.PoolProcess;

/** A worker for thread isolation that can be built until {@link #BROKEN} is set, and whose tasks do not end in time. */
public final class Fragile implements PoolProcess<String, String> {

    public static final AtomicBoolean BROKEN = new AtomicBoolean();

    public Fragile() {
        if (BROKEN.get()) {
            throw new IllegalStateException("no licence key found");
        }
    }

    @Override
    public String run(String task) throws InterruptedException {
        return task + new CountDownLatch(1).await(30, TimeUnit.SECONDS);
    }
}
