package org.poolmanager;

import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionException;
import java.util.concurrent.RunnableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.poolmanager.worker.Call;

/** The future of a callable or a runnable that a worker runs: {@link java.util.concurrent.Future} as executors make it. */
final class CallFuture<V extends @Nullable Object> extends TaskFuture<V> implements RunnableFuture<V> {

    private final boolean isRunnable;

    /** Given away once: a future that is kept must not keep it too. */
    private @Nullable Call call;

    /** What a runnable's future gives; it does not travel. */
    private final @Nullable V result;

    /** What was given to {@code execute}, null if it was something else. */
    private final @Nullable Runnable executed;

    CallFuture(Engine engine, Callable<V> callable) {
        super(engine);
        this.executed = null;
        this.isRunnable = false;
        this.call = new Call(Objects.requireNonNull(callable, "'task' must not be null"), null);
        this.result = null;
    }

    CallFuture(Engine engine, Runnable runnable, @Nullable V result, boolean executed) {
        super(engine);
        this.executed = executed ? runnable : null;
        this.isRunnable = true;
        this.call = new Call(null, Objects.requireNonNull(runnable, "'task' must not be null"));
        this.result = result;
    }

    /** What a worker runs; this lets go of it. */
    Call takeCall() {
        Call taken = Objects.requireNonNull(call, "it has been sent before");
        call = null;
        return taken;
    }

    /** What {@code shutdownNow} gives back: what {@code execute} was given, or else this. */
    Runnable given() {
        return executed == null ? this : executed;
    }

    @Override
    @SuppressWarnings("NullAway") // a runnable's result is a V, which may itself be a nullable type
    void succeed(V value) {
        complete(isRunnable ? result : value);
    }

    @Override
    void fail(RuntimeException failure) {
        if (failure instanceof TaskFailedException failed && failed.getCause() != null) {
            // Wrapped, so that an exception of the user's that is one of the future's own words is not taken for that.
            completeExceptionally(new CompletionException(failed.getCause()));
        } else {
            super.fail(failure);
        }
    }

    /** Has something done when it ends, however that is. */
    void whenEnded(Consumer<@Nullable Throwable> action) {
        var unused = whenComplete((value, failure) -> action.accept(failure));
    }

    /** Does nothing: the worker does it. {@code ExecutorCompletionService} calls this when it is done. */
    @Override
    public void run() {}
}
