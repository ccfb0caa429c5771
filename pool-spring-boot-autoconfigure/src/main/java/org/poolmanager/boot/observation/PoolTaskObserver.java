package org.poolmanager.boot.observation;

import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.poolmanager.PoolEvent.TaskFinished;
import org.poolmanager.TaskObservation;
import org.poolmanager.TaskObserver;

/** {@link TaskObserver} that makes an {@link Observation} of each task of one pool. */
public class PoolTaskObserver implements TaskObserver {

    private static final PoolTaskObservationConvention DEFAULT = new DefaultPoolTaskObservationConvention();

    private final String pool;

    private final ObservationRegistry registry;

    private final @Nullable PoolTaskObservationConvention convention;

    /**
     * Observes tasks of one pool.
     *
     * @param pool what observations call the pool
     * @param registry who wants to know
     * @param convention names and keys; null for {@link DefaultPoolTaskObservationConvention}
     */
    public PoolTaskObserver(
            String pool, ObservationRegistry registry, @Nullable PoolTaskObservationConvention convention) {
        this.pool = pool;
        this.registry = registry;
        this.convention = convention;
    }

    @Override
    public @Nullable TaskObservation taskHandedIn() {
        if (registry.isNoop()) {
            return null;
        }
        PoolTaskObservationContext context = new PoolTaskObservationContext(pool);
        Observation observation = Observation.createNotStarted(convention, DEFAULT, () -> context, registry);
        return observation.isNoop() ? null : new ObservedTask(observation.start(), context);
    }

    @Override
    public Supplier<Scope> carry() {
        Observation current = registry.getCurrentObservation();
        return current == null ? () -> () -> {} : () -> current.openScope()::close;
    }

    private record ObservedTask(Observation observation, PoolTaskObservationContext context)
            implements TaskObservation {

        @Override
        public Scope openScope() {
            return observation.openScope()::close;
        }

        @Override
        public Map<String, String> headers() {
            Map<String, String> carrier = context.getCarrier();
            return carrier == null ? Map.of() : carrier;
        }

        @Override
        public void finished(TaskFinished event, @Nullable Throwable failure) {
            context.setOutcome(event);
            if (failure != null) {
                observation.error(failure);
            }
            observation.stop();
        }

        @Override
        public void refused() {
            context.setRefused();
            observation.stop();
        }
    }
}
