package org.poolmanager;

import java.util.Collection;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
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

        private final PoolListener listener;

        private final Complaints complaints = new Complaints();

        Told(PoolListener listener) {
            this.listener = listener;
        }

        void tell(PoolEvent event) {
            try {
                listener.onEvent(event);
            } catch (Throwable e) {
                warn(event, e);
            }
        }

        private void warn(PoolEvent event, Throwable problem) {
            String more = complaints.next();
            try {
                if (more != null) {
                    LOG.warn("A listener of pool '{}' failed on {}{}", event.pool(), event, more, problem);
                }
            } catch (RuntimeException | Error e) {
                // Nor must an appender that fails keep others from the event.
            }
        }
    }
}
