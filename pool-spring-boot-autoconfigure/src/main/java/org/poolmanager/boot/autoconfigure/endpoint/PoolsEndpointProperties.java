package org.poolmanager.boot.autoconfigure.endpoint;

import java.util.Set;
import org.springframework.boot.actuate.endpoint.Show;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Configuration properties of the pools endpoint.
 *
 * @param showValues When to show the options and environment variables of worker JVMs.
 * @param roles Roles of those who are authorized to be shown them. By default, all who are authenticated.
 */
@ConfigurationProperties("management.endpoint.pools")
public record PoolsEndpointProperties(
        @DefaultValue("never") Show showValues,
        @DefaultValue Set<String> roles) {}
