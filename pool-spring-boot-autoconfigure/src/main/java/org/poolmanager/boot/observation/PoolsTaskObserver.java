package org.poolmanager.boot.observation;

import io.micrometer.observation.ObservationRegistry;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.poolmanager.boot.PoolRegistration;
import org.poolmanager.boot.PoolRegistrationListener;

/** Observes the tasks of all pools of an application. */
public class PoolsTaskObserver implements PoolRegistrationListener {

    private final ObservationRegistry registry;

    private final @Nullable PoolTaskObservationConvention convention;

    private final BooleanSupplier audience;

    /**
     * Observes pools that it is told of.
     *
     * @param registry who wants to know of tasks
     * @param convention names and keys; null for {@link DefaultPoolTaskObservationConvention}
     * @param audience whether anybody would hear of an observation; asked once per pool
     */
    public PoolsTaskObserver(
            ObservationRegistry registry,
            @Nullable PoolTaskObservationConvention convention,
            BooleanSupplier audience) {
        this.registry = registry;
        this.convention = convention;
        this.audience = audience;
    }

    @Override
    public void poolRegistered(PoolRegistration registration) {
        if (audience.getAsBoolean()) {
            registration.pool().observe(new PoolTaskObserver(registration.name(), registry, convention));
        }
    }
}
