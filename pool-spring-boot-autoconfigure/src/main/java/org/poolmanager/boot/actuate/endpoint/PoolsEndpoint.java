package org.poolmanager.boot.actuate.endpoint;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.poolmanager.PoolManager;
import org.poolmanager.boot.PoolManagers;
import org.poolmanager.boot.PoolRegistration;
import org.poolmanager.boot.events.PoolHistories;
import org.poolmanager.boot.events.PoolRecord;
import org.springframework.aot.hint.annotation.RegisterReflectionForBinding;
import org.springframework.boot.actuate.endpoint.Access;
import org.springframework.boot.actuate.endpoint.InvalidEndpointRequestException;
import org.springframework.boot.actuate.endpoint.OperationResponseBody;
import org.springframework.boot.actuate.endpoint.Sanitizer;
import org.springframework.boot.actuate.endpoint.SanitizingFunction;
import org.springframework.boot.actuate.endpoint.Show;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.Selector;

/**
 * {@link Endpoint @Endpoint} that shows all pools of the application, or one of them in detail. Answers from memory; no
 * worker is asked.
 */
@Endpoint(id = "pools", defaultAccess = Access.READ_ONLY)
@RegisterReflectionForBinding({
    PoolsEndpoint.EventsDescriptor.class,
    PoolsEndpoint.QuarantineDescriptor.class,
    PoolsEndpoint.WorkersDescriptor.class
})
public class PoolsEndpoint {

    private final PoolManagers pools;

    private final PoolHistories histories;

    private final Sanitizer sanitizer;

    private final Show showValues;

    /**
     * Shows the given pools.
     *
     * @param pools the pools
     * @param histories what has happened to them
     * @param sanitizingFunctions what may be shown of JVM options and environment variables
     * @param showValues when these are shown at all
     */
    public PoolsEndpoint(
            PoolManagers pools,
            PoolHistories histories,
            Iterable<SanitizingFunction> sanitizingFunctions,
            Show showValues) {
        this.pools = pools;
        this.histories = histories;
        this.sanitizer = new Sanitizer(sanitizingFunctions);
        this.showValues = showValues;
    }

    /**
     * All pools.
     *
     * @return a summary of each
     */
    @ReadOperation
    public PoolsDescriptor pools() {
        Map<String, PoolSummaryDescriptor> summaries = new TreeMap<>();
        pools.stream().forEach(pool -> summaries.put(pool.name(), PoolSummaryDescriptor.of(pool)));
        return new PoolsDescriptor(summaries);
    }

    /**
     * One pool.
     *
     * @param name the pool's bean name
     * @return the pool in detail, or null if there is none of that name
     */
    @ReadOperation
    public @Nullable PoolDescriptor pool(@Selector String name) {
        return pool(name, showValues.isShown(true));
    }

    @Nullable
    PoolDescriptor pool(String name, boolean showUnsanitized) {
        ConfigurationDescriber describer = new ConfigurationDescriber(sanitizer, showUnsanitized);
        return pools.stream()
                .filter(pool -> pool.name().equals(name))
                .map(pool -> PoolDescriptor.of(pool, describer, histories.timing(name)))
                .findFirst()
                .orElse(null);
    }

    /**
     * A part of one pool: {@code workers}, {@code events}, or {@code quarantine}.
     *
     * @param name the pool's bean name
     * @param part which part
     * @param type of events, which ones; without it, all
     * @param limit of events, how many of the last at the most, at least 1; without it, all that are kept
     * @return the part, or null if there is no such pool or no such part
     */
    @ReadOperation
    public @Nullable OperationResponseBody part(
            @Selector String name, @Selector String part, PoolRecord.@Nullable Type type, @Nullable Integer limit) {
        PoolManager<?, ?> pool = pools.stream()
                .filter(registration -> registration.name().equals(name))
                .<PoolManager<?, ?>>map(PoolRegistration::pool)
                .findFirst()
                .orElse(null);
        if (pool == null) {
            return null;
        }
        return switch (part) {
            case "workers" ->
                new WorkersDescriptor(pool.stats().workerList().stream()
                        .map(WorkerDescriptor::of)
                        .toList());
            case "events" -> {
                if (limit != null && limit < 1) {
                    throw new InvalidEndpointRequestException(
                            "'limit' must be at least 1, but is " + limit, "'limit' is less than 1");
                }
                yield new EventsDescriptor(histories.last(name, type, limit == null ? Integer.MAX_VALUE : limit));
            }
            case "quarantine" ->
                new QuarantineDescriptor(pool.quarantine().list().stream()
                        .map(PoolDescriptor.Quarantined::of)
                        .toList());
            default -> null;
        };
    }

    /**
     * All pools.
     *
     * @param pools a summary of each, by bean name
     */
    public record PoolsDescriptor(Map<String, PoolSummaryDescriptor> pools) implements OperationResponseBody {}

    /**
     * The workers of a pool.
     *
     * @param workers each worker
     */
    public record WorkersDescriptor(List<WorkerDescriptor> workers) implements OperationResponseBody {}

    /**
     * A pool's tasks that killed their worker too often.
     *
     * @param quarantine each task, the oldest first
     */
    public record QuarantineDescriptor(List<PoolDescriptor.Quarantined> quarantine) implements OperationResponseBody {}

    /**
     * What has happened to a pool lately.
     *
     * @param events the newest last
     */
    public record EventsDescriptor(List<PoolRecord> events) implements OperationResponseBody {}
}
