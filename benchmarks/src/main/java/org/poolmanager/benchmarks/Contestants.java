package org.poolmanager.benchmarks;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import org.poolmanager.Isolation;
import org.poolmanager.PoolManager;
import org.poolmanager.worker.TaskFunction;

/** The pools that are measured, and what their tasks do. */
final class Contestants {

    static final int SIZE = 2;

    static final int WIDE_QUEUE = 1024;

    /** How many tasks may be unfinished in a pool with the default queue size, which is twice the number of workers. */
    static final int STANDARD_BOUND = SIZE + 2 * SIZE;

    private static final long NANOS_PER_MICRO = 1_000;

    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

    private Contestants() {}

    static <T, R> PoolManager<T, R> pool(Isolation isolation, TaskFunction<T, R> function) {
        return PoolManager.builder(function).isolation(isolation).size(SIZE).start();
    }

    static <T, R> PoolManager<T, R> widePool(Isolation isolation, TaskFunction<T, R> function) {
        return PoolManager.builder(function)
                .isolation(isolation)
                .size(SIZE)
                .queueSize(WIDE_QUEUE)
                .start();
    }

    /** The same, and everything of this package may travel. */
    static <T, R> PoolManager<T, R> pool(int size, int queueSize, TaskFunction<T, R> function) {
        return PoolManager.builder(function)
                .size(size)
                .queueSize(queueSize)
                .allow(Contestants.class.getPackageName() + ".*")
                .start();
    }

    static Integer square(Integer x) {
        return x * x;
    }

    /**
     * Takes processor time: so much of it whatever other load there is, and however well this loop is compiled here and
     * in a child.
     */
    static Integer spin(Integer micros) {
        int looks = 0;
        long end = THREADS.getCurrentThreadCpuTime() + micros * NANOS_PER_MICRO;
        while (THREADS.getCurrentThreadCpuTime() < end) {
            looks++;
        }
        return looks;
    }
}
