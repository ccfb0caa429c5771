package org.poolmanager.boot.actuate.endpoint;

import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.SecurityContext;
import org.springframework.boot.actuate.endpoint.Show;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.Selector;
import org.springframework.boot.actuate.endpoint.web.annotation.EndpointWebExtension;

/** {@link EndpointWebExtension @EndpointWebExtension} that knows who asks the {@link PoolsEndpoint}. */
@EndpointWebExtension(endpoint = PoolsEndpoint.class)
public class PoolsEndpointWebExtension {

    private final PoolsEndpoint delegate;

    private final Show showValues;

    private final Set<String> roles;

    /**
     * Extends an endpoint.
     *
     * @param delegate the endpoint
     * @param showValues when JVM options and environment variables are shown
     * @param roles the roles of those who are authorized to see them; empty: all that are authenticated
     */
    public PoolsEndpointWebExtension(PoolsEndpoint delegate, Show showValues, Set<String> roles) {
        this.delegate = delegate;
        this.showValues = showValues;
        this.roles = roles;
    }

    /**
     * One pool.
     *
     * @param securityContext who asks
     * @param name the pool's bean name
     * @return the pool in detail, or null if there is none of that name
     */
    @ReadOperation
    public @Nullable PoolDescriptor pool(SecurityContext securityContext, @Selector String name) {
        return delegate.pool(name, showValues.isShown(securityContext, roles));
    }
}
