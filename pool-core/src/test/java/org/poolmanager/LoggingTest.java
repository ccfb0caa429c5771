package org.poolmanager;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.poolmanager.launch.JvmOptions;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;
import org.slf4j.Marker;
import org.slf4j.MarkerFactory;

@ExtendWith(NoLeftovers.class)
@DisplayName("Logging")
class LoggingTest {

    private static final List<Integer> EIGHT = IntStream.range(0, 8).boxed().toList();

    @BothModes
    @Tag(Rounds.TAG)
    @DisplayName("C081: each record arrives once, before the result of its task is visible")
    void c081RecordsBeforeResults(Isolation isolation) throws Exception {
        try (Records records = new Records("test.submodule", Level.INFO);
                var pool = PoolManager.builder(Tasks::log)
                        .isolation(isolation)
                        .size(2)
                        .loggers("test.submodule")
                        .start()) {
            warmUp(pool, records);
            int rounds = Rounds.of(isolation, 1000, 200);
            for (int round = 0; round < rounds; round++) {
                pool.put(round);
                assertThat(pool.get()).isEqualTo(round);
                assertThat(records.messages()).containsExactly(Integer.toString(round));
                records.events.clear();
                for (int task : EIGHT) {
                    pool.put(task);
                }
                assertThat(pool.getAll()).containsExactlyInAnyOrderElementsOf(EIGHT);
                assertThat(records.messages()).containsExactlyInAnyOrder("0", "1", "2", "3", "4", "5", "6", "7");
                assertThat(records.events.get(5).getMDCPropertyMap())
                        .containsEntry("pool", pool.name())
                        .containsKeys("worker", "task");
                records.events.clear();
            }
        }
    }

    /** An outcome waits for its records for a moment only, which what is loaded for the first of all may exceed. */
    private static void warmUp(PoolManager<Integer, Integer> pool, Records records) throws InterruptedException {
        pool.map(EIGHT);
        await().until(() -> records.events.size() == EIGHT.size());
        records.events.clear();
    }

    @BothModes
    @Tag(Rounds.TAG)
    @DisplayName("C081: a worker class that took its logger in the constructor is heard the same way")
    void c081WorkerClass(Isolation isolation) throws Exception {
        try (Records records = new Records("test.submodule", Level.INFO)) {
            try (var pool = PoolManager.builder(Tasks.Calculator.class)
                    .staticArgs(1, 2)
                    .isolation(isolation)
                    .size(2)
                    .loggers("test")
                    .start()) {
                warmUp(pool, records);
                for (int round = 0; round < Rounds.of(isolation, 1000, 200); round++) {
                    records.events.clear();
                    pool.map(EIGHT);
                    assertThat(records.messages())
                            .extracting(message -> message.substring(0, "task 0".length()))
                            .containsExactlyInAnyOrder(
                                    "task 0", "task 1", "task 2", "task 3", "task 4", "task 5", "task 6", "task 7");
                }
            }
            assertThat(records.events).hasSize(8);
        }
    }

    @BothModes
    @DisplayName("C081: the pool itself logs nothing above DEBUG per task")
    void c081PoolIsQuiet(Isolation isolation) throws Exception {
        try (Records own = new Records("org.poolmanager", Level.DEBUG)) {
            try (var pool = PoolManager.builder(Tasks::twice)
                    .isolation(isolation)
                    .size(2)
                    .ordered(true)
                    .start()) {
                pool.map(EIGHT);
                for (int task : EIGHT) {
                    pool.put(task);
                    pool.get();
                    pool.submit(task).get();
                }
                pool.putAsync(EIGHT).get();
                pool.getAll();
            }
            assertThat(own.events)
                    .allSatisfy(event -> assertThat(event.getLevel()).isEqualTo(Level.DEBUG));
            assertThat(own.events).hasSizeLessThan(EIGHT.size());
        }
    }

    @BothModes
    @DisplayName("C085: the MDC of who hands in a task is the MDC of the task, and of no other")
    void c085MdcTravels(Isolation isolation) throws Exception {
        try (Records records = new Records("test.mdc", Level.INFO);
                var pool = PoolManager.builder(LoggingTest::logMdc)
                        .isolation(isolation)
                        .size(1)
                        .loggers("test.mdc")
                        .start()) {
            MDC.put("caller", "one");
            pool.put(1);
            assertThat(pool.get()).isEqualTo("one null");
            MDC.put("caller", "two");
            assertThat(pool.map(List.of(2))).containsExactly("two null");
            MDC.put("caller", "three");
            assertThat(pool.submit(3).get()).isEqualTo("three null");
            MDC.put("caller", "four");
            Future<Long> feeder = pool.putAsync(List.of(4));
            MDC.clear();
            feeder.get();
            assertThat(pool.getAll()).containsExactly("four null");
            assertThat(pool.map(List.of(5))).containsExactly("null null");

            await().until(() -> records.events.size() == 5);
            assertThat(records.events)
                    .extracting(event -> event.getMDCPropertyMap().get("caller") + " "
                            + event.getMDCPropertyMap().get("own") + " "
                            + event.getMDCPropertyMap().get("task"))
                    .containsExactly("one 1 1", "two 2 2", "three 3 3", "four 4 4", "null 5 5");
            assertThat(records.events)
                    .allSatisfy(event -> assertThat(event.getMDCPropertyMap())
                            .containsEntry("pool", pool.name())
                            .containsEntry("worker", "1"));
        } finally {
            MDC.clear();
        }
    }

    /** What the task finds in its MDC; and leaves an entry behind, as careless code does. */
    private static String logMdc(int x) {
        String found = MDC.get("caller") + " " + MDC.get("own");
        MDC.put("own", Integer.toString(x));
        LoggerFactory.getLogger("test.mdc").info("{}", x);
        return found;
    }

    @BothModes
    @DisplayName("C085: records of any content arrive and never fail their task")
    void c085AnyRecord(Isolation isolation) throws Exception {
        long before = System.currentTimeMillis();
        try (Records records = new Records("test.any", Level.INFO);
                var pool = PoolManager.builder(LoggingTest::logAnything)
                        .isolation(isolation)
                        .size(1)
                        .loggers("test.any")
                        .start()) {
            assertThat(pool.map(List.of(1))).containsExactly(1);

            await().until(() -> records.events.size() == 2);
            assertThat(records.messages())
                    .satisfiesExactly(
                            first -> assertThat(first).isEqualTo("parameter here"),
                            second -> assertThat(second).isEqualTo("broken [FAILED toString()]"));
            ILoggingEvent event = records.events.get(0);
            assertThat(event.getThreadName()).isEqualTo("a thread of the task");
            assertThat(event.getTimeStamp()).isBetween(before, System.currentTimeMillis());
            assertThat(event.getMarkerList()).extracting(Marker::getName).containsExactly("MARKER");
            assertThat(event.getKeyValuePairs().toString()).contains("key").contains("7");
            assertThat(event.getMDCPropertyMap()).containsEntry("step", "first");
            assertThat(event.getThrowableProxy().getClassName()).isEqualTo(IllegalStateException.class.getName());
            assertThat(event.getThrowableProxy().getMessage()).isEqualTo("outer");
            assertThat(event.getThrowableProxy().getCause().getClassName()).isEqualTo(IOException.class.getName());
            assertThat(event.getThrowableProxy()
                            .getStackTraceElementProxyArray()[0]
                            .getStackTraceElement()
                            .getMethodName())
                    .isEqualTo("logAnything");
            assertThat(records.events.get(1).getMDCPropertyMap()).containsEntry("step", "second");
        }
    }

    private static int logAnything(int x) {
        Logger logger = LoggerFactory.getLogger("test.any");
        Thread.currentThread().setName("a thread of the task");
        MDC.put("step", "first");
        Object notSerializable = new Object() {
            @Override
            public String toString() {
                return "here";
            }
        };
        logger.atInfo()
                .addMarker(MarkerFactory.getMarker("MARKER"))
                .addKeyValue("key", 7)
                .setCause(new IllegalStateException("outer", new IOException("inner")))
                .log("parameter {}", notSerializable);
        MDC.put("step", "second");
        logger.info("broken {}", new Object() {
            @Override
            public String toString() {
                throw new UnsupportedOperationException("on purpose");
            }
        });
        return x;
    }

    @BothModes
    @DisplayName("C082: a record enters the logger of its own name and rises from there")
    void c082Hierarchy(Isolation isolation) throws Exception {
        try (Records sub = new Records("test.submodule", Level.INFO);
                Records parent = new Records("test", Level.INFO);
                Records other = new Records("information", Level.INFO);
                Records unregistered = new Records("unregistered.logger", Level.DEBUG);
                var pool = PoolManager.builder(Tasks::log)
                        .isolation(isolation)
                        .size(2)
                        .loggers("test", "information")
                        .start()) {
            pool.map(EIGHT);
            await().until(() -> sub.events.size() == EIGHT.size());
            assertThat(sub.messages()).containsExactlyInAnyOrder("0", "1", "2", "3", "4", "5", "6", "7");
            assertThat(parent.messages()).hasSize(8);
            assertThat(other.messages()).isEmpty();
            assertThat(unregistered.messages()).hasSize(isolation == Isolation.THREAD ? 8 : 0);
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
            await().untilAsserted(() -> assertThat(records.messages()).containsExactly("info 1"));
            Timely.assertTakesLess("C083 " + isolation + ": to hear of a change of the level", 2000, () -> {
                logger.setLevel(Level.INFO);
                await().until(() -> !pool.map(List.of(2)).get(0));
                long change = System.nanoTime();
                logger.setLevel(Level.DEBUG);
                await().pollInterval(Duration.ofMillis(1))
                        .until(() -> pool.map(List.of(2)).get(0));
                return Blow.millisSince(change);
            });
            pool.map(List.of(3)); // the change may have come in the midst of the task before
            await().untilAsserted(() -> assertThat(records.messages()).endsWith("debug 3", "info 3"));
        }
    }

    @Test
    @DisplayName(
            "C084: SLF4J, java.util.logging, System.Logger, stdout and stderr of one task arrive with name and level")
    void c084EveryWay() throws Exception {
        try (Records test = new Records("test.ways", Level.TRACE);
                Records out = new Records("org.poolmanager.worker.stdout", Level.INFO);
                Records err = new Records("org.poolmanager.worker.stderr", Level.WARN);
                var pool = PoolManager.builder((Integer x) -> {
                            LoggerFactory.getLogger("test.ways.slf4j").trace("one {}", x);
                            java.util.logging.Logger.getLogger("test.ways.jul").config("two");
                            System.getLogger("test.ways.system").log(System.Logger.Level.WARNING, "three {0}", x);
                            System.out.println("four");
                            System.err.println("five");
                            return x;
                        })
                        .size(1)
                        .loggers("test.ways")
                        .start()) {
            pool.map(List.of(1));
            await().until(() -> test.events.size() == 3);
            assertThat(test.events)
                    .extracting(event -> event.getLoggerName() + " " + event.getLevel() + " "
                            + event.getFormattedMessage() + " "
                            + event.getMDCPropertyMap().get("task"))
                    .containsExactly(
                            "test.ways.slf4j TRACE one 1 1",
                            "test.ways.jul INFO two 1",
                            "test.ways.system WARN three 1 1");
            await().untilAsserted(() -> {
                assertThat(out.messages()).containsExactly("four");
                assertThat(err.messages()).containsExactly("five");
            });
            assertThat(out.events.get(0).getLevel()).isEqualTo(Level.INFO);
            assertThat(err.events.get(0).getLevel()).isEqualTo(Level.WARN);
        }
    }

    @Test
    @DisplayName("C084: on threads all of it is the application's own, with worker and task in the MDC of log records")
    void c084EveryWayOnThreads() throws Exception {
        try (Records test = new Records("test.ways", Level.TRACE);
                Records out = new Records("org.poolmanager.worker.stdout", Level.INFO);
                var pool = PoolManager.builder((Integer x) -> {
                            LoggerFactory.getLogger("test.ways.slf4j").trace("one {}", x);
                            System.getLogger("test.ways.system").log(System.Logger.Level.WARNING, "three {0}", x);
                            System.out.println("four");
                            return x;
                        })
                        .isolation(Isolation.THREAD)
                        .size(1)
                        .loggers("test.ways")
                        .start()) {
            pool.map(List.of(1));
            assertThat(test.events)
                    .filteredOn(event -> event.getLoggerName().equals("test.ways.slf4j"))
                    .extracting(event -> event.getLevel() + " " + event.getFormattedMessage() + " "
                            + event.getMDCPropertyMap().get("worker") + " "
                            + event.getMDCPropertyMap().get("task"))
                    .containsExactly("TRACE one 1 1 1");
            assertThat(out.messages()).isEmpty();
        }
    }

    @Test
    @DisplayName("C084: what a worker prints arrives as it was, also where the locale could not express it")
    void c084OutputOfAnyLocale() throws Exception {
        String text = "Größe 5 €, 日本, 😀";
        try (Records out = new Records("org.poolmanager.worker.stdout", Level.INFO);
                Records err = new Records("org.poolmanager.worker.stderr", Level.WARN);
                var pool = PoolManager.builder((String x) -> {
                            System.out.println(x);
                            System.err.println(x);
                            return x;
                        })
                        .size(1)
                        .jvm(new JvmOptions(null, List.of(), Map.of("LC_ALL", "C"), null))
                        .start()) {
            pool.map(List.of(text));
            await().untilAsserted(() -> {
                assertThat(out.messages()).containsExactly(text);
                assertThat(err.messages()).containsExactly(text);
            });
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

    @BothModes
    @DisplayName("C090: loggers are added and removed before the start, and never after it")
    void c090AddAndRemove(Isolation isolation) throws Exception {
        assertThatNullPointerException()
                .isThrownBy(() -> PoolManager.builder(Tasks::log).loggers("fine", null));
        var pool = PoolManager.builder(Tasks::log)
                .isolation(isolation)
                .size(1)
                .name("ears")
                .build();
        pool.addLogger("test");
        pool.addLogger(LoggerFactory.getLogger("test"));
        pool.addLogger("other");
        assertThat(pool.settings().loggers()).containsExactlyInAnyOrder("test", "other");
        pool.removeLogger("other");
        pool.addLogger("third");
        pool.removeLogger(LoggerFactory.getLogger("third"));
        assertThatThrownBy(() -> pool.removeLogger("other"))
                .isInstanceOf(NoSuchElementException.class)
                .hasMessage("Pool 'ears' has no logger 'other'; it has [test]");
        try (Records records = new Records("test", Level.INFO);
                pool) {
            pool.start();
            assertThatIllegalStateException().isThrownBy(() -> pool.addLogger("late"));
            assertThatIllegalStateException().isThrownBy(() -> pool.removeLogger("test"));
            pool.map(Arrays.asList(1, 2));
            await().untilAsserted(() -> assertThat(records.messages()).containsExactlyInAnyOrder("1", "2"));
        }
        assertThatIllegalStateException().isThrownBy(() -> pool.addLogger("after the close"));
        assertThatIllegalStateException().isThrownBy(() -> pool.removeLogger("test"));
    }

    @BothModes
    @DisplayName("C090: a wrong logger is refused, and none of those beside it is added")
    void c090AllOrNothing(Isolation isolation) throws Exception {
        var builder = PoolManager.builder(Tasks::log).isolation(isolation).size(1);
        assertThatNullPointerException().isThrownBy(() -> builder.loggers(Arrays.asList("fine", null)));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder.loggers("fine", " "))
                .withMessageContaining("ROOT");
        try (var pool = builder.build()) {
            assertThat(pool.settings().loggers()).isEmpty();
            assertThatNullPointerException().isThrownBy(() -> pool.addLogger((String) null));
            assertThatNullPointerException().isThrownBy(() -> pool.addLogger((Logger) null));
            assertThatNullPointerException().isThrownBy(() -> pool.removeLogger((String) null));
            assertThatIllegalArgumentException().isThrownBy(() -> pool.addLogger(""));
            assertThat(pool.settings().loggers()).isEmpty();
            pool.start();
        }
    }

    @BothModes
    @DisplayName("C090: a pool with several loggers starts and closes, and a logger named twice gives each record once")
    void c090SeveralAndTwice(Isolation isolation) throws Exception {
        try (Records records = new Records("test.submodule", Level.INFO);
                var pool = PoolManager.builder(Tasks::log)
                        .isolation(isolation)
                        .size(1)
                        .loggers("test", "test.submodule")
                        .loggers(List.of("test"))
                        .build()) {
            pool.addLogger("test");
            pool.start();
            pool.map(List.of(1));
            await().until(() -> pool.stats().logs().replayed() == (isolation == Isolation.THREAD ? 0 : 1));
            assertThat(records.messages()).containsExactly("1");
        }
    }

    @Test
    @DisplayName("loggers that workers make, one for each object perhaps, are not kept here for ever")
    void loggersOfWorkersAreNotKept() throws Exception {
        try (Records records = new Records("test.objects", Level.INFO);
                var pool = PoolManager.builder((Integer x) -> {
                            LoggerFactory.getLogger("test.objects.of" + x + "$inner")
                                    .info("made");
                            return x;
                        })
                        .size(1)
                        .loggers("test.objects")
                        .start()) {
            pool.map(List.of(1, 2, 3));
            await().until(() -> records.events.size() == 3);
            assertThat(records.events)
                    .extracting(ILoggingEvent::getLoggerName)
                    .containsExactly("test.objects.of1$inner", "test.objects.of2$inner", "test.objects.of3$inner");
            LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
            assertThat(context.getLoggerList())
                    .extracting(Logger::getName)
                    .noneMatch(name -> name.startsWith("test.objects."));
        }
    }
}
