package org.poolmanager.boot.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.poolmanager.Isolation;
import org.poolmanager.PoolManager;
import org.poolmanager.QueueFullException;
import org.poolmanager.boot.workers.Gate;
import org.poolmanager.boot.workers.Talkative;

class PoolMetricsTests {

    private final MeterRegistry registry = new SimpleMeterRegistry();

    private final PoolManager<CountDownLatch, Boolean> pool = PoolManager.builder(Gate.class)
            .name("name of the pool")
            .isolation(Isolation.THREAD)
            .size(1)
            .queueSize(3)
            .build();

    private final PoolMetrics metrics = new PoolMetrics(pool, "gate");

    @BeforeEach
    void bind() {
        metrics.bindTo(registry);
    }

    @AfterEach
    void close() {
        metrics.close();
        pool.close();
    }

    @Test
    void allMetersExistFromTheStartWithConstantTagKeys() {
        Map<String, List<String>> keys = new TreeMap<>();
        for (Meter meter : registry.getMeters()) {
            List<String> tags =
                    meter.getId().getTags().stream().map(Tag::getKey).toList();
            List<String> other = keys.putIfAbsent(meter.getId().getName(), tags);
            assertThat(tags).isEqualTo(other == null ? tags : other);
        }
        assertThat(keys)
                .isEqualTo(new TreeMap<>(Map.ofEntries(
                        Map.entry("poolmanager.log.records", List.of("level", "pool", "result")),
                        Map.entry("poolmanager.memory.used", List.of("pool")),
                        Map.entry("poolmanager.message.size", List.of("direction", "pool")),
                        Map.entry("poolmanager.queue.oldest", List.of("pool")),
                        Map.entry("poolmanager.queue.remaining", List.of("pool")),
                        Map.entry("poolmanager.queue.wait", List.of("pool")),
                        Map.entry("poolmanager.queued", List.of("pool")),
                        Map.entry("poolmanager.rejected", List.of("pool", "reason")),
                        Map.entry("poolmanager.retries", List.of("pool", "reason")),
                        Map.entry("poolmanager.results.waiting", List.of("pool")),
                        Map.entry("poolmanager.submitted", List.of("pool")),
                        Map.entry("poolmanager.task", List.of("error", "outcome", "pool")),
                        Map.entry("poolmanager.task.active", List.of("pool")),
                        Map.entry("poolmanager.worker.exits", List.of("pool", "reason")),
                        Map.entry("poolmanager.worker.start", List.of("outcome", "pool")),
                        Map.entry("poolmanager.workers", List.of("pool", "state")),
                        Map.entry("poolmanager.workers.max", List.of("pool")))));
        assertThat(registry.getMeters())
                .allMatch(meter -> "gate".equals(meter.getId().getTag("pool")));
        assertThat(registry.get("poolmanager.worker.exits").counters())
                .extracting(counter -> counter.getId().getTag("reason"))
                .contains("CRASH", "OOM", "TIMEOUT", "SHUTDOWN");
        assertThat(registry.get("poolmanager.task").timers())
                .extracting(timer -> timer.getId().getTag("outcome"))
                .containsExactlyInAnyOrder("SUCCESS", "FAILURE", "TIMEOUT", "CRASH", "CANCELLED");
    }

    @Test
    void gaugesFollowThePool() throws InterruptedException {
        pool.start();
        assertThat(gauge("poolmanager.workers", "state", "idle")).isEqualTo(1);
        assertThat(gauge("poolmanager.workers.max", "pool", "gate")).isEqualTo(1);
        assertThat(gauge("poolmanager.queue.remaining", "pool", "gate")).isEqualTo(3);
        CountDownLatch gate = new CountDownLatch(1);
        for (int i = 0; i < 4; i++) {
            pool.put(gate);
        }
        Awaitility.await().until(() -> gauge("poolmanager.workers", "state", "busy") == 1);
        assertThat(gauge("poolmanager.queued", "pool", "gate")).isEqualTo(3);
        assertThat(gauge("poolmanager.queue.remaining", "pool", "gate")).isZero();
        Awaitility.await()
                .until(() ->
                        registry.get("poolmanager.queue.oldest").timeGauge().value(TimeUnit.MILLISECONDS) > 1);
        assertThat(registry.get("poolmanager.submitted").functionCounter().count())
                .isEqualTo(4);
        gate.countDown();
        Awaitility.await().until(() -> gauge("poolmanager.results.waiting", "pool", "gate") == 4);
        assertThat(gauge("poolmanager.queue.oldest", "pool", "gate")).isZero();
    }

    private double gauge(String name, String tag, String value) {
        return registry.get(name).tag(tag, value).gauge().value();
    }

    @Test
    @DisplayName("5.8: poolmanager.task.active says how many tasks run, how long they have altogether and at most")
    void activeTasks() throws InterruptedException {
        pool.start();
        assertThat(active()).containsOnlyKeys("ACTIVE_TASKS", "DURATION", "MAX").containsEntry("ACTIVE_TASKS", 0.0);
        assertThat(active().values()).containsOnly(0.0);
        CountDownLatch gate = new CountDownLatch(1);
        pool.put(gate);
        Awaitility.await().until(() -> active().get("MAX") > 0.001);
        Map<String, Double> running = active();
        assertThat(running.get("ACTIVE_TASKS")).isEqualTo(1);
        assertThat(running.get("DURATION")).isGreaterThan(0.001);
        gate.countDown();
        assertThat(pool.get()).isTrue();
        assertThat(active().values()).containsOnly(0.0);
    }

    private Map<String, Double> active() {
        Map<String, Double> values = new TreeMap<>();
        registry.get("poolmanager.task.active")
                .meter()
                .measure()
                .forEach(measurement -> values.put(measurement.getStatistic().name(), measurement.getValue()));
        return values;
    }

    @Test
    @DisplayName("5.8: the memory of child JVMs, the size of what travels, and their records by level are measured")
    void metersOfChildJvms() throws InterruptedException {
        try (PoolManager<Integer, Integer> children = PoolManager.builder(Talkative.class)
                        .name("children")
                        .size(1)
                        .loggers(Talkative.LOGGER)
                        .build();
                PoolMetrics own = new PoolMetrics(children, "children")) {
            own.bindTo(registry);
            children.start();
            assertThat(gauge("poolmanager.memory.used", "pool", "children")).isGreaterThan(8 << 20);
            assertThat(gauge("poolmanager.memory.used", "pool", "gate")).isZero();
            children.map(List.of(1, 2, 3));
            children.join();
            for (String direction : List.of("request", "response")) {
                DistributionSummary sizes = registry.get("poolmanager.message.size")
                        .tags("pool", "children", "direction", direction)
                        .summary();
                assertThat(sizes.count()).isEqualTo(3);
                assertThat(sizes.totalAmount()).isGreaterThan(9);
            }
            assertThat(records("warn")).isEqualTo(3);
            assertThat(records("error")).isEqualTo(3);
            assertThat(records("info") + records("debug") + records("trace")).isZero();
        }
    }

    private double records(String level) {
        return registry.get("poolmanager.log.records")
                .tags("pool", "children", "level", level, "result", "forwarded")
                .functionCounter()
                .count();
    }

    @Test
    void eventsAreCountedAndTimed() throws InterruptedException {
        pool.start();
        CountDownLatch gate = new CountDownLatch(1);
        CompletableFuture<Boolean> completed = pool.submit(gate);
        CompletableFuture<Boolean> cancelled = pool.submit(gate);
        pool.put(gate);
        pool.put(gate);
        assertThat(pool.offer(gate)).isFalse();
        assertThatExceptionOfType(QueueFullException.class).isThrownBy(() -> pool.put(gate, Duration.ofMillis(1)));
        cancelled.cancel(false);
        gate.countDown();
        assertThat(completed).succeedsWithin(Duration.ofSeconds(20));
        assertThat(pool.submit(new CountDownLatch(0))).succeedsWithin(Duration.ofSeconds(20));
        assertThat(pool.submit(null)).failsWithin(Duration.ofSeconds(20));
        pool.close();
        assertThat(pool.state().acceptsTasks()).isFalse();
        Awaitility.await()
                .until(() -> registry.get("poolmanager.queue.wait").timer().count() == 6);
        assertThat(tasks("SUCCESS", "none")).isEqualTo(4);
        assertThat(tasks("CANCELLED", "CancellationException")).isEqualTo(1);
        assertThat(tasks("FAILURE", "TaskFailedException")).isEqualTo(1);
        assertThat(rejected("full")).isEqualTo(1);
        assertThat(rejected("timeout")).isEqualTo(1);
        assertThat(rejected("closed")).isZero();
        assertThat(registry.get("poolmanager.worker.start")
                        .tag("outcome", "SUCCESS")
                        .timer()
                        .count())
                .isEqualTo(1);
        assertThat(registry.get("poolmanager.worker.exits")
                        .tag("reason", "SHUTDOWN")
                        .counter()
                        .count())
                .isEqualTo(1);
    }

    private long tasks(String outcome, String error) {
        return registry.get("poolmanager.task")
                .tags("outcome", outcome, "error", error)
                .timer()
                .count();
    }

    private double rejected(String reason) {
        return registry.get("poolmanager.rejected")
                .tag("reason", reason)
                .counter()
                .count();
    }

    @Test
    void closingTakesTheMetersOut() {
        metrics.close();
        assertThat(registry.getMeters()).isEmpty();
        pool.start();
        assertThat(registry.getMeters()).isEmpty();
    }
}
