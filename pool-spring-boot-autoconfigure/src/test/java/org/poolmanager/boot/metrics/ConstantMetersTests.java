package org.poolmanager.boot.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.poolmanager.PoolManager;
import org.poolmanager.PoolStats;
import org.poolmanager.boot.PoolManagers;
import org.poolmanager.boot.autoconfigure.PoolManagerAutoConfiguration;
import org.poolmanager.boot.autoconfigure.metrics.PoolMetricsAutoConfiguration;
import org.poolmanager.boot.workers.Deadly;
import org.poolmanager.worker.PoolProcess;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.micrometer.metrics.autoconfigure.MetricsAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

class ConstantMetersTests {

    private static final int REPLACEMENTS = 1000;

    private static final int CRASHES = 5;

    private final MeterRegistry registry = new SimpleMeterRegistry();

    @Test
    @DisplayName("S06: after a thousand replaced workers and a restart there are the same meters, and they add up")
    void metersDoNotGrow() {
        new ApplicationContextRunner()
                .withConfiguration(AutoConfigurations.of(
                        PoolManagerAutoConfiguration.class,
                        MetricsAutoConfiguration.class,
                        PoolMetricsAutoConfiguration.class))
                .withBean("registry", MeterRegistry.class, () -> registry)
                .withPropertyValues(
                        "poolmanager.pools.held.worker=" + Held.class.getName(),
                        "poolmanager.pools.held.isolation=thread",
                        "poolmanager.pools.held.size=2",
                        "poolmanager.pools.deadly.worker=" + Deadly.class.getName(),
                        "poolmanager.pools.deadly.size=1")
                .run(context -> {
                    PoolManagers pools = context.getBean(PoolManagers.class);
                    Set<Meter.Id> before = meters();
                    replace(pools.get("held", CountDownLatch.class, Boolean.class));
                    crash(pools.get("deadly", Integer.class, Integer.class));
                    Awaitility.await().until(() -> exits("held", "CANCELLED") == REPLACEMENTS);
                    Awaitility.await().until(() -> exits("deadly", "CRASH") == CRASHES);
                    assertAddsUp(pools, "held");
                    assertAddsUp(pools, "deadly");

                    context.stop();
                    context.start();
                    assertThat(pools.get("deadly", Integer.class, Integer.class)
                                    .submit(3)
                                    .get())
                            .isEqualTo(3);
                    assertAddsUp(pools, "deadly");
                    assertThat(meters()).isEqualTo(before);
                });
    }

    private Set<Meter.Id> meters() {
        return registry.getMeters().stream().map(Meter::getId).collect(Collectors.toSet());
    }

    private static void replace(PoolManager<CountDownLatch, Boolean> held) throws InterruptedException {
        for (int i = 0; i < REPLACEMENTS; i++) {
            CountDownLatch begun = new CountDownLatch(1);
            CompletableFuture<Boolean> task = held.submit(begun);
            assertThat(begun.await(20, TimeUnit.SECONDS)).isTrue();
            assertThat(task.cancel(true)).isTrue();
        }
        Awaitility.await().until(() -> held.stats().restarts() == REPLACEMENTS);
    }

    /** Says that it has begun, and waits until it is interrupted. */
    public static final class Held implements PoolProcess<CountDownLatch, Boolean> {

        @Override
        public Boolean run(CountDownLatch task) throws InterruptedException {
            task.countDown();
            return new CountDownLatch(1).await(20, TimeUnit.SECONDS);
        }
    }

    private static void crash(PoolManager<Integer, Integer> deadly) throws InterruptedException {
        for (int i = 0; i < CRASHES; i++) {
            CompletableFuture<Integer> task = deadly.submit(-1);
            assertThatThrownBy(task::get).isInstanceOf(ExecutionException.class);
        }
    }

    private double exits(String pool, String reason) {
        return registry.get("poolmanager.worker.exits")
                .tags("pool", pool, "reason", reason)
                .counter()
                .count();
    }

    private void assertAddsUp(PoolManagers pools, String pool) {
        Awaitility.await().untilAsserted(() -> {
            PoolStats.Tasks tasks = pools.get(pool).stats().tasks();
            long timed = registry.get("poolmanager.task").tag("pool", pool).timers().stream()
                    .mapToLong(Timer::count)
                    .sum();
            assertThat(timed).isEqualTo(tasks.finished());
            assertThat(registry.get("poolmanager.submitted")
                            .tag("pool", pool)
                            .functionCounter()
                            .count())
                    .isEqualTo(tasks.submitted())
                    .isEqualTo(timed);
        });
    }
}
