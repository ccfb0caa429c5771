package org.poolmanager.benchmarks;

import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** How long workers live on when their parent is killed and can say nothing to them. */
final class Orphans {

    private static final long LOOK_NANOS = TimeUnit.MICROSECONDS.toNanos(500);

    private static final double LIMIT_MILLIS = 60_000;

    private Orphans() {}

    static void measure(Options options, Report report) throws Exception {
        Turns turns = new Turns(options);
        Series orphans = turns.add(Orphans::killParent);
        turns.run();
        report.addAlone("parent SIGKILLed → last child gone", Figure.MILLIS, orphans, Goal.atMostItself(3_000, 100));
    }

    private static Map<Figure, Double> killParent() throws Exception {
        try (IdleProgram program = new IdleProgram()) {
            long start = System.nanoTime();
            program.kill();
            for (ProcessHandle worker : program.workers()) {
                while (!IdleProgram.isGone(worker)) {
                    if (Load.millisSince(start) > LIMIT_MILLIS) {
                        throw new IllegalStateException("worker " + worker.pid() + " has outlived its parent");
                    }
                    LockSupport.parkNanos(LOOK_NANOS);
                }
            }
            return Map.of(Figure.MILLIS, Load.millisSince(start));
        }
    }
}
