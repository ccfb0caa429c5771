package org.poolmanager;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** The future of one submitted task. Cancelling it cancels the task. */
final class TaskFuture<R extends @Nullable Object> extends CompletableFuture<R> implements Destination {

    private final Engine engine;

    private @Nullable Task task;

    TaskFuture(Engine engine) {
        this.engine = engine;
    }

    /** Which task it is the future of, told before that is accepted. */
    void follow(Task submitted) {
        task = submitted;
    }

    @Override
    public void accepted(Task accepted) {
        accepted.index = accepted.id - 1;
    }

    @Override
    public void deliver(List<Task> ended) {
        ended.forEach(this::settle);
    }

    private void settle(Task ended) {
        Outcome<R> outcome = engine.unpacker().open(ended);
        if (outcome.failure() == null) {
            complete(outcome.get());
        } else {
            completeExceptionally(outcome.failure());
        }
    }

    /**
     * Cancels the task.
     *
     * @param mayInterruptIfRunning true: a running task's worker is killed and replaced; false: a running task goes on
     * @return whether the task is cancelled
     */
    @Override
    public boolean cancel(boolean mayInterruptIfRunning) {
        if (task == null || isDone() || !engine.board().cancel(task, mayInterruptIfRunning)) {
            return isCancelled();
        }
        // Another thread may be about to deliver the outcome; the caller is to see it now.
        settle(task);
        return true;
    }

    @Override
    public <U> CompletableFuture<U> newIncompleteFuture() {
        return new CompletableFuture<>();
    }
}
