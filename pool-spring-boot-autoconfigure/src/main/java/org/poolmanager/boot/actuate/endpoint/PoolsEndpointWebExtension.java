package org.poolmanager.boot.actuate.endpoint;

import java.security.Principal;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.poolmanager.boot.actuate.endpoint.PoolOperations.Operator;
import org.springframework.aot.hint.annotation.RegisterReflectionForBinding;
import org.springframework.boot.actuate.endpoint.OperationResponseBody;
import org.springframework.boot.actuate.endpoint.SecurityContext;
import org.springframework.boot.actuate.endpoint.Show;
import org.springframework.boot.actuate.endpoint.annotation.DeleteOperation;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.Selector;
import org.springframework.boot.actuate.endpoint.annotation.WriteOperation;
import org.springframework.boot.actuate.endpoint.web.WebEndpointResponse;
import org.springframework.boot.actuate.endpoint.web.annotation.EndpointWebExtension;

/**
 * {@link EndpointWebExtension @EndpointWebExtension} that knows who asks the {@link PoolsEndpoint}, and lets them change
 * pools. What changes something is there only if {@code management.endpoint.pools.access} is {@code unrestricted}.
 */
@EndpointWebExtension(endpoint = PoolsEndpoint.class)
@RegisterReflectionForBinding({
    PoolOperations.ClearedDescriptor.class,
    PoolOperations.DroppedDescriptor.class,
    PoolOperations.ProblemDescriptor.class,
    PoolDescriptor.class,
    WorkerStackDescriptor.class
})
public class PoolsEndpointWebExtension {

    private final PoolsEndpoint delegate;

    private final PoolOperations operations;

    private final Show showValues;

    private final Set<String> roles;

    /**
     * Extends an endpoint.
     *
     * @param delegate the endpoint
     * @param operations what may be done to pools
     * @param showValues when JVM options and environment variables are shown
     * @param roles the roles of those who are authorized to see them; empty: all that are authenticated
     */
    public PoolsEndpointWebExtension(
            PoolsEndpoint delegate, PoolOperations operations, Show showValues, Set<String> roles) {
        this.delegate = delegate;
        this.operations = operations;
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

    /**
     * One worker, and where it is: {@code workers/1}. Unlike the other questions this one is answered by the worker.
     *
     * @param name the pool's bean name
     * @param part {@code workers}
     * @param id the worker's number
     * @return the worker with the stack of its task
     */
    @ReadOperation
    public WebEndpointResponse<OperationResponseBody> element(
            @Selector String name, @Selector String part, @Selector String id) {
        return part.equals("workers") ? operations.stack(name, id) : noSuch(part);
    }

    /**
     * Pauses, runs, stops, recycles or resizes a pool.
     *
     * @param securityContext who asks
     * @param name the pool's bean name
     * @param state {@code paused}, {@code running} or {@code stopped}
     * @param recycle {@code rolling}
     * @param size how many workers there are to be
     * @return 202 and the pool, or what is wrong
     */
    @WriteOperation
    public WebEndpointResponse<OperationResponseBody> change(
            SecurityContext securityContext,
            @Selector String name,
            @Nullable String state,
            @Nullable String recycle,
            @Nullable String size) {
        return operations.change(operator(securityContext), name, state, recycle, size);
    }

    /**
     * Cancels all tasks that have not begun: {@code queue}.
     *
     * @param securityContext who asks
     * @param name the pool's bean name
     * @param part {@code queue}
     * @return 200 and how many these were, or what is wrong
     */
    @DeleteOperation
    public WebEndpointResponse<OperationResponseBody> clear(
            SecurityContext securityContext, @Selector String name, @Selector String part) {
        return part.equals("queue") ? operations.clear(operator(securityContext), name) : noSuch(part);
    }

    /**
     * Kills a worker, {@code workers/1}, or forgets a task, {@code quarantine/7}.
     *
     * @param securityContext who asks
     * @param name the pool's bean name
     * @param part {@code workers} or {@code quarantine}
     * @param id the worker's or the task's number
     * @return 202 and the pool, 200 and the number of the task, or what is wrong
     */
    @DeleteOperation
    public WebEndpointResponse<OperationResponseBody> remove(
            SecurityContext securityContext, @Selector String name, @Selector String part, @Selector String id) {
        return switch (part) {
            case "workers" -> operations.killWorker(operator(securityContext), name, id);
            case "quarantine" -> operations.drop(operator(securityContext), name, id);
            default -> noSuch(part);
        };
    }

    /**
     * Runs a task once more: {@code quarantine/7}.
     *
     * @param securityContext who asks
     * @param name the pool's bean name
     * @param part {@code quarantine}
     * @param id the task's number
     * @return 202 and the pool, or what is wrong
     */
    @WriteOperation
    public WebEndpointResponse<OperationResponseBody> retry(
            SecurityContext securityContext, @Selector String name, @Selector String part, @Selector String id) {
        return part.equals("quarantine") ? operations.retry(operator(securityContext), name, id) : noSuch(part);
    }

    private Operator operator(SecurityContext context) {
        Principal principal = context.getPrincipal();
        return new Operator(principal == null ? null : principal.getName(), name -> pool(context, name));
    }

    private static WebEndpointResponse<OperationResponseBody> noSuch(String part) {
        return PoolOperations.unknown("'" + part + "' is not a part of a pool that this can be done to");
    }
}
