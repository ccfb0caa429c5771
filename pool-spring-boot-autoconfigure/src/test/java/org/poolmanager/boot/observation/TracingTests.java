package org.poolmanager.boot.observation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import brave.handler.MutableSpan;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.poolmanager.PoolManager;
import org.poolmanager.boot.PoolManagers;
import org.poolmanager.boot.autoconfigure.PoolManagerAutoConfiguration;
import org.poolmanager.boot.autoconfigure.observation.PoolObservationAutoConfiguration;
import org.poolmanager.boot.events.PoolHistories;
import org.poolmanager.boot.events.PoolRecord;
import org.poolmanager.boot.observation.Traces.Spans;
import org.slf4j.LoggerFactory;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;

/** Traces go through the pool into real child JVMs, and come back with the log records of these. */
class TracingTests {

    private final ListAppender<ILoggingEvent> records = new ListAppender<>();

    private final ApplicationContextRunner contextRunner = new ApplicationContextRunner()
            .withConfiguration(
                    AutoConfigurations.of(PoolManagerAutoConfiguration.class, PoolObservationAutoConfiguration.class))
            .withUserConfiguration(Traces.class)
            .withBean(PoolHistories.class, () -> new PoolHistories(100))
            .withPropertyValues(
                    "poolmanager.pools.pages.worker=" + Traced.class.getName(),
                    "poolmanager.pools.pages.size=2",
                    "poolmanager.pools.pages.loggers=" + Traced.LOGGER);

    @BeforeEach
    void listen() {
        records.start();
        logger().addAppender(records);
    }

    @AfterEach
    void listenNoMore() {
        logger().detachAppender(records);
    }

    private static Logger logger() {
        return (Logger) LoggerFactory.getLogger(Traced.LOGGER);
    }

    @SuppressWarnings("unchecked") // the declaration names the worker that has these types
    private static PoolManager<String, Map<String, String>> pool(ApplicationContext context) {
        return (PoolManager<String, Map<String, String>>)
                context.getBean(PoolManagers.class).get("pages");
    }

    /** Within a span, as a web request is. */
    private static <T> @Nullable T request(ApplicationContext context, String name, Callable<T> what) throws Exception {
        return Observation.start(name, context.getBean(ObservationRegistry.class))
                .observeChecked(what::call);
    }

    @ParameterizedTest
    @ValueSource(strings = {"process", "thread"})
    @DisplayName("5.9: a task is a span of its caller's trace; the worker and the log records that come back are in it")
    void taskIsASpan(String isolation) {
        contextRunner
                .withPropertyValues("poolmanager.pools.pages.isolation=" + isolation)
                .run(context -> {
                    Map<String, String> seen = request(
                            context, "request", () -> pool(context).submit("a").get(30, TimeUnit.SECONDS));
                    Spans spans = context.getBean(Spans.class);
                    MutableSpan request = spans.only("request");
                    MutableSpan task = spans.only("task pages");
                    assertThat(task.traceId()).isEqualTo(request.traceId());
                    assertThat(task.parentId()).isEqualTo(request.id());
                    assertThat(task.finishTimestamp()).isLessThanOrEqualTo(request.finishTimestamp());
                    assertThat(seen)
                            .containsEntry("trace", task.traceId())
                            .containsEntry("span", task.id())
                            .hasEntrySatisfying(
                                    "parent",
                                    header -> assertThat(header)
                                            .startsWith("00-")
                                            .contains(task.traceId() + "-" + task.id()));
                    assertThat(task.error()).isNull();
                    assertThat(Spans.tags(task))
                            .containsEntry("pool", "pages")
                            .containsEntry("outcome", "SUCCESS")
                            .doesNotContainKey("error")
                            .containsEntry("task", "1")
                            .containsKey("worker")
                            .containsEntry("pid", pidOf(context, task));
                    assertThat(records.list)
                            .singleElement()
                            .satisfies(record -> assertThat(record.getMDCPropertyMap())
                                    .containsEntry("traceId", task.traceId())
                                    .containsEntry("spanId", task.id())
                                    .containsEntry("task", "1"));
                });
    }

    private static String pidOf(ApplicationContext context, MutableSpan task) {
        int worker = Integer.parseInt(task.tags().get("worker"));
        return Long.toString(pool(context).stats().workerList().get(worker - 1).pid());
    }

    @Test
    @DisplayName("5.9: tasks of many traces at once keep theirs, and none is left behind for a task without")
    void manyTraces() {
        contextRunner.run(context -> {
            List<CompletableFuture<Void>> requests = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                String name = "request " + i;
                requests.add(CompletableFuture.runAsync(
                        () -> {
                            try {
                                request(
                                        context,
                                        name,
                                        () -> pool(context).map(java.util.Collections.nCopies(25, name)));
                            } catch (Exception e) {
                                throw new IllegalStateException(e);
                            }
                        },
                        command -> new Thread(command).start())); // the common pool may have one thread alone
            }
            for (CompletableFuture<Void> request : requests) {
                request.get(60, TimeUnit.SECONDS);
            }
            Spans spans = context.getBean(Spans.class);
            assertThat(spans.named("task pages")).hasSize(100);
            Map<String, String> traces = new HashMap<>();
            for (int i = 0; i < 4; i++) {
                traces.put("request " + i, spans.only("request " + i).traceId());
            }
            assertThat(records.list)
                    .hasSize(100)
                    .allSatisfy(record -> assertThat(record.getMDCPropertyMap())
                            .containsEntry("traceId", traces.get(record.getFormattedMessage())));
            assertThat(records.list.stream()
                            .map(record -> record.getMDCPropertyMap().get("spanId"))
                            .collect(Collectors.toSet()))
                    .hasSize(100);

            context.getBean(ObservationRegistry.class)
                    .observationConfig()
                    .observationPredicate((name, observed) -> !name.startsWith("poolmanager."));
            assertThat(pool(context).submit("none").get(30, TimeUnit.SECONDS))
                    .containsEntry("trace", "null")
                    .containsEntry("parent", "none");
        });
    }

    @Test
    @DisplayName("5.6, 5.9: a failed task's event and span name the same task, worker and process; the span says why")
    void failures() {
        contextRunner.run(context -> {
            for (String task : List.of("throw", "exit")) {
                assertThatThrownBy(() -> pool(context).submit(task).get(30, TimeUnit.SECONDS))
                        .isInstanceOf(ExecutionException.class);
            }
            pool(context).join();
            List<MutableSpan> spans = context.getBean(Spans.class).named("task pages");
            PoolHistories histories = context.getBean(PoolHistories.class);
            PoolRecord failed =
                    histories.last("pages", PoolRecord.Type.TASK_FAILED, 1).get(0);
            PoolRecord crashed =
                    histories.last("pages", PoolRecord.Type.TASK_CRASHED, 1).get(0);
            PoolRecord gone =
                    histories.last("pages", PoolRecord.Type.WORKER_EXITED, 100).get(0);
            assertSame(spans.get(0), failed, "FAILURE");
            assertSame(spans.get(1), crashed, "CRASH");
            assertThat(crashed.pid()).isEqualTo(gone.pid());
            assertThat(spans.get(0).error())
                    .hasMessageContaining("failed: java.lang.IllegalStateException: no such page");
            assertThat(spans.get(1).error()).hasMessageContaining("exited with value 9");
        });
    }

    @Test
    @DisplayName("5.9: a task that an operator retries from quarantine is a span of the operator's trace")
    void retryFromQuarantine() {
        contextRunner
                .withPropertyValues("poolmanager.pools.pages.quarantine.after=1")
                .run(context -> {
                    PoolManager<String, Map<String, String>> pool = pool(context);
                    request(context, "caller", () -> pool.mapOutcomes(List.of("exit")));
                    long id = pool.quarantine().list().get(0).id();
                    request(context, "operator", () -> {
                        CompletableFuture<?> again = pool.quarantine().retry(id);
                        assertThatThrownBy(() -> again.get(30, TimeUnit.SECONDS))
                                .isInstanceOf(ExecutionException.class);
                        return again;
                    });
                    Spans spans = context.getBean(Spans.class);
                    MutableSpan operator = spans.only("operator");
                    assertThat(spans.named("task pages")).hasSize(2);
                    MutableSpan again = spans.named("task pages").get(1);
                    assertThat(again.traceId())
                            .isEqualTo(operator.traceId())
                            .isNotEqualTo(spans.only("caller").traceId());
                    assertThat(again.parentId()).isEqualTo(operator.id());
                    assertThat(Spans.tags(again))
                            .containsEntry("outcome", "CRASH")
                            .containsEntry("task", "2");
                });
    }

    private static void assertSame(MutableSpan span, PoolRecord event, String outcome) {
        assertThat(Spans.tags(span))
                .containsEntry("outcome", outcome)
                .containsEntry("task", String.valueOf(event.taskId()))
                .containsEntry("worker", String.valueOf(event.workerId()))
                .containsEntry("pid", String.valueOf(event.pid()));
    }

    @Test
    @DisplayName("5.9: a worker whose own context has a tracer continues the trace with a span of its own")
    void spanInTheWorker() {
        contextRunner
                .withPropertyValues(
                        "poolmanager.pools.pages.worker=" + Caller.class.getName(),
                        "poolmanager.pools.pages.worker-context=" + Traces.class.getName(),
                        "poolmanager.pools.pages.size=1")
                .run(context -> {
                    pool(context).submit("first").get(30, TimeUnit.SECONDS);
                    Map<String, String> seen = pool(context).submit("second").get(30, TimeUnit.SECONDS);
                    MutableSpan task =
                            context.getBean(Spans.class).named("task pages").get(1);
                    assertThat(seen)
                            .containsEntry("trace", task.traceId())
                            .containsEntry("parent", task.id())
                            .containsEntry("ended", "1");
                });
    }
}
