package org.poolmanager.boot.observation;

import io.micrometer.common.KeyValues;
import org.poolmanager.PoolEvent.TaskFinished;
import org.poolmanager.boot.TaskOutcome;

/**
 * Names tasks {@code poolmanager.task}, with the low-cardinality keys {@code pool} and {@code outcome}, whose values are
 * those of the meter of that name, and the high-cardinality keys {@code task}, {@code worker} and {@code pid}, as in the
 * MDC of log records. There is no key {@code error}: tracers take that for a failure whatever its value; what failed is
 * the observation's own error.
 */
public class DefaultPoolTaskObservationConvention implements PoolTaskObservationConvention {

    @Override
    public String getName() {
        return "poolmanager.task";
    }

    @Override
    public String getContextualName(PoolTaskObservationContext context) {
        return "task " + context.getPool();
    }

    @Override
    public KeyValues getLowCardinalityKeyValues(PoolTaskObservationContext context) {
        KeyValues keys = KeyValues.of("pool", context.getPool());
        TaskFinished end = context.getOutcome();
        if (end != null) {
            return keys.and("outcome", TaskOutcome.of(end.kind()));
        }
        return context.isRefused() ? keys.and("outcome", "REJECTED") : keys;
    }

    @Override
    public KeyValues getHighCardinalityKeyValues(PoolTaskObservationContext context) {
        TaskFinished end = context.getOutcome();
        if (end == null) {
            return KeyValues.empty();
        }
        KeyValues keys = KeyValues.of("task", Long.toString(end.task()));
        return end.worker() < 0
                ? keys
                : keys.and("worker", Integer.toString(end.worker()), "pid", Long.toString(end.pid()));
    }
}
