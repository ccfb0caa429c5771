package org.poolmanager;

import java.time.Duration;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.poolmanager.Outcome.Kind;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Counts what one call has done, and tells its listener now and then. Told by the consumer's thread only. */
final class Meter {

    private static final Logger LOG = LoggerFactory.getLogger(PoolManager.class);

    private static final long INTERVAL = Duration.ofMillis(100).toNanos();

    private final String pool;

    private final long total;

    private final long begin = System.nanoTime();

    /** Null once it has failed. */
    private @Nullable Consumer<? super Progress> listener;

    private boolean ended;

    /** Guarded by this, like all below. */
    private long toldAt = begin;

    private long done;

    private long failed;

    private long told;

    Meter(String pool, long total, Consumer<? super Progress> listener) {
        this.pool = pool;
        this.total = total;
        this.listener = listener;
    }

    synchronized void count(Kind kind) {
        done++;
        if (kind != Kind.COMPLETED) {
            failed++;
        }
    }

    /** How long until the listener is to hear something; for ever if there is nothing new. */
    synchronized long nanosUntilDue() {
        return done == told ? Long.MAX_VALUE : Math.max(0, toldAt + INTERVAL - System.nanoTime());
    }

    void tellIfDue() {
        if (nanosUntilDue() == 0) {
            tell(false);
        }
    }

    void end() {
        if (!ended) {
            ended = true;
            tell(true);
        }
    }

    private void tell(boolean last) {
        Progress progress;
        long now = System.nanoTime();
        synchronized (this) {
            told = done;
            toldAt = now;
            progress = new Progress(done, failed, total, Duration.ofNanos(now - begin), last);
        }
        if (listener == null) {
            return;
        }
        try {
            listener.accept(progress);
        } catch (Throwable e) {
            listener = null;
            LOG.warn("A progress listener of pool '{}' failed and is not called again", pool, e);
        }
    }
}
