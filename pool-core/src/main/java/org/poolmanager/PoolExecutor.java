package org.poolmanager;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.RunnableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.poolmanager.Shutdown.End;
import org.poolmanager.wire.PayloadException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A pool as an executor service; {@link PoolManager#asExecutorService} says how. */
final class PoolExecutor extends AbstractExecutorService {

    private static final Logger LOG = LoggerFactory.getLogger(PoolManager.class);

    /** What {@link #newTaskFor} has made and the same thread has not executed yet. */
    private static final ThreadLocal<CallFuture<?>> MADE = new ThreadLocal<>();

    private final Engine engine;

    private final Consumer<End> endPool;

    /** Given to this adapter and not done, in that order. Guarded by itself. */
    private final Set<CallFuture<?>> outstanding = new LinkedHashSet<>();

    private volatile boolean shutDown;

    PoolExecutor(Engine engine, Consumer<End> endPool) {
        this.engine = engine;
        this.endPool = endPool;
    }

    // ---- giving work ----

    @Override
    protected <T extends @Nullable Object> RunnableFuture<T> newTaskFor(Callable<T> callable) {
        return remember(new CallFuture<>(engine, callable));
    }

    @Override
    protected <T extends @Nullable Object> RunnableFuture<T> newTaskFor(Runnable runnable, T value) {
        return remember(new CallFuture<>(engine, runnable, value, false));
    }

    private <T extends @Nullable Object> CallFuture<T> remember(CallFuture<T> future) {
        MADE.set(future);
        return future;
    }

    @Override
    public void execute(Runnable command) {
        Objects.requireNonNull(command, "'command' must not be null");
        CallFuture<?> latest = MADE.get();
        MADE.remove();
        CallFuture<?> future;
        if (command instanceof CallFuture<?> own) {
            future = own;
        } else if (latest != null && isOfCompletionService(command)) {
            // It wraps the future just made, to be told of its end; it belongs here, what it wraps to a worker.
            future = latest;
            latest.whenEnded(failure -> command.run());
        } else {
            future = new CallFuture<@Nullable Void>(engine, command, null, true);
            future.whenEnded(this::report);
        }
        try {
            send(future, Long.MAX_VALUE);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new RejectedExecutionException(
                    "Interrupted while waiting for room in pool '"
                            + engine.settings().name() + "'; the task does not run",
                    e);
        }
    }

    private static boolean isOfCompletionService(Runnable command) {
        return command.getClass().getEnclosingClass() == ExecutorCompletionService.class;
    }

    private void report(@Nullable Throwable failure) {
        if (failure != null && !(failure instanceof CancellationException)) {
            LOG.error(
                    "A task given to execute() of pool '{}' failed",
                    engine.settings().name(),
                    failure.getCause() == null ? failure : failure.getCause());
        }
    }

    /** Sends it as soon as there is room; false if there was none in time. */
    private boolean send(CallFuture<?> future, long waitNanos) throws InterruptedException {
        if (shutDown) {
            throw new RejectedExecutionException(
                    "The executor of pool '" + engine.settings().name() + "' is shut down");
        }
        boolean accepted = false;
        try {
            Task task = engine.task(future.takeCall(), engine.limits(TaskOptions.defaults()), future);
            future.follow(task);
            synchronized (outstanding) {
                outstanding.add(future);
            }
            accepted = engine.board().entrance().accept(task, waitNanos);
        } catch (PayloadException e) {
            throw new RejectedExecutionException(
                    "Pool '" + engine.settings().name() + "' cannot send a call to a child JVM: " + e.getMessage()
                            + ". A lambda becomes Serializable by a cast: (Callable<String> & Serializable) () -> …",
                    e);
        } catch (IllegalStateException | PoolException e) {
            throw new RejectedExecutionException(e.getMessage(), e);
        } finally {
            if (!accepted) {
                future.follow(null);
                forget(future);
            }
        }
        if (accepted) {
            future.whenEnded(failure -> forget(future));
        }
        return accepted;
    }

    private void forget(CallFuture<?> future) {
        synchronized (outstanding) {
            outstanding.remove(future);
        }
    }

    // ---- giving much work ----

    @Override
    public <T extends @Nullable Object> List<Future<T>> invokeAll(Collection<? extends Callable<T>> tasks)
            throws InterruptedException {
        return all(tasks, new Deadline(Long.MAX_VALUE));
    }

    @Override
    public <T extends @Nullable Object> List<Future<T>> invokeAll(
            Collection<? extends Callable<T>> tasks, long timeout, TimeUnit unit) throws InterruptedException {
        return all(tasks, new Deadline(unit.toNanos(timeout)));
    }

    private <T extends @Nullable Object> List<Future<T>> all(Collection<? extends Callable<T>> tasks, Deadline deadline)
            throws InterruptedException {
        refuseToWait();
        List<CallFuture<T>> futures = new ArrayList<>(tasks.size());
        for (Callable<T> task : tasks) {
            futures.add(new CallFuture<>(engine, task));
        }
        try {
            for (CallFuture<T> future : futures) {
                if (deadline.hasPassed() || !send(future, deadline.left())) {
                    return new ArrayList<>(futures);
                }
            }
            for (CallFuture<T> future : futures) {
                if (!awaitEnd(future, deadline)) {
                    break;
                }
            }
            return new ArrayList<>(futures);
        } finally {
            cancelAll(futures);
        }
    }

    /** The last ones first: a worker that gets rid of its task should find none that is about to be cancelled as well. */
    private static void cancelAll(List<? extends Future<?>> futures) {
        for (int i = futures.size() - 1; i >= 0; i--) {
            futures.get(i).cancel(true);
        }
    }

    private void refuseToWait() {
        try {
            engine.refuseToWait("results");
        } catch (IllegalStateException e) {
            throw new RejectedExecutionException(e.getMessage(), e);
        }
    }

    private static boolean awaitEnd(Future<?> future, Deadline deadline) throws InterruptedException {
        try {
            future.get(deadline.left(), TimeUnit.NANOSECONDS);
            return true;
        } catch (ExecutionException | CancellationException e) {
            return true; // its future says so
        } catch (TimeoutException e) {
            return false;
        }
    }

    @Override
    public <T extends @Nullable Object> T invokeAny(Collection<? extends Callable<T>> tasks)
            throws InterruptedException, ExecutionException {
        try {
            return any(tasks, new Deadline(Long.MAX_VALUE));
        } catch (TimeoutException e) {
            throw new IllegalStateException(e); // in 292 years
        }
    }

    @Override
    public <T extends @Nullable Object> T invokeAny(
            Collection<? extends Callable<T>> tasks, long timeout, TimeUnit unit)
            throws InterruptedException, ExecutionException, TimeoutException {
        return any(tasks, new Deadline(unit.toNanos(timeout)));
    }

    private <T extends @Nullable Object> T any(Collection<? extends Callable<T>> tasks, Deadline deadline)
            throws InterruptedException, ExecutionException, TimeoutException {
        if (tasks.isEmpty()) {
            throw new IllegalArgumentException("there is no task to invoke");
        }
        refuseToWait();
        BlockingQueue<CallFuture<T>> ended = new LinkedBlockingQueue<>();
        List<CallFuture<T>> futures = new ArrayList<>(tasks.size());
        Iterator<? extends Callable<T>> rest = tasks.iterator();
        ExecutionException last = null;
        try {
            for (int failed = 0; failed < futures.size() || rest.hasNext(); ) {
                CallFuture<T> future = ended.poll();
                if (future == null && rest.hasNext()) {
                    CallFuture<T> next = new CallFuture<>(engine, rest.next());
                    futures.add(next);
                    next.whenEnded(failure -> ended.add(next));
                    if (!send(next, deadline.left())) {
                        throw new TimeoutException();
                    }
                    continue;
                }
                if (future == null) {
                    future = ended.poll(deadline.left(), TimeUnit.NANOSECONDS);
                }
                if (future == null) {
                    throw new TimeoutException();
                }
                try {
                    return future.get();
                } catch (ExecutionException e) {
                    last = e;
                } catch (CancellationException e) {
                    last = new ExecutionException(e);
                }
                failed++;
            }
        } finally {
            cancelAll(futures);
        }
        assert last != null;
        throw last;
    }

    /** A moment that may be further away than the clock can count. */
    private static final class Deadline {

        private final long begin = System.nanoTime();

        private final long nanos;

        Deadline(long nanos) {
            this.nanos = Math.max(0, nanos);
        }

        long left() {
            return nanos == Long.MAX_VALUE ? nanos : nanos - (System.nanoTime() - begin);
        }

        boolean hasPassed() {
            return left() <= 0;
        }
    }

    // ---- ending ----

    @Override
    public void shutdown() {
        if (stopAccepting()) {
            endPool.accept(End.DRAIN);
        }
    }

    @Override
    public List<Runnable> shutdownNow() {
        stopAccepting();
        List<Runnable> neverBegun = cancelUnbegun();
        endPool.accept(End.TERMINATE);
        return neverBegun;
    }

    /** Whether it was this call that did it. */
    private boolean stopAccepting() {
        synchronized (outstanding) {
            if (shutDown) {
                return false;
            }
            shutDown = true;
        }
        engine.shutdown().endAccepting();
        return true;
    }

    private List<Runnable> cancelUnbegun() {
        List<CallFuture<?>> futures;
        synchronized (outstanding) {
            futures = new ArrayList<>(outstanding);
        }
        boolean interrupted = Thread.interrupted(); // to wait for the answers of workers that have prefetched
        List<CallFuture<?>> unbegun = TaskFuture.cancelUnbegun(engine.board(), futures);
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        return unbegun.stream().map(CallFuture::given).collect(Collectors.toCollection(ArrayList::new));
    }

    @Override
    public boolean isShutdown() {
        return shutDown || engine.state() == PoolState.DRAINING || isTerminated();
    }

    @Override
    public boolean isTerminated() {
        PoolState state = engine.state();
        return state == PoolState.STOPPED || state == PoolState.FAILED;
    }

    @Override
    public boolean awaitTermination(long timeout, TimeUnit unit) throws InterruptedException {
        return engine.awaitEnd(unit.toNanos(timeout));
    }

    @Override
    public String toString() {
        return "ExecutorService of pool '" + engine.settings().name() + "', " + engine.state();
    }
}
