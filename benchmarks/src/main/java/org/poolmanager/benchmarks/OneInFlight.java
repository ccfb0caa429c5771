package org.poolmanager.benchmarks;

import org.poolmanager.Isolation;

/**
 * One task at a time: what a single caller waits. A thread that is woken on its waker's core is several times faster than
 * one that is woken on another; the scheduler picks, and may pick differently for us and for the baseline. So there are
 * the median of all rounds, the median of the best round, and the least of all.
 */
final class OneInFlight {

    /** A header and a tagged int, which is what a small task and its answer take on the wire. */
    private static final int FRAME_BYTES = 18 + 5;

    private static final Integer TASK = 21;

    private OneInFlight() {}

    static void measure(Options options, Report report) throws Exception {
        try (var process = Contestants.pool(Isolation.PROCESS, Contestants::square);
                var thread = Contestants.pool(Isolation.THREAD, Contestants::square);
                var peer = new ExecutorPeer(Contestants.SIZE);
                var raw = RawSocket.toEcho(FRAME_BYTES);
                var pinned = PinnedPingPong.open(FRAME_BYTES)) {
            int probes = options.probes();
            Turns turns = new Turns(options);
            Series pingPong = turns.add(() -> Load.oneByOne(probes, raw::pingPong));
            Series executor = turns.add(() -> Load.oneByOne(probes, () -> peer.run(TASK, Contestants::square)));
            Series inProcess = turns.add(
                    () -> Load.oneByOne(probes, () -> process.submit(TASK).get()));
            Series inThread = turns.add(
                    () -> Load.oneByOne(probes, () -> thread.submit(TASK).get()));
            Series apart = pinned == null
                    ? null
                    : turns.add(() -> pinned.inThread(() -> Load.oneByOne(probes, pinned::pingPong)));
            turns.run();

            Goal goal = Goal.atMost(3.5, 2.5);
            String toRaw = "`submit().get()`, process / raw ping-pong of " + FRAME_BYTES + " B, ";
            report.add(toRaw + "median", Figure.MEDIAN_MICROS, inProcess, pingPong, goal);
            report.addLeast(toRaw + "best median", Figure.MEDIAN_MICROS, inProcess, pingPong, goal);
            report.addLeast(toRaw + "least", Figure.LEAST_MICROS, inProcess, pingPong, goal);
            if (apart != null) {
                String toApart = "`submit().get()`, process / the same ping-pong with its sides kept on two cores, ";
                report.add(toApart + "median", Figure.MEDIAN_MICROS, inProcess, apart, goal);
                report.addLeast(toApart + "best median", Figure.MEDIAN_MICROS, inProcess, apart, goal);
            }
            String toExecutor = "`submit().get()`, process / ThreadPoolExecutor, ";
            report.add(toExecutor + "median", Figure.MEDIAN_MICROS, inProcess, executor, null);
            report.addLeast(toExecutor + "best median", Figure.MEDIAN_MICROS, inProcess, executor, null);
            report.addLeast(toExecutor + "least", Figure.LEAST_MICROS, inProcess, executor, null);
            String inThreadToExecutor = "`submit().get()`, thread / ThreadPoolExecutor, ";
            report.add(inThreadToExecutor + "median", Figure.MEDIAN_MICROS, inThread, executor, null);
            report.addLeast(inThreadToExecutor + "best median", Figure.MEDIAN_MICROS, inThread, executor, null);
            report.addLeast(inThreadToExecutor + "least", Figure.LEAST_MICROS, inThread, executor, null);
        }
    }
}
