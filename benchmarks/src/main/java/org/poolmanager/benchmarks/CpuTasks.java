package org.poolmanager.benchmarks;

import java.util.Collections;
import java.util.List;
import org.poolmanager.Isolation;

/** Tasks of 50 µs of processor time: about where a process pool should cost nothing any more. */
final class CpuTasks {

    private static final int TASK_MICROS = 50;

    private static final int TASKS_PER_BATCH = 4_000;

    private CpuTasks() {}

    static void measure(Options options, Report report) throws Exception {
        List<Integer> input = Collections.nCopies(TASKS_PER_BATCH, TASK_MICROS);
        try (var process = Contestants.pool(Isolation.PROCESS, Contestants::spin);
                var wideProcess = Contestants.widePool(Isolation.PROCESS, Contestants::spin);
                var peer = new ExecutorPeer(Contestants.SIZE)) {
            Turns turns = new Turns(options);
            Series baseline = turns.add(
                    () -> Load.tasks(options.roundTime(), input.size(), () -> peer.map(input, Contestants::spin)));
            Series inProcess = turns.add(() -> Load.tasks(options.roundTime(), input.size(), () -> process.map(input)));
            Series inWideProcess =
                    turns.add(() -> Load.tasks(options.roundTime(), input.size(), () -> wideProcess.map(input)));
            turns.run();

            Goal goal = Goal.atLeast(0.8, 0.95);
            String name = "50 µs CPU tasks, `map`, process";
            report.add(name, Figure.TASKS_PER_SECOND, inProcess, baseline, goal);
            report.add(
                    name + ", queue size " + Contestants.WIDE_QUEUE,
                    Figure.TASKS_PER_SECOND,
                    inWideProcess,
                    baseline,
                    goal);
        }
    }
}
