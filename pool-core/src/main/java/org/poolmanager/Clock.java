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

    /** What throws is run so often, after pauses that double. */
    private static final int ATTEMPTS = 10;

    private static final long PAUSE = TimeUnit.MILLISECONDS.toNanos(50);

    private final Life life;

    private final String threadName;

    private volatile @Nullable Thread thread;

    /** Guarded by this; null while the pool is not running. */
    private @Nullable ScheduledThreadPoolExecutor timer;

    Clock(Life life, String threadName) {
        this.life = life;
        this.threadName = threadName;
    }

    synchronized void start() {
        timer = new ScheduledThreadPoolExecutor(1, this::thread);
        timer.setRemoveOnCancelPolicy(true);
        timer.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    }

    synchronized void stop() {
        if (timer != null) {
            timer.shutdownNow();
            timer = null;
        }
    }

    private Thread thread(Runnable body) {
        Thread made = new PoolThread(life, threadName, body);
        thread = made;
        return made;
    }

    /** Whether the current thread is that one, which must not run what takes its time. */
    @SuppressWarnings("ReferenceEquality") // a thread is its object
    boolean isHere() {
        return Thread.currentThread() == thread;
    }

    /**
     * Runs something after a while, if this run of the pool goes on until then. What it throws is logged, and it is run
     * again: a limit that could not be judged, because something is exhausted for a while, must be judged later.
     */
    void at(long nanos, Runnable what) {
        Future<?> unused = in(nanos, what);
    }

    /** The same, to be cancelled. */
    Future<?> in(long nanos, Runnable what) {
        return in(nanos, what, 1);
    }

    private synchronized Future<?> in(long nanos, Runnable what, int attempt) {
        return timer == null
                ? CompletableFuture.completedFuture(null)
                : timer.schedule(() -> attempt(what, attempt), nanos, TimeUnit.NANOSECONDS);
    }

    /** Runs something again and again until this run of the pool ends; what it throws is logged. */
    synchronized void every(long nanos, Runnable what) {
        if (timer != null) {
            Future<?> unused =
                    timer.scheduleWithFixedDelay(() -> attempt(what, ATTEMPTS), nanos, nanos, TimeUnit.NANOSECONDS);
        }
    }

    private void attempt(Runnable what, int attempt) {
        try {
            what.run();
        } catch (RuntimeException | Error e) {
            if (attempt < ATTEMPTS) {
                Future<?> unused = in(PAUSE << attempt, what, attempt + 1);
            }
            report(e);
        }
    }

    private void report(Throwable problem) {
        try {
            LOG.error("A timer of {} failed{}", threadName, Texts.scarcity(problem), problem);
        } catch (RuntimeException | Error e) {
            // Most likely for the same reason: this thread has others to serve.
        }
    }
}
