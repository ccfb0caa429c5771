package org.poolmanager.benchmarks;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.poolmanager.PoolEvent;
import org.poolmanager.PoolManager;
import org.poolmanager.TaskTimeoutException;
import org.poolmanager.WorkerCrashedException;

/** How fast bad tasks are seen and made good. Each round has a new pool, which no crash before has made cautious. */
final class Faults {

    private static final Duration LIMIT = Duration.ofMillis(200);

    private static final long WAIT_SECONDS = 60;

    private Faults() {}

    static void measure(Options options, Report report) throws Exception {
        Turns turns = new Turns(options);
        Series crash = turns.add(Faults::crash);
        Series overrun = turns.add(Faults::overrun);
        turns.run();
        report.addAlone("crash → failed outcome", Figure.MILLIS, crash, Goal.atMostItself(1_000, 20));
        report.addAlone("crash → replacement ready", Figure.LATER_MILLIS, crash, Goal.atMostItself(3_000, 400));
        report.addAlone("time limit of 200 ms overrun by", Figure.MILLIS, overrun, Goal.atMostItself(250, 20));
    }

    private static Map<Figure, Double> crash() throws Exception {
        CompletableFuture<Void> replaced = new CompletableFuture<>();
        try (PoolManager<Integer, Integer> pool = PoolManager.builder(Faults::die)
                .size(1)
                .listener(event -> {
                    if (event instanceof PoolEvent.WorkerStarted started && started.generation() > 1) {
                        replaced.complete(null);
                    }
                })
                .start()) {
            pool.submit(0).get(WAIT_SECONDS, TimeUnit.SECONDS);
            long start = System.nanoTime();
            expect(WorkerCrashedException.class, pool.submit(1));
            double seen = Load.millisSince(start);
            replaced.get(WAIT_SECONDS, TimeUnit.SECONDS);
            return Map.of(Figure.MILLIS, seen, Figure.LATER_MILLIS, Load.millisSince(start));
        }
    }

    private static Map<Figure, Double> overrun() throws Exception {
        try (PoolManager<Integer, Integer> pool =
                PoolManager.builder(Faults::die).size(1).taskTimeout(LIMIT).start()) {
            pool.submit(0).get(WAIT_SECONDS, TimeUnit.SECONDS);
            long start = System.nanoTime();
            expect(TaskTimeoutException.class, pool.submit(-1));
            return Map.of(Figure.MILLIS, Load.millisSince(start) - LIMIT.toMillis());
        }
    }

    private static void expect(Class<? extends Exception> expected, CompletableFuture<?> outcome) throws Exception {
        try {
            outcome.get(WAIT_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            if (expected.isInstance(e.getCause())) {
                return;
            }
            throw e;
        }
        throw new IllegalStateException("no " + expected.getSimpleName());
    }

    /** Ends the JVM, never ends, or does nothing. */
    private static Integer die(Integer how) {
        if (how > 0) {
            Runtime.getRuntime().halt(how);
        }
        return how < 0 ? Contestants.spin(Integer.MAX_VALUE) : how;
    }
}
