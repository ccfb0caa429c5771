package org.poolmanager.boot.autoconfigure.endpoint;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.poolmanager.Isolation;
import org.poolmanager.PoolManager;
import org.poolmanager.boot.events.PoolHistories;
import org.poolmanager.boot.events.PoolRecord;
import org.poolmanager.boot.events.PoolTiming;
import org.poolmanager.boot.workers.Endless;
import org.poolmanager.boot.workers.Square;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.context.annotation.Bean;
import org.springframework.http.HttpMethod;
import org.springframework.http.MediaType;
import org.springframework.test.web.servlet.client.RestTestClient;

/** The endpoint, health and meters of a web application, as a client sees them. The workers are child JVMs. */
@SpringBootTest(
        webEnvironment = WebEnvironment.RANDOM_PORT,
        properties = {
            "poolmanager.pools.square.worker=org.poolmanager.boot.workers.Square",
            "poolmanager.pools.square.size=1",
            "poolmanager.pools.square.jvm.args=-Xmx64m",
            "poolmanager.pools.endless.worker=org.poolmanager.boot.workers.Endless",
            "poolmanager.pools.endless.size=1",
            "poolmanager.pools.endless.queue-size=4",
            "poolmanager.pools.endless.task-timeout=1m",
            "poolmanager.events.capacity=6",
            "management.endpoints.web.exposure.include=pools,health,metrics,prometheus",
            "management.endpoint.health.show-details=always",
            // None of this may change the endpoint.
            "spring.jackson.property-naming-strategy=SNAKE_CASE",
            "spring.jackson.default-property-inclusion=always"
        })
class PoolsOverHttpTests {

    @LocalServerPort
    private int port;

    @Autowired
    private PoolManager<Integer, Integer> square;

    @Autowired
    private PoolManager<String, byte[]> endless;

    @Autowired
    private PoolManager<Integer, String> failing;

    @Autowired
    private PoolHistories histories;

    private RestTestClient client;

    @BeforeEach
    void connect() {
        client = RestTestClient.bindToServer()
                .baseUrl("http://localhost:" + port + "/actuator")
                .build();
    }

    @Test
    void allPools() throws InterruptedException {
        square.map(List.of(1, 2, 3));
        client.get()
                .uri("/pools")
                .exchange()
                .expectStatus()
                .isOk()
                .expectBody()
                .jsonPath("$.pools.length()")
                .isEqualTo(4)
                .jsonPath("$.pools.square.state")
                .isEqualTo("RUNNING")
                .jsonPath("$.pools.square.worker")
                .isEqualTo(Square.class.getName())
                .jsonPath("$.pools.square.size")
                .isEqualTo(1)
                .jsonPath("$.pools.square.workers.idle")
                .isEqualTo(1)
                .jsonPath("$.pools.square.workers.busy")
                .isEqualTo(0)
                .jsonPath("$.pools.square.workers.starting")
                .isEqualTo(0)
                .jsonPath("$.pools.square.workers.target")
                .doesNotExist()
                .jsonPath("$.pools.square.queue.size")
                .isEqualTo(0)
                .jsonPath("$.pools.square.queue.capacity")
                .isEqualTo(2)
                .jsonPath("$.pools.square.queue.oldest")
                .doesNotExist()
                .jsonPath("$.pools.square.tasks.submitted")
                .value(Integer.class, (Integer value) -> assertThat(value).isGreaterThan(2))
                .jsonPath("$.pools.square.tasks.completed")
                .value(Integer.class, (Integer value) -> assertThat(value).isGreaterThan(2))
                .jsonPath("$.pools.square.tasks.failed")
                .isEqualTo(0)
                .jsonPath("$.pools.square.tasks.timedOut")
                .isEqualTo(0)
                .jsonPath("$.pools.square.tasks.crashed")
                .isEqualTo(0)
                .jsonPath("$.pools.square.tasks.cancelled")
                .isEqualTo(0)
                .jsonPath("$.pools.square.tasks.rejected")
                .isEqualTo(0)
                .jsonPath("$.pools.square.tasks.running")
                .isEqualTo(0)
                .jsonPath("$.pools.square.throughput.oneMinute")
                .isNumber()
                .jsonPath("$.pools.square.results.waiting")
                .isEqualTo(0)
                .jsonPath("$.pools.square.degraded")
                .isEmpty();
    }

    @Test
    void onePool() {
        client.get()
                .uri("/pools/square")
                .exchange()
                .expectStatus()
                .isOk()
                .expectBody()
                .jsonPath("$.name")
                .isEqualTo("square")
                .jsonPath("$.state")
                .isEqualTo("RUNNING")
                .jsonPath("$.since")
                .value(String.class, (String value) -> assertThat(value).matches("\\d{4}-.*Z"))
                .jsonPath("$.input")
                .isEqualTo("java.lang.Integer")
                .jsonPath("$.output")
                .isEqualTo("java.lang.Integer")
                .jsonPath("$.configuration.source")
                .isEqualTo("yaml")
                .jsonPath("$.configuration.isolation")
                .isEqualTo("PROCESS")
                .jsonPath("$.configuration.queueSize")
                .isEqualTo(2)
                .jsonPath("$.configuration.resultSize")
                .doesNotExist()
                .jsonPath("$.configuration.prefetch")
                .doesNotExist()
                .jsonPath("$.configuration.logOverflow")
                .isEqualTo("WAIT")
                .jsonPath("$.configuration.codec")
                .isEqualTo("java")
                .jsonPath("$.configuration.startTimeout")
                .isEqualTo("PT30S")
                .jsonPath("$.configuration.taskTimeout")
                .doesNotExist()
                .jsonPath("$.configuration.jvmArgs")
                .isEqualTo("******")
                .jsonPath("$.workers[0].id")
                .isEqualTo(1)
                .jsonPath("$.workers[0].pid")
                .value(Integer.class, (Integer value) -> assertThat(value).isGreaterThan(1))
                .jsonPath("$.workers[0].state")
                .isEqualTo("IDLE")
                .jsonPath("$.workers[0].generation")
                .isEqualTo(1)
                .jsonPath("$.workers[0].startTime")
                .value(String.class, (String value) -> assertThat(value).matches("PT[\\d.]+S"))
                .jsonPath("$.workers[0].task")
                .doesNotExist()
                .jsonPath("$.workers[0].lastExit")
                .doesNotExist()
                .jsonPath("$.restarts.total")
                .isEqualTo(0)
                .jsonPath("$.lastFailure")
                .doesNotExist();
    }

    @Test
    @DisplayName("5.4: a pool shows how long its tasks took lately, and what its workers take of the machine")
    void timingAndFiguresOfProcesses() throws InterruptedException {
        square.map(List.of(1, 2, 3));
        // An outcome is there before its event is told.
        Awaitility.await().atMost(Duration.ofSeconds(20)).until(() -> {
            PoolTiming timing = histories.timing("square");
            return timing != null && timing.run() != null;
        });
        client.get()
                .uri("/pools/square")
                .exchange()
                .expectStatus()
                .isOk()
                .expectBody()
                .jsonPath("$.timing.window")
                .isEqualTo("PT5M")
                .jsonPath("$.timing.wait.p50")
                .value(String.class, (String value) -> assertThat(value).matches("PT[\\d.]+S"))
                .jsonPath("$.timing.run.max")
                .value(String.class, (String value) -> assertThat(value).matches("PT[\\d.]+S"))
                .jsonPath("$.workers[0].memory")
                .value(Integer.class, (Integer value) -> assertThat(value).isGreaterThan(8 << 20))
                .jsonPath("$.workers[0].cpuTime")
                .value(String.class, (String value) -> assertThat(value).startsWith("PT"));
        client.get()
                .uri("/pools/own")
                .exchange()
                .expectBody()
                .jsonPath("$.workers[0].memory")
                .doesNotExist()
                .jsonPath("$.workers[0].cpuTime")
                .doesNotExist();
    }

    @Test
    void poolOfTheUser() {
        client.get()
                .uri("/pools/own")
                .exchange()
                .expectStatus()
                .isOk()
                .expectBody()
                .jsonPath("$.configuration.source")
                .isEqualTo("bean")
                .jsonPath("$.configuration.resultSize")
                .doesNotExist()
                .jsonPath("$.configuration.isolation")
                .isEqualTo("THREAD")
                .jsonPath("$.input")
                .isEqualTo("java.lang.String")
                .jsonPath("$.output")
                .isEqualTo("java.util.List<java.lang.String>");
    }

    @Test
    void runningTaskAndItsCancellation() throws InterruptedException {
        CompletableFuture<byte[]> task = endless.submit("endless");
        // Before it has begun, its cancellation would cost no worker.
        Awaitility.await()
                .atMost(Duration.ofSeconds(20))
                .until(() -> endless.workerStack(1, Duration.ofSeconds(10)).frames().stream()
                        .anyMatch(frame -> frame.getClassName().equals(Endless.class.getName())));
        client.get()
                .uri("/pools/endless")
                .exchange()
                .expectStatus()
                .isOk()
                .expectBody()
                .jsonPath("$.output")
                .isEqualTo("byte[]")
                .jsonPath("$.configuration.taskTimeout")
                .isEqualTo("PT1M")
                .jsonPath("$.workers[0].state")
                .isEqualTo("BUSY")
                .jsonPath("$.workers[0].task.id")
                .isEqualTo(1)
                .jsonPath("$.workers[0].task.elapsed")
                .exists()
                .jsonPath("$.tasks.running")
                .isEqualTo(1);
        task.cancel(true);
        Awaitility.await()
                .atMost(Duration.ofSeconds(20))
                .until(() -> endless.stats().restarts() == 1 && endless.isAlive());
        client.get()
                .uri("/pools/endless")
                .exchange()
                .expectStatus()
                .isOk()
                .expectBody()
                .jsonPath("$.tasks.cancelled")
                .isEqualTo(1)
                .jsonPath("$.workers[0].generation")
                .isEqualTo(2)
                .jsonPath("$.workers[0].lastExit.reason")
                .isEqualTo("CANCELLED")
                .jsonPath("$.restarts.total")
                .isEqualTo(1);
        client.get()
                .uri("/metrics/poolmanager.worker.exits?tag=pool:endless&tag=reason:CANCELLED")
                .exchange()
                .expectStatus()
                .isOk()
                .expectBody()
                .jsonPath("$.measurements[0].value")
                .isEqualTo(1.0);
    }

    @Test
    void eventsAndWorkers() throws InterruptedException {
        failing.mapOutcomes(List.of(1, 2, 3, 4, 5, 6, 7, 8, 9, 10));
        // Those of one second are one record, which counts the others.
        Awaitility.await()
                .until(() -> histories.last("failing", PoolRecord.Type.TASK_FAILED, 100).stream()
                                .mapToLong(told -> 1 + (told.repeated() == null ? 0 : told.repeated()))
                                .sum()
                        == 10);
        client.get()
                .uri("/pools/failing/events")
                .exchange()
                .expectStatus()
                .isOk()
                .expectBody()
                .jsonPath("$.events[?(@.type == 'POOL_STARTED')].message")
                .isEqualTo("STARTING -> RUNNING")
                .jsonPath("$.events[?(@.type == 'WORKER_STARTED')].workerId")
                .isEqualTo(1)
                .jsonPath("$.events[?(@.type == 'WORKER_STARTED')].pid")
                .isNotEmpty();
        client.get()
                .uri("/pools/failing/events?type=TASK_FAILED&limit=1")
                .exchange()
                .expectStatus()
                .isOk()
                .expectBody()
                .jsonPath("$.events.length()")
                .isEqualTo(1)
                .jsonPath("$.events[0].pool")
                .isEqualTo("failing")
                .jsonPath("$.events[0].taskId")
                .isNumber()
                .jsonPath("$.events[0].workerId")
                .isEqualTo(1)
                .jsonPath("$.events[0].pid")
                .isNumber()
                .jsonPath("$.events[0].timestamp")
                .value(String.class, (String value) -> assertThat(value).matches("\\d{4}-.*Z"))
                .jsonPath("$.events[0].message")
                .value(
                        String.class,
                        (String value) -> assertThat(value).matches("FAILED, waited \\d+ ms, ran \\d+ ms"));
        client.get()
                .uri("/pools/failing/workers")
                .exchange()
                .expectStatus()
                .isOk()
                .expectBody()
                .jsonPath("$.workers.length()")
                .isEqualTo(1)
                .jsonPath("$.workers[0].failures")
                .isEqualTo(10);
        client.get()
                .uri("/pools/failing")
                .exchange()
                .expectBody()
                .jsonPath("$.configuration.resultSize")
                .isEqualTo(7);
    }

    @Test
    void noMoreEventsThanAreKept() throws InterruptedException {
        for (int i = 0; i < 4; i++) {
            failing.close(); // draining and stopped
            failing.start(); // a worker, and started
        }
        assertThat(histories.last("failing", null, 100)).hasSize(6);
        client.get()
                .uri("/pools/failing/events")
                .exchange()
                .expectStatus()
                .isOk()
                .expectBody()
                .jsonPath("$.events.length()")
                .isEqualTo(6);
    }

    @Test
    void wrongQuestionsForParts() {
        client.get().uri("/pools/nope/events").exchange().expectStatus().isNotFound();
        client.get().uri("/pools/square/nope").exchange().expectStatus().isNotFound();
        client.get()
                .uri("/pools/square/events?type=nope")
                .exchange()
                .expectStatus()
                .isBadRequest();
        client.get()
                .uri("/pools/square/events?limit=0")
                .exchange()
                .expectStatus()
                .isBadRequest();
    }

    @Test
    void unknownPool() {
        client.get().uri("/pools/nope").exchange().expectStatus().isNotFound();
    }

    @Test
    @DisplayName("X05: by default nothing can be changed")
    void nothingCanBeChanged() {
        for (HttpMethod method : List.of(HttpMethod.POST, HttpMethod.DELETE, HttpMethod.PUT, HttpMethod.PATCH)) {
            for (String path : List.of(
                    "/pools",
                    "/pools/square",
                    "/pools/square/queue",
                    "/pools/square/workers/1",
                    "/pools/square/quarantine/1")) {
                client.method(method)
                        .uri(path)
                        .contentType(MediaType.APPLICATION_JSON)
                        .exchange()
                        .expectStatus()
                        .isEqualTo(405);
            }
        }
        assertThat(square.isAlive()).isTrue();
    }

    @Test
    void health() {
        client.get()
                .uri("/health/pools/square")
                .exchange()
                .expectStatus()
                .isOk()
                .expectBody()
                .jsonPath("$.status")
                .isEqualTo("UP")
                .jsonPath("$.details.state")
                .isEqualTo("RUNNING")
                .jsonPath("$.details.workers.live")
                .isEqualTo(1)
                .jsonPath("$.details.workers.target")
                .isEqualTo(1)
                .jsonPath("$.details.queue.size")
                .isEqualTo(0)
                .jsonPath("$.details.queue.capacity")
                .isEqualTo(2)
                .jsonPath("$.details.degraded")
                .isEmpty();
        client.get().uri("/health/pools/nope").exchange().expectStatus().isNotFound();
    }

    @Test
    void meters() throws InterruptedException {
        square.map(List.of(1));
        client.get()
                .uri("/metrics/poolmanager.workers.max?tag=pool:square")
                .exchange()
                .expectStatus()
                .isOk()
                .expectBody()
                .jsonPath("$.measurements[0].value")
                .isEqualTo(1.0);
        String scrape = client.get()
                .uri("/prometheus")
                .exchange()
                .expectStatus()
                .isOk()
                .expectBody(String.class)
                .returnResult()
                .getResponseBody();
        assertThat(scrape)
                .contains("poolmanager_workers{pool=\"square\",state=\"idle\"}")
                .contains("poolmanager_workers_max{pool=\"square\"} 1.0")
                .contains("poolmanager_queued_tasks{pool=\"square\"} 0.0")
                .contains("poolmanager_queue_remaining_tasks{pool=\"square\"}")
                .contains("poolmanager_queue_oldest_seconds{pool=\"square\"} 0.0")
                .contains("poolmanager_results_waiting{pool=\"square\"} 0.0")
                .contains("poolmanager_submitted_tasks_total{pool=\"square\"}")
                .contains("poolmanager_rejected_tasks_total{pool=\"square\",reason=\"full\"} 0.0")
                .contains("poolmanager_task_seconds_count{error=\"none\",outcome=\"SUCCESS\",pool=\"square\"}")
                .contains("poolmanager_queue_wait_seconds_count{pool=\"square\"}")
                .contains("poolmanager_worker_start_seconds_count{outcome=\"SUCCESS\",pool=\"square\"} 1")
                .contains("poolmanager_worker_exits_total{pool=\"square\",reason=\"CRASH\"} 0.0");
    }

    @SpringBootConfiguration
    @EnableAutoConfiguration
    static class Application {

        @Bean
        PoolManager<String, List<String>> own() {
            return PoolManager.builder((String task) -> List.of(task))
                    .name("another name")
                    .isolation(Isolation.THREAD)
                    .size(1)
                    .build();
        }

        @Bean
        PoolManager<Integer, String> failing() {
            return PoolManager.builder((Integer task) -> Integer.toString(Math.floorDiv(task, 0)))
                    .isolation(Isolation.THREAD)
                    .size(1)
                    .resultSize(7)
                    .build();
        }
    }
}
