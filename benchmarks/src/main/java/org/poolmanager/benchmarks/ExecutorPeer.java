package org.poolmanager.benchmarks;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.poolmanager.worker.TaskFunction;

/** What one would write with the JDK alone: no isolation, and no bound on what waits. */
final class ExecutorPeer implements AutoCloseable {

    private final ExecutorService executor;

    ExecutorPeer(int size) {
        this(new ThreadPoolExecutor(size, size, 0, TimeUnit.SECONDS, new LinkedBlockingQueue<>()));
    }

    ExecutorPeer(ExecutorService executor) {
        this.executor = executor;
    }

    /** A new virtual thread for each task, where the JDK has them. */
    static Optional<ExecutorPeer> ofVirtualThreads() {
        try {
            Object virtual =
                    Executors.class.getMethod("newVirtualThreadPerTaskExecutor").invoke(null);
            return Optional.of(new ExecutorPeer((ExecutorService) virtual));
        } catch (ReflectiveOperationException | UnsupportedOperationException e) {
            return Optional.empty();
        }
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
