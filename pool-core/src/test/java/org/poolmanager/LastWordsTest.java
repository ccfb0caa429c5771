package org.poolmanager;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.poolmanager.worker.PoolProcess;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

@ExtendWith(NoLeftovers.class)
@DisplayName("First and last words of workers")
class LastWordsTest {

    private static final List<String> THOUSAND =
            IntStream.range(0, 1000).mapToObj(Integer::toString).toList();

    /** Logs 1,000 records and ends as it is told. */
    static String logAndEnd(String how) {
        Logger logger = LoggerFactory.getLogger("test.dying");
        for (int i = 0; i < 1000; i++) {
            logger.info("{}", i);
        }
        System.err.println("last words before " + how);
        switch (how) {
            case "throw" -> throw new IllegalStateException("thrown");
            case "exit" -> System.exit(3);
            case "halt" -> Runtime.getRuntime().halt(3);
            case "kill" -> {
                ProcessHandle.of(ProcessHandle.current().pid()).ifPresent(self -> kill(self.pid()));
                Tasks.sleepMillis(60_000);
            }
            default -> {}
        }
        return how;
    }

    private static void kill(long pid) {
        try {
            new ProcessBuilder("kill", "-9", Long.toString(pid)).start();
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"return", "throw", "exit", "halt", "kill"})
    @DisplayName("C089: all of 1,000 records arrive before the outcome, however the task and its worker end")
    void c089AllRecords(String how) throws Exception {
        try (Records records = new Records("test.dying", Level.INFO);
                var pool = PoolManager.builder(LastWordsTest::logAndEnd)
                        .size(1)
                        .loggers("test.dying")
                        .start()) {
            // An outcome waits for its records for a moment only, which what is loaded for the first of all may exceed.
            pool.map(List.of("return"));
            await().until(() -> records.events.size() == THOUSAND.size());
            records.events.clear();
            Outcome<String> outcome = pool.mapOutcomes(List.of(how)).get(0);
            System.out.println("C089 " + how + ": " + records.events.size() + " of 1000 records");
            assertThat(records.messages()).isEqualTo(THOUSAND);
            switch (how) {
                case "return" -> assertThat(outcome.get()).isEqualTo("return");
                case "throw" -> assertThat(outcome.failure()).isInstanceOf(TaskFailedException.class);
                default ->
                    assertThat(outcome.failure())
                            .isInstanceOf(WorkerCrashedException.class)
                            .hasMessageContaining("last words before " + how);
            }
        }
    }

    @BothModes
    @DisplayName("C089: what a long task logs arrives while the task goes on")
    void c089LongTask(Isolation isolation) throws Exception {
        try (Gate gate = new Gate();
                Records records = new Records("test.long", Level.INFO);
                var pool = PoolManager.builder(
                                (Integer x, Integer port) -> {
                                    Tasks.sleepMillis(30);
                                    LoggerFactory.getLogger("test.long").info("{}", x);
                                    Gate.pass(port, "held");
                                    return x;
                                },
                                gate.port())
                        .isolation(isolation)
                        .size(1)
                        .queueSize(30)
                        .loggers("test.long")
                        .start()) {
            for (int i = 1; i <= 30; i++) {
                int number = i;
                pool.put(i);
                gate.awaitArrivals(i);
                await().pollInterval(Duration.ofMillis(1))
                        .untilAsserted(() -> assertThat(records.messages()).hasSize(number));
                gate.letOneGo();
                assertThat(pool.get()).isEqualTo(i);
            }
        }
    }

    /** Logs at every moment of its life. */
    static final class Talker implements PoolProcess<Integer, Integer> {

        private final Logger logger = LoggerFactory.getLogger("test.talker");

        private final boolean child;

        Talker(boolean child) {
            this.child = child;
            logger.info("constructor");
            if (child) {
                Runtime.getRuntime().addShutdownHook(new Thread(() -> logger.info("shutdown hook")));
            }
        }

        @Override
        public Integer run(Integer task) {
            logger.info("task");
            return task;
        }

        @Override
        public void close() {
            logger.info("close");
            throw new IllegalStateException("cannot be closed");
        }
    }

    @BothModes
    @DisplayName(
            "C089: records of the constructor, of close() and of shutdown hooks arrive; so does what close() throws")
    void c089WholeLife(Isolation isolation) throws Exception {
        boolean child = isolation == Isolation.PROCESS;
        try (Records records = new Records("test.talker", Level.INFO);
                Records own = new Records("org.poolmanager.PoolManager", Level.WARN)) {
            try (var pool = PoolManager.builder(Talker.class)
                    .staticArgs(child)
                    .isolation(isolation)
                    .name("talking")
                    .size(1)
                    .loggers("test.talker")
                    .start()) {
                await().untilAsserted(() -> assertThat(records.messages()).containsExactly("constructor"));
                pool.map(List.of(1));
            }
            assertThat(records.messages())
                    .containsExactlyElementsOf(
                            child
                                    ? List.of("constructor", "task", "close", "shutdown hook")
                                    : List.of("constructor", "task", "close"));
            assertThat(own.messages())
                    .singleElement()
                    .asString()
                    .matches("The close\\(\\) of worker 1 of pool 'talking' \\(pid \\d+\\) failed");
            assertThat(own.events.get(0).getThrowableProxy().getMessage()).isEqualTo("cannot be closed");
        }
    }

    /** Logs, and then cannot be built. */
    static final class Stillborn implements PoolProcess<Integer, Integer> {

        Stillborn() {
            LoggerFactory.getLogger("test.stillborn").warn("this will not do");
            throw new UnsupportedOperationException("no licence");
        }

        @Override
        public Integer run(Integer task) {
            return task;
        }
    }

    @BothModes
    @DisplayName("C089: what a constructor logs before it fails arrives before the exception")
    void c089FailedStart(Isolation isolation) throws Exception {
        try (Records records = new Records("test.stillborn", Level.INFO);
                var pool = PoolManager.builder(Stillborn.class)
                        .isolation(isolation)
                        .size(1)
                        .loggers("test")
                        .build()) {
            assertThatThrownBy(pool::start).isInstanceOf(PoolStartException.class);
            assertThat(records.messages()).contains("this will not do");
        }
    }

    @Test
    @DisplayName("C089: a task that goes on while the pool closes is still heard")
    void c089AfterClose() throws Exception {
        try (Gate gate = new Gate();
                Records records = new Records("test.late", Level.INFO)) {
            var pool = PoolManager.builder(
                            (Integer x, Integer port) -> {
                                Gate.pass(port, "begun");
                                LoggerFactory.getLogger("test.late").info("after close");
                                return x;
                            },
                            gate.port())
                    .size(1)
                    .daemon(false)
                    .loggers("test.late")
                    .start();
            pool.put(1);
            gate.awaitArrivals(1);
            Thread closer = new Thread(pool::close);
            closer.start();
            await().until(() -> pool.state() == PoolState.DRAINING);
            gate.open();
            closer.join(30_000);
            assertThat(pool.state()).isEqualTo(PoolState.STOPPED);
            assertThat(records.messages()).containsExactly("after close");
        }
    }
}
