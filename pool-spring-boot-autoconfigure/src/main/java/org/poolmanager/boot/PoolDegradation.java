package org.poolmanager.boot;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.poolmanager.PoolState;
import org.poolmanager.PoolStats;
import org.poolmanager.WorkerState;

/** What is not as it should be in a pool that runs, in a form that machines can read. */
public enum PoolDegradation {
    /** Fewer workers could run a task than the pool should have. */
    BELOW_TARGET,
    /** The pool takes no further task until one is finished. */
    QUEUE_SATURATED,
    /** A worker is being started in place of one that is gone. */
    RESTARTING,
    /** Log records of workers were lost within the last minute. */
    LOG_DROPPED;

    private static final Duration RECENTLY = Duration.ofMinutes(1);

    /**
     * Reads a snapshot.
     *
     * @param stats the snapshot
     * @return what is wrong; empty if nothing is, or the pool neither runs nor is paused
     */
    public static List<PoolDegradation> of(PoolStats stats) {
        List<PoolDegradation> found = new ArrayList<>();
        if (stats.state() != PoolState.RUNNING && stats.state() != PoolState.PAUSED) {
            return found;
        }
        if (stats.isDegraded()) {
            found.add(BELOW_TARGET);
        }
        if (stats.queue().remaining() == 0) {
            found.add(QUEUE_SATURATED);
        }
        if (stats.workerList().stream().anyMatch(PoolDegradation::isRestarting)) {
            found.add(RESTARTING);
        }
        Instant dropped = stats.logs().lastDropped();
        if (dropped != null && dropped.isAfter(Instant.now().minus(RECENTLY))) {
            found.add(LOG_DROPPED);
        }
        return found;
    }

    private static boolean isRestarting(PoolStats.Worker worker) {
        return worker.lastExit() != null
                && (worker.state() == WorkerState.STARTING || worker.state() == WorkerState.DOWN);
    }
}
