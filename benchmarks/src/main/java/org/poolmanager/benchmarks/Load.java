package org.poolmanager.benchmarks;

import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.Callable;

/** Ways of doing the same thing many times. */
final class Load {

    private static final double NANOS_PER_MICRO = 1e3;

    private static final double NANOS_PER_MILLI = 1e6;

    private static final double NANOS_PER_SECOND = 1e9;

    private static final double BYTES_PER_MEGABYTE = 1e6;

    private static final int RUN_IN_PART = 4;

    private Load() {}

    /** Repeats a batch of tasks for a while. */
    static Map<Figure, Double> tasks(Duration time, int tasksPerBatch, Callable<?> batch) throws Exception {
        runIn(time, batch);
        Duration cpu = CpuTime.ofAllProcesses();
        Repeated done = repeat(time, batch);
        double tasks = (double) done.count * tasksPerBatch;
        double cpuNanos = CpuTime.ofAllProcesses().minus(cpu).toNanos();
        return Map.of(
                Figure.TASKS_PER_SECOND,
                tasks / done.nanos * NANOS_PER_SECOND,
                Figure.CPU_MICROS,
                cpuNanos / tasks / NANOS_PER_MICRO);
    }

    /** Repeats for a while what moves so many bytes. */
    static Map<Figure, Double> bytes(Duration time, long bytesPerBatch, Callable<?> batch) throws Exception {
        runIn(time, batch);
        Repeated done = repeat(time, batch);
        double perNano = (double) done.count * bytesPerBatch / done.nanos;
        return Map.of(Figure.MEGABYTES_PER_SECOND, perNano * NANOS_PER_SECOND / BYTES_PER_MEGABYTE);
    }

    /** Lets threads, caches and the heap get over what was measured before. */
    private static void runIn(Duration time, Callable<?> batch) throws Exception {
        repeat(time.dividedBy(RUN_IN_PART), batch);
    }

    private record Repeated(long count, long nanos) {}

    private static Repeated repeat(Duration time, Callable<?> batch) throws Exception {
        long start = System.nanoTime();
        long count = 0;
        long nanos;
        do {
            batch.call();
            count++;
            nanos = System.nanoTime() - start;
        } while (nanos < time.toNanos());
        return new Repeated(count, nanos);
    }

    static double micros(long nanos) {
        return nanos / NANOS_PER_MICRO;
    }

    static double millisSince(long startNanos) {
        return (System.nanoTime() - startNanos) / NANOS_PER_MILLI;
    }

    /** Does one thing after the other, and times each. */
    static Map<Figure, Double> oneByOne(int count, Callable<?> probe) throws Exception {
        long[] nanos = new long[count];
        for (int i = 0; i < count; i++) {
            long start = System.nanoTime();
            probe.call();
            nanos[i] = System.nanoTime() - start;
        }
        Arrays.sort(nanos);
        return Map.of(
                Figure.MEDIAN_MICROS, nanos[count / 2] / NANOS_PER_MICRO,
                Figure.LEAST_MICROS, nanos[0] / NANOS_PER_MICRO);
    }
}
