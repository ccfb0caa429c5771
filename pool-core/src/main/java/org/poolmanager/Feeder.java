package org.poolmanager;

import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.poolmanager.wire.PayloadException;
import org.slf4j.MDC;

/** A thread that puts one source after another element into the pool; its future is the number of tasks fed. */
final class Feeder extends CompletableFuture<Long> implements Runnable {

    private final Engine engine;

    private final Iterable<?> source;

    private final Feed feed;

    private final TaskLimits limits;

    private final @Nullable Map<String, String> mdc = MDC.getCopyOfContextMap();

    private final Supplier<TaskObserver.Scope> caller;

    private final Thread thread;

    Feeder(Engine engine, Iterable<?> source, String threadName) {
        this.engine = engine;
        this.source = source;
        this.feed = new Feed(engine, source);
        this.caller = engine.observers().carry();
        this.limits = engine.limits(TaskOptions.defaults());
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
        Throwable failure = null;
        try {
            if (mdc != null) {
                MDC.setContextMap(mdc); // its tasks are those of who called putAsync
            }
            feedForCaller();
        } catch (InterruptedException e) {
            // Its future says so if it was cancelled; any other interrupt must not pass for the end of the source.
            failure = isDone() ? null : new IllegalStateException("The feeder was interrupted", e);
        } catch (Throwable e) {
            failure = e;
        }
        end(failure);
    }

    @SuppressWarnings("try") // a scope is held, not used
    private void feedForCaller() throws InterruptedException {
        try (TaskObserver.Scope unused = caller.get()) {
            feed();
        }
    }

    private void feed() throws InterruptedException {
        try {
            for (Object element : source) {
                if (isDone()) {
                    return;
                }
                feed.add(task(element));
            }
        } catch (Throwable e) {
            feed.finishBehind(e); // what came before the source failed
            throw e;
        }
        feed.finish();
    }

    private void end(@Nullable Throwable failure) {
        long fed = feed.end();
        Throwable told = failure != null && feed.isBroken() ? brokenOff(failure, fed) : failure;
        engine.results().feederEnds(told);
        if (told == null) {
            complete(fed);
        } else {
            completeExceptionally(told);
        }
    }

    private RuntimeException brokenOff(Throwable failure, long fed) {
        String text = failure.getMessage() + "; " + fed + " tasks had been fed";
        return failure instanceof PoolBrokenException broken
                ? new PoolBrokenException(broken.pool(), text, broken)
                : new IllegalStateException(text, failure);
    }

    private Task task(@Nullable Object element) {
        try {
            return engine.task(element, limits, engine.results());
        } catch (PayloadException e) {
            return Task.refused(e, limits, engine.results());
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
