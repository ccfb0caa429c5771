package org.poolmanager.benchmarks;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import org.poolmanager.Isolation;

/**
 * One task of 200 ms among 99 of 50 µs, as a pool with prefetch might get wrong: what the short ones wait, from before
 * they are handed over until they are done. The thread pool beside it has the same bound of tasks, kept by a semaphore.
 */
final class MixedTasks {

    private static final int TASKS = 600;

    private static final int EVERY = 100;

    private static final int LONG_MICROS = 200_000;

    private static final int SHORT_MICROS = 50;

    /** Two workers, and twice as many tasks waiting. */
    private static final int BOUND = 3 * Contestants.SIZE;

    /** Hands over a task. */
    @FunctionalInterface
    private interface Submit {
        CompletableFuture<Integer> submit(Integer micros) throws InterruptedException;
    }

    private MixedTasks() {}

    static void measure(Options options, Report report) throws Exception {
        var executor = Executors.newFixedThreadPool(Contestants.SIZE);
        try (var pool = Contestants.pool(Isolation.PROCESS, Contestants::spin)) {
            Semaphore bound = new Semaphore(BOUND);
            Turns turns = new Turns(options);
            Series peer = turns.add(() -> run(micros -> submit(executor, bound, micros)));
            Series ours = turns.add(() -> run(pool::submit));
            turns.run();
            Goal goal = Goal.atMost(2, 1);
            String name = "tasks of 50 µs among 1 % of 200 ms, process / ThreadPoolExecutor, ";
            report.add(name + "median wait", Figure.MEDIAN_MICROS, ours, peer, goal);
            report.add(name + "99th percentile", Figure.P99_MICROS, ours, peer, goal);
        } finally {
            executor.shutdownNow();
        }
    }

    private static CompletableFuture<Integer> submit(Executor executor, Semaphore bound, Integer micros)
            throws InterruptedException {
        bound.acquire();
        return CompletableFuture.supplyAsync(
                () -> {
                    try {
                        return Contestants.spin(micros);
                    } finally {
                        bound.release();
                    }
                },
                executor);
    }

    private static Map<Figure, Double> run(Submit pool) throws Exception {
        Queue<Long> waits = new ConcurrentLinkedQueue<>();
        List<CompletableFuture<?>> all = new ArrayList<>();
        for (int i = 1; i <= TASKS; i++) {
            boolean isLong = i % EVERY == EVERY / 2;
            long start = System.nanoTime();
            CompletableFuture<Integer> done = pool.submit(isLong ? LONG_MICROS : SHORT_MICROS);
            all.add(isLong ? done : done.thenRun(() -> waits.add(System.nanoTime() - start)));
        }
        CompletableFuture.allOf(all.toArray(CompletableFuture[]::new)).get();
        long[] sorted = waits.stream().mapToLong(Long::longValue).sorted().toArray();
        return Map.of(
                Figure.MEDIAN_MICROS, Load.micros(sorted[sorted.length / 2]),
                Figure.P99_MICROS, Load.micros(sorted[sorted.length * 99 / 100]));
    }
}
