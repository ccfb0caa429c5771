package org.poolmanager.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.poolmanager.PoolEvent;
import org.poolmanager.PoolManager;
import org.poolmanager.PoolStats;
import org.poolmanager.TaskTimeoutException;
import org.poolmanager.WorkerCrashedException;

/** How fast bad tasks are seen and made good. Each round has a new pool, which no crash before has made cautious. */
final class Faults {

    private static final Duration LIMIT = Duration.ofMillis(200);

    private static final long WAIT_SECONDS = 60;

    private static final int ENDLESS = 1;

    private static final int EXIT = 2;

    private static final int HALT = 3;

    private Faults() {}

    static void measure(Options options, Report report) throws Exception {
        Turns turns = new Turns(options);
        Series halt = turns.add(() -> crash(HALT));
        Series exit = turns.add(() -> crash(EXIT));
        Series kill = turns.add(Faults::kill);
        Series overrun = turns.add(Faults::overrun);
        turns.run();
        add(report, "`SIGKILL`", kill);
        add(report, "`System.exit`", exit);
        add(report, "`Runtime.halt`", halt);
        report.addAlone("time limit of 200 ms overrun by", Figure.MILLIS, overrun, Goal.atMostItself(250, 20));
    }

    private static void add(Report report, String how, Series crash) {
        report.addAlone(how + " → failed outcome", Figure.MILLIS, crash, Goal.atMostItself(1_000, 20));
        report.addAlone(how + " → replacement ready", Figure.LATER_MILLIS, crash, Goal.atMostItself(3_000, 400));
    }

    /** A task that ends its worker, measured from its submission. */
    private static Map<Figure, Double> crash(int how) throws Exception {
        return crash((pool, begun) -> {
            long start = System.nanoTime();
            return new Blow(pool.submit(how), start);
        });
    }

    /** A worker that the kernel ends in the midst of a task, measured from the signal. */
    private static Map<Figure, Double> kill() throws Exception {
        return crash((pool, begun) -> {
            CompletableFuture<Integer> endless = pool.submit(ENDLESS);
            await(begun);
            PoolStats.Worker worker = pool.stats().workerList().get(0);
            long start = System.nanoTime();
            ProcessHandle.of(worker.pid()).orElseThrow().destroyForcibly();
            return new Blow(endless, start);
        });
    }

    private static Map<Figure, Double> crash(Striker striker) throws Exception {
        CompletableFuture<Void> replaced = new CompletableFuture<>();
        Path begun = newMark();
        try (PoolManager<Integer, Integer> pool = PoolManager.builder(Faults::die, begun.toString())
                .size(1)
                .listener(event -> {
                    if (event instanceof PoolEvent.WorkerStarted started && started.generation() > 1) {
                        replaced.complete(null);
                    }
                })
                .start()) {
            pool.submit(0).get(WAIT_SECONDS, TimeUnit.SECONDS);
            Blow blow = striker.strike(pool, begun);
            expect(WorkerCrashedException.class, blow.outcome());
            double seen = Load.millisSince(blow.at());
            replaced.get(WAIT_SECONDS, TimeUnit.SECONDS);
            return Map.of(Figure.MILLIS, seen, Figure.LATER_MILLIS, Load.millisSince(blow.at()));
        } finally {
            Files.deleteIfExists(begun);
        }
    }

    /** A file that does not exist: a task that is killed before it has begun would be run again. */
    private static Path newMark() throws IOException {
        Path mark = Files.createTempFile("poolmanager-benchmark", ".begun");
        Files.delete(mark);
        return mark;
    }

    private static void await(Path begun) {
        long start = System.nanoTime();
        while (!Files.exists(begun)) {
            if (Load.millisSince(start) > TimeUnit.SECONDS.toMillis(WAIT_SECONDS)) {
                throw new IllegalStateException("the task has not begun");
            }
            Thread.onSpinWait();
        }
    }

    /** A task whose worker is ended, and when that began. */
    private record Blow(CompletableFuture<Integer> outcome, long at) {}

    @FunctionalInterface
    private interface Striker {

        Blow strike(PoolManager<Integer, Integer> pool, Path begun) throws Exception;
    }

    private static Map<Figure, Double> overrun() throws Exception {
        Path begun = newMark();
        try (PoolManager<Integer, Integer> pool = PoolManager.builder(Faults::die, begun.toString())
                .size(1)
                .taskTimeout(LIMIT)
                .start()) {
            pool.submit(0).get(WAIT_SECONDS, TimeUnit.SECONDS);
            long start = System.nanoTime();
            expect(TaskTimeoutException.class, pool.submit(ENDLESS));
            return Map.of(Figure.MILLIS, Load.millisSince(start) - LIMIT.toMillis());
        } finally {
            Files.deleteIfExists(begun);
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

    private static Integer die(Integer how, String begun) throws IOException {
        return switch (how) {
            case ENDLESS -> {
                Files.createFile(Path.of(begun));
                yield Contestants.spin(Integer.MAX_VALUE);
            }
            case EXIT -> {
                System.exit(1);
                yield how;
            }
            case HALT -> {
                Runtime.getRuntime().halt(1);
                yield how;
            }
            default -> how;
        };
    }
}
