package org.poolmanager.boot.autoconfigure.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.poolmanager.PoolManager;
import org.poolmanager.boot.PoolManagers;
import org.poolmanager.boot.autoconfigure.PoolManagerAutoConfiguration;
import org.poolmanager.boot.metrics.PoolsMeterBinder;
import org.poolmanager.boot.workers.Square;
import org.springframework.boot.LazyInitializationBeanFactoryPostProcessor;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.micrometer.metrics.autoconfigure.MetricsAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

class PoolMetricsAutoConfigurationTests {

    private final MeterRegistry registry = new SimpleMeterRegistry();

    private final ApplicationContextRunner contextRunner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    PoolManagerAutoConfiguration.class,
                    MetricsAutoConfiguration.class,
                    PoolMetricsAutoConfiguration.class))
            .withPropertyValues(
                    "poolmanager.pools.square.worker=" + Square.class.getName(),
                    "poolmanager.pools.square.isolation=thread",
                    "poolmanager.pools.square.size=1");

    private final ApplicationContextRunner withRegistry =
            contextRunner.withBean("registry", MeterRegistry.class, () -> registry);

    @Test
    void metersCountFromTheFirstStart() {
        withRegistry.run(context -> {
            Awaitility.await().until(() -> starts() == 1);
            assertThat(registry.find("executor.active").meters()).isEmpty();
            assertThat(registry.get("poolmanager.workers")
                            .tags("pool", "square", "state", "idle")
                            .gauge()
                            .value())
                    .isEqualTo(1);
        });
    }

    private long starts() {
        return registry.get("poolmanager.worker.start")
                .tags("pool", "square", "outcome", "SUCCESS")
                .timer()
                .count();
    }

    @Test
    void metersAreRemovedWithTheContext() {
        withRegistry.run(context -> assertThat(meters()).isNotEmpty());
        assertThat(meters()).isEmpty();
    }

    @Test
    @DisplayName(
            "With executor-compatible a pool is also under the names of thread pools, and only as long as it is there")
    void executorMeters() {
        withRegistry
                .withPropertyValues("poolmanager.metrics.executor-compatible=true")
                .run(context -> {
                    PoolManager<Integer, Integer> pool =
                            context.getBean(PoolManagers.class).get("square", Integer.class, Integer.class);
                    pool.map(List.of(1, 2, 3));
                    assertThat(executor("active")).isZero();
                    assertThat(executor("pool.size")).isEqualTo(1);
                    assertThat(executor("pool.core")).isEqualTo(1);
                    assertThat(executor("pool.max")).isEqualTo(1);
                    assertThat(executor("queued")).isZero();
                    assertThat(executor("queue.remaining")).isEqualTo(2);
                    assertThat(registry.get("executor.completed")
                                    .tag("name", "square")
                                    .functionCounter()
                                    .count())
                            .isEqualTo(3);
                });
        assertThat(registry.getMeters())
                .noneMatch(meter -> "square".equals(meter.getId().getTag("name")));
    }

    private double executor(String what) {
        return registry.get("executor." + what).tag("name", "square").gauge().value();
    }

    @Test
    void metersOfALazyPoolComeWithIt() {
        withRegistry
                .withInitializer(context ->
                        context.addBeanFactoryPostProcessor(new LazyInitializationBeanFactoryPostProcessor()))
                .run(context -> {
                    context.getBean(MeterRegistry.class);
                    assertThat(meters()).isEmpty();
                    context.getBean(PoolManagers.class).get("square");
                    Awaitility.await().until(() -> starts() == 1);
                });
    }

    @Test
    void backsOffWithoutARegistry() {
        contextRunner.run(context -> assertThat(context).hasNotFailed().doesNotHaveBean(PoolsMeterBinder.class));
    }

    @Test
    void backsOffWhenPoolsAreDisabled() {
        withRegistry
                .withPropertyValues("poolmanager.enabled=false")
                .run(context -> assertThat(context).doesNotHaveBean(PoolsMeterBinder.class));
    }

    @Test
    void backsOffWithoutMicrometer() {
        withRegistry
                .withClassLoader(new FilteredClassLoader(MeterRegistry.class))
                .run(context -> assertThat(context).hasNotFailed().doesNotHaveBean(PoolsMeterBinder.class));
    }

    private List<Meter.Id> meters() {
        return registry.getMeters().stream()
                .map(Meter::getId)
                .filter(id -> id.getName().startsWith("poolmanager."))
                .toList();
    }
}
