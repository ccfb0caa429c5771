package org.poolmanager.boot.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.poolmanager.PoolBrokenException;
import org.poolmanager.PoolEvent.StateChanged;
import org.poolmanager.PoolManager;
import org.poolmanager.PoolState;
import org.poolmanager.StartMode;
import org.poolmanager.boot.PoolManagerBuilderFactory;
import org.poolmanager.boot.PoolManagers;
import org.poolmanager.boot.workers.Held;
import org.poolmanager.boot.workers.Square;
import org.springframework.boot.LazyInitializationBeanFactoryPostProcessor;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.context.LifecycleAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ApplicationListener;
import org.springframework.context.PayloadApplicationEvent;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** What the context does with pools that do not start with it, or that it does not wait for. The workers are child JVMs. */
@ExtendWith(OutputCaptureExtension.class)
class StartModesTests {

    private static final Duration LIMIT = Duration.ofSeconds(60);

    private ServerSocket gate;

    private NewChildren children;

    private ApplicationContextRunner contextRunner;

    @BeforeEach
    void open() throws IOException {
        children = new NewChildren();
        gate = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
        gate.setSoTimeout((int) LIMIT.toMillis());
        contextRunner = new ApplicationContextRunner()
                .withConfiguration(
                        AutoConfigurations.of(PoolManagerAutoConfiguration.class, LifecycleAutoConfiguration.class))
                .withPropertyValues(
                        "poolmanager.defaults.size=1",
                        "poolmanager.defaults.start-timeout=10m",
                        "poolmanager.pools.held.worker=" + Held.class.getName(),
                        "poolmanager.pools.held.static-args[0]=" + gate.getLocalPort());
    }

    @AfterEach
    void noChildIsLeft() throws IOException {
        gate.close();
        children.awaitNone();
    }

    private static PoolManager<Integer, Integer> pool(PoolManagers pools) {
        return pools.get("held", Integer.class, Integer.class);
    }

    private static void awaitState(PoolManager<?, ?> pool, PoolState state) {
        Awaitility.await().atMost(LIMIT).until(() -> pool.state() == state);
    }

    @Test
    void contextDoesNotWaitForAStartInTheBackground() {
        contextRunner
                .withPropertyValues("poolmanager.pools.held.start=background")
                .run(context -> {
                    PoolManager<Integer, Integer> pool = pool(context.getBean(PoolManagers.class));
                    assertThat(pool.state()).isEqualTo(PoolState.STARTING);
                    CompletableFuture<Integer> task = pool.submit(3);
                    gate.accept().close();
                    assertThat(task.get(60, TimeUnit.SECONDS)).isEqualTo(9);
                    awaitState(pool, PoolState.RUNNING);
                });
    }

    @Test
    void failedStartInTheBackgroundIsToldAndHoldsNothingUp(CapturedOutput output) {
        Queue<PoolState> states = new ConcurrentLinkedQueue<>();
        contextRunner
                .withPropertyValues(
                        "poolmanager.pools.held.start=background",
                        "poolmanager.pools.held.restart.backoff=20ms",
                        "poolmanager.pools.square.worker=" + Square.class.getName())
                .withInitializer(context ->
                        context.addApplicationListener((ApplicationListener<PayloadApplicationEvent<?>>) event -> {
                            if (event.getPayload() instanceof StateChanged changed
                                    && changed.pool().equals("held")) {
                                states.add(changed.to());
                            }
                        }))
                .run(context -> {
                    PoolManagers pools = context.getBean(PoolManagers.class);
                    PoolManager<Integer, Integer> pool = pool(pools);
                    CompletableFuture<Integer> task = pool.submit(3);
                    try (Socket worker = gate.accept()) {
                        worker.getOutputStream().write(1);
                    }
                    assertThatThrownBy(() -> task.get(60, TimeUnit.SECONDS))
                            .hasCauseInstanceOf(PoolBrokenException.class)
                            .hasMessageContaining("no licence key found");
                    assertThat(pool.state()).isEqualTo(PoolState.BROKEN);
                    Awaitility.await()
                            .atMost(LIMIT)
                            .untilAsserted(
                                    () -> assertThat(states).containsExactly(PoolState.STARTING, PoolState.BROKEN));
                    Awaitility.await()
                            .atMost(LIMIT)
                            .untilAsserted(() -> assertThat(output)
                                    .containsPattern("ERROR.*Pool 'held' could not be started")
                                    .contains("no licence key found"));
                    assertThat(pools.get("square", Integer.class, Integer.class).map(List.of(2)))
                            .containsExactly(4);
                    gate.accept().close();
                    awaitState(pool, PoolState.RUNNING);
                    assertThat(pool.map(List.of(4))).containsExactly(16);
                });
    }

    @Test
    void contextIsClosedDuringAStartInTheBackground(CapturedOutput output) throws IOException {
        Queue<CompletableFuture<Integer>> task = new ConcurrentLinkedQueue<>();
        Queue<Socket> worker = new ConcurrentLinkedQueue<>();
        contextRunner
                .withPropertyValues("poolmanager.pools.held.start=background")
                .run(context -> {
                    PoolManager<Integer, Integer> pool = pool(context.getBean(PoolManagers.class));
                    task.add(pool.submit(3));
                    worker.add(gate.accept()); // it is being built for as long as nobody hangs up
                });
        worker.remove().close();
        assertThat(task.remove()).isCancelled();
        assertThat(output).doesNotContain("ERROR").doesNotContain("WARN");
    }

    @Test
    void lazyPoolStartsWithItsFirstTask() {
        contextRunner.withPropertyValues("poolmanager.defaults.start=lazy").run(context -> {
            PoolManager<Integer, Integer> pool = pool(context.getBean(PoolManagers.class));
            assertThat(pool.state()).isEqualTo(PoolState.NEW);
            assertThat(children.pids()).isEmpty();
            CompletableFuture<Integer> task = pool.submit(3);
            gate.accept().close();
            assertThat(task.get(60, TimeUnit.SECONDS)).isEqualTo(9);
            awaitState(pool, PoolState.RUNNING);
            context.stop();
            assertThat(pool.state()).isEqualTo(PoolState.STOPPED);
            context.start();
            assertThat(pool.state()).isEqualTo(PoolState.NEW);
            CompletableFuture<Integer> second = pool.submit(4);
            gate.accept().close();
            assertThat(second.get(60, TimeUnit.SECONDS)).isEqualTo(16);
        });
    }

    @Test
    void lazyPoolThatNobodyHasUsedDoesNotStartWhenTheContextHasStopped() {
        contextRunner.withPropertyValues("poolmanager.pools.held.start=lazy").run(context -> {
            PoolManager<Integer, Integer> pool = pool(context.getBean(PoolManagers.class));
            context.stop();
            assertThatThrownBy(() -> pool.submit(3)).hasMessage("Pool 'held' is closed");
            context.start();
            assertThat(pool.state()).isEqualTo(PoolState.NEW);
        });
    }

    @Test
    void lazyBeanOfAPoolThatStartsInTheBackground() {
        contextRunner
                .withPropertyValues("poolmanager.pools.held.start=background")
                .withInitializer(context ->
                        context.addBeanFactoryPostProcessor(new LazyInitializationBeanFactoryPostProcessor()))
                .run(context -> {
                    PoolManager<Integer, Integer> pool = pool(context.getBean(PoolManagers.class));
                    assertThat(pool.state()).isEqualTo(PoolState.STARTING);
                    gate.accept().close();
                    awaitState(pool, PoolState.RUNNING);
                });
    }

    @Test
    void templateAndPoolOfTheApplicationStartAsTheySay() {
        contextRunner
                .withPropertyValues(
                        "poolmanager.defaults.start=lazy",
                        "poolmanager.templates.early.start=background",
                        "poolmanager.pools.held.template=early")
                .withUserConfiguration(OwnPool.class)
                .run(context -> {
                    PoolManagers pools = context.getBean(PoolManagers.class);
                    assertThat(pools.get("own").state()).isEqualTo(PoolState.NEW);
                    assertThat(pools.get("own").settings().startMode()).isEqualTo(StartMode.LAZY);
                    assertThat(pools.stream())
                            .extracting(registration -> registration.name() + " "
                                    + registration.rules().template())
                            .containsExactlyInAnyOrder("held early", "own null");
                    assertThat(pool(pools).state()).isEqualTo(PoolState.STARTING);
                    gate.accept().close();
                    awaitState(pool(pools), PoolState.RUNNING);
                });
    }

    @Configuration(proxyBeanMethods = false)
    static class OwnPool {

        @Bean
        PoolManager<Integer, Integer> own(PoolManagerBuilderFactory factory) {
            return factory.builder(Square.class).build();
        }
    }
}
