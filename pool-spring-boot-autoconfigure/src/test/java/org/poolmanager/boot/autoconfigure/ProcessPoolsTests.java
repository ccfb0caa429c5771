package org.poolmanager.boot.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.poolmanager.Isolation;
import org.poolmanager.PoolManager;
import org.poolmanager.PoolStats;
import org.poolmanager.boot.PoolManagers;
import org.poolmanager.boot.workers.Held;
import org.poolmanager.boot.workers.Scaler;
import org.poolmanager.boot.workers.Square;
import org.springframework.boot.LazyInitializationBeanFactoryPostProcessor;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.SmartLifecycle;

/** Pools whose workers are child JVMs: what the context does with these, and that it leaves none behind. */
class ProcessPoolsTests {

    private final ApplicationContextRunner contextRunner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(PoolManagerAutoConfiguration.class))
            .withPropertyValues(
                    "poolmanager.pools.square.worker=" + Square.class.getName(), "poolmanager.pools.square.size=2");

    private NewChildren children;

    @BeforeEach
    void remember() {
        children = new NewChildren();
    }

    @AfterEach
    void noChildIsLeft() {
        children.awaitNone();
    }

    @Test
    void workersAreChildren() {
        contextRunner.run(context -> {
            PoolManager<Integer, Integer> pool =
                    context.getBean(PoolManagers.class).get("square", Integer.class, Integer.class);
            assertThat(pool.map(List.of(2, 3))).containsExactly(4, 9);
            Awaitility.await().until(() -> pool.stats().workers().live() == 2);
            assertThat(pool.stats().workerList())
                    .extracting(PoolStats.Worker::pid)
                    .containsExactlyInAnyOrderElementsOf(children.pids());
        });
    }

    @Test
    void staticArgumentsReachTheChild() {
        contextRunner
                .withPropertyValues(
                        "poolmanager.pools.scaler.worker=" + Scaler.class.getName(),
                        "poolmanager.pools.scaler.size=1",
                        "poolmanager.pools.scaler.static-args.quality=85",
                        "poolmanager.pools.scaler.static-args.max-pause=2m")
                .run(context -> assertThat(context.getBean(PoolManagers.class)
                                .get("scaler", String.class, String.class)
                                .map(List.of("x")))
                        .containsExactly("x@85/PT2M"));
    }

    @Test
    void workersAreNewAfterThePause() {
        contextRunner.run(context -> {
            Set<Long> first = children.pids();
            context.stop();
            children.awaitNone();
            context.start();
            assertThat(children.pids()).isNotEmpty().doesNotContainAnyElementsOf(first);
        });
    }

    @Test
    void noChildBeforeTheFirstUseWhenLazy() {
        contextRunner
                .withInitializer(context ->
                        context.addBeanFactoryPostProcessor(new LazyInitializationBeanFactoryPostProcessor()))
                .run(context -> {
                    context.getBean(PoolManagers.class).stream().toList();
                    assertThat(children.pids()).isEmpty();
                    context.getBean("square");
                    assertThat(children.pids()).isNotEmpty();
                });
    }

    @Test
    void failureOfABeanAfterThePoolLeavesNoChild() {
        IllegalStateException failure = new IllegalStateException("a bean failed");
        contextRunner
                .withBean("broken", Object.class, () -> {
                    throw failure;
                })
                .run(context ->
                        assertThat(context).hasFailed().getFailure().rootCause().isSameAs(failure));
    }

    @Test
    void failureOfABeanThatUsesARunningPoolLeavesNoChild() {
        IllegalStateException failure = new IllegalStateException("a bean failed");
        contextRunner
                .withBean(
                        "own",
                        PoolManager.class,
                        () -> PoolManager.builder(Square.class)
                                .isolation(Isolation.PROCESS)
                                .size(1)
                                .start())
                .withBean("broken", Object.class, () -> {
                    assertThat(children.pids()).isNotEmpty();
                    throw failure;
                })
                .run(context ->
                        assertThat(context).hasFailed().getFailure().rootCause().isSameAs(failure));
    }

    @Test
    void failureInALaterPhaseLeavesNoChild() {
        IllegalStateException failure = new IllegalStateException("the port is taken");
        contextRunner
                .withBean(FailingLifecycle.class, () -> new FailingLifecycle(failure, children::pids))
                .run(context ->
                        assertThat(context).hasFailed().getFailure().rootCause().isSameAs(failure));
    }

    @Test
    void failureOfOnePoolLeavesNoChildOfTheOther() {
        contextRunner
                .withPropertyValues(
                        "poolmanager.pools.broken.worker=" + Square.class.getName(),
                        "poolmanager.pools.broken.size=1",
                        "poolmanager.pools.broken.jvm.args=-Xmx1k")
                .run(context -> assertThat(context).hasFailed());
    }

    @Test
    void interruptWhilePoolsStartLeavesNoChild() throws Exception {
        try (ServerSocket gate = new ServerSocket(0, 10, InetAddress.getLoopbackAddress())) {
            gate.setSoTimeout(60_000);
            ApplicationContextRunner held = contextRunner.withPropertyValues(
                    "poolmanager.pools.held.worker=" + Held.class.getName(),
                    "poolmanager.pools.held.size=1",
                    "poolmanager.pools.held.start-timeout=10m",
                    "poolmanager.pools.held.static-args[0]=" + gate.getLocalPort());
            Thread starter = new Thread(() -> held.run(context -> {}));
            starter.start();
            Socket worker = gate.accept(); // it is being built for as long as nobody hangs up
            assertThat(children.pids()).isNotEmpty();
            starter.interrupt();
            starter.join(30_000);
            assertThat(starter.isAlive()).isFalse();
            worker.close();
        }
    }

    private record FailingLifecycle(RuntimeException failure, Supplier<Set<Long>> children) implements SmartLifecycle {

        @Override
        public int getPhase() {
            return PoolManagerLifecycle.PHASE + 1;
        }

        @Override
        public void start() {
            assertThat(children.get()).isNotEmpty();
            throw failure;
        }

        @Override
        public void stop() {}

        @Override
        public boolean isRunning() {
            return false;
        }
    }
}
