package org.poolmanager.boot.autoconfigure.endpoint;

import static java.util.Map.entry;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import ch.qos.logback.core.read.ListAppender;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.poolmanager.PoolManager;
import org.poolmanager.PoolStartException;
import org.poolmanager.boot.events.PoolRecord.Type;
import org.poolmanager.boot.workers.Fragile;
import org.poolmanager.boot.workers.Pages;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.http.HttpMethod;
import org.springframework.http.MediaType;
import org.springframework.test.web.servlet.client.RestTestClient;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Each type of event, made by what it stands for, and read by a client; and levels of loggers, set by a client. */
@SpringBootTest(
        webEnvironment = WebEnvironment.RANDOM_PORT,
        properties = {
            "poolmanager.pools.pages.worker=org.poolmanager.boot.workers.Pages",
            "poolmanager.pools.pages.size=1",
            "poolmanager.pools.pages.loggers=" + Pages.LOGGER,
            "poolmanager.pools.pages.log-overflow=drop",
            "poolmanager.pools.pages.retry.max-attempts=2",
            "poolmanager.pools.pages.retry.backoff=1ms",
            "poolmanager.pools.pages.quarantine.after=2",
            "poolmanager.pools.square.worker=org.poolmanager.boot.workers.Square",
            "poolmanager.pools.square.isolation=thread",
            "poolmanager.pools.square.size=1",
            "poolmanager.pools.square.max-size=2",
            "poolmanager.pools.fragile.worker=org.poolmanager.boot.workers.Fragile",
            "poolmanager.pools.fragile.isolation=thread",
            "poolmanager.pools.fragile.size=1",
            "poolmanager.pools.fragile.task-timeout=20ms",
            "management.endpoint.pools.access=unrestricted",
            "management.endpoints.web.exposure.include=pools,loggers"
        })
class EventTypesOverHttpTests {

    private static final Duration LIMIT = Duration.ofSeconds(60);

    private static final String POOL = "";

    private static final String WORKER = "workerId";

    private static final String PROCESS = "workerId pid";

    private static final String TASK = "taskId";

    private static final String RUN = "workerId pid taskId";

    /**
     * Where an event is to be found.
     *
     * @param pool of which pool it is
     * @param fields what it has beside time, type, pool and message
     * @param message what it says
     */
    private record Expected(String pool, String fields, String message) {}

    private static final Map<Type, Expected> EXPECTED = Map.ofEntries(
            entry(Type.OPERATION, new Expected("square", POOL, "change \\{size=2}")),
            entry(Type.POOL_STARTED, new Expected("square", POOL, "STARTING -> RUNNING")),
            entry(Type.POOL_PAUSED, new Expected("square", POOL, "RUNNING -> PAUSED")),
            entry(Type.POOL_RESUMED, new Expected("square", POOL, "PAUSED -> RUNNING")),
            entry(Type.POOL_RESIZED, new Expected("square", POOL, "1 -> 2 workers")),
            entry(Type.POOL_DRAINING, new Expected("square", POOL, "RUNNING -> DRAINING")),
            entry(Type.POOL_STOPPED, new Expected("square", POOL, "DRAINING -> STOPPED")),
            entry(Type.POOL_FAILED, new Expected("fragile", POOL, "STARTING -> FAILED: .*no licence key found.*")),
            entry(Type.WORKER_STARTED, new Expected("pages", PROCESS, "generation 1, ready after \\d+ ms")),
            entry(Type.WORKER_START_FAILED, new Expected("fragile", WORKER, ".*no licence key found.*")),
            entry(Type.WORKER_EXITED, new Expected("pages", PROCESS, "CRASH: its process exited with value 3")),
            entry(Type.WORKER_RECYCLED, new Expected("square", PROCESS, "RECYCLED: .*an operator asked for fresh.*")),
            entry(Type.WORKER_KILLED, new Expected("pages", PROCESS, "OPERATOR: an operator had it killed")),
            entry(Type.QUEUE_CLEARED, new Expected("square", POOL, "\\d+ tasks were cancelled")),
            entry(Type.LOGS_DROPPED, new Expected("pages", POOL, "\\d+ log records were dropped, because the .*")),
            entry(Type.TASK_FAILED, new Expected("square", RUN, "\\w+, waited \\d+ ms, ran \\d+ ms")),
            entry(Type.TASK_TIMED_OUT, new Expected("fragile", RUN, "\\w+, waited \\d+ ms, ran \\d+ ms")),
            entry(Type.TASK_CRASHED, new Expected("pages", RUN, "WorkerCrashedException, waited \\d+ ms, ran \\d+ ms")),
            entry(Type.TASK_RETRIED, new Expected("pages", TASK, "attempt 1: CRASHED; the next one comes in \\d+ ms")),
            entry(Type.TASK_QUARANTINED, new Expected("pages", TASK, "has killed 2 workers")),
            entry(Type.TASK_REJECTED, new Expected("square", POOL, "FULL")));

    @LocalServerPort
    private int port;

    @Autowired
    private PoolManager<String, byte[]> pages;

    @Autowired
    private PoolManager<Integer, Integer> square;

    @Autowired
    private PoolManager<String, String> fragile;

    private RestTestClient client;

    @BeforeEach
    void connect() {
        client = RestTestClient.bindToServer()
                .baseUrl("http://localhost:" + port + "/actuator/pools")
                .build();
    }

    @Test
    @DisplayName("5.6: what happens is an event of the type that the specification names, with all that is known of it")
    void eachType() throws Exception {
        assertThat(EXPECTED.keySet()).isEqualTo(EnumSet.allOf(Type.class));
        operate();
        failToStart();
        crash();
        dropRecords();
        Awaitility.await().atMost(LIMIT).untilAsserted(() -> EXPECTED.forEach(this::assertTold));
    }

    @Test
    @DisplayName("5.9: a level that is changed at /actuator/loggers holds in running workers")
    void levels() throws InterruptedException {
        Logger logger = (Logger) LoggerFactory.getLogger(Pages.LOGGER);
        ListAppender<ILoggingEvent> heard = new ListAppender<>();
        heard.list = new CopyOnWriteArrayList<>();
        heard.start();
        logger.addAppender(heard);
        try {
            setLevel("\"WARN\"");
            assertThat(pages.submit("a page")).succeedsWithin(LIMIT);
            assertThat(heard.list).extracting(ILoggingEvent::getMessage).doesNotContain("drawn"); // others may be late
            setLevel("\"DEBUG\"");
            Awaitility.await().atMost(LIMIT).untilAsserted(() -> {
                assertThat(pages.submit("a page")).succeedsWithin(LIMIT);
                assertThat(heard.list).extracting(ILoggingEvent::getMessage).contains("drawn");
            });
        } finally {
            setLevel("null");
            logger.detachAppender(heard);
        }
    }

    private void setLevel(String level) {
        client.post()
                .uri("http://localhost:" + port + "/actuator/loggers/" + Pages.LOGGER)
                .contentType(MediaType.APPLICATION_JSON)
                .body("{\"configuredLevel\":" + level + "}")
                .exchange()
                .expectStatus()
                .isNoContent();
    }

    private void operate() throws InterruptedException {
        assertThat(square.submit(null)).failsWithin(LIMIT);
        post("square", Map.of("state", "paused"));
        while (square.offer(1)) {
            // until it is full
        }
        get("").path("pools")
                .path("square")
                .path("degraded")
                .forEach(one -> assertThat(one.asString()).isEqualTo("QUEUE_SATURATED"));
        client.delete().uri("/square/queue").exchange().expectStatus().isOk();
        post("square", Map.of("state", "running"));
        post("square", Map.of("recycle", "rolling"));
        Awaitility.await().atMost(LIMIT).until(() -> square.stats().recycles() == 1);
        post("square", Map.of("size", "2"));
        post("square", Map.of("state", "stopped"));
    }

    private void failToStart() throws InterruptedException {
        assertThat(fragile.submit("late")).failsWithin(LIMIT);
        fragile.close();
        Fragile.BROKEN.set(true);
        try {
            assertThatThrownBy(() -> fragile.start()).isInstanceOf(PoolStartException.class);
        } finally {
            Fragile.BROKEN.set(false);
        }
    }

    private void crash() throws InterruptedException {
        assertThat(pages.mapOutcomes(List.of("broken")).get(0).isCompleted()).isFalse();
        Awaitility.await().atMost(LIMIT).until(() -> pages.stats().workers().idle() == 1);
        client.delete().uri("/pages/workers/1").exchange().expectStatus().isEqualTo(202);
    }

    private void dropRecords() throws InterruptedException {
        CountDownLatch held = new CountDownLatch(1);
        Logger logger = (Logger) LoggerFactory.getLogger(Pages.LOGGER);
        logger.setAdditive(false);
        Standing appender = new Standing(held);
        appender.start();
        logger.addAppender(appender);
        try {
            assertThat(pages.map(List.of("loud"))).hasSize(1);
        } finally {
            held.countDown();
            logger.detachAppender(appender);
            logger.setAdditive(true);
        }
        assertThat(get("").path("pools").path("pages").path("degraded").toString())
                .contains("\"LOG_DROPPED\"");
        JsonNode logs = get("/pages").path("logs");
        assertThat(logs.path("dropped").asInt()).isPositive();
        assertThat(logs.path("lastDropped").asString()).matches("\\d{4}-.*Z");
    }

    private void assertTold(Type type, Expected expected) {
        assertThat(get("/" + expected.pool + "/events?type=" + type).path("events"))
                .as(type.name())
                .anySatisfy(event -> {
                    assertThat(event.path("timestamp").asString()).matches("\\d{4}-.*Z");
                    assertThat(event.path("type").asString()).isEqualTo(type.name());
                    assertThat(event.path("pool").asString()).isEqualTo(expected.pool);
                    assertThat(event.path("message").asString()).matches("(?s)" + expected.message);
                    Set<String> fields = new TreeSet<>(event.propertyNames());
                    fields.removeAll(Set.of("timestamp", "type", "pool", "message", "repeated"));
                    assertThat(String.join(" ", fields))
                            .isEqualTo(String.join(" ", new TreeSet<>(Set.of(expected.fields.split(" ")))));
                });
    }

    private JsonNode get(String path) {
        return new JsonMapper()
                .readTree(client.get()
                        .uri(path)
                        .exchange()
                        .expectStatus()
                        .isOk()
                        .expectBody(String.class)
                        .returnResult()
                        .getResponseBody());
    }

    private void post(String pool, Map<String, String> change) {
        client.method(HttpMethod.POST)
                .uri("/" + pool)
                .contentType(MediaType.APPLICATION_JSON)
                .body(change)
                .exchange()
                .expectStatus()
                .isEqualTo(202);
    }

    /** Takes nothing until it may. */
    private static final class Standing extends AppenderBase<ILoggingEvent> {

        private final CountDownLatch held;

        Standing(CountDownLatch held) {
            this.held = held;
        }

        @Override
        protected void append(ILoggingEvent event) {
            try {
                held.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    @SpringBootConfiguration
    @EnableAutoConfiguration
    static class Application {}
}
