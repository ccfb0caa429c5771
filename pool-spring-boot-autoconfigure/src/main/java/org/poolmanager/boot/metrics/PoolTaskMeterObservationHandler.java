package org.poolmanager.boot.metrics;

import io.micrometer.core.instrument.observation.MeterObservationHandler;
import io.micrometer.observation.Observation;
import org.poolmanager.boot.observation.PoolTaskObservationContext;

/**
 * Keeps observations of tasks from becoming meters. Pools have meters of their own, which cost less, know how long a task
 * waited and how long it ran, and are there whether or not tasks are observed. Of the handlers for meters, only the
 * first that supports an observation gets it.
 */
public class PoolTaskMeterObservationHandler implements MeterObservationHandler<PoolTaskObservationContext> {

    @Override
    public boolean supportsContext(Observation.Context context) {
        return context instanceof PoolTaskObservationContext;
    }
}
