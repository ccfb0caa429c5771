package org.poolmanager.boot.workers;

import java.time.Duration;
import org.poolmanager.worker.PoolProcess;

/** A worker with static arguments of different types. */
public final class Scaler implements PoolProcess<String, String> {

    private final int quality;

    private final Duration maxPause;

    Scaler(int quality, Duration maxPause) {
        this.quality = quality;
        this.maxPause = maxPause;
    }

    @Override
    public String run(String task) {
        return task + "@" + quality + "/" + maxPause;
    }
}
