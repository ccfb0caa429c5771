package org.poolmanager.benchmarks;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Future;
import net.viktorc.pp4j.api.JavaProcessExecutorService;
import net.viktorc.pp4j.impl.ProcessExecutors;

/** PP4J, the other pool of child JVMs: each task is a serialized callable that is printed to the child. */
final class Pp4jPeer implements AutoCloseable {

    private final JavaProcessExecutorService pool;

    Pp4jPeer(int size) throws InterruptedException {
        pool = ProcessExecutors.newFixedJavaProcessPool(size);
    }

    /** Submits all squares, then takes the results in order. */
    List<Integer> squares(List<Integer> input) throws Exception {
        List<Future<Integer>> futures = new ArrayList<>(input.size());
        for (Integer task : input) {
            futures.add(pool.submit(square(task)));
        }
        List<Integer> results = new ArrayList<>(input.size());
        for (Future<Integer> future : futures) {
            results.add(future.get());
        }
        return results;
    }

    private static Callable<Integer> square(Integer task) {
        return (Callable<Integer> & Serializable) () -> Contestants.square(task);
    }

    @Override
    public void close() {
        pool.shutdown();
    }
}
