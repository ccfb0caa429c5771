package org.poolmanager.boot.observation;

import io.micrometer.observation.ObservationRegistry;
import org.jspecify.annotations.Nullable;
import org.poolmanager.boot.PoolRegistration;
import org.poolmanager.boot.PoolRegistrationListener;

/** Observes the tasks of all pools of an application. */
public class PoolsTaskObserver implements PoolRegistrationListener {

    private final ObservationRegistry registry;

    private final @Nullable PoolTaskObservationConvention convention;

    /**
     * Observes pools that it is told of.
     *
     * @param registry who wants to know of tasks
     * @param convention names and keys; null for {@link DefaultPoolTaskObservationConvention}
     */
    public PoolsTaskObserver(ObservationRegistry registry, @Nullable PoolTaskObservationConvention convention) {
        this.registry = registry;
        this.convention = convention;
    }

    @Override
    public void poolRegistered(PoolRegistration registration) {
        registration.pool().observe(new PoolTaskObserver(registration.name(), registry, convention));
    }
}
