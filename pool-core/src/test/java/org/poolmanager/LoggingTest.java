package org.poolmanager;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import java.util.Arrays;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.slf4j.LoggerFactory;

@ExtendWith(NoLeftovers.class)
@DisplayName("Logging")
class LoggingTest {

    private static final List<Integer> EIGHT = IntStream.range(0, 8).boxed().toList();

    @BothModes
    @DisplayName("C081: each record arrives once, before the result of its task is visible")
    void c081RecordsBeforeResults(Isolation isolation) throws Exception {
        try (Records records = new Records("test.submodule", Level.INFO);
                var pool = PoolManager.builder(Tasks::log)
                        .isolation(isolation)
                        .size(2)
                        .loggers("test.submodule")
                        .start()) {
            for (int round = 0; round < 100; round++) {
                int task = round;
                pool.put(task);
                assertThat(pool.get()).isEqualTo(task);
                assertThat(records.messages()).endsWith(Integer.toString(task)).hasSize(round + 1);
            }
            assertThat(records.events.get(5).getMDCPropertyMap())
                    .containsEntry("pool", pool.name())
                    .containsKeys("worker", "task");
        }
    }

    @BothModes
    @DisplayName("C081: a worker class that took its logger in the constructor is heard the same way")
    void c081WorkerClass(Isolation isolation) throws Exception {
        try (Records records = new Records("test.submodule", Level.INFO)) {
            try (var pool = PoolManager.builder(Tasks.Calculator.class)
                    .staticArgs(1, 2)
                    .isolation(isolation)
                    .size(2)
                    .loggers("test")
                    .start()) {
                pool.map(EIGHT);
                assertThat(records.events).hasSize(8);
            }
            assertThat(records.events).hasSize(8);
        }
    }

    @BothModes
    @DisplayName("C082: a record enters the logger of its own name and rises from there")
    void c082Hierarchy(Isolation isolation) throws Exception {
        try (Records sub = new Records("test.submodule", Level.INFO);
                Records parent = new Records("test", Level.INFO);
                Records other = new Records("information", Level.INFO);
                Records unregistered = new Records("unregistered.logger", Level.ERROR);
                var pool = PoolManager.builder(Tasks::log)
                        .isolation(isolation)
                        .size(2)
                        .loggers("test", "information")
                        .start()) {
            pool.map(EIGHT);
            assertThat(sub.messages()).containsExactlyInAnyOrder("0", "1", "2", "3", "4", "5", "6", "7");
            assertThat(parent.messages()).hasSize(8);
            assertThat(other.messages()).isEmpty();
            assertThat(unregistered.messages()).isEmpty();
        }
    }

    @BothModes
    @DisplayName("C083: levels are the parent's, and a change reaches running workers")
    void c083Levels(Isolation isolation) throws Exception {
        ch.qos.logback.classic.Logger logger = (ch.qos.logback.classic.Logger) LoggerFactory.getLogger("test.levels");
        try (Records records = new Records("test.levels", Level.INFO);
                var pool = PoolManager.builder((Integer x) -> {
                            LoggerFactory.getLogger("test.levels").debug("debug {}", x);
                            LoggerFactory.getLogger("test.levels").info("info {}", x);
                            return LoggerFactory.getLogger("test.levels").isDebugEnabled();
                        })
                        .isolation(isolation)
                        .size(1)
                        .loggers("test.levels")
                        .start()) {
            assertThat(pool.map(List.of(1))).containsExactly(false);
            assertThat(records.messages()).containsExactly("info 1");
            logger.setLevel(Level.DEBUG);
            await().until(() -> pool.map(List.of(2)).get(0));
            assertThat(records.messages()).endsWith("debug 2", "info 2");
        }
    }

    @Test
    @DisplayName("C089: what a dying worker has logged arrives, and what it printed is in the error")
    void c089DyingWorker() throws Exception {
        try (Records records = new Records("test.dying", Level.INFO);
                var pool = PoolManager.builder((Integer x) -> {
                            for (int i = 0; i < 1000; i++) {
                                LoggerFactory.getLogger("test.dying").info("{}", i);
                            }
                            System.err.println("last words of task " + x);
                            Runtime.getRuntime().halt(3);
                            return x;
                        })
                        .size(1)
                        .loggers("test.dying")
                        .start()) {
            assertThat(pool.mapOutcomes(List.of(5)).get(0).failure())
                    .isInstanceOf(WorkerCrashedException.class)
                    .hasMessageContaining("last words of task 5");
            assertThat(records.events).hasSize(1000);
        }
    }

    @Test
    @DisplayName("C084: what a worker prints is logged with its worker and task")
    void c084Output() throws Exception {
        try (Records out = new Records("org.poolmanager.worker.stdout", Level.INFO);
                Records err = new Records("org.poolmanager.worker.stderr", Level.WARN);
                var pool = PoolManager.builder((Integer x) -> {
                            System.out.println("to stdout " + x);
                            System.err.println("to stderr " + x);
                            return x;
                        })
                        .size(1)
                        .start()) {
            pool.map(List.of(7));
            await().untilAsserted(() -> {
                assertThat(out.messages()).containsExactly("to stdout 7");
                assertThat(err.messages()).containsExactly("to stderr 7");
            });
            assertThat(out.events.get(0).getMDCPropertyMap())
                    .containsEntry("pool", pool.name())
                    .containsEntry("worker", "1")
                    .containsEntry("task", "1");
        }
    }

    @Test
    @DisplayName("C090: loggers are added and removed before the start, and never after it")
    void c090AddAndRemove() throws Exception {
        assertThatNullPointerException()
                .isThrownBy(() -> PoolManager.builder(Tasks::log).loggers("fine", null));
        var pool = PoolManager.builder(Tasks::log).size(1).name("ears").build();
        pool.addLogger("test");
        pool.addLogger(LoggerFactory.getLogger("test"));
        pool.addLogger("other");
        assertThat(pool.settings().loggers()).containsExactlyInAnyOrder("test", "other");
        pool.removeLogger("other");
        assertThatThrownBy(() -> pool.removeLogger("other"))
                .isInstanceOf(NoSuchElementException.class)
                .hasMessage("Pool 'ears' has no logger 'other'; it has [test]");
        try (Records records = new Records("test", Level.INFO);
                pool) {
            pool.start();
            assertThatIllegalStateException().isThrownBy(() -> pool.addLogger("late"));
            assertThatIllegalStateException().isThrownBy(() -> pool.removeLogger("test"));
            pool.map(Arrays.asList(1, 2));
            assertThat(records.messages()).containsExactlyInAnyOrder("1", "2");
        }
    }
}
