package org.poolmanager;

import java.util.Collection;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells the listeners. Must be called without the pool's lock. */
final class Events {

    private static final Logger LOG = LoggerFactory.getLogger(PoolManager.class);

    private final List<Told> listeners = new CopyOnWriteArrayList<>();

    private final Observers observers;

    Events(Collection<PoolListener> listeners, Observers observers) {
        this.observers = observers;
        listeners.forEach(this::add);
    }

    void add(PoolListener listener) {
        listeners.add(new Told(listener));
    }

    @SuppressWarnings("ReferenceEquality") // a listener is its object
    void remove(PoolListener listener) {
        listeners.removeIf(told -> told.listener == listener);
    }

    Observers observers() {
        return observers;
    }

    boolean hasListeners() {
        return !listeners.isEmpty();
    }

    void publish(PoolEvent event) {
        for (Told told : listeners) {
            told.tell(event);
        }
    }

    /** One listener. One that always fails must not fill the log with a warning per task. */
    private static final class Told {

        private static final long WINDOW = TimeUnit.SECONDS.toNanos(10);

        private static final int WARNINGS = 5;

        private final PoolListener listener;

        /** Guarded by this, like the next. */
        private long windowSince = System.nanoTime();

        private int failures;

        Told(PoolListener listener) {
            this.listener = listener;
        }

        void tell(PoolEvent event) {
            try {
                listener.onEvent(event);
            } catch (Throwable e) {
                int leftOut = leftOut();
                if (leftOut >= 0) {
                    LOG.warn(
                            "A listener of pool '{}' failed on {}{}",
                            event.pool(),
                            event,
                            leftOut == 0 ? "" : "; " + leftOut + " failures before it were not reported",
                            e);
                }
            }
        }

        /** How many failures were not reported before this one, -1 if this one is not to be reported either. */
        private synchronized int leftOut() {
            long now = System.nanoTime();
            int leftOut = 0;
            if (now - windowSince >= WINDOW) {
                leftOut = Math.max(0, failures - WARNINGS);
                windowSince = now;
                failures = 0;
            }
            failures++;
            return failures <= WARNINGS ? leftOut : -1;
        }
    }
}
