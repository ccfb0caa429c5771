package org.poolmanager;

import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Runs code of others: at once, or, if the thread at hand is the clock's, on another one. A dependent of a future that
 * blocks would otherwise stop every time limit of the pool. Each run gets a thread, so that one that blocks holds up no other.
 */
final class Errands {

    private final Life life;

    private final Clock clock;

    private final String threadName;

    /** Guarded by this; null until it is needed, and again after the end of a run. */
    private @Nullable ThreadPoolExecutor threads;

    Errands(Life life, Clock clock, String threadName) {
        this.life = life;
        this.clock = clock;
        this.threadName = threadName;
    }

    void run(Runnable code) {
        if (!clock.isHere() || !handOver(code)) {
            code.run();
        }
    }

    private synchronized boolean handOver(Runnable code) {
        try {
            if (threads == null) {
                threads = new ThreadPoolExecutor(
                        0,
                        Integer.MAX_VALUE,
                        1,
                        TimeUnit.SECONDS,
                        new SynchronousQueue<>(),
                        body -> new PoolThread(life, threadName, body));
            }
            threads.execute(code);
            return true;
        } catch (OutOfMemoryError e) {
            return false; // no thread can be made: late is better than never
        }
    }

    /** A run of the pool ends. What has been handed over is still done. */
    synchronized void stop() {
        if (threads != null) {
            threads.shutdown();
            threads = null;
        }
    }
}
