package org.poolmanager;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.poolmanager.launch.JvmOptions;

@ExtendWith(NoLeftovers.class)
@DisplayName("Concurrency")
class ConcurrencyTest {

    private static final int PRODUCERS = 32;

    private static final int PER_PRODUCER = Rounds.ofLong(3125, 1000);

    private static final int CONSUMERS = 8;

    private static final int MAPPERS = 10;

    /** A pool that calls itself again while others feed it is found out. */
    private static final int SMALL_STACK = 256 * 1024;

    @BothModes
    @Tag(Rounds.TAG)
    @DisplayName("C116: many producers, consumers, maps and cancellations: each accepted task has exactly one outcome")
    void c116EverythingAtOnce(Isolation isolation) throws Exception {
        ExecutorService threads = Executors.newCachedThreadPool(work -> new Thread(null, work, "c116", SMALL_STACK));
        AtomicInteger cancelled = new AtomicInteger();
        Map<Integer, Integer> fetched = new ConcurrentHashMap<>();
        try (var pool = PoolManager.builder(Tasks::twice)
                .isolation(isolation)
                .size(3)
                .queueSize(50)
                .start()) {
            List<Future<?>> all = new ArrayList<>();
            CountDownLatch consumed = new CountDownLatch(PRODUCERS * PER_PRODUCER / 2);
            for (int c = 0; c < CONSUMERS; c++) {
                all.add(threads.submit(() -> consume(pool, consumed, fetched)));
            }
            for (int p = 0; p < PRODUCERS; p++) {
                int producer = p;
                all.add(threads.submit(() -> produce(pool, producer, cancelled)));
            }
            for (int m = 0; m < MAPPERS; m++) {
                all.add(threads.submit(() -> mapAgainAndAgain(pool)));
            }
            int busiest = 0;
            while (!consumed.await(1, TimeUnit.MILLISECONDS)) {
                PoolStats stats = ApiContractTest.sample(pool);
                assertThat(stats.tasks().running() + stats.queue().size()).isLessThanOrEqualTo(53);
                assertThat(stats.workers().live()).isLessThanOrEqualTo(3);
                busiest = Math.max(busiest, stats.workers().busy());
            }
            for (Future<?> each : all) {
                each.get(100, TimeUnit.SECONDS);
            }
            assertThat(busiest).as("workers busy at once").isEqualTo(3);
            PoolStats.Tasks tasks = ApiContractTest.sample(pool).tasks();
            assertThat(tasks.submitted()).isEqualTo((long) PRODUCERS * PER_PRODUCER + MAPPERS * 1000);
            assertThat(tasks.cancelled()).isEqualTo(cancelled.get());
            assertThat(tasks.completed()).isEqualTo(tasks.submitted() - tasks.cancelled());
        } finally {
            threads.shutdownNow();
        }
        assertThat(fetched.values()).allMatch(times -> times == 1);
        assertThat(fetched.keySet())
                .containsExactlyInAnyOrderElementsOf(IntStream.range(0, PRODUCERS * PER_PRODUCER / 2)
                        .mapToObj(half -> Tasks.twice(2 * half))
                        .toList());
        System.out.println("C116 " + isolation + ": " + cancelled + " cancelled in time");
    }

    private static @Nullable Void consume(
            PoolManager<Integer, Integer> pool, CountDownLatch left, Map<Integer, Integer> fetched)
            throws InterruptedException {
        while (left.getCount() > 0) {
            try {
                fetched.merge(pool.get(Duration.ofMillis(100)), 1, Integer::sum);
                left.countDown();
            } catch (NoSuchElementException | TimeoutException e) {
                Thread.yield(); // others have it, or nothing has been put yet
            }
        }
        return null;
    }

    /** Of two tasks one is put and one is submitted, and perhaps cancelled. */
    private static @Nullable Void produce(PoolManager<Integer, Integer> pool, int producer, AtomicInteger cancelled)
            throws Exception {
        for (int i = 0; i < PER_PRODUCER; i++) {
            int task = producer * PER_PRODUCER + i;
            if (task % 2 == 0) {
                pool.put(task);
            } else {
                CompletableFuture<Integer> future = pool.submit(task);
                if (task % 8 == 1 && future.cancel(false)) {
                    cancelled.incrementAndGet();
                    assertThat(future).isCancelled();
                } else {
                    assertThat(future.get(60, TimeUnit.SECONDS)).isEqualTo(2 * task);
                }
            }
        }
        return null;
    }

    private static @Nullable Void mapAgainAndAgain(PoolManager<Integer, Integer> pool) throws InterruptedException {
        List<Integer> input = IntStream.range(0, 100).boxed().toList();
        for (int i = 0; i < 10; i++) {
            assertThat(pool.map(input))
                    .isEqualTo(input.stream().map(Tasks::twice).toList());
        }
        return null;
    }

    @BothModes
    @DisplayName("C117: put racing start and close: each task is refused and never runs, or has an outcome")
    void c117PutRacesClose(Isolation isolation, @TempDir Path directory) throws Exception {
        putRacesClose(isolation, 2, isolation == Isolation.THREAD ? 300 : 15, directory);
    }

    @BothModes
    @Tag("soak")
    @Timeout(value = 2, unit = TimeUnit.HOURS)
    @DisplayName("C117: the same, 10,000 rounds")
    void c117PutRacesCloseForLong(Isolation isolation, @TempDir Path directory) throws Exception {
        ExecutorService races = Executors.newFixedThreadPool(4);
        try {
            List<Future<?>> all = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                Path own = Files.createDirectory(directory.resolve("race" + i));
                all.add(races.submit(() -> {
                    putRacesClose(isolation, isolation == Isolation.THREAD ? 2 : 1, 2500, own);
                    return null;
                }));
            }
            for (Future<?> race : all) {
                race.get();
            }
        } finally {
            races.shutdownNow();
        }
    }

    /** Notes in a file, which outlives its process, that it runs. */
    private static int note(int task, String ledger) throws IOException {
        Files.writeString(Path.of(ledger), task + "\n", StandardOpenOption.APPEND);
        return task;
    }

    private static void putRacesClose(Isolation isolation, int size, int rounds, Path directory) throws Exception {
        long seed = System.nanoTime();
        System.out.println("C117 " + isolation + ", " + rounds + " rounds, seed " + seed);
        Random random = new Random(seed);
        ExecutorService threads = Executors.newCachedThreadPool();
        long slowest = 0;
        long putting = 0;
        try {
            for (int round = 0; round < rounds; round++) {
                Path ledger = Files.createFile(directory.resolve("ledger" + round));
                var pool = PoolManager.builder(ConcurrencyTest::note, ledger.toString())
                        .isolation(isolation)
                        .size(size)
                        .daemon(random.nextBoolean())
                        // How fast a busy machine starts a JVM is not the question: it may take long, and is to take
                        // little.
                        .startTimeout(Duration.ofMinutes(2))
                        .jvm(new JvmOptions(null, List.of("-XX:TieredStopAtLevel=1"), Map.of(), null))
                        .build();
                List<Future<Set<Integer>>> producers = new ArrayList<>();
                for (int p = 0; p < 3; p++) {
                    int first = p * 10_000_000;
                    producers.add(threads.submit(() -> putUntilClosed(pool, first)));
                }
                pool.start();
                int phase = random.nextInt(2000);
                long end = System.nanoTime() + phase * 1000L;
                while (System.nanoTime() < end) {
                    Thread.onSpinWait();
                }
                long start = System.nanoTime();
                if (random.nextBoolean()) {
                    pool.close();
                } else {
                    pool.terminate();
                }
                slowest = Math.max(slowest, Blow.millisSince(start));
                Set<Integer> accepted = new HashSet<>();
                for (Future<Set<Integer>> producer : producers) {
                    accepted.addAll(producer.get(20, TimeUnit.SECONDS));
                }
                PoolStats stats = ApiContractTest.sample(pool);
                assertThat(stats.tasks().submitted()).isEqualTo(accepted.size());
                assertThat(stats.tasks().finished()).isEqualTo(accepted.size());
                await().pollDelay(Duration.ZERO)
                        .pollInterval(Duration.ofMillis(2))
                        .untilAsserted(
                                () -> assertThat(pool.stats().resultsWaiting()).isEqualTo(accepted.size()));
                List<Integer> run = Files.readAllLines(ledger).stream()
                        .map(Integer::valueOf)
                        .toList();
                assertThat(accepted).as("whatever has run was accepted").containsAll(run);
                assertThat(run).as("and ran once").doesNotHaveDuplicates();
                putting += accepted.size();
                Files.delete(ledger);
            }
        } finally {
            threads.shutdownNow();
        }
        System.out.println("C117 " + isolation + ": " + putting + " accepted in " + rounds
                + " rounds, none of the refused has run; the slowest close took " + slowest + " ms");
        assertThat(slowest).isLessThan(15_000);
    }

    /** From before the start to behind the end, and returns what was accepted: each task differs from all others. */
    private static Set<Integer> putUntilClosed(PoolManager<Integer, Integer> pool, int first)
            throws InterruptedException {
        Set<Integer> accepted = new HashSet<>();
        int task = first;
        while (pool.state() != PoolState.STOPPED && pool.state() != PoolState.DRAINING) {
            try {
                pool.put(task);
                accepted.add(task);
            } catch (IllegalStateException e) {
                LockSupport.parkNanos(100_000);
            }
            task++;
        }
        return accepted;
    }
}
