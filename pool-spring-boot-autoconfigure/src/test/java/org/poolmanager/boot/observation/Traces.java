package org.poolmanager.boot.observation;

import brave.Tracing;
import brave.context.slf4j.MDCScopeDecorator;
import brave.handler.MutableSpan;
import brave.handler.SpanHandler;
import brave.propagation.ThreadLocalCurrentTraceContext;
import brave.propagation.TraceContext;
import io.micrometer.observation.ObservationHandler.FirstMatchingCompositeObservationHandler;
import io.micrometer.observation.ObservationRegistry;
import io.micrometer.tracing.Tracer;
import io.micrometer.tracing.brave.bridge.BraveBaggageManager;
import io.micrometer.tracing.brave.bridge.BraveCurrentTraceContext;
import io.micrometer.tracing.brave.bridge.BravePropagator;
import io.micrometer.tracing.brave.bridge.BraveTracer;
import io.micrometer.tracing.brave.bridge.W3CPropagation;
import io.micrometer.tracing.handler.DefaultTracingObservationHandler;
import io.micrometer.tracing.handler.PropagatingReceiverTracingObservationHandler;
import io.micrometer.tracing.handler.PropagatingSenderTracingObservationHandler;
import io.micrometer.tracing.propagation.Propagator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** A tracer of today, wired as Boot does it, that keeps its spans. In the application, and in workers that name it. */
@Configuration(proxyBeanMethods = false)
public class Traces {

    @Bean
    Spans spans() {
        return new Spans();
    }

    @Bean(destroyMethod = "close")
    Tracing tracing(Spans spans) {
        return Tracing.newBuilder()
                .currentTraceContext(ThreadLocalCurrentTraceContext.newBuilder()
                        .addScopeDecorator(MDCScopeDecorator.get())
                        .build())
                .propagationFactory(new W3CPropagation())
                .addSpanHandler(spans)
                .build();
    }

    @Bean
    Tracer tracer(Tracing tracing) {
        return new BraveTracer(
                tracing.tracer(),
                new BraveCurrentTraceContext(tracing.currentTraceContext()),
                new BraveBaggageManager());
    }

    @Bean
    ObservationRegistry observationRegistry(Tracer tracer, Tracing tracing) {
        Propagator propagator = new BravePropagator(tracing);
        ObservationRegistry registry = ObservationRegistry.create();
        registry.observationConfig()
                .observationHandler(new FirstMatchingCompositeObservationHandler(List.of(
                        new PropagatingReceiverTracingObservationHandler<>(tracer, propagator),
                        new PropagatingSenderTracingObservationHandler<>(tracer, propagator),
                        new DefaultTracingObservationHandler(tracer))));
        return registry;
    }

    /** Those that have ended. */
    static final class Spans extends SpanHandler {

        private final List<MutableSpan> ended = new CopyOnWriteArrayList<>();

        @Override
        public boolean end(TraceContext context, MutableSpan span, Cause cause) {
            return ended.add(span);
        }

        List<MutableSpan> named(String name) {
            return ended.stream().filter(span -> name.equals(span.name())).toList();
        }

        MutableSpan only(String name) {
            List<MutableSpan> found = named(name);
            if (found.size() != 1) {
                throw new AssertionError("not one span '" + name + "': " + ended);
            }
            return found.get(0);
        }

        static Map<String, String> tags(MutableSpan span) {
            return Map.copyOf(span.tags());
        }
    }
}
