package org.poolmanager;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.UnsynchronizedAppenderBase;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.slf4j.LoggerFactory;

@ExtendWith(NoLeftovers.class)
@DisplayName("Many records, and slow appenders")
class LogFlowTest {

    private static final String HUNDRED_BYTES = "x".repeat(94);

    private static final int FLOOD = 50_000;

    private static final int WARM_UP = 5_000;

    /** An appender on one logger, until it is closed. */
    private static final class Ear extends UnsynchronizedAppenderBase<ILoggingEvent> implements AutoCloseable {

        private final Logger logger;

        private final Consumer<ILoggingEvent> consumer;

        Ear(String name, Consumer<ILoggingEvent> consumer) {
            this.logger = (Logger) LoggerFactory.getLogger(name);
            this.consumer = consumer;
            logger.setLevel(Level.INFO);
            logger.setAdditive(false);
            setContext(logger.getLoggerContext());
            start();
            logger.addAppender(this);
        }

        /** Not {@code append}, around which Logback catches what it throws. */
        @Override
        public void doAppend(ILoggingEvent event) {
            consumer.accept(event);
        }

        @Override
        protected void append(ILoggingEvent event) {}

        @Override
        public void close() {
            logger.detachAppender(this);
            logger.setAdditive(true);
            logger.setLevel(null);
        }
    }

    static int logMany(int count, String logger) {
        org.slf4j.Logger log = LoggerFactory.getLogger(logger);
        for (int i = 0; i < count; i++) {
            log.info("{} {}", HUNDRED_BYTES, i);
        }
        return count;
    }

    static int logOne(int x, String logger) {
        LoggerFactory.getLogger(logger).info("{}", x);
        return x;
    }

    /** A task that ends only once each of four workers has one. */
    static int logManyAtGate(int count, int port) {
        Gate.pass(port, "flood");
        return logMany(count, "test.order");
    }

    @BothModes
    @DisplayName("C086: 4 workers log 10,000 numbered records each: none is missing, and each worker's are in order")
    void c086Order(Isolation isolation) throws Exception {
        Map<String, List<Integer>> perTask = new ConcurrentHashMap<>();
        try (Gate gate = new Gate();
                Ear ear = new Ear(
                        "test.order",
                        event -> perTask.computeIfAbsent(
                                        event.getMDCPropertyMap().get("worker"), worker -> new ArrayList<>())
                                .add(Integer.parseInt(
                                        event.getFormattedMessage().substring(95))));
                var pool = PoolManager.builder(LogFlowTest::logManyAtGate, gate.port())
                        .isolation(isolation)
                        .size(4)
                        .loggers("test")
                        .start()) {
            assertThat(ear.isStarted()).isTrue();
            List<Future<Integer>> futures = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                futures.add(pool.submit(10_000));
            }
            gate.awaitArrivals(4);
            gate.open();
            for (Future<Integer> future : futures) {
                future.get(60, TimeUnit.SECONDS);
            }
        }
        List<Integer> expected = IntStream.range(0, 10_000).boxed().toList();
        assertThat(perTask).hasSize(4);
        assertThat(perTask.values()).allSatisfy(numbers -> assertThat(numbers).isEqualTo(expected));
    }

    @Test
    @DisplayName("C087: a flood of records with WAIT: none is lost, at 20,000 records a second or more")
    void c087FloodWait() throws Exception {
        floodWait(FLOOD);
    }

    @Test
    @Tag("soak")
    @DisplayName("C087: the same with a million records")
    void c087MillionRecords() throws Exception {
        floodWait(250_000);
    }

    /** So many records in milliseconds, at 20,000 a second. */
    private static long atGate(int records) {
        return records / 20L;
    }

    private static void floodWait(int each) throws Exception {
        Timely.assertTakesLess("C087 wait: a flood of " + 4 * each + " records", atGate(4 * each), () -> waitFor(each));
    }

    private static long waitFor(int each) throws Exception {
        AtomicInteger heard = new AtomicInteger();
        try (Ear ear = new Ear("test.flood", event -> heard.incrementAndGet());
                var pool = PoolManager.builder(LogFlowTest::logMany, "test.flood")
                        .size(4)
                        .loggers("test.flood")
                        .start()) {
            assertThat(ear.isStarted()).isTrue();
            pool.map(List.of(WARM_UP, WARM_UP, WARM_UP, WARM_UP));
            await().until(() -> heard.get() == 4 * WARM_UP);
            heard.set(0);
            long begin = System.nanoTime();
            assertThat(pool.map(List.of(each, each, each, each))).containsOnly(each);
            await().atMost(Duration.ofSeconds(60)).until(() -> heard.get() == 4 * each);
            long took = Blow.millisSince(begin);
            // The last one is counted once its appender has returned.
            await().untilAsserted(() -> assertThat(pool.stats().logs()).isEqualTo(logs(4L * (each + WARM_UP))));
            return took;
        }
    }

    @Test
    @DisplayName(
            "C087, 5.6: a flood of records with DROP and an appender that stands still: sent = received + dropped, and"
                    + " listeners are told of the dropped ones, now and then")
    void c087FloodDrop() throws Exception {
        floodDrop(FLOOD);
    }

    @Test
    @Tag("soak")
    @DisplayName("C087: the same with a million records, most of which are dropped")
    void c087MillionDropped() throws Exception {
        floodDrop(250_000);
    }

    private static void floodDrop(int each) throws Exception {
        Timely.assertTakesLess(
                "C087 drop: a flood of " + 4 * each + " records", atGate(4 * each), () -> dropSome(each));
    }

    private static long dropSome(int each) throws Exception {
        AtomicInteger heard = new AtomicInteger();
        CountDownLatch held = new CountDownLatch(1);
        List<Long> told = new CopyOnWriteArrayList<>();
        PoolStats.Logs last;
        long took;
        long start = System.nanoTime();
        try (Records own = new Records("org.poolmanager.PoolManager", Level.WARN);
                Ear ear = new Ear("test.flood", event -> {
                    if (heard.get() >= 4 * WARM_UP) {
                        awaitUninterruptibly(held);
                    }
                    heard.incrementAndGet();
                });
                var pool = PoolManager.builder(LogFlowTest::logMany, "test.flood")
                        .size(4)
                        .loggers("test.flood")
                        .logOverflow(LogOverflow.DROP)
                        .listener(event -> {
                            if (event instanceof PoolEvent.LogsDropped dropped) {
                                told.add(dropped.records());
                            }
                        })
                        .start()) {
            assertThat(ear.isStarted()).isTrue();
            pool.map(List.of(WARM_UP, WARM_UP, WARM_UP, WARM_UP));
            await().until(() -> heard.get() == 4 * WARM_UP);
            assertThat(pool.stats().logs().lastDropped()).isNull();
            Instant before = Instant.now();
            try {
                long begin = System.nanoTime();
                assertThat(pool.map(List.of(each, each, each, each))).containsOnly(each);
                took = Blow.millisSince(begin);
                assertThat(pool.stats().logs().dropped()).isPositive();
                assertThat(pool.stats().logs().lastDropped()).isAfterOrEqualTo(before);
                assertThat(told).as("told while the appender still stands").isNotEmpty();
            } finally {
                held.countDown();
            }
            await().untilAsserted(() -> {
                PoolStats.Logs logs = pool.stats().logs();
                assertThat(logs.replayed() + logs.dropped()).isEqualTo(4 * (each + WARM_UP));
                assertThat(logs.replayed()).isEqualTo(heard.get());
            });
            await().untilAsserted(() -> assertThat(own.messages())
                    .filteredOn(line -> line.contains("drops log records"))
                    .hasSize(1));
            last = pool.stats().logs();
        }
        // The thread that tells of the last ones need not have ended.
        await().untilAsserted(() ->
                assertThat(told.stream().mapToLong(records -> records).sum()).isEqualTo(last.dropped()));
        assertThat(told).hasSizeLessThanOrEqualTo(2 + (int) (System.nanoTime() - start >> 33)); // 8.6 s
        return took;
    }

    @Test
    @DisplayName("C087: with WAIT, workers wait for an appender that stands still, and nothing is lost")
    void c087WorkersWait() throws Exception {
        AtomicInteger heard = new AtomicInteger();
        CountDownLatch held = new CountDownLatch(1);
        try (Ear ear = new Ear("test.flood", event -> {
                    awaitUninterruptibly(held);
                    heard.incrementAndGet();
                });
                var pool = PoolManager.builder(LogFlowTest::logMany, "test.flood")
                        .size(1)
                        .loggers("test.flood")
                        .start()) {
            assertThat(ear.isStarted()).isTrue();
            Future<Integer> flood = pool.submit(FLOOD);
            // Memory is bounded: the lane takes nothing more.
            await().atMost(Duration.ofSeconds(30)).until(() -> isWaiting("pool-" + pool.name() + "-worker-1"));
            assertThat(flood.isDone()).isFalse();
            held.countDown();
            assertThat(flood.get(60, TimeUnit.SECONDS)).isEqualTo(FLOOD);
            await().until(() -> heard.get() == FLOOD);
            await().untilAsserted(() -> assertThat(pool.stats().logs()).isEqualTo(logs(FLOOD)));
        }
    }

    /** So many records of one level, and no other. */
    private static PoolStats.Logs logs(long info) {
        return new PoolStats.Logs(
                info,
                0,
                null,
                Stream.of("TRACE", "DEBUG", "INFO", "WARN", "ERROR")
                        .map(level -> new PoolStats.Logs.Level(level, level.equals("INFO") ? info : 0, 0))
                        .toList());
    }

    private static boolean isWaiting(String thread) {
        return Thread.getAllStackTraces().entrySet().stream()
                .filter(entry -> entry.getKey().getName().equals(thread))
                .flatMap(entry -> List.of(entry.getValue()).stream())
                .anyMatch(frame -> frame.getMethodName().equals("awaitRoom"));
    }

    @Test
    @Tag(Rounds.TAG)
    @DisplayName("C088: while an appender blocks, results keep flowing, and no record is lost or out of order")
    void c088AppenderBlocks() throws Exception {
        Timely.assertTakesLess("C088: the slowest result while an appender blocks", 1000, LogFlowTest::slowestResult);
    }

    /** Returns how many milliseconds it took. */
    private static long slowestResult() throws Exception {
        List<String> heard = new ArrayList<>();
        CountDownLatch held = new CountDownLatch(1);
        try (Ear ear = new Ear("test.blocked", event -> {
                    awaitUninterruptibly(held);
                    heard.add(event.getFormattedMessage());
                });
                var pool = PoolManager.builder(LogFlowTest::logOne, "test.blocked")
                        .size(1)
                        .loggers("test.blocked")
                        .start()) {
            assertThat(ear.isStarted()).isTrue();
            long slowest = 0;
            long blocked = System.nanoTime();
            int pauseMillis = Rounds.ofLong(55, 0); // of the appender's five seconds, those that tell of time alone
            try {
                for (int i = 0; i < 100; i++) {
                    assertThat(held.await(pauseMillis, TimeUnit.MILLISECONDS)).isFalse();
                    long begin = System.nanoTime();
                    assertThat(pool.submit(i).get(30, TimeUnit.SECONDS)).isEqualTo(i);
                    slowest = Math.max(slowest, System.nanoTime() - begin);
                }
            } finally {
                blocked = System.nanoTime() - blocked;
                held.countDown();
            }
            assertThat(blocked)
                    .isGreaterThan(Duration.ofSeconds(Rounds.ofLong(5, 0)).toNanos());
            await().until(() -> pool.stats().logs().replayed() == 100);
            assertThat(heard)
                    .containsExactlyElementsOf(
                            IntStream.range(0, 100).mapToObj(Integer::toString).toList());
            // Once it has caught up, records come before results again.
            pool.submit(100).get(30, TimeUnit.SECONDS);
            assertThat(heard).hasSize(101);
            return TimeUnit.NANOSECONDS.toMillis(slowest);
        }
    }

    @Test
    @DisplayName("C088: an appender that throws costs its record, and is reported once")
    void c088AppenderThrows() throws Exception {
        List<String> reports = new CopyOnWriteArrayList<>();
        try (Ear own = new Ear("org.poolmanager", event -> reports.add(event.getFormattedMessage()));
                Ear ear = new Ear("test.throwing", event -> {
                    throw new IllegalStateException("full disk");
                });
                var pool = PoolManager.builder(LogFlowTest::logOne, "test.throwing")
                        .size(2)
                        .loggers("test.throwing")
                        .start()) {
            assertThat(ear.isStarted()).isTrue();
            assertThat(pool.map(List.of(1, 2, 3, 4))).containsExactly(1, 2, 3, 4);
            assertThat(own.isStarted()).isTrue();
            await().until(() -> pool.stats().logs().replayed() == 4);
            assertThat(reports)
                    .filteredOn(report -> report.contains(" is lost"))
                    .singleElement()
                    .asString()
                    .contains("'test.throwing' is lost");
        }
    }

    @Test
    @DisplayName(
            "C088: an appender may hand in tasks and wait for their futures; what would wait for the pool is refused")
    void c088AppenderUsesThePool() throws Exception {
        AtomicLong sum = new AtomicLong();
        AtomicInteger refused = new AtomicInteger();
        AtomicReference<PoolManager<Integer, Integer>> own = new AtomicReference<>();
        try (Ear ear = new Ear("test.user", event -> {
                    int x = Integer.parseInt(event.getFormattedMessage());
                    if (x >= 0) {
                        return;
                    }
                    try {
                        sum.addAndGet(own.get().submit(-x).get(30, TimeUnit.SECONDS));
                        own.get().map(List.of(1));
                    } catch (IllegalStateException e) {
                        refused.incrementAndGet();
                    } catch (Exception e) {
                        throw new AssertionError(e);
                    }
                });
                var pool = PoolManager.builder(LogFlowTest::logOne, "test.user")
                        .size(1)
                        .queueSize(20)
                        .loggers("test.user")
                        .start()) {
            assertThat(ear.isStarted()).isTrue();
            own.set(pool);
            List<Integer> tasks = List.of(-1, -2, -3, -4, -5);
            assertThat(pool.map(tasks)).isEqualTo(tasks);
            await().untilAsserted(() -> {
                assertThat(sum).hasValue(15);
                assertThat(refused).hasValue(5);
            });
        }
    }

    @Test
    @DisplayName("C088: a pool can be closed and started again while an appender blocks; its records come later")
    void c088CloseWhileBlocked() throws Exception {
        // Five seconds for the last records, and one.
        Timely.assertTakesLess("C088: to close while an appender blocks", 6000, LogFlowTest::closeWhileBlocked);
    }

    private static long closeWhileBlocked() throws Exception {
        long took;
        List<String> heard = new ArrayList<>();
        CountDownLatch held = new CountDownLatch(1);
        try (Ear ear = new Ear("test.blocked", event -> {
            awaitUninterruptibly(held);
            heard.add(event.getFormattedMessage());
        })) {
            assertThat(ear.isStarted()).isTrue();
            var pool = PoolManager.builder(LogFlowTest::logOne, "test.blocked")
                    .size(1)
                    .loggers("test.blocked")
                    .start();
            try {
                pool.submit(1).get(30, TimeUnit.SECONDS);
                long begin = System.nanoTime();
                pool.close();
                took = Blow.millisSince(begin);
                pool.start();
                pool.submit(2).get(30, TimeUnit.SECONDS);
            } finally {
                held.countDown();
                pool.close();
            }
            assertThat(heard).containsExactly("1", "2");
        }
        return took;
    }

    @Test
    @DisplayName("R50: the thread that replays records waits while there is nothing to do, and is not there before")
    void r50NoBusyWaiting() throws Exception {
        try (Records records = new Records("test.idle", Level.INFO);
                var pool = PoolManager.builder(LogFlowTest::logOne, "test.idle")
                        .size(1)
                        .loggers("test.idle")
                        .start()) {
            String name = "pool-" + pool.name() + "-log";
            assertThat(states(name)).isEmpty();
            pool.map(List.of(1));
            assertThat(records.messages()).containsExactly("1");
            await().until(() -> states(name).equals(List.of(Thread.State.WAITING)));
        }
    }

    private static List<Thread.State> states(String name) {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().equals(name))
                .map(Thread::getState)
                .collect(Collectors.toList());
    }

    private static void awaitUninterruptibly(CountDownLatch latch) {
        try {
            if (!latch.await(60, TimeUnit.SECONDS)) {
                throw new AssertionError("never let go");
            }
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
