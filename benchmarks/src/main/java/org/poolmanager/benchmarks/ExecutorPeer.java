package org.poolmanager.benchmarks;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.poolmanager.worker.TaskFunction;

/** What one would write with the JDK alone: no isolation, and no bound on what waits. */
final class ExecutorPeer implements AutoCloseable {

    private final ThreadPoolExecutor executor;

    ExecutorPeer(int size) {
        executor = new ThreadPoolExecutor(size, size, 0, TimeUnit.SECONDS, new LinkedBlockingQueue<>());
    }

    /** Submits everything, then takes the results as they come. */
    <T, R> List<R> map(List<T> input, TaskFunction<T, R> function) throws Exception {
        ExecutorCompletionService<R> completion = new ExecutorCompletionService<>(executor);
        for (T task : input) {
            completion.submit(() -> function.apply(task));
        }
        List<R> results = new ArrayList<>(input.size());
        for (int i = 0; i < input.size(); i++) {
            results.add(completion.take().get());
        }
        return results;
    }

    <T, R> R run(T task, TaskFunction<T, R> function) throws Exception {
        return executor.submit(() -> function.apply(task)).get();
    }

    @Override
    public void close() {
        executor.shutdownNow();
    }
}
