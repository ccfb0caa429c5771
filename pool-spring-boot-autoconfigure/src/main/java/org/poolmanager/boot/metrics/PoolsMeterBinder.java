package org.poolmanager.boot.metrics;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.poolmanager.boot.PoolRegistration;
import org.poolmanager.boot.PoolRegistrationListener;

/** {@link MeterBinder} for all pools of an application, those included that are created after it is bound. */
public class PoolsMeterBinder implements MeterBinder, PoolRegistrationListener, AutoCloseable {

    private final boolean executorCompatible;

    private final List<MeterRegistry> registries = new ArrayList<>();

    private final Map<String, PoolMetrics> pools = new HashMap<>();

    /**
     * A binder for pools that it is told of.
     *
     * @param executorCompatible whether to add {@code executor.*} with the tag {@code name}, as thread pools have them
     */
    public PoolsMeterBinder(boolean executorCompatible) {
        this.executorCompatible = executorCompatible;
    }

    @Override
    public synchronized void bindTo(MeterRegistry registry) {
        registries.add(registry);
        pools.values().forEach(metrics -> metrics.bindTo(registry));
    }

    @Override
    public synchronized void poolRegistered(PoolRegistration registration) {
        PoolMetrics metrics = new PoolMetrics(registration.pool(), registration.name(), executorCompatible);
        PoolMetrics previous = pools.put(registration.name(), metrics);
        if (previous != null) {
            // A lazy pool that could not be started: its bean is made anew for its next user.
            previous.close();
        }
        registries.forEach(metrics::bindTo);
    }

    /** Takes the meters of all pools out of all registries. */
    @Override
    public synchronized void close() {
        pools.values().forEach(PoolMetrics::close);
        pools.clear();
        registries.clear();
    }
}
