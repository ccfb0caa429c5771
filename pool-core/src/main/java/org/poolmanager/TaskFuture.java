package org.poolmanager;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** The future of one submitted task. Cancelling it cancels the task. */
class TaskFuture<R extends @Nullable Object> extends CompletableFuture<R> implements Destination {

    private final Engine engine;

    /** Null before there is one, and after it has ended: a future that is kept must not keep the task's bytes too. */
    private volatile @Nullable Task task;

    TaskFuture(Engine engine) {
        this.engine = engine;
    }

    /** Which task it is the future of, told before that is accepted; null if it is not. */
    final void follow(@Nullable Task submitted) {
        task = submitted;
    }

    @Override
    public final void accepted(Task accepted) {
        accepted.index = accepted.id - 1;
    }

    @Override
    public final void deliver(List<Task> ended) {
        ended.forEach(this::settle);
    }

    private void settle(Task ended) {
        Outcome<R> outcome = engine.unpacker().open(ended);
        if (outcome.failure() == null) {
            succeed(outcome.get());
        } else {
            fail(outcome.failure());
        }
        task = null;
    }

    void succeed(R value) {
        complete(value);
    }

    void fail(RuntimeException failure) {
        completeExceptionally(failure);
    }

    /**
     * Cancels the task.
     *
     * @param mayInterruptIfRunning true: a running task's worker is killed and replaced; false: a running task goes on
     * @return whether the task is cancelled
     */
    @Override
    public boolean cancel(boolean mayInterruptIfRunning) {
        Task mine = task;
        if (isDone()) {
            return isCancelled();
        }
        if (mine == null) {
            return super.cancel(mayInterruptIfRunning); // it has not been sent, and never will be
        }
        if (!engine.board().cancellation().cancel(mine, mayInterruptIfRunning)) {
            return isCancelled();
        }
        // Another thread may be about to deliver the outcome; the caller is to see it now.
        settle(mine);
        return true;
    }

    /** Cancels those that have not begun, all at once, and returns them. */
    static <F extends TaskFuture<?>> List<F> cancelUnbegun(Board board, List<F> futures) {
        List<F> open = futures.stream().filter(future -> !future.isDone()).toList();
        Map<Task, F> sent = new LinkedHashMap<>();
        for (F future : open) {
            Task task = future.task();
            if (task == null) {
                future.cancel(false);
            } else {
                sent.put(task, future);
            }
        }
        for (Task task : board.cancellation().cancelUnbegun(sent.keySet())) {
            ((TaskFuture<?>) Objects.requireNonNull(sent.get(task))).settle(task);
        }
        return open.stream().filter(CompletableFuture::isCancelled).toList();
    }

    final @Nullable Task task() {
        return task;
    }

    @Override
    public <U> CompletableFuture<U> newIncompleteFuture() {
        return new CompletableFuture<>();
    }
}
