package org.poolmanager.boot.health;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.poolmanager.PoolManager;
import org.poolmanager.PoolState;
import org.poolmanager.boot.workers.Square;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;
import org.springframework.test.web.servlet.client.RestTestClient;

/** Pools that do not start with the application, as who looks at its health and its endpoint sees them. */
@SpringBootTest(
        webEnvironment = WebEnvironment.RANDOM_PORT,
        properties = {
            "poolmanager.defaults.size=1",
            "poolmanager.defaults.start-timeout=10m",
            "poolmanager.templates.late.start=background",
            "poolmanager.pools.held.worker=org.poolmanager.boot.workers.Held",
            "poolmanager.pools.held.template=late",
            "poolmanager.pools.refused.worker=org.poolmanager.boot.workers.Failing",
            "poolmanager.pools.refused.template=late",
            "poolmanager.pools.refused.isolation=thread",
            "poolmanager.pools.refused.restart.backoff=1h",
            "poolmanager.pools.refused.restart.max-backoff=1h",
            "poolmanager.pools.lazy.worker=org.poolmanager.boot.workers.Square",
            "poolmanager.pools.lazy.start=lazy",
            "poolmanager.pools.hidden.worker=org.poolmanager.boot.workers.Square",
            "poolmanager.pools.hidden.isolation=thread",
            "poolmanager.pools.hidden.health.enabled=false",
            "management.endpoints.web.exposure.include=pools,health",
            "management.endpoint.health.show-details=always",
            "management.endpoint.health.show-components=always",
            "management.endpoint.health.group.readiness.include=readinessState,pools/held,pools/lazy"
        })
class HealthOverHttpTests {

    private static final Duration LIMIT = Duration.ofSeconds(60);

    private static final ServerSocket GATE = gate();

    @LocalServerPort
    private int port;

    @Autowired
    private PoolManager<Integer, Integer> held;

    @Autowired
    private PoolManager<Integer, Integer> lazy;

    @Autowired
    private PoolManager<String, String> refused;

    private RestTestClient client;

    private static ServerSocket gate() {
        try {
            ServerSocket gate = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
            gate.setSoTimeout((int) LIMIT.toMillis());
            return gate;
        } catch (IOException ex) {
            throw new IllegalStateException(ex);
        }
    }

    @DynamicPropertySource
    static void gate(DynamicPropertyRegistry registry) {
        registry.add("poolmanager.pools.held.static-args[0]", GATE::getLocalPort);
    }

    @AfterAll
    static void closeGate() throws IOException {
        GATE.close();
    }

    @BeforeEach
    void connect() {
        client = RestTestClient.bindToServer()
                .baseUrl("http://localhost:" + port + "/actuator")
                .build();
    }

    @Test
    void startInTheBackground() throws Exception {
        Socket worker = GATE.accept();
        expect("/health/pools/held", 503, "$.status", "OUT_OF_SERVICE");
        expect("/health/pools/held", 503, "$.details.state", "STARTING");
        expect("/health/readiness", 503, "$.status", "OUT_OF_SERVICE");
        expect("/health/liveness", 200, "$.status", "UP");
        expect("/pools/held", 200, "$.state", "STARTING");
        expect("/pools/held", 200, "$.configuration.start", "BACKGROUND");
        expect("/pools/held", 200, "$.configuration.template", "late");
        expect("/pools/held", 200, "$.workers[0].state", "STARTING");
        CompletableFuture<Integer> task = held.submit(3);
        expect("/pools/held", 200, "$.queue.size", 1);
        worker.close();
        assertThat(task.get(60, TimeUnit.SECONDS)).isEqualTo(9);
        Awaitility.await().atMost(LIMIT).until(() -> held.state() == PoolState.RUNNING);
        expect("/health/pools/held", 200, "$.status", "UP");
        expect("/health/readiness", 200, "$.status", "UP");
    }

    @Test
    void failedStartInTheBackground() {
        Awaitility.await().atMost(LIMIT).until(() -> refused.state() == PoolState.BROKEN);
        Awaitility.await()
                .atMost(LIMIT)
                .untilAsserted(() -> expect("/pools/refused/events?type=POOL_FAILED", 200, "$.events.length()", 1));
        client.get()
                .uri("/health/pools/refused")
                .exchange()
                .expectStatus()
                .isEqualTo(503)
                .expectBody()
                .jsonPath("$.status")
                .isEqualTo("DOWN")
                .jsonPath("$.details.state")
                .isEqualTo("BROKEN")
                .jsonPath("$.details.reason")
                .value(
                        String.class,
                        reason -> assertThat(reason)
                                .contains("Pool 'refused' could not be started: 1 of 1 workers failed to start")
                                .contains("no licence key found"));
    }

    @Test
    void lazyPool() throws Exception {
        expect("/health/pools/lazy", 200, "$.status", "UNKNOWN");
        expect("/health/pools/lazy", 200, "$.details.reason", "The pool starts with its first task");
        expect("/pools/lazy", 200, "$.state", "NEW");
        expect("/pools/lazy", 200, "$.configuration.start", "LAZY");
        client.get()
                .uri("/pools/lazy")
                .exchange()
                .expectBody()
                .jsonPath("$.configuration.template")
                .doesNotExist();
        expect("/pools", 200, "$.pools.lazy.workers.starting", 0);
        assertThat(lazy.submit(3).get(60, TimeUnit.SECONDS)).isEqualTo(9);
        Awaitility.await().atMost(LIMIT).until(() -> lazy.state() == PoolState.RUNNING);
        expect("/health/pools/lazy", 200, "$.status", "UP");
    }

    @Test
    void poolWithoutHealth() {
        client.get().uri("/health/pools/hidden").exchange().expectStatus().isNotFound();
        expect("/pools/hidden", 200, "$.state", "RUNNING");
        expect("/pools/hidden", 200, "$.configuration.start", "EAGER");
        expect("/pools/hidden", 200, "$.worker", Square.class.getName());
    }

    private void expect(String path, int status, String json, Object value) {
        client.get()
                .uri(path)
                .exchange()
                .expectStatus()
                .isEqualTo(status)
                .expectBody()
                .jsonPath(json)
                .isEqualTo(value);
    }

    @SpringBootConfiguration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Application {}
}
