package org.poolmanager.boot.autoconfigure;

import java.util.Collections;
import java.util.Set;
import java.util.WeakHashMap;
import org.poolmanager.PoolListener;
import org.poolmanager.PoolManager;
import org.poolmanager.boot.PoolRegistration;
import org.poolmanager.boot.PoolRegistrationListener;
import org.springframework.beans.factory.ObjectProvider;

/** Makes each pool known, once, to all beans that want to hear of it or from it. */
final class PoolIntroduction {

    private final ObjectProvider<PoolListener> listeners;

    private final ObjectProvider<PoolRegistrationListener> registrationListeners;

    private final Set<PoolManager<?, ?>> introduced =
            Collections.synchronizedSet(Collections.newSetFromMap(new WeakHashMap<>()));

    PoolIntroduction(
            ObjectProvider<PoolListener> listeners, ObjectProvider<PoolRegistrationListener> registrationListeners) {
        this.listeners = listeners;
        this.registrationListeners = registrationListeners;
    }

    void introduce(PoolRegistration registration) {
        if (introduced.add(registration.pool())) {
            listeners.orderedStream().forEach(registration.pool()::addListener);
            registrationListeners.orderedStream().forEach(listener -> listener.poolRegistered(registration));
        }
    }
}
