package org.poolmanager.benchmarks;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.poolmanager.worker.TaskFunction;

/** What one would write with the JDK alone: no isolation, and no bound on what waits unless one is given. */
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
        return takeAll(completion, input.size());
    }

    /** The same with at most so many tasks unfinished: the caller waits while there are as many. */
    <T, R> List<R> map(List<T> input, TaskFunction<T, R> function, int bound) throws Exception {
        ExecutorCompletionService<R> completion = new ExecutorCompletionService<>(executor);
        Semaphore room = new Semaphore(bound);
        for (T task : input) {
            room.acquire();
            completion.submit(() -> {
                try {
                    return function.apply(task);
                } finally {
                    room.release();
                }
            });
        }
        return takeAll(completion, input.size());
    }

    private static <R> List<R> takeAll(ExecutorCompletionService<R> completion, int count) throws Exception {
        List<R> results = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
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
