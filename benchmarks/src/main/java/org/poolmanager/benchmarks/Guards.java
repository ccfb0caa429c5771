package org.poolmanager.benchmarks;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.poolmanager.Isolation;
import org.poolmanager.PoolManager;
import org.poolmanager.wire.Scoreboard;

/**
 * What exact blame and time limits cost a trivial task, beside all that it costs anyway: the marks by which a worker says
 * what it has begun and finished, the word by which an interrupt finds its task, and the books of the deadlines.
 */
final class Guards {

    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

    private static final int MARKS = 2_000_000;

    /** After so many rounds there are new pools: how well their children's code is compiled differs from child to child. */
    private static final int ROUNDS_OF_A_POOL = 2;

    private static final double NANOS_PER_MICRO = 1e3;

    private static final double PERCENT = 100;

    private Guards() {}

    static void measure(Options options, Report report) throws Exception {
        List<Integer> input = IntStream.range(0, options.tasks()).boxed().collect(Collectors.toList());
        Series without = new Series();
        Series with = new Series();
        Path file = Files.createTempDirectory("guards").resolve("page");
        try {
            Scoreboard page = Scoreboard.create(file);
            for (int left = options.rounds(); left > 0; left -= ROUNDS_OF_A_POOL) {
                measure(options.withRounds(Math.min(left, ROUNDS_OF_A_POOL)), input, page, without, with);
            }

            Goal goal = Goal.atMostItself(5, 2);
            report.addAlone("crash blame: marking begin and end of a task", Figure.NANOS, without, null);
            report.addAlone("the same, of the processor time of a trivial task", Figure.PERCENT, without, goal);
            report.addAlone("limits: naming the task to interrupts", Figure.LATER_NANOS, without, null);
            report.addAlone("the same, of the processor time of a trivial task", Figure.LATER_PERCENT, without, goal);
            String limits = "trivial tasks, process, queue size " + Contestants.WIDE_QUEUE
                    + ", six limits set / hang-timeout alone";
            report.add(limits, Figure.TASKS_PER_SECOND, with, without, Goal.atLeast(0.95, 0.98));
            report.add("CPU of the same, all processes", Figure.CPU_MICROS, with, without, Goal.atMost(1.05, 1.02));
            report.append(String.format(
                    Locale.ROOT,
                    "Of the processor time of a trivial task, exact blame takes %.1f %%, the task's name for interrupts %.1f %%."
                            + " Limits that are set change it by %+.1f %%, which is the difference of two pools and their noise;"
                            + " after every %d rounds both are made and warmed up anew.%n",
                    without.median(Figure.PERCENT),
                    without.median(Figure.LATER_PERCENT),
                    PERCENT * (with.dividedBy(without, Figure.CPU_MICROS).median() - 1),
                    ROUNDS_OF_A_POOL));
        } finally {
            delete(file);
        }
    }

    private static void measure(Options options, List<Integer> input, Scoreboard page, Series without, Series with)
            throws Exception {
        AtomicLong word = new AtomicLong();
        try (PoolManager<Integer, Integer> free = Contestants.widePool(Isolation.PROCESS, Contestants::square);
                PoolManager<Integer, Integer> limited = limitedPool()) {
            Turns turns = new Turns(options);
            turns.add(
                    () -> beside(
                            Load.tasks(options.roundTime(), input.size(), () -> free.map(input)),
                            nanosPerTask(task -> mark(page, task)),
                            nanosPerTask(task -> name(word, task))),
                    without);
            turns.add(() -> Load.tasks(options.roundTime(), input.size(), () -> limited.map(input)), with);
            turns.run();
        }
    }

    private static PoolManager<Integer, Integer> limitedPool() {
        return PoolManager.builder(Contestants::square)
                .size(Contestants.SIZE)
                .queueSize(Contestants.WIDE_QUEUE)
                .queueTimeout(Duration.ofMinutes(2))
                .softTimeout(Duration.ofSeconds(30))
                .taskTimeout(Duration.ofMinutes(1))
                .stallTimeout(Duration.ofSeconds(40))
                .slowTaskThreshold(Duration.ofSeconds(20))
                .hangTimeout(Duration.ofSeconds(30))
                .start();
    }

    /** In one turn, so that what disturbs the machine disturbs all of it. */
    private static Map<Figure, Double> beside(Map<Figure, Double> whole, double marks, double names) {
        Map<Figure, Double> all = new HashMap<>(whole);
        double nanosPerTask = NANOS_PER_MICRO * whole.getOrDefault(Figure.CPU_MICROS, Double.NaN);
        all.put(Figure.NANOS, marks);
        all.put(Figure.PERCENT, PERCENT * marks / nanosPerTask);
        all.put(Figure.LATER_NANOS, names);
        all.put(Figure.LATER_PERCENT, PERCENT * names / nanosPerTask);
        return all;
    }

    /** Something that is done for each task. */
    @FunctionalInterface
    private interface Work {
        void forTask(long task);
    }

    private static double nanosPerTask(Work work) {
        long start = THREADS.getCurrentThreadCpuTime();
        for (long task = 1; task <= MARKS; task++) {
            work.forTask(task);
        }
        return (double) (THREADS.getCurrentThreadCpuTime() - start) / MARKS;
    }

    private static void mark(Scoreboard page, long task) {
        if (!page.begin(task)) {
            throw new IllegalStateException("nobody forbids it");
        }
        page.finish();
    }

    /** What the worker's task thread does, whose class is its own affair. */
    private static void name(AtomicLong running, long task) {
        running.set(task);
        if (!running.compareAndSet(task, 0)) {
            throw new IllegalStateException("nobody interrupts it");
        }
        boolean interrupted = Thread.interrupted();
        assert !interrupted;
    }

    private static void delete(Path file) throws IOException {
        Files.deleteIfExists(file);
        Files.deleteIfExists(file.getParent());
    }
}
