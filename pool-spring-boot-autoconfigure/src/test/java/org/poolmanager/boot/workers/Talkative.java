package org.poolmanager.boot.workers;

import org.poolmanager.worker.PoolProcess;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Logs a warning and an error for each task. */
public final class Talkative implements PoolProcess<Integer, Integer> {

    public static final String LOGGER = "com.acme.talkative";

    private final Logger log = LoggerFactory.getLogger(LOGGER);

    @Override
    public Integer run(Integer task) {
        log.warn("warned");
        log.error("failed");
        return task;
    }
}
