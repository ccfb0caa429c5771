package org.poolmanager.boot.autoconfigure.observation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.common.KeyValues;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.observation.MeterObservationHandler;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.observation.ObservationPredicate;
import io.micrometer.observation.ObservationRegistry;
import io.micrometer.observation.ObservationTextPublisher;
import io.micrometer.observation.tck.TestObservationRegistry;
import io.micrometer.observation.tck.TestObservationRegistryAssert;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.poolmanager.PoolManager;
import org.poolmanager.QueueFullException;
import org.poolmanager.boot.PoolManagers;
import org.poolmanager.boot.autoconfigure.PoolManagerAutoConfiguration;
import org.poolmanager.boot.autoconfigure.metrics.PoolMetricsAutoConfiguration;
import org.poolmanager.boot.observation.DefaultPoolTaskObservationConvention;
import org.poolmanager.boot.observation.PoolTaskObservationContext;
import org.poolmanager.boot.observation.PoolTaskObservationConvention;
import org.poolmanager.boot.observation.PoolsTaskObserver;
import org.poolmanager.boot.workers.Gate;
import org.poolmanager.boot.workers.Square;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.micrometer.metrics.autoconfigure.MetricsAutoConfiguration;
import org.springframework.boot.micrometer.observation.autoconfigure.ObservationAutoConfiguration;
import org.springframework.boot.micrometer.observation.autoconfigure.ObservationRegistryCustomizer;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;

class PoolObservationAutoConfigurationTests {

    private final ApplicationContextRunner contextRunner = new ApplicationContextRunner()
            .withConfiguration(
                    AutoConfigurations.of(PoolManagerAutoConfiguration.class, PoolObservationAutoConfiguration.class))
            .withPropertyValues(
                    "poolmanager.pools.square.worker=" + Square.class.getName(),
                    "poolmanager.pools.square.isolation=thread",
                    "poolmanager.pools.square.size=1",
                    "poolmanager.pools.square.queue-size=1");

    private final ApplicationContextRunner withTestRegistry =
            contextRunner.withBean(ObservationRegistry.class, TestObservationRegistry::create);

    private static PoolManager<Integer, Integer> pool(ApplicationContext context) {
        return context.getBean(PoolManagers.class).get("square", Integer.class, Integer.class);
    }

    private static TestObservationRegistryAssert observations(ApplicationContext context) {
        return TestObservationRegistryAssert.assertThat(context.getBean(TestObservationRegistry.class));
    }

    @Test
    @DisplayName(
            "5.9: the observation of a task has the keys of the specification, and those of low cardinality are constant")
    void keys() {
        withTestRegistry.run(context -> {
            assertThat(pool(context).submit(3).get(10, TimeUnit.SECONDS)).isEqualTo(9);
            observations(context)
                    .hasNumberOfObservationsWithNameEqualTo("poolmanager.task", 1)
                    .hasObservationWithNameEqualTo("poolmanager.task")
                    .that()
                    .hasBeenStarted()
                    .hasBeenStopped()
                    .hasContextualNameEqualTo("task square")
                    .hasOnlyKeys("pool", "outcome", "task", "worker", "pid")
                    .doesNotHaveError()
                    .hasLowCardinalityKeyValue("pool", "square")
                    .hasLowCardinalityKeyValue("outcome", "SUCCESS")
                    .hasHighCardinalityKeyValue("task", "1")
                    .hasHighCardinalityKeyValue("worker", "1");
        });
    }

    @Test
    @DisplayName("5.9: a task that is not accepted is observed as rejected, without a number or a worker")
    void rejected() {
        withTestRegistry
                .withPropertyValues("poolmanager.pools.square.worker=" + Gate.class.getName())
                .run(context -> {
                    PoolManager<CountDownLatch, Boolean> pool =
                            context.getBean(PoolManagers.class).get("square", CountDownLatch.class, Boolean.class);
                    CountDownLatch closed = new CountDownLatch(1);
                    pool.put(closed);
                    pool.put(closed);
                    assertThatThrownBy(() -> pool.put(closed, Duration.ZERO)).isInstanceOf(QueueFullException.class);
                    observations(context)
                            .hasAnObservation(observation -> observation
                                    .hasOnlyKeys("pool", "outcome")
                                    .hasLowCardinalityKeyValue("outcome", "REJECTED"));
                    pool.terminate();
                    observations(context)
                            .hasNumberOfObservationsEqualTo(3)
                            .forAllObservationsWithNameEqualTo(
                                    "poolmanager.task",
                                    observation -> observation.hasLowCardinalityKeyValueWithKey("outcome"));
                });
    }

    @Test
    @DisplayName("5.9: a convention of the application replaces names and keys")
    void convention() {
        withTestRegistry
                .withBean(PoolTaskObservationConvention.class, () -> new DefaultPoolTaskObservationConvention() {
                    @Override
                    public KeyValues getLowCardinalityKeyValues(PoolTaskObservationContext context) {
                        return super.getLowCardinalityKeyValues(context).and("tenant", "acme");
                    }
                })
                .run(context -> {
                    pool(context).map(List.of(1));
                    observations(context)
                            .hasObservationWithNameEqualTo("poolmanager.task")
                            .that()
                            .hasLowCardinalityKeyValue("tenant", "acme");
                });
    }

    @Test
    @DisplayName(
            "5.9: with the actuator alone nobody but meters would hear of a task, and none is observed; a handler or customizer changes that")
    void audience() {
        List<String> asked = new CopyOnWriteArrayList<>();
        ApplicationContextRunner boot = contextRunner
                .withConfiguration(AutoConfigurations.of(
                        ObservationAutoConfiguration.class,
                        MetricsAutoConfiguration.class,
                        PoolMetricsAutoConfiguration.class))
                .withBean("registry", MeterRegistry.class, SimpleMeterRegistry::new)
                .withBean(ObservationPredicate.class, () -> (name, context) -> asked.add(name));
        boot.run(context -> pool(context).map(List.of(1)));
        assertThat(asked).isEmpty();
        boot.withBean(ObservationTextPublisher.class)
                .run(context -> pool(context).map(List.of(1)));
        assertThat(asked).containsExactly("poolmanager.task");
        boot.withBean(ObservationRegistryCustomizer.class, () -> registry -> {})
                .run(context -> pool(context).map(List.of(1)));
        assertThat(asked).hasSize(2);
    }

    @Test
    @DisplayName(
            "5.8: with Boot's own registries a task is in poolmanager.task once, and no observation becomes a meter")
    void oneTimer() {
        MeterRegistry meters = new SimpleMeterRegistry();
        List<String> seen = new CopyOnWriteArrayList<>();
        contextRunner
                .withConfiguration(AutoConfigurations.of(
                        ObservationAutoConfiguration.class,
                        MetricsAutoConfiguration.class,
                        PoolMetricsAutoConfiguration.class))
                .withBean("registry", MeterRegistry.class, () -> meters)
                .withBean(ObservationTextPublisher.class, () -> new ObservationTextPublisher(seen::add))
                .run(context -> {
                    pool(context).map(List.of(1, 2, 3));
                    pool(context).join();
                    assertThat(meters.find("poolmanager.task").timers().stream()
                                    .mapToLong(timer -> timer.count())
                                    .sum())
                            .isEqualTo(3);
                    assertThat(meters.find("poolmanager.task.active").longTaskTimers())
                            .isEmpty();
                    assertThat(seen).hasSizeGreaterThan(5);
                });
    }

    @Test
    @DisplayName("5.9: nobody observes without a registry, without Micrometer, or where it is switched off")
    void off() {
        List<String> seen = new CopyOnWriteArrayList<>();
        contextRunner.run(context -> assertThat(context).hasNotFailed().doesNotHaveBean(PoolsTaskObserver.class));
        withTestRegistry
                .withPropertyValues("poolmanager.enabled=false")
                .run(context -> assertThat(context).doesNotHaveBean(PoolsTaskObserver.class));
        contextRunner.withClassLoader(new FilteredClassLoader("io.micrometer")).run(context -> {
            assertThat(context).hasNotFailed().doesNotHaveBean(PoolsTaskObserver.class);
            assertThat(pool(context).map(List.of(2))).containsExactly(4);
        });
        withTestRegistry
                .withClassLoader(new FilteredClassLoader(MeterObservationHandler.class))
                .run(context -> {
                    assertThat(context).hasNotFailed().hasSingleBean(PoolsTaskObserver.class);
                    pool(context).map(List.of(2));
                    observations(context).hasNumberOfObservationsEqualTo(1);
                });
        contextRunner
                .withConfiguration(AutoConfigurations.of(ObservationAutoConfiguration.class))
                .withPropertyValues("management.observations.enable.poolmanager=false")
                .withBean(ObservationTextPublisher.class, () -> new ObservationTextPublisher(seen::add))
                .run(context -> pool(context).map(List.of(2)));
        assertThat(seen).isEmpty();
    }
}
