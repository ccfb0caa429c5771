package org.poolmanager.boot.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.poolmanager.Isolation;
import org.poolmanager.PoolEvent.StateChanged;
import org.poolmanager.PoolListener;
import org.poolmanager.PoolManager;
import org.poolmanager.PoolStartException;
import org.poolmanager.PoolState;
import org.poolmanager.boot.PoolManagers;
import org.poolmanager.boot.PoolRegistration;
import org.poolmanager.boot.workers.Failing;
import org.poolmanager.boot.workers.Gate;
import org.poolmanager.boot.workers.Square;
import org.poolmanager.worker.PoolProcess;
import org.springframework.beans.factory.BeanCreationException;
import org.springframework.boot.LazyInitializationBeanFactoryPostProcessor;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.context.LifecycleAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Scope;

@ExtendWith(OutputCaptureExtension.class)
class PoolManagerLifecycleTests {

    private static final String SQUARE = "poolmanager.pools.square.worker=" + Square.class.getName();

    private static final String GATE = "poolmanager.pools.gate.worker=" + Gate.class.getName();

    private final ApplicationContextRunner contextRunner = new ApplicationContextRunner()
            .withConfiguration(
                    AutoConfigurations.of(PoolManagerAutoConfiguration.class, LifecycleAutoConfiguration.class))
            .withPropertyValues("poolmanager.defaults.isolation=thread", "poolmanager.defaults.size=1");

    @Test
    void phaseIsBelowExecutorsAndWebServer() {
        contextRunner.run(context -> {
            PoolManagerLifecycle lifecycle = context.getBean(PoolManagerLifecycle.class);
            assertThat(lifecycle.getPhase()).isEqualTo(Integer.MAX_VALUE / 2 - 1024);
            assertThat(lifecycle.isAutoStartup()).isTrue();
            assertThat(lifecycle.isPauseable()).isTrue();
        });
    }

    @Test
    void samePoolGoesOnWhenTheContextIsStoppedAndStarted() {
        contextRunner.withPropertyValues(SQUARE).run(context -> {
            PoolManager<Integer, Integer> pool =
                    context.getBean(PoolManagers.class).get("square", Integer.class, Integer.class);
            context.stop();
            assertThat(pool.state()).isEqualTo(PoolState.STOPPED);
            context.start();
            assertThat(pool.state()).isEqualTo(PoolState.RUNNING);
            assertThat(pool.map(List.of(4))).containsExactly(16);
        });
    }

    @Test
    void poolThatTheUserClosedStaysClosed() {
        contextRunner.withPropertyValues(SQUARE).run(context -> {
            PoolManager<?, ?> pool = context.getBean(PoolManager.class);
            pool.close();
            context.stop();
            context.start();
            assertThat(pool.state()).isEqualTo(PoolState.STOPPED);
        });
    }

    @Test
    void poolsOfTheUserAreStartedUnlessTheyRun() {
        contextRunner.withUserConfiguration(OwnPools.class).run(context -> {
            assertThat(context).hasNotFailed();
            context.getBeansOfType(PoolManager.class)
                    .forEach((name, pool) -> assertThat(pool.state())
                            .as(name)
                            .isEqualTo(name.equals("prototype") ? PoolState.NEW : PoolState.RUNNING));
        });
    }

    @Test
    void poolsAreStartedAtTheSameTime() {
        CyclicBarrier both = new CyclicBarrier(2);
        PoolListener waiting = event -> {
            if (event instanceof StateChanged changed && changed.to() == PoolState.STARTING) {
                await(both);
            }
        };
        contextRunner
                .withPropertyValues(SQUARE, GATE)
                .withBean(PoolListener.class, () -> waiting)
                .run(context -> assertThat(context.getBean(PoolManagers.class).stream()
                                .map(registration -> registration.pool().state()))
                        .containsExactly(PoolState.RUNNING, PoolState.RUNNING));
        assertThat(both.isBroken()).isFalse();
    }

    private static void await(CyclicBarrier barrier) {
        try {
            barrier.await(20, TimeUnit.SECONDS);
        } catch (Exception ex) {
            throw new IllegalStateException("The other pool is not being started", ex);
        }
    }

    @Test
    void stopReturnsAtOnceAndCallsBack() {
        contextRunner
                .withPropertyValues(GATE, "poolmanager.pools.gate.daemon=false")
                .run(context -> {
                    CountDownLatch gate = new CountDownLatch(1);
                    PoolManagers pools = context.getBean(PoolManagers.class);
                    CompletableFuture<Boolean> task = pools.get("gate", CountDownLatch.class, Boolean.class)
                            .submit(gate);
                    CompletableFuture<Void> stopped = new CompletableFuture<>();
                    context.getBean(PoolManagerLifecycle.class).stop(() -> stopped.complete(null));
                    Awaitility.await().until(() -> pools.get("gate").state() == PoolState.DRAINING);
                    assertThat(stopped).isNotDone();
                    gate.countDown();
                    assertThat(stopped).succeedsWithin(Duration.ofSeconds(20));
                    assertThat(task).isCompletedWithValue(true);
                });
    }

    @Test
    void drainingEndsBeforeThePhaseTimesOut(CapturedOutput output) {
        List<CompletableFuture<Boolean>> task = new ArrayList<>();
        contextRunner
                .withPropertyValues(
                        GATE,
                        "poolmanager.pools.gate.daemon=false",
                        "poolmanager.pools.gate.shutdown.timeout=1h",
                        "spring.lifecycle.timeout-per-shutdown-phase=20s")
                .run(context -> task.add(context.getBean(PoolManagers.class)
                        .get("gate", CountDownLatch.class, Boolean.class)
                        .submit(new CountDownLatch(1))));
        assertThat(task.get(0)).isCompletedExceptionally();
        assertThat(output)
                .contains("Pool 'gate' may take PT1H to finish its work at shutdown, but will get PT18S: increase"
                        + " spring.lifecycle.timeout-per-shutdown-phase, or reduce"
                        + " poolmanager.pools.gate.shutdown.timeout")
                .doesNotContain("Shutdown phase 1073740799 ends with 1 bean still running");
    }

    @Test
    void shorterLimitOfThePoolHolds() {
        List<CompletableFuture<Boolean>> task = new ArrayList<>();
        contextRunner
                .withPropertyValues(
                        GATE, "poolmanager.pools.gate.daemon=false", "poolmanager.pools.gate.shutdown.timeout=100ms")
                .run(context -> task.add(context.getBean(PoolManagers.class)
                        .get("gate", CountDownLatch.class, Boolean.class)
                        .submit(new CountDownLatch(1))));
        assertThat(task.get(0)).isCompletedExceptionally();
    }

    @Test
    void lazyPoolIsStartedAtItsFirstUse() {
        contextRunner
                .withPropertyValues(SQUARE, GATE)
                .withInitializer(context ->
                        context.addBeanFactoryPostProcessor(new LazyInitializationBeanFactoryPostProcessor()))
                .run(context -> {
                    PoolManagers pools = context.getBean(PoolManagers.class);
                    assertThat(pools.names()).containsExactlyInAnyOrder("square", "gate");
                    assertThat(pools.stream()).isEmpty();
                    assertThat(pools.get("square").state()).isEqualTo(PoolState.RUNNING);
                    assertThat(pools.stream())
                            .extracting(PoolRegistration::name)
                            .containsExactly("square");
                    context.stop();
                    assertThat(pools.get("square").state()).isEqualTo(PoolState.STOPPED);
                });
    }

    @Test
    void lazyPoolWhoseWorkersNeedBeansThatDoNotExistYet() {
        contextRunner
                .withPropertyValues("poolmanager.pools.pooled.worker=injected")
                .withInitializer(context ->
                        context.addBeanFactoryPostProcessor(new LazyInitializationBeanFactoryPostProcessor()))
                .withUserConfiguration(InjectedWorker.class)
                .run(context -> assertThat(context.getBean(PoolManagers.class)
                                .get("pooled")
                                .state())
                        .isEqualTo(PoolState.RUNNING));
    }

    @Test
    void lazyPoolThatCannotBeStartedFailsItsUser() {
        contextRunner
                .withPropertyValues("poolmanager.pools.failing.worker=" + Failing.class.getName())
                .withInitializer(context ->
                        context.addBeanFactoryPostProcessor(new LazyInitializationBeanFactoryPostProcessor()))
                .run(context -> assertThatExceptionOfType(BeanCreationException.class)
                        .isThrownBy(() -> context.getBean("failing"))
                        .havingRootCause()
                        .isInstanceOf(IllegalStateException.class)
                        .withMessageContaining("no licence key found"));
    }

    @Test
    void poolThatCannotBeStartedFailsTheContext() {
        contextRunner
                .withPropertyValues("poolmanager.pools.failing.worker=" + Failing.class.getName(), SQUARE)
                .run(context ->
                        assertThat(context).hasFailed().getFailure().cause().isInstanceOf(PoolStartException.class));
    }

    @Configuration(proxyBeanMethods = false)
    static class OwnPools {

        private static PoolManager<Integer, Integer> pool() {
            return PoolManager.builder(Square.class)
                    .size(1)
                    .isolation(Isolation.THREAD)
                    .build();
        }

        @Bean
        PoolManager<Integer, Integer> started() {
            return pool().start();
        }

        @Bean
        PoolManager<Integer, Integer> fresh() {
            return pool();
        }

        @Bean
        @Scope("prototype")
        PoolManager<Integer, Integer> prototype() {
            return pool();
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class InjectedWorker {

        @Bean
        StringBuilder dependency() {
            return new StringBuilder("dependency");
        }

        @Bean
        @Scope("prototype")
        NeedsDependency injected(StringBuilder dependency) {
            return new NeedsDependency(dependency);
        }
    }

    static final class NeedsDependency implements PoolProcess<String, String> {

        private final CharSequence dependency;

        NeedsDependency(CharSequence dependency) {
            this.dependency = dependency;
        }

        @Override
        public String run(String task) {
            return task + dependency;
        }
    }
}
