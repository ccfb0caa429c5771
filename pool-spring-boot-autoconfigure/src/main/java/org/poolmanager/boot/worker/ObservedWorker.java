package org.poolmanager.boot.worker;

import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;
import io.micrometer.observation.transport.Kind;
import io.micrometer.observation.transport.ReceiverContext;
import java.util.Map;
import java.util.Objects;
import org.poolmanager.worker.PoolProcess;
import org.poolmanager.worker.TaskHeaders;
import org.springframework.context.ApplicationContext;

/**
 * Observes each task in its child JVM, if the worker's context has a registry: there the caller's trace goes on. Only
 * classes that {@code worker-context} names can bring one.
 */
record ObservedWorker(ObservationRegistry registry, String span, PoolProcess<Object, Object> worker)
        implements PoolProcess<Object, Object> {

    /** The worker itself, if nobody wants to know what it does. */
    static PoolProcess<Object, Object> observe(PoolProcess<Object, Object> worker, ApplicationContext context) {
        ObservationRegistry registry =
                context.getBeanProvider(ObservationRegistry.class).getIfAvailable();
        return registry == null || registry.isNoop()
                ? worker
                : new ObservedWorker(registry, "run " + worker.getClass().getSimpleName(), worker);
    }

    @Override
    public Object run(Object task) throws Exception {
        return Observation.createNotStarted("poolmanager.worker", this::receive, registry)
                .contextualName(span)
                .observeChecked(() -> worker.run(task));
    }

    private ReceiverContext<Map<String, String>> receive() {
        ReceiverContext<Map<String, String>> context = new ReceiverContext<>(
                (headers, key) -> Objects.requireNonNull(headers).get(key), Kind.SERVER);
        context.setCarrier(TaskHeaders.current());
        return context;
    }

    @Override
    public void close() throws Exception {
        worker.close();
    }
}
