package org.poolmanager;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** A crash with a clock beside it: when its task has its outcome, and when the pool has all its workers again. */
final class Blow {

    private static final Duration TOLD = Duration.ofSeconds(1);

    private static final Duration WHOLE_AGAIN = Duration.ofSeconds(3);

    private static final Duration START = Duration.ofMillis(90);

    /** What lets a worker die. */
    interface Strike {
        void strike() throws Exception;
    }

    private Blow() {}

    /**
     * Strikes one worker of a pool.
     *
     * @param outcome how the task that it runs is fetched
     * @return that task's outcome
     */
    static WorkerCrashedException strike(String name, PoolManager<?, ?> pool, Callable<?> outcome, Strike blow)
            throws Exception {
        int generations = generations(pool);
        CompletableFuture<Long> ended = whenFirstHasEnded(pool);
        long start = System.nanoTime();
        blow.strike();
        Throwable failure = catchThrowable(outcome::call);
        // How fast a JVM ends, perhaps with a crash log to write, is up to the machine.
        long told = millisSince(Math.max(start, ended.get(20, TimeUnit.SECONDS)));
        await().atMost(Duration.ofSeconds(20))
                .pollInterval(Duration.ofMillis(5))
                .until(() -> generations(pool) == generations + 1
                        && pool.stats().workers().live()
                                == pool.stats().workers().target());
        long whole = millisSince(start);
        System.out.println(
                name + ": told after " + told + " ms from the end of its process, replaced after " + whole + " ms");
        Throwable cause = failure instanceof ExecutionException ? failure.getCause() : failure;
        assertThat(cause).isInstanceOf(WorkerCrashedException.class);
        assertThat(told).as("detected, in ms").isLessThan(TOLD.toMillis());
        assertThat(whole).as("replaced, in ms").isLessThan(withStarts(WHOLE_AGAIN, pool));
        return (WorkerCrashedException) cause;
    }

    /** The moment in which one of its processes ends. */
    private static CompletableFuture<Long> whenFirstHasEnded(PoolManager<?, ?> pool) {
        CompletableFuture<Long> moment = new CompletableFuture<>();
        List<ProcessHandle> workers = pool.stats().workerList().stream()
                .map(worker -> ProcessHandle.of(worker.pid()).orElseThrow())
                .toList();
        Thread watcher = new Thread(() -> {
            while (workers.stream().allMatch(ParentJvm::isRunning)) {
                LockSupport.parkNanos(1_000_000);
            }
            moment.complete(System.nanoTime());
        });
        watcher.setDaemon(true);
        watcher.start();
        return moment;
    }

    /** A gate in milliseconds that contains the start of JVMs as they start in 90 ms: more where that takes longer. */
    static long withStarts(Duration gate, PoolManager<?, ?> pool) {
        return withStarts(gate, 1, pool);
    }

    /** The same with so many starts, one after another. */
    static long withStarts(Duration gate, int starts, PoolManager<?, ?> pool) {
        long slowest = pool.stats().workerList().stream()
                .map(PoolStats.Worker::startTime)
                .mapToLong(took -> took == null ? 0 : took.toMillis())
                .max()
                .orElse(0);
        return gate.toMillis() + starts * Math.max(0, slowest - START.toMillis());
    }

    private static int generations(PoolManager<?, ?> pool) {
        return pool.stats().workerList().stream()
                .mapToInt(PoolStats.Worker::generation)
                .sum();
    }

    static long millisSince(long start) {
        return (System.nanoTime() - start) / 1_000_000;
    }
}
