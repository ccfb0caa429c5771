package org.poolmanager;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(NoLeftovers.class)
@DisplayName("Ordering")
class OrderingTest {

    @BothModes
    @DisplayName("C013: in an ordered pool the n-th get is the n-th put")
    void c013OrderedPool(Isolation isolation) throws Exception {
        try (var pool = PoolManager.builder((Integer i) -> {
                    Tasks.sleepMillis((200 - i) * 2);
                    return i;
                })
                .isolation(isolation)
                .size(8)
                .ordered(true)
                .start()) {
            pool.putAsync(IntStream.range(0, 200).boxed().toList());
            assertThat(pool.getAll())
                    .containsExactlyElementsOf(IntStream.range(0, 200).boxed().toList());
        }
    }

    @BothModes
    @DisplayName("C014: in an ordered pool each failure occupies its own slot")
    void c014FailureInItsSlot(Isolation isolation) throws Exception {
        try (var pool = PoolManager.builder(Tasks::failIfMultipleOf, 7)
                .isolation(isolation)
                .size(2)
                .ordered(true)
                .start()) {
            pool.putAsync(IntStream.range(0, 197).boxed().toList());
            for (int i = 0; i < 197; i++) {
                if (i % 7 == 0) {
                    long index = i;
                    assertThatThrownBy(pool::get)
                            .isInstanceOfSatisfying(
                                    TaskFailedException.class,
                                    e -> assertThat(e.index()).isEqualTo(index));
                } else {
                    assertThat(pool.get()).isEqualTo(i);
                }
            }
        }
    }

    @BothModes
    @DisplayName("C014: so does a crash, where a task can cause one, and so does a time-out")
    void c014CrashAndTimeoutInTheirSlots(Isolation isolation) throws Exception {
        try (var pool = PoolManager.builder(OrderingTest::exitOrHang, isolation == Isolation.PROCESS)
                .isolation(isolation)
                .size(2)
                .queueSize(200)
                .ordered(true)
                .start()) {
            TaskOptions limited = TaskOptions.defaults().taskTimeout(Duration.ofSeconds(1));
            for (int i = 0; i < 200; i++) {
                pool.put(i, i == 100 ? limited : TaskOptions.defaults());
            }
            for (int i = 0; i < 200; i++) {
                if (i == 50 && isolation == Isolation.PROCESS) {
                    assertThatThrownBy(pool::get)
                            .isInstanceOfSatisfying(
                                    WorkerCrashedException.class,
                                    e -> assertThat(e.index()).isEqualTo(50));
                } else if (i == 100) {
                    assertThatThrownBy(pool::get)
                            .isInstanceOfSatisfying(
                                    TaskTimeoutException.class,
                                    e -> assertThat(e.index()).isEqualTo(100));
                } else {
                    assertThat(pool.get()).isEqualTo(i);
                }
            }
        }
    }

    static int exitOrHang(int x, boolean inOwnJvm) throws InterruptedException {
        if (x == 50 && inOwnJvm) {
            Runtime.getRuntime().halt(3);
        }
        if (x == 100) {
            Thread.sleep(60_000);
        }
        return x;
    }

    @BothModes
    @DisplayName("C015: behind a first task that blocks, 100,000 finished ones wait without recursion")
    void c015BlockedHead(Isolation isolation) throws Exception {
        try (Gate gate = new Gate();
                var pool = PoolManager.builder(Tasks::passGateIfNegative, gate.port())
                        .isolation(isolation)
                        .size(2)
                        .queueSize(500)
                        .ordered(true)
                        .start()) {
            pool.put(-1);
            gate.awaitArrivals(1);
            pool.putAsync(IntStream.range(0, 100_000).boxed().toList()).get(60, TimeUnit.SECONDS);
            await().atMost(Duration.ofSeconds(30))
                    .until(() -> pool.stats().tasks().completed() == 100_000);
            assertThat(pool.poll()).isEmpty();
            gate.open();
            assertThat(pool.get()).isEqualTo(-1);
            assertThat(pool.get()).isZero();
            assertThat(pool.getAll())
                    .containsExactlyElementsOf(
                            IntStream.range(1, 100_000).boxed().toList());
        }
    }

    @BothModes
    @DisplayName("C015: with a result-size, put waits instead of holding more results than that")
    void c015BoundedResults(Isolation isolation) throws Exception {
        try (Gate gate = new Gate();
                var pool = PoolManager.builder(Tasks::passGateIfNegative, gate.port())
                        .isolation(isolation)
                        .name("bounded")
                        .size(2)
                        .resultSize(20)
                        .ordered(true)
                        .start()) {
            pool.put(-1);
            gate.awaitArrivals(1);
            CompletableFuture<Long> feeder =
                    pool.putAsync(IntStream.range(0, 1000).boxed().toList());
            await().until(() -> pool.stats().resultsWaiting() == 19); // a task is counted before its result is there
            assertThatThrownBy(() -> pool.put(5, Duration.ofMillis(20)))
                    .isInstanceOf(QueueFullException.class)
                    .hasMessage(
                            "Pool 'bounded' takes no more: 20 tasks have been put and not fetched (result-size), 19 of"
                                    + " them are done; waited 20.0 ms. Get results, or raise result-size.");
            assertThat(pool.map(List.of(1, 2, 3)))
                    .as("whoever has results of its own is not held up")
                    .containsExactly(1, 2, 3);
            gate.open();
            assertThat(pool.get()).isEqualTo(-1);
            for (int i = 0; i < 1000; i++) {
                PoolStats stats = pool.stats();
                assertThat(stats.resultsWaiting()).isLessThanOrEqualTo(20);
                assertThat(pool.get()).isEqualTo(i);
            }
            assertThat(feeder.get(5, TimeUnit.SECONDS)).isEqualTo(1000);
        }
    }

    private static byte[] passGateOrFill(int x, int port) {
        Tasks.passGateIfNegative(x, port);
        return new byte[x < 0 ? 1 : 1 << 20];
    }

    @BothModes
    @DisplayName(
            "C015: with a result-size of 20, the heap holds no more than 20 results of 1 MB, however many are asked for")
    void c015BoundedHeap(Isolation isolation) throws Exception {
        try (Gate gate = new Gate();
                var pool = PoolManager.builder(OrderingTest::passGateOrFill, gate.port())
                        .isolation(isolation)
                        .size(2)
                        .resultSize(20)
                        .ordered(true)
                        .start()) {
            System.gc();
            long before = ReferencesTest.used();
            pool.put(-1);
            gate.awaitArrivals(1);
            CompletableFuture<Long> feeder =
                    pool.putAsync(IntStream.range(0, 100).boxed().toList());
            await().atMost(Duration.ofSeconds(10))
                    .until(() -> pool.stats().tasks().completed() == 19);
            long[] grown = new long[1];
            ReferencesTest.collect(() -> {
                grown[0] = ReferencesTest.used() - before;
                return grown[0] < 25 << 20;
            });
            System.out.println("C015 " + isolation + ": the heap grew by " + (grown[0] >> 10)
                    + " KB with 19 results of 1 MB waiting, 81 not begun");
            gate.open();
            assertThat(pool.get()).hasSize(1);
            for (int i = 0; i < 100; i++) {
                assertThat(pool.get()).hasSize(1 << 20);
            }
            assertThat(feeder.get(5, TimeUnit.SECONDS)).isEqualTo(100);
        }
    }

    @BothModes
    @DisplayName("C016: a timed get has one deadline, however many other results arrive")
    void c016OneDeadline(Isolation isolation) throws Exception {
        try (Gate gate = new Gate();
                var pool = PoolManager.builder(Tasks::passGateIfNegative, gate.port())
                        .isolation(isolation)
                        .size(2)
                        .ordered(true)
                        .start()) {
            pool.put(-1);
            gate.awaitArrivals(1);
            CompletableFuture<Long> feeder = pool.putAsync(Collections.nCopies(1_000_000, 1));
            await().until(() -> pool.stats().tasks().completed() > 0);
            long start = System.nanoTime();
            assertThatThrownBy(() -> pool.get(Duration.ofMillis(300))).isInstanceOf(TimeoutException.class);
            Duration waited = Duration.ofNanos(System.nanoTime() - start);
            System.out.println("C016 " + isolation + ": timed get of 300 ms returned after " + waited.toMillis()
                    + " ms, " + pool.stats().tasks().completed() + " results had arrived");
            assertThat(waited).isBetween(Duration.ofMillis(300), Duration.ofMillis(800));
            feeder.cancel(true);
            gate.open();
            assertThat(pool.get()).isEqualTo(-1);
        }
    }

    @BothModes
    @Tag(Rounds.TAG)
    @DisplayName("C017: cleared, cancelled and rejected tasks leave no holes to wait for")
    void c017Holes(Isolation isolation) throws Exception {
        long seed = System.nanoTime();
        System.out.println("C017 seed " + seed);
        Random random = new Random(seed);
        try (var pool = PoolManager.builder((Integer x) -> x)
                .isolation(isolation)
                .size(2)
                .queueSize(10)
                .ordered(true)
                .start()) {
            int rounds = Rounds.of(isolation, 1000, 200);
            for (int round = 0; round < rounds; round++) {
                int puts = 0;
                int rejected = 0;
                List<CompletableFuture<Integer>> submitted = new ArrayList<>();
                for (int i = 0; i < 15; i++) {
                    if (pool.offer(i)) {
                        puts++;
                    } else {
                        rejected++;
                    }
                    if (i % 5 == 0) {
                        CompletableFuture<Integer> future = pool.submit(100);
                        if (future.cancel(random.nextBoolean())) {
                            assertThat(future).isCancelled();
                        } else {
                            submitted.add(future);
                        }
                    }
                }
                int cleared = random.nextInt(3) == 0 ? pool.clearTasks() : 0;
                int clearedFutures = 0;
                for (CompletableFuture<Integer> future : submitted) {
                    if (future.isCancelled()) {
                        clearedFutures++;
                    } else {
                        assertThat(future.get(10, TimeUnit.SECONDS)).isEqualTo(100);
                    }
                }
                List<Integer> results = pool.getAll();
                assertThat(results).isSorted();
                assertThat(results.size()).as("of %s puts", puts).isEqualTo(puts - (cleared - clearedFutures));
                assertThat(puts + rejected).isEqualTo(15);
            }
            assertThat(pool.stats().resultsWaiting()).isZero();
        }
    }

    @BothModes
    @DisplayName("C018: unordered, quick results do not wait for a slow one")
    void c018QuickOnesFirst(Isolation isolation) throws Exception {
        try (Gate gate = new Gate();
                var pool = PoolManager.builder(Tasks::passGateIfNegative, gate.port())
                        .isolation(isolation)
                        .size(2)
                        .start()) {
            pool.map(Collections.nCopies(99, 1)); // what a JVM does once is none of the second
            pool.put(-1);
            gate.awaitArrivals(1);
            pool.putAsync(IntStream.range(0, 99).boxed().toList());
            long start = System.nanoTime();
            List<Integer> quick = new ArrayList<>();
            for (int i = 0; i < 99; i++) {
                quick.add(pool.get());
            }
            Duration took = Duration.ofNanos(System.nanoTime() - start);
            System.out.println(
                    "C018 " + isolation + ": 99 quick results beside a slow task in " + took.toMillis() + " ms");
            assertThat(took).isLessThan(Duration.ofSeconds(1));
            assertThat(quick)
                    .containsExactlyInAnyOrderElementsOf(
                            IntStream.range(0, 99).boxed().toList());
            gate.open();
            assertThat(pool.get()).isEqualTo(-1);
        }
    }

    @BothModes
    @DisplayName("C018: one worker takes tasks in the order of putting")
    void c018Fifo(Isolation isolation) throws Exception {
        try (var pool = PoolManager.builder((Integer x) -> x)
                .isolation(isolation)
                .size(1)
                .start()) {
            pool.putAsync(IntStream.range(0, 1000).boxed().toList());
            assertThat(pool.getAll())
                    .containsExactlyElementsOf(IntStream.range(0, 1000).boxed().toList());
        }
    }

    @BothModes
    @DisplayName("C018: so it does around tasks that are cancelled while they wait")
    void c018FifoAroundCancelled(Isolation isolation) throws Exception {
        try (Gate gate = new Gate();
                var pool = PoolManager.builder(Tasks::passGate, gate.port())
                        .isolation(isolation)
                        .size(1)
                        .queueSize(1000)
                        .start()) {
            List<String> expected = new ArrayList<>();
            List<CompletableFuture<Integer>> unwanted = new ArrayList<>();
            for (int i = 0; i < 1000; i++) {
                if (i % 10 == 5) {
                    unwanted.add(pool.submit(i));
                } else {
                    pool.put(i);
                    expected.add(Integer.toString(i));
                }
            }
            gate.awaitArrivals(1);
            assertThat(unwanted).allMatch(future -> future.cancel(false));
            gate.open();
            assertThat(pool.getAll()).hasSize(900);
            assertThat(gate.arrivals()).isEqualTo(expected);
        }
    }
}
