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

    private final List<MeterRegistry> registries = new ArrayList<>();

    private final Map<String, PoolMetrics> pools = new HashMap<>();

    @Override
    public synchronized void bindTo(MeterRegistry registry) {
        registries.add(registry);
        pools.values().forEach(metrics -> metrics.bindTo(registry));
    }

    @Override
    public synchronized void poolRegistered(PoolRegistration registration) {
        PoolMetrics metrics = new PoolMetrics(registration.pool(), registration.name());
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
