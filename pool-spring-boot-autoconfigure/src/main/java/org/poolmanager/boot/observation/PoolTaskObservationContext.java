package org.poolmanager.boot.observation;

import io.micrometer.observation.transport.Kind;
import io.micrometer.observation.transport.SenderContext;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.poolmanager.PoolEvent.TaskFinished;

/** {@link SenderContext} of a task from the thread that hands it in to its outcome. The carrier goes to the worker. */
public final class PoolTaskObservationContext extends SenderContext<Map<String, String>> {

    private final String pool;

    private volatile @Nullable TaskFinished outcome;

    private volatile boolean refused;

    /**
     * The context of a task that is about to be handed in.
     *
     * @param pool the pool's bean name
     */
    public PoolTaskObservationContext(String pool) {
        super((carrier, key, value) -> Objects.requireNonNull(carrier).put(key, value), Kind.CLIENT);
        this.pool = pool;
        setCarrier(new LinkedHashMap<>());
    }

    /**
     * Which pool it is handed to.
     *
     * @return the pool's bean name
     */
    public String getPool() {
        return pool;
    }

    /**
     * What has become of the task.
     *
     * @return its end; null as long as it has none, or if it was not accepted
     */
    public @Nullable TaskFinished getOutcome() {
        return outcome;
    }

    void setOutcome(TaskFinished outcome) {
        this.outcome = outcome;
    }

    /**
     * Whether the pool did not accept the task.
     *
     * @return true if so
     */
    public boolean isRefused() {
        return refused;
    }

    void setRefused() {
        this.refused = true;
    }
}
