package org.poolmanager.boot.autoconfigure;

import java.util.Map;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.NestedConfigurationProperty;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Configuration properties of pools.
 *
 * @param enabled Whether pools are created, started and watched.
 * @param defaults What applies to each pool that does not say otherwise.
 * @param templates Sets of properties by name, for pools that name one as their template.
 * @param pools Pools by name.
 * @param metrics What holds for the meters of all pools.
 * @param events What is kept of what happened to pools.
 */
@ConfigurationProperties("poolmanager")
public record PoolManagerProperties(
        @DefaultValue("true") boolean enabled,
        @NestedConfigurationProperty @DefaultValue PoolProperties defaults,
        @DefaultValue Map<String, PoolProperties> templates,
        @DefaultValue Map<String, PoolProperties> pools,
        @DefaultValue Metrics metrics,
        @DefaultValue Events events) {

    /**
     * What holds for the meters of all pools.
     *
     * @param executorCompatible Whether pools are also published under the names of thread pools, executor.*.
     */
    public record Metrics(@DefaultValue("false") boolean executorCompatible) {}

    /**
     * What is kept of what happened to pools.
     *
     * @param capacity How many events of each pool the endpoint can show.
     */
    public record Events(@DefaultValue("100") int capacity) {}
}
