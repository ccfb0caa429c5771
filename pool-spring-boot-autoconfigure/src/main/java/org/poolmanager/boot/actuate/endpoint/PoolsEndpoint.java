package org.poolmanager.boot.actuate.endpoint;

import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.poolmanager.boot.PoolManagers;
import org.springframework.boot.actuate.endpoint.Access;
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
public class PoolsEndpoint {

    private final PoolManagers pools;

    private final Sanitizer sanitizer;

    private final Show showValues;

    /**
     * Shows the given pools.
     *
     * @param pools the pools
     * @param sanitizingFunctions what may be shown of JVM options and environment variables
     * @param showValues when these are shown at all
     */
    public PoolsEndpoint(PoolManagers pools, Iterable<SanitizingFunction> sanitizingFunctions, Show showValues) {
        this.pools = pools;
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
                .map(pool -> PoolDescriptor.of(pool, describer))
                .findFirst()
                .orElse(null);
    }

    /**
     * All pools.
     *
     * @param pools a summary of each, by bean name
     */
    public record PoolsDescriptor(Map<String, PoolSummaryDescriptor> pools) implements OperationResponseBody {}
}
