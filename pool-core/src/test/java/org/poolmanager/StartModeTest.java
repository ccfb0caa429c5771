package org.poolmanager;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.poolmanager.worker.PoolProcess;
import org.slf4j.LoggerFactory;

@ExtendWith(NoLeftovers.class)
@DisplayName("Starts that nobody waits for")
class StartModeTest {

    private static final Duration LIMIT = Duration.ofSeconds(60);

    private final ListAppender<ILoggingEvent> records = new ListAppender<>();

    private final List<PoolState> states = new CopyOnWriteArrayList<>();

    @BeforeEach
    void listen() {
        records.start();
        ((Logger) LoggerFactory.getLogger(PoolManager.class)).addAppender(records);
    }

    @AfterEach
    void listenNoMore() {
        ((Logger) LoggerFactory.getLogger(PoolManager.class)).detachAppender(records);
    }

    /** Is built once the gate lets it, and then only where there is a licence. */
    static final class Slow implements PoolProcess<Integer, Integer> {

        Slow(int gate, String licence) {
            Gate.pass(gate, "start");
            if (!Files.exists(Path.of(licence))) {
                throw new IllegalStateException("no licence for this machine");
            }
        }

        @Override
        public Integer run(Integer task) {
            return 2 * task;
        }
    }

    private PoolManagerBuilder<Integer, Integer> slow(Isolation isolation, StartMode mode, Gate gate, Path licence) {
        return PoolManager.builder(Slow.class)
                .name("slow")
                .staticArgs(gate.port(), licence.toString())
                .isolation(isolation)
                .size(2)
                .queueSize(2)
                .startMode(mode)
                .startTimeout(Duration.ofMinutes(10))
                .restartBackoff(Duration.ofMillis(20))
                .restartMaxBackoff(Duration.ofMillis(200))
                .listener(event -> {
                    if (event instanceof PoolEvent.StateChanged changed) {
                        states.add(changed.to());
                    }
                });
    }

    private static void awaitState(PoolManager<?, ?> pool, PoolState state) {
        await().atMost(LIMIT).until(() -> pool.state() == state);
    }

    @Test
    @DisplayName("A pool starts eagerly unless told otherwise")
    void eagerIsTheDefault() {
        assertThat(PoolManager.builder(Tasks::twice).build().settings().startMode())
                .isEqualTo(StartMode.EAGER);
    }

    @BothModes
    @DisplayName(
            "In the background: start returns before a worker is ready, tasks are accepted and wait, up to the usual number")
    void backgroundAcceptsTasksMeanwhile(Isolation isolation, @TempDir Path directory) throws Exception {
        Path licence = Files.createFile(directory.resolve("licence"));
        try (Gate gate = new Gate();
                var pool = slow(isolation, StartMode.BACKGROUND, gate, licence).start()) {
            assertThat(pool.state()).isEqualTo(PoolState.STARTING);
            gate.awaitArrivals(2);
            List<CompletableFuture<Integer>> tasks =
                    List.of(pool.submit(1), pool.submit(2), pool.submit(3), pool.submit(4));
            assertThat(pool.offer(5)).isFalse();
            assertThat(pool.stats().queue().size()).isEqualTo(4);
            assertThat(pool.state()).isEqualTo(PoolState.STARTING);
            assertThatIllegalStateException().isThrownBy(pool::start).withMessageContaining("is already STARTING");
            gate.open();
            for (int i = 0; i < 4; i++) {
                assertThat(tasks.get(i).get(60, TimeUnit.SECONDS)).isEqualTo(2 * (i + 1));
            }
            // Before there are further events, which another thread tells.
            await().untilAsserted(() -> assertThat(states).containsExactly(PoolState.STARTING, PoolState.RUNNING));
            ApiContractTest.sample(pool);
        }
        assertThat(states)
                .containsExactly(PoolState.STARTING, PoolState.RUNNING, PoolState.DRAINING, PoolState.STOPPED);
    }

    @BothModes
    @DisplayName(
            "In the background: a start that fails is an event and an error in the log, waiting tasks are told, and the pool heals itself")
    void backgroundFails(Isolation isolation, @TempDir Path directory) throws Exception {
        Path licence = directory.resolve("licence");
        try (Gate gate = new Gate();
                var pool = slow(isolation, StartMode.BACKGROUND, gate, licence).start()) {
            CompletableFuture<Integer> waiting = pool.submit(1);
            gate.awaitArrivals(2);
            gate.open();
            assertThatThrownBy(() -> waiting.get(60, TimeUnit.SECONDS))
                    .isInstanceOf(ExecutionException.class)
                    .hasCauseInstanceOf(PoolBrokenException.class)
                    .hasMessageContaining("Pool 'slow' could not be started: 2 of 2 workers failed to start")
                    .hasMessageContaining("no licence for this machine");
            assertThat(pool.state()).isEqualTo(PoolState.BROKEN);
            assertThatThrownBy(() -> pool.put(2))
                    .isInstanceOf(PoolBrokenException.class)
                    .hasMessageContaining("no licence for this machine")
                    .hasMessageEndingWith("the pool works again when one succeeds.");
            await().untilAsserted(() -> assertThat(states).containsExactly(PoolState.STARTING, PoolState.BROKEN));
            await().untilAsserted(() -> assertThat(errors())
                    .singleElement()
                    .asString()
                    .contains("Pool 'slow' could not be started: 2 of 2 workers failed to start")
                    .contains("no licence for this machine"));
            Files.createFile(licence);
            awaitState(pool, PoolState.RUNNING);
            assertThat(pool.map(List.of(3))).containsExactly(6);
        }
    }

    private List<String> errors() {
        return List.copyOf(records.list).stream()
                .filter(record -> record.getLevel() == Level.ERROR)
                .map(ILoggingEvent::getFormattedMessage)
                .toList();
    }

    @BothModes
    @DisplayName("In the background: one of two workers is enough")
    void backgroundWithOneWorker(Isolation isolation, @TempDir Path directory) throws Exception {
        Path licence = directory.resolve("licence");
        try (Gate gate = new Gate();
                var pool = slow(isolation, StartMode.BACKGROUND, gate, licence).start()) {
            gate.awaitArrivals(2);
            gate.letOneGo();
            await().atMost(LIMIT)
                    .until(() -> pool.stats().workers().starting() < 2
                            || pool.stats().workerList().stream().anyMatch(worker -> worker.generation() > 1));
            Files.createFile(licence);
            assertThat(pool.state()).isEqualTo(PoolState.STARTING);
            gate.open();
            awaitState(pool, PoolState.RUNNING);
        }
        assertThat(states).doesNotContain(PoolState.BROKEN);
    }

    @BothModes
    @DisplayName("In the background: closing a daemon while it starts cancels what waits, and nothing is left")
    void closeDuringABackgroundStart(Isolation isolation, @TempDir Path directory) throws Exception {
        Path licence = Files.createFile(directory.resolve("licence"));
        try (Gate gate = new Gate()) {
            var pool = slow(isolation, StartMode.BACKGROUND, gate, licence).start();
            CompletableFuture<Integer> waiting = pool.submit(1);
            gate.awaitArrivals(2);
            pool.close();
            assertThat(pool.state()).isEqualTo(PoolState.STOPPED);
            assertThat(waiting).isCancelled();
            gate.open();
            pool.start(StartMode.EAGER);
            assertThat(pool.map(List.of(4))).containsExactly(8);
            await().untilAsserted(() -> assertThat(states).endsWith(PoolState.STARTING, PoolState.RUNNING));
            pool.close();
        }
        assertThat(states)
                .containsExactly(
                        PoolState.STARTING,
                        PoolState.DRAINING,
                        PoolState.STOPPED,
                        PoolState.STARTING,
                        PoolState.RUNNING,
                        PoolState.DRAINING,
                        PoolState.STOPPED);
        assertThat(errors()).isEmpty();
    }

    @BothModes
    @DisplayName("In the background: a pool that is no daemon does what waits before it ends")
    void drainDuringABackgroundStart(Isolation isolation, @TempDir Path directory) throws Exception {
        Path licence = Files.createFile(directory.resolve("licence"));
        try (Gate gate = new Gate()) {
            var pool = slow(isolation, StartMode.BACKGROUND, gate, licence)
                    .daemon(false)
                    .start();
            CompletableFuture<Integer> waiting = pool.submit(1);
            gate.awaitArrivals(2);
            FutureTask<Void> closing = new FutureTask<>(pool::close, null);
            new Thread(closing, "closes").start();
            awaitState(pool, PoolState.DRAINING);
            gate.open();
            assertThat(waiting.get(60, TimeUnit.SECONDS)).isEqualTo(2);
            closing.get(60, TimeUnit.SECONDS);
            assertThat(pool.state()).isEqualTo(PoolState.STOPPED);
        }
    }

    @Test
    @DisplayName("In the background: what fails before the first worker is told in the same way")
    void backgroundFailsBeforeTheFirstWorker() {
        String before = System.getProperty("java.io.tmpdir");
        var pool = PoolManager.builder(Tasks::twice)
                .name("nowhere")
                .size(1)
                .startMode(StartMode.BACKGROUND)
                .listener(event -> {
                    if (event instanceof PoolEvent.StateChanged changed) {
                        states.add(changed.to());
                    }
                })
                .build();
        System.setProperty("java.io.tmpdir", "no path\0");
        try {
            pool.start();
        } finally {
            System.setProperty("java.io.tmpdir", before);
        }
        assertThat(pool.state()).isEqualTo(PoolState.FAILED);
        assertThatThrownBy(() -> pool.put(1))
                .isInstanceOf(PoolBrokenException.class)
                .hasMessageContaining("Pool 'nowhere' could not be started: ");
        assertThat(errors()).singleElement().asString().startsWith("Pool 'nowhere' could not be started: ");
        assertThat(states).containsExactly(PoolState.STARTING, PoolState.FAILED);
        pool.close();
    }

    /** Ways to give a pool its first task; each returns what becomes of the task 21. */
    enum Way {
        PUT {
            @Override
            Integer result(PoolManager<Integer, Integer> pool) throws Exception {
                pool.put(21);
                return pool.get();
            }
        },
        OFFER {
            @Override
            Integer result(PoolManager<Integer, Integer> pool) throws Exception {
                assertThat(pool.offer(21)).isTrue();
                return pool.get();
            }
        },
        SUBMIT {
            @Override
            Integer result(PoolManager<Integer, Integer> pool) throws Exception {
                return pool.submit(21).get(60, TimeUnit.SECONDS);
            }
        },
        MAP {
            @Override
            Integer result(PoolManager<Integer, Integer> pool) throws Exception {
                return pool.map(List.of(21)).get(0);
            }
        },
        UNORDERED_MAP {
            @Override
            Integer result(PoolManager<Integer, Integer> pool) throws Exception {
                return pool.map(List.of(21), MapOptions.defaults().unordered()).get(0);
            }
        },
        STREAM {
            @Override
            Integer result(PoolManager<Integer, Integer> pool) {
                try (var results = pool.stream(List.of(21))) {
                    return results.toList().get(0);
                }
            }
        },
        PUT_ASYNC {
            @Override
            Integer result(PoolManager<Integer, Integer> pool) throws Exception {
                pool.putAsync(List.of(21));
                return pool.getAll().get(0);
            }
        },
        EXECUTOR {
            @Override
            Integer result(PoolManager<Integer, Integer> pool) throws Exception {
                return pool.asExecutorService()
                        .submit((Callable<Integer>) () -> 42)
                        .get(60, TimeUnit.SECONDS);
            }
        };

        abstract Integer result(PoolManager<Integer, Integer> pool) throws Exception;
    }

    @ParameterizedTest(name = "{0}")
    @EnumSource(Way.class)
    @DisplayName("Lazily: nothing runs until the first task, which starts the pool for good, however it is given")
    void firstTaskStarts(Way way) throws Exception {
        try (var pool = PoolManager.builder(Tasks::twice)
                .name("lazy")
                .size(1)
                .isolation(Isolation.THREAD)
                .startMode(StartMode.LAZY)
                .start()) {
            assertThat(pool.state()).isEqualTo(PoolState.NEW);
            assertThat(pool.stats().workerList()).allMatch(worker -> worker.generation() == 0);
            assertThat(way.result(pool)).isEqualTo(42);
            awaitState(pool, PoolState.RUNNING);
            assertThat(way.result(pool)).isEqualTo(42);
            assertThat(pool.stats().workers().live()).isEqualTo(1);
        }
    }

    @Test
    @DisplayName("Lazily: there is no child before the first task, and what asks for nothing starts none")
    void noChildBeforeTheFirstTask() throws Exception {
        try (var pool = PoolManager.builder(Tasks::twice)
                .name("lazy")
                .size(1)
                .startMode(StartMode.LAZY)
                .start()) {
            assertThatThrownBy(pool::get).isInstanceOf(NoSuchElementException.class);
            assertThat(pool.map(List.of())).isEmpty();
            assertThat(pool.putAsync(List.of()).get(60, TimeUnit.SECONDS)).isZero();
            assertThat(pool.clearTasks()).isZero();
            assertThatIllegalStateException().isThrownBy(pool::pause);
            assertThat(pool.start().state()).isEqualTo(PoolState.NEW);
            assertThat(ProcessHandle.current().children()).isEmpty();
            assertThat(pool.submit(21).get(60, TimeUnit.SECONDS)).isEqualTo(42);
            assertThat(ProcessHandle.current().children()).hasSize(1);
        }
    }

    @BothModes
    @DisplayName("Lazily: of many who come first at once, each gets the result of its own task, from one start")
    void manyFirstTasks(Isolation isolation) throws Exception {
        try (var pool = PoolManager.builder(Tasks::twice)
                .name("lazy")
                .size(1)
                .queueSize(100)
                .isolation(isolation)
                .startMode(StartMode.LAZY)
                .listener(event -> {
                    if (event instanceof PoolEvent.StateChanged changed) {
                        states.add(changed.to());
                    }
                })
                .start()) {
            List<FutureTask<Integer>> callers = new CopyOnWriteArrayList<>();
            for (int i = 0; i < 20; i++) {
                int task = i;
                FutureTask<Integer> caller =
                        new FutureTask<>(() -> pool.submit(task).get(60, TimeUnit.SECONDS));
                callers.add(caller);
                new Thread(caller, "caller-" + i).start();
            }
            for (int i = 0; i < 20; i++) {
                assertThat(callers.get(i).get(90, TimeUnit.SECONDS)).isEqualTo(2 * i);
            }
            awaitState(pool, PoolState.RUNNING);
            await().untilAsserted(() -> assertThat(states).containsExactly(PoolState.STARTING, PoolState.RUNNING));
        }
    }

    @BothModes
    @DisplayName("Lazily: a first task that no worker can run is told so, and the pool heals itself")
    void firstTaskFails(Isolation isolation, @TempDir Path directory) throws Exception {
        Path licence = directory.resolve("licence");
        try (Gate gate = new Gate();
                var pool = slow(isolation, StartMode.LAZY, gate, licence).start()) {
            gate.open();
            assertThatThrownBy(() -> pool.map(List.of(1)))
                    .hasMessageContaining("Pool 'slow' could not be started: 2 of 2 workers failed to start")
                    .hasMessageContaining("no licence for this machine");
            assertThat(pool.state()).isEqualTo(PoolState.BROKEN);
            Files.createFile(licence);
            awaitState(pool, PoolState.RUNNING);
            assertThat(pool.map(List.of(3))).containsExactly(6);
        }
    }

    @Test
    @DisplayName("Lazily: a closed pool takes no task, until it is started again; started eagerly it waits for nobody")
    void closedAndStartedAgain() throws Exception {
        var pool = PoolManager.builder(Tasks::twice)
                .name("lazy")
                .size(1)
                .isolation(Isolation.THREAD)
                .startMode(StartMode.LAZY)
                .start();
        pool.close();
        assertThat(pool.state()).isEqualTo(PoolState.STOPPED);
        assertThatIllegalStateException().isThrownBy(() -> pool.put(1)).withMessage("Pool 'lazy' is closed");
        assertThat(pool.start().state()).isEqualTo(PoolState.NEW);
        assertThat(pool.submit(21).get(60, TimeUnit.SECONDS)).isEqualTo(42);
        pool.close();
        assertThatIllegalStateException().isThrownBy(() -> pool.put(1)).withMessage("Pool 'lazy' is closed");
        assertThat(pool.start().start(StartMode.EAGER).state()).isEqualTo(PoolState.RUNNING);
        pool.close();
    }

    @Test
    @DisplayName("Lazily: a pool that nobody has started is open for map alone, which closes it again")
    void notStartedAtAll() throws Exception {
        var pool = PoolManager.builder(Tasks::twice)
                .name("lazy")
                .size(1)
                .isolation(Isolation.THREAD)
                .startMode(StartMode.LAZY)
                .build();
        assertThat(pool.map(List.of(21))).containsExactly(42);
        assertThat(pool.state()).isEqualTo(PoolState.STOPPED);
    }

    @BothModes
    @DisplayName(
            "a start in the background is judged when no start is under way: until then nobody's task fails for it")
    void judgedInTheBackground(Isolation isolation, @TempDir Path directory) throws Exception {
        judgedWhenNoneIsUnderWay(isolation, StartMode.BACKGROUND, directory);
    }

    @BothModes
    @DisplayName("a start that is waited for is judged when no start is under way")
    void judgedForACaller(Isolation isolation, @TempDir Path directory) throws Exception {
        judgedWhenNoneIsUnderWay(isolation, StartMode.EAGER, directory);
    }

    private void judgedWhenNoneIsUnderWay(Isolation isolation, StartMode mode, Path directory) throws Exception {
        Path licence = directory.resolve("licence");
        try (Gate gate = new Gate();
                var pool = slow(isolation, mode, gate, licence).build()) {
            CompletableFuture<Void> started = CompletableFuture.runAsync(pool::start);
            gate.awaitArrivals(2);
            List<CompletableFuture<Integer>> tasks = new ArrayList<>();
            for (int i = 1; i <= 4; i++) {
                tasks.add(pool.submit(i));
            }
            gate.letOneGo(); // its first start fails
            gate.awaitArrivals(3); // its second begins
            gate.letOneGo(); // the other's first start fails too
            await().atMost(LIMIT)
                    .until(() -> records.list.stream()
                                    .filter(event ->
                                            event.getFormattedMessage().startsWith("A start failed in pool 'slow'"))
                                    .count()
                            == 2);
            assertThat(pool.state()).isEqualTo(PoolState.STARTING);
            Files.createFile(licence);
            gate.open();
            for (int i = 0; i < 4; i++) {
                assertThat(tasks.get(i).get(60, TimeUnit.SECONDS)).isEqualTo(2 * (i + 1));
            }
            started.get(60, TimeUnit.SECONDS);
            await().atMost(LIMIT)
                    .untilAsserted(() -> assertThat(states).containsExactly(PoolState.STARTING, PoolState.RUNNING));
        }
    }
}
