package org.poolmanager;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.poolmanager.worker.PoolProcess;
import org.slf4j.LoggerFactory;

/** What has gone wrong once. */
@ExtendWith(NoLeftovers.class)
@DisplayName("Regressions")
class RegressionTest {

    @BothModes
    @DisplayName("a task may leave its interrupt flag set, and may log with it set")
    void interruptedTask(Isolation isolation) throws Exception {
        try (Records records = new Records("test.interrupted", Level.INFO);
                var pool = PoolManager.builder((Integer x) -> {
                            Thread.currentThread().interrupt();
                            LoggerFactory.getLogger("test.interrupted").info("{}", x);
                            return new byte[x];
                        })
                        .isolation(isolation)
                        .size(1)
                        .loggers("test.interrupted")
                        .start()) {
            assertThat(pool.map(List.of(10, 200_000, 1_000_000, 10))).hasSize(4);
            assertThat(records.events).hasSize(4);
            assertThat(pool.stats().restarts()).isZero();
        }
    }

    @Test
    @DisplayName("an interrupted caller, or a feeder that is cancelled, costs no worker")
    void interruptedCaller() throws Exception {
        try (var pool = PoolManager.builder((byte[] x) -> x.length)
                .size(1)
                .queueSize(200)
                .start()) {
            for (int i = 0; i < 50; i++) {
                Thread.currentThread().interrupt();
                assertThat(pool.offer(new byte[100_000])).isTrue();
                assertThat(Thread.interrupted()).isTrue();
            }
            for (int i = 0; i < 20; i++) {
                CompletableFuture<Long> feed = pool.putAsync(java.util.Collections.nCopies(1000, new byte[1000]));
                feed.cancel(true);
            }
            pool.getAll();
            assertThat(pool.stats().restarts()).isZero();
            assertThat(ApiContractTest.sample(pool).tasks().crashed()).isZero();
        }
    }

    static final class Mute extends RuntimeException {
        private static final long serialVersionUID = 1L;

        private final transient Object words = "words";

        @Override
        public String getMessage() {
            return words.toString();
        }
    }

    @BothModes
    @DisplayName("an exception that cannot be described fails its task, and nothing else")
    void exceptionWithoutWords(Isolation isolation) throws Exception {
        try (var pool = PoolManager.builder((Integer x) -> {
                    throw new Mute();
                })
                .isolation(isolation)
                .size(1)
                .start()) {
            for (int i = 0; i < 3; i++) {
                CompletableFuture<Object> future = pool.submit(i).thenApply(x -> x);
                assertThatThrownBy(() -> future.get(10, TimeUnit.SECONDS)).hasRootCauseInstanceOf(Throwable.class);
            }
            pool.put(1);
            assertThatThrownBy(pool::get).isInstanceOf(TaskFailedException.class);
        }
    }

    @Test
    @DisplayName("a result that does not fit into the parent's rules of deserialization fails its task alone")
    void bomb() throws Exception {
        try (var pool = PoolManager.builder((Integer depth) -> {
                    Set<Object> root = new HashSet<>();
                    Set<Object> a = root;
                    Set<Object> b = new HashSet<>();
                    for (int i = 0; i < depth; i++) {
                        Set<Object> left = new HashSet<>();
                        Set<Object> right = new HashSet<>();
                        left.add("x");
                        a.add(left);
                        a.add(right);
                        b.add(left);
                        b.add(right);
                        a = left;
                        b = right;
                    }
                    return root;
                })
                .size(1)
                .start()) {
            long start = System.nanoTime();
            List<Outcome<Set<Object>>> outcomes = pool.mapOutcomes(List.of(3, 22, 3));
            assertThat(outcomes).extracting(Outcome::isCompleted).containsExactly(true, false, true);
            assertThat(outcomes.get(1).failure()).hasMessageContaining("refused as an attack");
            System.out.println("X03 bomb: " + (System.nanoTime() - start) / 1_000_000 + " ms");
        }
    }

    @Test
    @DisplayName("X03: a parent with 10 MB of heap left refuses bombs, of sets and of many parts, and goes on")
    void x03WithLittleHeap() throws Exception {
        List<String> smallHeap = List.of("setsid", "env", "JDK_JAVA_OPTIONS=-Xmx64m -XX:+UseSerialGC");
        try (ParentJvm parent = ParentJvm.startWith(smallHeap, "cornered")) {
            assertThat(parent.nextLine(Starving.MARK))
                    .as("more heap than 10 MB")
                    .isEqualTo("false");
            for (String bomb : List.of("bomb", "many parts")) {
                System.out.println("X03 " + bomb + ": told after " + parent.nextLine(Starving.MARK)
                        + " ms, with 10 MB of heap left");
                assertThat(parent.nextLine(Starving.MARK))
                        .startsWith("TaskSerializationException")
                        .contains("refused as an attack");
            }
            parent.nextLine(Starving.MARK);
            assertThat(parent.nextLine(Starving.MARK)).isEqualTo("fine");
            assertThat(parent.nextLine(Starving.MARK)).startsWith("0 restarts");
        }
    }

    @Test
    @DisplayName("a stopped child holds up nobody who offers, and nobody else's tasks")
    void stoppedChild() throws Exception {
        try (var pool = PoolManager.builder((byte[] x) -> x.length)
                .size(2)
                .queueSize(50)
                .start()) {
            pool.map(List.of(new byte[1], new byte[1]));
            long victim = pool.stats().workerList().get(0).pid();
            ParentJvm.signal("STOP", victim);
            try {
                long start = System.nanoTime();
                List<CompletableFuture<Integer>> futures = new ArrayList<>();
                for (int i = 0; i < 10; i++) {
                    futures.add(pool.submit(new byte[600_000], Duration.ZERO));
                }
                assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(5));
                await().until(() ->
                        futures.stream().filter(CompletableFuture::isDone).count() >= 8);
                ParentJvm.signal("CONT", victim);
                for (CompletableFuture<Integer> future : futures) {
                    assertThat(future.get(10, TimeUnit.SECONDS)).isEqualTo(600_000);
                }
            } finally {
                ParentJvm.signal("CONT", victim);
            }
        }
    }

    static final class SlowToClose implements PoolProcess<Integer, Integer> {

        @Override
        public Integer run(Integer task) {
            return task;
        }

        @Override
        public void close() {
            Tasks.sleepMillis(700);
            LoggerFactory.getLogger("test.closing").info("closed");
        }
    }

    @BothModes
    @DisplayName("C104: close() of a worker is called once and runs to its end, whoever closes the pool beside it")
    void c104SecondCloseLeavesOrderlyEnd(Isolation isolation) throws Exception {
        try (Records records = new Records("test.closing", Level.INFO)) {
            var pool = PoolManager.builder(SlowToClose.class)
                    .isolation(isolation)
                    .size(2)
                    .loggers("test.closing")
                    .start();
            CompletableFuture<Void> other = CompletableFuture.runAsync(pool::close);
            await().pollInterval(Duration.ofMillis(1)).until(() -> pool.state() != PoolState.RUNNING);
            pool.close();
            other.get(10, TimeUnit.SECONDS);
            assertThat(records.messages()).containsExactly("closed", "closed");
        }
    }

    @BothModes
    @DisplayName("a pool that is started again is not ended by a close of its former life")
    void closeDoesNotReachTheNextRun(Isolation isolation) throws Exception {
        for (int round = 0; round < 5; round++) {
            var pool = PoolManager.builder(Tasks::twice)
                    .isolation(isolation)
                    .size(1)
                    .build();
            pool.start();
            CompletableFuture<Void> other = CompletableFuture.runAsync(pool::close);
            await().pollInterval(Duration.ofMillis(1)).until(() -> pool.state() != PoolState.RUNNING);
            pool.close();
            pool.start();
            other.get(10, TimeUnit.SECONDS);
            assertThat(pool.map(List.of(4))).containsExactly(8);
            assertThat(pool.stats().restarts()).isZero();
            pool.close();
        }
    }

    @BothModes
    @DisplayName("a dependent of a future that would wait for its own thread is refused")
    void dependentThatWaits(Isolation isolation) throws Exception {
        try (var pool = PoolManager.builder(Tasks::twice)
                .isolation(isolation)
                .size(1)
                .queueSize(1)
                .start()) {
            CountDownLatch attached = new CountDownLatch(1);
            CompletableFuture<Integer> first = pool.submit(1);
            CompletableFuture<List<Integer>> mapped = first.thenApply(x -> {
                try {
                    attached.await(5, TimeUnit.SECONDS);
                    return pool.map(IntStream.range(0, 50).boxed().toList());
                } catch (InterruptedException e) {
                    throw new IllegalArgumentException(e);
                }
            });
            attached.countDown();
            try {
                assertThat(mapped.get(10, TimeUnit.SECONDS)).hasSize(50); // it ran in this thread
            } catch (java.util.concurrent.ExecutionException e) {
                assertThat(e.getCause()).isInstanceOfAny(IllegalStateException.class, QueueFullException.class);
            }
        }
    }

    @BothModes
    @DisplayName("a dependent that leaves an interrupt behind harms nobody")
    void dependentThatInterrupts(Isolation isolation) throws Exception {
        try (var pool =
                PoolManager.builder(Tasks::twice).isolation(isolation).size(1).start()) {
            for (int i = 0; i < 20; i++) {
                pool.submit(i)
                        .thenAccept(x -> Thread.currentThread().interrupt())
                        .get(10, TimeUnit.SECONDS);
                Thread.interrupted();
            }
            if (isolation == Isolation.PROCESS) {
                ProcessHandle.of(pool.stats().workerList().get(0).pid())
                        .orElseThrow()
                        .destroyForcibly();
            }
            assertThat(pool.mapOutcomes(List.of(1, 2)).get(1).get()).isEqualTo(4);
        }
    }

    @Test
    @DisplayName("a task that overflows its stack in a log call leaves the stream whole")
    void overflowInLogCall() throws Exception {
        try (Records records = new Records("test.deep", Level.INFO);
                var pool = PoolManager.builder((Integer x) -> {
                            try {
                                return Deep.down(0);
                            } catch (StackOverflowError e) {
                                return x;
                            }
                        })
                        .size(1)
                        .loggers("test.deep")
                        .start()) {
            assertThat(pool.map(List.of(1, 2, 3))).containsExactly(1, 2, 3);
            assertThat(records.events).isNotEmpty();
            assertThat(pool.stats().restarts()).isZero();
        }
    }

    static final class Deep {
        private Deep() {}

        static int down(int depth) {
            if (depth % 50 == 0) {
                LoggerFactory.getLogger("test.deep").info("{}", depth);
            }
            return down(depth + 1) + 1;
        }
    }

    @Test
    @DisplayName("a failed look for the class path leaves no directory")
    void failedOpen() {
        var pool =
                PoolManager.builder(Tasks::twice).size(1).classPath(List.of()).build();
        for (int i = 0; i < 3; i++) {
            assertThatThrownBy(pool::start).isInstanceOf(PoolStartException.class);
        }
        assertThat(pool.state()).isEqualTo(PoolState.FAILED);
        assertThatIllegalStateException().isThrownBy(() -> {
            pool.close();
            pool.put(1);
        });
    }

    @Test
    @DisplayName("a log record larger than the limit for payloads arrives, and costs no worker")
    void largeLogRecord() throws Exception {
        try (Records records = new Records("test.large", Level.INFO);
                var pool = PoolManager.builder((Integer x) -> {
                            LoggerFactory.getLogger("test.large").info("x".repeat(x));
                            return x;
                        })
                        .size(1)
                        .maxPayload(10_000)
                        .loggers("test.large")
                        .start()) {
            assertThat(pool.map(List.of(400_000))).containsExactly(400_000);
            assertThat(records.messages().get(0)).hasSize(400_000);
        }
    }

    @Test
    @DisplayName("a result larger than the socket takes is sent though a recall comes in the midst of it")
    void recallDuringLargeResult() throws Exception {
        try (var pool = PoolManager.builder((Integer megabytes) -> {
                    Tasks.sleepMillis(4);
                    return new byte[megabytes << 20];
                })
                .size(2)
                .start()) {
            for (int round = 0; round < 40; round++) {
                List<byte[]> results = pool.map(List.of(4, 1, 4, 1, 4));
                assertThat(results).extracting(bytes -> bytes.length >> 20).containsExactly(4, 1, 4, 1, 4);
            }
        }
    }

    @Test
    @DisplayName("a worker that exits while its log records fill the socket is gone at once")
    void exitBehindManyRecords() throws Exception {
        try (var pool = PoolManager.builder((Integer x) -> {
                    var log = org.slf4j.LoggerFactory.getLogger("test.flood");
                    String text = "x".repeat(10_000);
                    for (int i = 0; i < 2000; i++) {
                        log.info(text);
                    }
                    System.exit(x);
                    return x;
                })
                .size(1)
                .loggers("test.flood")
                .start()) {
            var flood = (ch.qos.logback.classic.Logger) org.slf4j.LoggerFactory.getLogger("test.flood");
            flood.setAdditive(false);
            try {
                Outcome<Integer> outcome = pool.mapOutcomes(List.of(3)).get(0);
                assertThat(outcome.failure())
                        .isInstanceOfSatisfying(
                                WorkerCrashedException.class,
                                e -> assertThat(e.exit().exitValue()).isEqualTo(3));
            } finally {
                flood.setAdditive(true);
            }
        }
    }

    @BothModes
    @DisplayName("a map and a feeder whose pool is closed between two of their elements end, and add nothing to it")
    void closedBetweenElements(Isolation isolation) throws Exception {
        var pool =
                PoolManager.builder(Tasks::twice).isolation(isolation).size(1).start();
        List<Integer> source = closingAt(pool, 200);
        assertThatThrownBy(() -> pool.map(source))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("is closed");
        long submitted = pool.stats().tasks().submitted();
        assertThat(submitted).isLessThanOrEqualTo(200);
        pool.start();
        CompletableFuture<Long> feeder = pool.putAsync(closingAt(pool, 200));
        assertThatThrownBy(() -> feeder.get(10, TimeUnit.SECONDS)).hasMessageContaining("tasks had been fed");
        PoolStats stats = pool.stats();
        assertThat(stats.tasks().finished()).isEqualTo(stats.tasks().submitted());
        assertThat(stats.queue().size()).isZero();
    }

    private static List<Integer> closingAt(PoolManager<Integer, Integer> pool, int element) {
        return new java.util.AbstractList<>() {

            @Override
            public Integer get(int index) {
                if (index == element) {
                    pool.close();
                }
                return index;
            }

            @Override
            public int size() {
                return 1000;
            }
        };
    }

    @Test
    @DisplayName("a fed element that cannot be sent has its place in the order, behind those before it")
    void unsendableInOrder() throws Exception {
        List<Object> source = new ArrayList<>(List.of(0, 1, 2, 3, 4));
        source.add(new Thread());
        source.add(6);
        try (var pool =
                PoolManager.builder((Object x) -> x).ordered(true).size(1).start()) {
            pool.putAsync(source).get(10, TimeUnit.SECONDS);
            for (int i = 0; i < 7; i++) {
                if (i == 5) {
                    assertThatThrownBy(pool::get)
                            .isInstanceOfSatisfying(
                                    TaskSerializationException.class,
                                    e -> assertThat(e.index()).isEqualTo(5));
                } else {
                    assertThat(pool.get()).isEqualTo(i);
                }
            }
        }
    }

    @Test
    @DisplayName("in threads, what a callback takes is not the next task's time")
    void callbackBeforeTask() throws Exception {
        try (var pool = PoolManager.builder((Integer x) -> x)
                .isolation(Isolation.THREAD)
                .size(1)
                .taskTimeout(Duration.ofMillis(200))
                .start()) {
            CompletableFuture<Integer> slow = pool.submit(1).thenApply(Tasks::sleepFiveHundred);
            CompletableFuture<Integer> next = pool.submit(2);
            assertThat(next.get(10, TimeUnit.SECONDS)).isEqualTo(2);
            assertThat(slow.get(10, TimeUnit.SECONDS)).isEqualTo(1);
        }
    }
}
