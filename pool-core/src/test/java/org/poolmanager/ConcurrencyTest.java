package org.poolmanager;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.util.ArrayList;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(NoLeftovers.class)
@DisplayName("Concurrency")
class ConcurrencyTest {

    private static final int PRODUCERS = 16;

    private static final int PER_PRODUCER = 1000;

    @BothModes
    @DisplayName("C116: many producers, consumers, maps and cancellations: each accepted task has exactly one outcome")
    void c116EverythingAtOnce(Isolation isolation) throws Exception {
        ExecutorService threads = Executors.newCachedThreadPool();
        AtomicInteger cancelled = new AtomicInteger();
        AtomicBoolean done = new AtomicBoolean();
        ConcurrentHashMap<Integer, Integer> fetched = new ConcurrentHashMap<>();
        try (var pool = PoolManager.builder(Tasks::twice)
                .isolation(isolation)
                .size(3)
                .queueSize(50)
                .start()) {
            List<Future<?>> consumers = new ArrayList<>();
            for (int c = 0; c < 4; c++) {
                consumers.add(threads.submit(() -> {
                    while (!done.get() || pool.stats().resultsWaiting() > 0) {
                        pool.poll().ifPresent(outcome -> fetched.merge(outcome.get(), 1, Integer::sum));
                    }
                    return null;
                }));
            }
            List<Future<?>> producers = new ArrayList<>();
            for (int p = 0; p < PRODUCERS; p++) {
                int producer = p;
                producers.add(threads.submit(() -> {
                    produce(pool, producer, cancelled);
                    return null;
                }));
            }
            for (int i = 0; i < 50; i++) {
                PoolStats stats = ApiContractTest.sample(pool);
                assertThat(stats.tasks().running() + stats.queue().size()).isLessThanOrEqualTo(53);
                assertThat(stats.workers().live()).isLessThanOrEqualTo(3);
            }
            for (Future<?> producer : producers) {
                producer.get(100, TimeUnit.SECONDS);
            }
            await().until(() -> ApiContractTest.sample(pool).tasks().running() == 0);
            done.set(true);
            for (Future<?> consumer : consumers) {
                consumer.get(20, TimeUnit.SECONDS);
            }
            PoolStats.Tasks tasks = ApiContractTest.sample(pool).tasks();
            assertThat(tasks.submitted()).isEqualTo((long) PRODUCERS * PER_PRODUCER);
            assertThat(tasks.cancelled()).isEqualTo(cancelled.get());
            assertThat(tasks.failed() + tasks.crashed() + tasks.timedOut()).isZero();
        } finally {
            threads.shutdownNow();
        }
        assertThat(fetched.values()).allMatch(times -> times == 1);
        assertThat(fetched.keySet())
                .containsExactlyInAnyOrderElementsOf(IntStream.range(0, PRODUCERS * PER_PRODUCER)
                        .filter(task -> task % 4 == 0 || task % 4 == 1)
                        .mapToObj(Tasks::twice)
                        .toList());
        System.out.println("C116 " + isolation + ": " + cancelled + " cancelled in time");
    }

    /** Of four tasks two are put, one is submitted and perhaps cancelled, one is mapped. */
    private static void produce(PoolManager<Integer, Integer> pool, int producer, AtomicInteger cancelled)
            throws Exception {
        for (int i = 0; i < PER_PRODUCER; i++) {
            int task = producer * PER_PRODUCER + i;
            switch (task % 4) {
                case 0, 1 -> pool.put(task);
                case 2 -> {
                    CompletableFuture<Integer> future = pool.submit(task);
                    if (task % 8 == 2 && future.cancel(false)) {
                        cancelled.incrementAndGet();
                    } else {
                        assertThat(future.get(60, TimeUnit.SECONDS)).isEqualTo(2 * task);
                    }
                }
                default -> assertThat(pool.map(List.of(task))).containsExactly(2 * task);
            }
        }
    }

    @BothModes
    @DisplayName("C117: put racing close: each task is refused, or has an outcome")
    void c117PutRacesClose(Isolation isolation) throws Exception {
        long seed = System.nanoTime();
        System.out.println("C117 seed " + seed);
        Random random = new Random(seed);
        ExecutorService threads = Executors.newCachedThreadPool();
        try {
            int rounds = isolation == Isolation.THREAD ? 300 : 15;
            for (int round = 0; round < rounds; round++) {
                var pool = PoolManager.builder(Tasks::twice)
                        .isolation(isolation)
                        .size(2)
                        .daemon(random.nextBoolean())
                        .start();
                List<Future<Long>> accepted = new ArrayList<>();
                for (int p = 0; p < 3; p++) {
                    accepted.add(threads.submit(() -> putUntilClosed(pool)));
                }
                int phase = random.nextInt(2000);
                long end = System.nanoTime() + phase * 1000L;
                while (System.nanoTime() < end) {
                    Thread.onSpinWait();
                }
                if (random.nextBoolean()) {
                    pool.close();
                } else {
                    pool.terminate();
                }
                long count = 0;
                for (Future<Long> future : accepted) {
                    count += future.get(20, TimeUnit.SECONDS);
                }
                PoolStats stats = ApiContractTest.sample(pool);
                assertThat(stats.tasks().submitted()).isEqualTo(count);
                assertThat(stats.tasks().finished()).isEqualTo(count);
                int expected = (int) count;
                await().untilAsserted(
                                () -> assertThat(pool.stats().resultsWaiting()).isEqualTo(expected));
            }
        } finally {
            threads.shutdownNow();
        }
    }

    private static long putUntilClosed(PoolManager<Integer, Integer> pool) throws InterruptedException {
        long accepted = 0;
        try {
            while (true) {
                pool.put((int) accepted);
                accepted++;
            }
        } catch (IllegalStateException | NoSuchElementException e) {
            return accepted;
        }
    }
}
