package org.poolmanager.boot.observation;

import io.micrometer.observation.ObservationRegistry;
import io.micrometer.tracing.Tracer;
import java.util.Map;
import org.poolmanager.worker.PoolProcess;
import org.poolmanager.worker.TaskHeaders;

/** A worker with a tracer of its own, that says which span it is in. */
public final class Caller implements PoolProcess<String, Map<String, String>> {

    private final Tracer tracer;

    private final Traces.Spans spans;

    public Caller(Tracer tracer, Traces.Spans spans, ObservationRegistry ignored) {
        this.tracer = tracer;
        this.spans = spans;
    }

    @Override
    public Map<String, String> run(String task) {
        var context = tracer.currentSpan().context();
        return Map.of(
                "trace", context.traceId(),
                "parent", String.valueOf(context.parentId()),
                "ended", Integer.toString(spans.named("run Caller").size()),
                "header", TaskHeaders.current().get("traceparent"));
    }
}
