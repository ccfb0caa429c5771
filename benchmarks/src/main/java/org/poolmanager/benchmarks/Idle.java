package org.poolmanager.benchmarks;

import java.time.Duration;
import java.util.List;
import java.util.Map;

/** What a pool without work costs. The operating system counts in steps of 10 ms: in 4 s that is 0.25 %. */
final class Idle {

    private static final double PERCENT = 100;

    private static final double NANOS_PER_MILLI = 1e6;

    private Idle() {}

    static void measure(Options options, Report report) throws Exception {
        try (IdleProgram program = new IdleProgram()) {
            Turns turns = new Turns(options);
            Series parent = turns.add(() -> watch(options, List.of(program.parent())));
            Series workers = turns.add(() -> watch(options, program.workers()));
            turns.run();
            Goal goal = Goal.atMostItself(1, 0);
            report.addAlone("idle CPU of the parent", Figure.CPU_PERCENT, parent, goal);
            report.addAlone("idle CPU of the busiest worker", Figure.CPU_PERCENT, workers, goal);
        }
    }

    /** The busiest of some processes. */
    private static Map<Figure, Double> watch(Options options, List<ProcessHandle> processes)
            throws InterruptedException {
        double[] before = processes.stream().mapToDouble(Idle::cpuMillis).toArray();
        long start = System.nanoTime();
        Thread.sleep(options.idle()); // that nothing happens is what is measured
        double elapsed = Load.millisSince(start);
        double most = 0;
        for (int i = 0; i < before.length; i++) {
            most = Math.max(most, cpuMillis(processes.get(i)) - before[i]);
        }
        return Map.of(Figure.CPU_PERCENT, PERCENT * most / elapsed);
    }

    private static double cpuMillis(ProcessHandle process) {
        return process.info().totalCpuDuration().orElse(Duration.ZERO).toNanos() / NANOS_PER_MILLI;
    }
}
