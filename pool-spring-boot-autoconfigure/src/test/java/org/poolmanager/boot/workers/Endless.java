package org.poolmanager.boot.workers;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.poolmanager.worker.PoolProcess;

/** A worker whose tasks take as long as any test may. */
public final class Endless implements PoolProcess<String, byte[]> {

    @Override
    public byte[] run(String task) throws InterruptedException {
        boolean open = new CountDownLatch(1).await(2, TimeUnit.MINUTES);
        throw new IllegalStateException(task + " was not ended in time: " + open);
    }
}
