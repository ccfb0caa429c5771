package org.poolmanager;

import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.poolmanager.wire.PayloadException;

/** A thread that puts one source after another element into the pool; its future is the number of tasks fed. */
final class Feeder extends CompletableFuture<Long> implements Runnable {

    private final Engine engine;

    private final Iterable<?> source;

    private final Thread thread;

    Feeder(Engine engine, Iterable<?> source, String threadName) {
        this.engine = engine;
        this.source = source;
        this.thread = new Thread(this, threadName);
        thread.setDaemon(true);
    }

    void start() {
        engine.results().feederBegins();
        try {
            thread.start();
        } catch (Error e) {
            engine.results().feederEnds(null);
            throw e;
        }
    }

    @Override
    public void run() {
        long fed = 0;
        Throwable failure = null;
        try {
            for (Object element : source) {
                if (isDone()) {
                    return;
                }
                feed(element, fed);
                fed++;
            }
        } catch (InterruptedException e) {
            failure = null; // cancelled: its future says so
        } catch (RuntimeException | Error e) {
            failure = e;
        } finally {
            engine.results().feederEnds(failure);
            if (failure == null) {
                complete(fed);
            } else {
                completeExceptionally(failure);
            }
        }
    }

    private void feed(@Nullable Object element, long fed) throws InterruptedException {
        Task task;
        try {
            task = engine.task(element, engine.results());
        } catch (PayloadException e) {
            engine.refuse(e);
            return;
        }
        try {
            engine.board().accept(task, Long.MAX_VALUE);
        } catch (IllegalStateException | PoolBrokenException e) {
            throw new IllegalStateException(e.getMessage() + "; " + fed + " tasks had been fed", e);
        }
    }

    /**
     * Stops feeding. Tasks already fed are not touched.
     *
     * @param mayInterruptIfRunning ignored: a feeder that waits for room is always woken
     * @return whether the feeder is cancelled
     */
    @Override
    public boolean cancel(boolean mayInterruptIfRunning) {
        boolean cancelled = super.cancel(mayInterruptIfRunning);
        thread.interrupt();
        return cancelled;
    }

    @Override
    public <U> CompletableFuture<U> newIncompleteFuture() {
        return new CompletableFuture<>();
    }
}
