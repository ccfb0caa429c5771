package org.poolmanager;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The one thread of a pool that waits for moments in time. What it runs must be short. */
final class Clock {

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

    synchronized Future<?> in(long nanos, Runnable what) {
        return timer == null
                ? CompletableFuture.completedFuture(null)
                : timer.schedule(what, nanos, TimeUnit.NANOSECONDS);
    }
}
