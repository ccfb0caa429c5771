package org.poolmanager.boot.observation;

import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationConvention;

/** {@link ObservationConvention} for tasks. A bean of this type replaces {@link DefaultPoolTaskObservationConvention}. */
public interface PoolTaskObservationConvention extends ObservationConvention<PoolTaskObservationContext> {

    @Override
    default boolean supportsContext(Observation.Context context) {
        return context instanceof PoolTaskObservationContext;
    }
}
