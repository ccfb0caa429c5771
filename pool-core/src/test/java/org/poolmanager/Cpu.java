package org.poolmanager;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** What waiting costs. */
final class Cpu {

    private static final double GATE = 0.01;

    private static final int ATTEMPTS = 3;

    private Cpu() {}

    /** The thread of that name. */
    static Thread thread(String name) {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(each -> each.getName().equals(name))
                .findFirst()
                .orElseThrow();
    }

    static boolean isWaiting(Thread thread) {
        Thread.State state = thread.getState();
        return state == Thread.State.WAITING || state == Thread.State.TIMED_WAITING;
    }

    /**
     * Asserts that for a while the threads of pools in this JVM, those given, and all child JVMs together take less than
     * one percent of a core. Compilers and collectors of this JVM, which has other work behind it, are not counted. Those of
     * child JVMs are, and may not be done yet with what has just been started; who does not sleep takes as much each time.
     */
    static void assertIdle(String what, Duration period, Thread... more) throws InterruptedException {
        double used = 1;
        for (int attempt = 0; used >= GATE && attempt < ATTEMPTS; attempt++) {
            used = partOfACore(period, more);
            System.out.printf("%s takes %.2f %% of a core%n", what, 100 * used);
        }
        assertThat(used).as(what).isLessThan(GATE);
    }

    private static double partOfACore(Duration period, Thread... more) throws InterruptedException {
        long before = nanos(more);
        long children = childNanos();
        // Nothing happens meanwhile, and that is what is measured.
        boolean unused = new CountDownLatch(1).await(period.toNanos(), TimeUnit.NANOSECONDS);
        return (double) (nanos(more) - before + childNanos() - children) / period.toNanos();
    }

    private static long nanos(Thread... more) {
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("pool-")
                        || thread.getName().startsWith("poolmanager-")
                        || Arrays.asList(more).contains(thread))
                .mapToLong(thread -> Math.max(0, threads.getThreadCpuTime(thread.getId())))
                .sum();
    }

    private static long childNanos() {
        return ProcessHandle.current()
                .descendants()
                .mapToLong(child ->
                        child.info().totalCpuDuration().orElse(Duration.ZERO).toNanos())
                .sum();
    }
}
