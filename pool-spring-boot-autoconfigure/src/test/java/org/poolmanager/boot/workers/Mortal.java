package org.poolmanager.boot.workers;

import org.poolmanager.worker.PoolProcess;
import org.slf4j.LoggerFactory;

/** Works for so many milliseconds, and logs that; dies of negative tasks. */
public final class Mortal implements PoolProcess<Integer, Integer> {

    public static final String LOGGER = "com.acme.mortal";

    @Override
    public Integer run(Integer task) {
        if (task < 0) {
            Runtime.getRuntime().halt(7);
        }
        long end = System.nanoTime() + task * 1_000_000L;
        while (System.nanoTime() < end) {
            Thread.onSpinWait();
        }
        LoggerFactory.getLogger(LOGGER).info("worked for {} ms", task);
        return task;
    }
}
