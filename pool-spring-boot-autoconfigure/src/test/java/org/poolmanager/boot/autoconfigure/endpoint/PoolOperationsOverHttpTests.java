package org.poolmanager.boot.autoconfigure.endpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jakarta.servlet.Filter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import java.security.Principal;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.poolmanager.Isolation;
import org.poolmanager.PoolManager;
import org.poolmanager.PoolState;
import org.poolmanager.WorkerCrashedException;
import org.poolmanager.WorkerExit;
import org.poolmanager.boot.actuate.endpoint.OperationTrace;
import org.poolmanager.boot.workers.Fragile;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.actuate.audit.AuditEvent;
import org.springframework.boot.actuate.audit.InMemoryAuditEventRepository;
import org.springframework.boot.actuate.audit.listener.AuditListener;
import org.springframework.boot.actuate.autoconfigure.audit.AuditAutoConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.context.annotation.Bean;
import org.springframework.http.HttpMethod;
import org.springframework.http.MediaType;
import org.springframework.test.web.servlet.client.RestTestClient;
import org.springframework.test.web.servlet.client.RestTestClient.BodyContentSpec;

/** What operators do to pools over HTTP, where access is unrestricted and the application is audited. */
@SpringBootTest(
        webEnvironment = WebEnvironment.RANDOM_PORT,
        properties = {
            "poolmanager.pools.deadly.worker=org.poolmanager.boot.workers.Deadly",
            "poolmanager.pools.deadly.size=1",
            "poolmanager.pools.deadly.queue-size=2",
            "poolmanager.pools.deadly.quarantine.after=1",
            "poolmanager.pools.endless.worker=org.poolmanager.boot.workers.Endless",
            "poolmanager.pools.endless.size=1",
            "poolmanager.pools.square.worker=org.poolmanager.boot.workers.Square",
            "poolmanager.pools.square.isolation=thread",
            "poolmanager.pools.square.size=2",
            "poolmanager.pools.square.queue-size=4",
            "poolmanager.pools.square.max-size=3",
            "management.endpoint.pools.access=unrestricted",
            "management.endpoint.health.show-components=always",
            "management.endpoints.web.exposure.include=pools,health"
        })
class PoolOperationsOverHttpTests {

    private static final Duration LIMIT = Duration.ofSeconds(60);

    @LocalServerPort
    private int port;

    @Autowired
    private PoolManager<Integer, Integer> square;

    @Autowired
    private PoolManager<Integer, Integer> deadly;

    @Autowired
    private PoolManager<String, byte[]> endless;

    @Autowired
    private PoolManager<String, String> fragile;

    @Autowired
    private PoolManager<String, String> own;

    @Autowired
    private InMemoryAuditEventRepository audited;

    private RestTestClient client;

    @BeforeEach
    void connect() {
        client = RestTestClient.bindToServer()
                .baseUrl("http://localhost:" + port + "/actuator")
                .build();
    }

    /** One test's failure is not to be another's. */
    @AfterEach
    void resume() {
        deadly.resume();
        deadly.clearTasks();
    }

    private BodyContentSpec send(HttpMethod method, String path, @Nullable Map<String, String> body, int status) {
        var request = client.method(method).uri(path).header("X-User", "alice").contentType(MediaType.APPLICATION_JSON);
        return (body == null ? request : request.body(body))
                .exchange()
                .expectStatus()
                .isEqualTo(status)
                .expectBody();
    }

    private BodyContentSpec post(String pool, String key, String value, int status) {
        return send(HttpMethod.POST, "/pools/" + pool, Map.of(key, value), status);
    }

    private BodyContentSpec events(String pool, String type) {
        return client.get()
                .uri("/pools/" + pool + "/events?type=" + type)
                .exchange()
                .expectStatus()
                .isOk()
                .expectBody();
    }

    @Test
    void pauseAndResume() throws Exception {
        post("square", "state", "paused", 202)
                .jsonPath("$.name")
                .isEqualTo("square")
                .jsonPath("$.state")
                .isEqualTo("PAUSED")
                .jsonPath("$.workers.length()")
                .isEqualTo(2);
        CompletableFuture<Integer> waiting = square.submit(3);
        client.get()
                .uri("/health/pools/square")
                .exchange()
                .expectStatus()
                .isOk()
                .expectBody()
                .jsonPath("$.status")
                .isEqualTo("UNKNOWN");
        post("square", "state", "PAUSED", 202).jsonPath("$.queue.size").isEqualTo(1);
        assertThat(waiting).isNotDone();
        post("square", "state", "running", 202).jsonPath("$.state").isEqualTo("RUNNING");
        assertThat(waiting.get(20, TimeUnit.SECONDS)).isEqualTo(9);
        events("square", "POOL_PAUSED").jsonPath("$.events[0].message").isEqualTo("RUNNING -> PAUSED");
        events("square", "POOL_RESUMED").jsonPath("$.events[0].message").isEqualTo("PAUSED -> RUNNING");
        events("square", "OPERATION")
                .jsonPath("$.events[?(@.message == 'change {state=paused}, by alice')]")
                .isNotEmpty()
                .jsonPath("$.events[?(@.message == 'change {state=running}, by alice')]")
                .isNotEmpty();
        assertThat(audited.find("alice", null, OperationTrace.AUDIT_TYPE))
                .extracting(AuditEvent::getData)
                .contains(Map.of("pool", "square", "operation", "change {state=paused}", "status", 202));
    }

    @Test
    void stopAndStart() throws Exception {
        square.clearTasks();
        post("square", "state", "stopped", 202);
        awaitState(square, PoolState.STOPPED); // an operation waits for a second, and JVMs may take longer
        post("square", "state", "paused", 409)
                .jsonPath("$.error")
                .isEqualTo("Pool 'square' is STOPPED and cannot be paused: only one that is RUNNING or PAUSED can");
        post("square", "recycle", "rolling", 409)
                .jsonPath("$.error")
                .isEqualTo("Pool 'square' is STOPPED and cannot be recycled: only one that is RUNNING or PAUSED can");
        send(HttpMethod.DELETE, "/pools/square/workers/1", null, 409)
                .jsonPath("$.error")
                .isEqualTo("Worker 1 of pool 'square' is being started or is ending: only one that is idle or busy can"
                        + " be killed");
        assertThat(audited.find("alice", null, OperationTrace.AUDIT_TYPE))
                .extracting(AuditEvent::getData)
                .as("what is refused is audited as well")
                .contains(Map.of("pool", "square", "operation", "kill worker 1", "status", 409));
        post("square", "state", "stopped", 202).jsonPath("$.state").isEqualTo("STOPPED");
        post("square", "state", "running", 202);
        awaitState(square, PoolState.RUNNING);
        assertThat(square.map(List.of(2))).containsExactly(4);
    }

    private static void awaitState(PoolManager<?, ?> pool, PoolState state) {
        Awaitility.await().atMost(LIMIT).until(() -> pool.state() == state);
    }

    @Test
    void poolThatCannotBeStartedSaysWhy() {
        post("fragile", "state", "stopped", 202);
        awaitState(fragile, PoolState.STOPPED);
        Fragile.BROKEN.set(true);
        try {
            // Of a start that takes longer than an operation waits, the answer does not know the end; the next one
            // begins anew.
            Awaitility.await()
                    .atMost(LIMIT)
                    .untilAsserted(() -> post("fragile", "state", "running", 409)
                            .jsonPath("$.error")
                            .value(
                                    String.class,
                                    (String text) -> assertThat(text)
                                            .startsWith(
                                                    "Pool 'fragile' could not be started: 1 of 1 workers failed to start.")
                                            .contains("no licence key found")));
            assertThat(fragile.state()).isEqualTo(PoolState.FAILED);
        } finally {
            Fragile.BROKEN.set(false);
        }
        post("fragile", "state", "running", 202);
        awaitState(fragile, PoolState.RUNNING);
    }

    @Test
    void stopThatTakesItsTimeGoesOn() throws Exception {
        // The pool "own" is no daemon: it finishes what it has.
        CompletableFuture<String> running = own.submit("held");
        Awaitility.await().until(() -> own.stats().workers().busy() == 1);
        post("own", "state", "stopped", 202).jsonPath("$.state").isEqualTo("DRAINING");
        post("own", "state", "running", 409)
                .jsonPath("$.error")
                .isEqualTo("Pool 'own' is DRAINING and cannot be resumed: only one that is RUNNING or PAUSED can");
        Application.HELD.complete(null);
        assertThat(running.get(20, TimeUnit.SECONDS)).isEqualTo("held");
        awaitState(own, PoolState.STOPPED);
        post("own", "state", "running", 202);
        awaitState(own, PoolState.RUNNING);
    }

    @Test
    void recycle() {
        long before = square.stats().recycles();
        post("square", "recycle", "rolling", 202).jsonPath("$.name").isEqualTo("square");
        Awaitility.await()
                .atMost(Duration.ofSeconds(20))
                .until(() -> square.stats().recycles() == before + 2);
        // A worker is counted before its event is told.
        Awaitility.await()
                .atMost(LIMIT)
                .untilAsserted(() -> events("square", "WORKER_RECYCLED")
                        .jsonPath("$.events[-1].message")
                        .isEqualTo(
                                "RECYCLED: the pool replaced it by a fresh one: an operator asked for fresh workers"));
    }

    @Test
    void resize() {
        try {
            post("square", "size", "3", 202)
                    .jsonPath("$.configuration.size")
                    .isEqualTo(3)
                    .jsonPath("$.configuration.maxSize")
                    .isEqualTo(3)
                    .jsonPath("$.configuration.source")
                    .isEqualTo("yaml")
                    .jsonPath("$.configuration.changedAtRuntime.length()")
                    .isEqualTo(1)
                    .jsonPath("$.configuration.changedAtRuntime[0]")
                    .isEqualTo("size")
                    .jsonPath("$.queue.remaining")
                    .isEqualTo(4)
                    .jsonPath("$.workers.length()")
                    .isEqualTo(3);
            Awaitility.await()
                    .atMost(Duration.ofSeconds(20))
                    .until(() -> square.stats().workers().live() == 3);
            events("square", "POOL_RESIZED").jsonPath("$.events[-1].message").isEqualTo("2 -> 3 workers");
        } finally {
            square.resize(2);
        }
        client.get()
                .uri("/pools/square")
                .exchange()
                .expectBody()
                .jsonPath("$.configuration.size")
                .isEqualTo(2)
                .jsonPath("$.configuration.changedAtRuntime")
                .doesNotExist();
    }

    @Test
    void workerIsShownAndKilled() throws Exception {
        client.get()
                .uri("/pools/endless/workers/1")
                .exchange()
                .expectStatus()
                .isOk()
                .expectBody()
                .jsonPath("$.worker.state")
                .isEqualTo("IDLE")
                .jsonPath("$.taskId")
                .doesNotExist()
                .jsonPath("$.stack")
                .isEmpty();
        CompletableFuture<byte[]> running = endless.submit("a task");
        Awaitility.await().until(() -> endless.stats().workers().busy() == 1);
        // The task may have been handed out and not have begun.
        Awaitility.await()
                .untilAsserted(() -> client.get()
                        .uri("/pools/endless/workers/1")
                        .exchange()
                        .expectStatus()
                        .isOk()
                        .expectBody()
                        .jsonPath("$.worker.id")
                        .isEqualTo(1)
                        .jsonPath("$.worker.state")
                        .isEqualTo("BUSY")
                        .jsonPath("$.taskId")
                        .isEqualTo(1)
                        .jsonPath("$.stack[?(@ =~ /.*Endless.run.*/)]")
                        .isNotEmpty());
        long pid = endless.stats().workerList().get(0).pid();
        send(HttpMethod.DELETE, "/pools/endless/workers/1", null, 202)
                .jsonPath("$.name")
                .isEqualTo("endless");
        assertThatThrownBy(() -> running.get(20, TimeUnit.SECONDS))
                .cause()
                .isInstanceOfSatisfying(
                        WorkerCrashedException.class,
                        e -> assertThat(e.reason()).isEqualTo(WorkerExit.OPERATOR));
        Awaitility.await()
                .atMost(Duration.ofSeconds(20))
                .until(() -> endless.stats().restarts() == 1 && endless.isAlive());
        events("endless", "WORKER_KILLED")
                .jsonPath("$.events[0].message")
                .isEqualTo("OPERATOR: an operator had it killed")
                .jsonPath("$.events[0].pid")
                .isEqualTo(pid);
        client.get()
                .uri("/pools/endless")
                .exchange()
                .expectBody()
                .jsonPath("$.workers[0].lastExit.reason")
                .isEqualTo("OPERATOR");
        send(HttpMethod.DELETE, "/pools/endless/workers/2", null, 404)
                .jsonPath("$.error")
                .isEqualTo("Pool 'endless' has no worker 2; its workers are 1");
        send(HttpMethod.DELETE, "/pools/endless/workers/one", null, 400)
                .jsonPath("$.error")
                .isEqualTo("'one' is not a number");
        client.get().uri("/pools/endless/workers/2").exchange().expectStatus().isNotFound();
        client.get().uri("/pools/endless/nope/1").exchange().expectStatus().isNotFound();
    }

    @Test
    void clear() throws Exception {
        post("deadly", "state", "paused", 202);
        CompletableFuture<Integer> first = deadly.submit(1);
        CompletableFuture<Integer> second = deadly.submit(2);
        send(HttpMethod.DELETE, "/pools/deadly/queue", null, 200)
                .jsonPath("$.length()")
                .isEqualTo(1)
                .jsonPath("$.cleared")
                .isEqualTo(2);
        assertThatThrownBy(first::join).isInstanceOf(CancellationException.class);
        assertThatThrownBy(second::join).isInstanceOf(CancellationException.class);
        // Those of one second are one record.
        events("deadly", "QUEUE_CLEARED")
                .jsonPath("$.events[-1].message")
                .value(String.class, (String text) -> assertThat(text).endsWith(" tasks were cancelled"));
    }

    @Test
    void quarantine() throws Exception {
        assertThat(deadly.mapOutcomes(List.of(-1)).get(0).isCompleted()).isFalse();
        long id = deadly.quarantine().list().get(0).id();
        client.get()
                .uri("/pools/deadly/quarantine")
                .exchange()
                .expectStatus()
                .isOk()
                .expectBody()
                .jsonPath("$.quarantine.length()")
                .isEqualTo(1)
                .jsonPath("$.quarantine[0].taskId")
                .isEqualTo(id)
                .jsonPath("$.quarantine[0].attempts")
                .isEqualTo(1);
        send(HttpMethod.POST, "/pools/deadly/quarantine/" + id, null, 202)
                .jsonPath("$.name")
                .isEqualTo("deadly");
        // It kills its worker again, and is back under another number.
        Awaitility.await()
                .atMost(Duration.ofSeconds(20))
                .until(() -> deadly.quarantine().list().stream().anyMatch(task -> task.id() != id));
        long next = deadly.quarantine().list().get(0).id();
        send(HttpMethod.POST, "/pools/deadly/quarantine/" + id, null, 404)
                .jsonPath("$.error")
                .isEqualTo("There is no task with id " + id + " in the quarantine of pool 'deadly'");
        send(HttpMethod.DELETE, "/pools/deadly/quarantine/" + next, null, 200)
                .jsonPath("$.dropped")
                .isEqualTo(next);
        send(HttpMethod.DELETE, "/pools/deadly/quarantine/" + next, null, 404);
        Awaitility.await()
                .atMost(Duration.ofSeconds(20))
                .until(() -> deadly.stats().workers().idle() == 1);
        client.get()
                .uri("/pools/square/quarantine")
                .exchange()
                .expectStatus()
                .isOk()
                .expectBody()
                .jsonPath("$.quarantine")
                .isEmpty();
    }

    @Test
    void fullPoolTakesNothingOutOfQuarantine() throws Exception {
        assertThat(deadly.mapOutcomes(List.of(-1)).get(0).isCompleted()).isFalse();
        long id = deadly.quarantine().list().get(0).id();
        deadly.pause();
        while (deadly.offer(1)) {
            // until it is full
        }
        send(HttpMethod.POST, "/pools/deadly/quarantine/" + id, null, 409)
                .jsonPath("$.error")
                .value(String.class, (String text) -> assertThat(text).startsWith("Pool 'deadly' is full"));
        assertThat(deadly.quarantine().drop(id)).isTrue();
    }

    @Test
    void wrongRequests() {
        post("nope", "state", "paused", 404)
                .jsonPath("$.error")
                .value(
                        String.class,
                        (String text) -> assertThat(text)
                                .startsWith("There is no pool 'nope'. There are: [")
                                .contains("square"));
        post("square", "state", "asleep", 400)
                .jsonPath("$.error")
                .isEqualTo("'state' must be paused, running, stopped, but is 'asleep'");
        post("square", "recycle", "all", 400).jsonPath("$.error").isEqualTo("'recycle' must be rolling, but is 'all'");
        post("square", "size", "4", 400)
                .jsonPath("$.error")
                .isEqualTo("'size' must be from 1 to max-size (3), but is 4");
        post("square", "size", "many", 400).jsonPath("$.error").isEqualTo("'many' is not a number");
        String both =
                "One of 'state' (paused, running, stopped), 'recycle' (rolling) and 'size' (a number of workers) must"
                        + " be given, and only one";
        post("square", "colour", "blue", 400).jsonPath("$.error").isEqualTo(both);
        send(HttpMethod.POST, "/pools/square", null, 400).jsonPath("$.error").isEqualTo(both);
        send(HttpMethod.POST, "/pools/square", Map.of("state", "paused", "recycle", "rolling"), 400)
                .jsonPath("$.error")
                .isEqualTo(both);
        send(HttpMethod.DELETE, "/pools/square/nope", null, 404);
        send(HttpMethod.DELETE, "/pools/square/nope/1", null, 404);
        send(HttpMethod.POST, "/pools/square/nope/1", null, 404);
        send(HttpMethod.DELETE, "/pools/nope/queue", null, 404);
        assertThat(square.state()).isEqualTo(PoolState.RUNNING);
    }

    @Test
    void onlyJsonChangesAnything() {
        // What a form on another site could send.
        client.post()
                .uri("/pools/square?state=stopped")
                .contentType(MediaType.APPLICATION_FORM_URLENCODED)
                .body("state=stopped")
                .exchange()
                .expectStatus()
                .isEqualTo(415);
        assertThat(square.state()).isEqualTo(PoolState.RUNNING);
    }

    @SpringBootConfiguration
    @EnableAutoConfiguration(exclude = AuditAutoConfiguration.class) // it wants Spring Security
    static class Application {

        static final CompletableFuture<Void> HELD = new CompletableFuture<>();

        @Bean
        PoolManager<String, String> own() {
            return PoolManager.builder((String task) -> {
                        HELD.get(20, TimeUnit.SECONDS);
                        return task;
                    })
                    .name("own")
                    .isolation(Isolation.THREAD)
                    .size(1)
                    .daemon(false)
                    .build();
        }

        @Bean
        PoolManager<String, String> fragile() {
            return PoolManager.builder(Fragile.class)
                    .name("fragile")
                    .isolation(Isolation.THREAD)
                    .size(1)
                    .build();
        }

        @Bean
        InMemoryAuditEventRepository auditEventRepository() {
            return new InMemoryAuditEventRepository();
        }

        @Bean
        AuditListener auditListener(InMemoryAuditEventRepository repository) {
            return new AuditListener(repository);
        }

        /** Whoever says who they are is believed. */
        @Bean
        Filter authentication() {
            return (request, response, chain) -> chain.doFilter(
                    new HttpServletRequestWrapper((HttpServletRequest) request) {

                        @Override
                        public @Nullable Principal getUserPrincipal() {
                            String user = getHeader("X-User");
                            return user == null ? null : () -> user;
                        }
                    },
                    response);
        }
    }
}
