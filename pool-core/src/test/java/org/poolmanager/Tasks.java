package org.poolmanager;

import java.util.concurrent.TimeUnit;
import org.poolmanager.worker.PoolProcess;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the tests let workers do. */
final class Tasks {

    private static final Object TEST = new Object();

    private static volatile boolean over;

    private Tasks() {}

    static int twice(int x) {
        return 2 * x;
    }

    static int passGate(int x, int port) {
        Gate.pass(port, Integer.toString(x));
        return x;
    }

    /** Passes the gate if the task is negative, returns the task in any case. */
    static int passGateIfNegative(int x, int port) {
        if (x < 0) {
            Gate.pass(port, Integer.toString(x));
        }
        return x;
    }

    static int failIfMultipleOf(int x, int divisor) {
        if (x % divisor == 0) {
            throw new IllegalArgumentException("no multiples of " + divisor + ": " + x);
        }
        return x;
    }

    /** Exits with the task as its value if that is not negative; else returns it. */
    static int exitUnlessNegative(int x) {
        if (x >= 0) {
            System.exit(x);
        }
        return x;
    }

    static long pid(int ignored) {
        return ProcessHandle.current().pid();
    }

    /** Sleeps, as long as it takes, and does not heed interrupts. */
    static int sleepMillis(int millis) {
        long end = System.nanoTime() + millis * 1_000_000L;
        synchronized (TEST) {
            while (!over && System.nanoTime() < end) {
                try {
                    TimeUnit.NANOSECONDS.timedWait(TEST, end - System.nanoTime());
                } catch (InterruptedException e) {
                    // Not heeded.
                }
            }
        }
        return millis;
    }

    static int sleepFiveHundred(int x) {
        sleepMillis(500);
        return x;
    }

    static int waitAndHeed(int millis) throws InterruptedException {
        Thread.sleep(millis);
        return millis;
    }

    /** Says at a gate, which is open, that it has begun, and spins. */
    static int spinSeen(int millis, int port) {
        Gate.pass(port, "spins");
        return spin(millis);
    }

    static int spin(int millis) {
        long end = System.nanoTime() + millis * 1_000_000L;
        while (!over && System.nanoTime() < end) {
            Thread.onSpinWait();
        }
        return millis;
    }

    static boolean isOver() {
        return over;
    }

    /** Ends what sleeps and spins in this JVM and heeds no interrupt, when no test looks at it any more; or no longer does. */
    static void letGo(boolean now) {
        synchronized (TEST) {
            over = now;
            TEST.notifyAll();
        }
    }

    static int log(int x) {
        LoggerFactory.getLogger("test.submodule").info("{}", x);
        LoggerFactory.getLogger("unregistered.logger").debug("stays in the worker");
        return x;
    }

    /** Takes its static arguments in the constructor, counts its tasks, and its logger once. */
    static final class Calculator implements PoolProcess<Integer, Integer> {

        private final Logger log = LoggerFactory.getLogger("test.submodule");

        private final int factor;

        private int done;

        Calculator(int a, int b) {
            factor = a + b;
        }

        @Override
        public Integer run(Integer task) {
            done++;
            log.info("task {} is number {}", task, done);
            return factor * task;
        }
    }

    /** Cannot be built. */
    static final class Unbuildable implements PoolProcess<Integer, Integer> {

        Unbuildable() {
            throw new UnsupportedOperationException("no licence for this machine");
        }

        @Override
        public Integer run(Integer task) {
            return task;
        }
    }
}
