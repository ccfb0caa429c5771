package org.poolmanager;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The one thread of a pool that waits for moments in time. What it runs must be short. */
final class Clock {

    private static final Logger LOG = LoggerFactory.getLogger(PoolManager.class);

    private final Life life;

    private final String threadName;

    /** Guarded by this; null while the pool is not running. */
    private @Nullable ScheduledThreadPoolExecutor timer;

    Clock(Life life, String threadName) {
        this.life = life;
        this.threadName = threadName;
    }

    synchronized void start() {
        timer = new ScheduledThreadPoolExecutor(1, body -> new PoolThread(life, threadName, body));
        timer.setRemoveOnCancelPolicy(true);
        timer.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    }

    synchronized void stop() {
        if (timer != null) {
            timer.shutdownNow();
            timer = null;
        }
    }

    /** Runs something after a while, if the pool is still running then; what it throws is logged. */
    void at(long nanos, Runnable what) {
        Future<?> unused = in(nanos, what);
    }

    /** The same, to be cancelled. */
    synchronized Future<?> in(long nanos, Runnable what) {
        return timer == null
                ? CompletableFuture.completedFuture(null)
                : timer.schedule(() -> attempt(what), nanos, TimeUnit.NANOSECONDS);
    }

    private void attempt(Runnable what) {
        try {
            what.run();
        } catch (RuntimeException | Error e) {
            LOG.error("A timer of {} failed: this is a defect of the pool", threadName, e);
        }
    }
}
