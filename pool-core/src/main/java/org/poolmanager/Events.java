package org.poolmanager;

import java.util.Collection;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells the listeners. Must be called without the pool's lock. */
final class Events {

    private static final Logger LOG = LoggerFactory.getLogger(PoolManager.class);

    private final List<PoolListener> listeners;

    private final Observers observers;

    Events(Collection<PoolListener> listeners, Observers observers) {
        this.observers = observers;
        this.listeners = new CopyOnWriteArrayList<>(listeners);
    }

    void add(PoolListener listener) {
        listeners.add(listener);
    }

    void remove(PoolListener listener) {
        listeners.remove(listener);
    }

    Observers observers() {
        return observers;
    }

    boolean hasListeners() {
        return !listeners.isEmpty();
    }

    void publish(PoolEvent event) {
        for (PoolListener listener : listeners) {
            try {
                listener.onEvent(event);
            } catch (Throwable e) {
                LOG.warn("A listener of pool '{}' failed on {}", event.pool(), event, e);
            }
        }
    }
}
