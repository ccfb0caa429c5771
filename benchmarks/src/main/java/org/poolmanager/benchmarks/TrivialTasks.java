package org.poolmanager.benchmarks;

import static org.poolmanager.benchmarks.Contestants.pool;
import static org.poolmanager.benchmarks.Contestants.widePool;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.poolmanager.Isolation;

/** {@code x -> x * x}: nothing but the pool's own cost. It takes seconds until all involved code is compiled well. */
final class TrivialTasks {

    /** A pool with the default queue gets only so large a part of the tasks in one go: each round takes long enough. */
    private static final int NARROW_PART = 5;

    private static final int PYTHON_PART = 20;

    private TrivialTasks() {}

    static void measure(Options options, Report report) throws Exception {
        List<Integer> input = IntStream.range(0, options.tasks()).boxed().collect(Collectors.toList());
        List<Integer> less = input.subList(0, Math.max(1, input.size() / NARROW_PART));
        int few = Math.max(1, input.size() / PYTHON_PART);
        try (var process = pool(Isolation.PROCESS, Contestants::square);
                var wideProcess = widePool(Isolation.PROCESS, Contestants::square);
                var thread = pool(Isolation.THREAD, Contestants::square);
                var wideThread = widePool(Isolation.THREAD, Contestants::square);
                var peer = new ExecutorPeer(Contestants.SIZE);
                var python = ScriptPeers.python()) {
            Turns turns = new Turns(options);
            Series baseline = turns.add(
                    () -> Load.tasks(options.roundTime(), input.size(), () -> peer.map(input, Contestants::square)));
            Series bounded = turns.add(() -> Load.tasks(
                    options.roundTime(),
                    less.size(),
                    () -> peer.map(less, Contestants::square, Contestants.STANDARD_BOUND)));
            Series inProcess = turns.add(() -> Load.tasks(options.roundTime(), less.size(), () -> process.map(less)));
            Series inWideProcess =
                    turns.add(() -> Load.tasks(options.roundTime(), input.size(), () -> wideProcess.map(input)));
            Series inThread = turns.add(() -> Load.tasks(options.roundTime(), less.size(), () -> thread.map(less)));
            Series inWideThread =
                    turns.add(() -> Load.tasks(options.roundTime(), input.size(), () -> wideThread.map(input)));
            Series pythonMap = python == null ? null : turns.add(() -> python.run("map", 5 * input.size()));
            Series pythonImap = python == null ? null : turns.add(() -> python.run("imap", few));
            Series pythonQueues = python == null ? null : turns.add(() -> python.run("queues", few));
            turns.run();

            Goal processGoal = Goal.atLeast(0.4, 1.0);
            Goal threadGoal = Goal.atLeast(0.8, 1.5);
            Goal cpuGoal = Goal.atMostItself(1.5, 0.6);
            String wide = ", queue size " + Contestants.WIDE_QUEUE;
            String trivial = "trivial tasks, `map`, ";
            report.add(trivial + "process", Figure.TASKS_PER_SECOND, inProcess, baseline, null);
            report.add(trivial + "process" + wide, Figure.TASKS_PER_SECOND, inWideProcess, baseline, processGoal);
            report.add(trivial + "thread", Figure.TASKS_PER_SECOND, inThread, baseline, null);
            report.add(trivial + "thread" + wide, Figure.TASKS_PER_SECOND, inWideThread, baseline, threadGoal);
            String equal = " / ThreadPoolExecutor with the same bound on unfinished tasks";
            report.add(trivial + "process" + equal, Figure.TASKS_PER_SECOND, inProcess, bounded, null);
            report.add(trivial + "thread" + equal, Figure.TASKS_PER_SECOND, inThread, bounded, null);
            if (pythonMap != null && pythonImap != null && pythonQueues != null) {
                String queue1024 = trivial + "process" + wide;
                report.add(
                        queue1024 + " / Python `Pool.map`",
                        Figure.TASKS_PER_SECOND,
                        inWideProcess,
                        pythonMap,
                        Goal.atLeast(0.7, 1.5));
                report.add(
                        queue1024 + " / Python `imap_unordered(chunksize=1)`",
                        Figure.TASKS_PER_SECOND,
                        inWideProcess,
                        pythonImap,
                        Goal.atLeast(30, 80));
                report.add(
                        trivial + "process / the reference package's shape",
                        Figure.TASKS_PER_SECOND,
                        inProcess,
                        pythonQueues,
                        Goal.atLeast(8, 15));
            }
            String cpu = "CPU per trivial task, all processes, ";
            report.add(cpu + "process", Figure.CPU_MICROS, inProcess, baseline, null);
            report.add(cpu + "process" + wide, Figure.CPU_MICROS, inWideProcess, baseline, cpuGoal);
            report.add(cpu + "thread", Figure.CPU_MICROS, inThread, baseline, null);
            report.add(cpu + "thread" + wide, Figure.CPU_MICROS, inWideThread, baseline, null);
            report.add(cpu + "process" + equal, Figure.CPU_MICROS, inProcess, bounded, null);
            report.add(cpu + "thread" + equal, Figure.CPU_MICROS, inThread, bounded, null);
        }
    }
}
