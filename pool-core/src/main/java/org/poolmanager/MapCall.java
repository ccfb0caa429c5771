package org.poolmanager;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.poolmanager.wire.PayloadException;

/** One {@code map} call: its own tasks and outcomes, whatever else the pool does. */
final class MapCall<T extends @Nullable Object, R extends @Nullable Object> implements Destination {

    private static final int OPEN_EVERY = 256;

    private final Engine engine;

    private final TaskLimits limits;

    /** In input order: first what the {@link #opened} ones have come to, then the {@link Task}s. Of the calling thread. */
    private final List<@Nullable Object> elements = new ArrayList<>();

    /** Of the opened ones, if only values are kept; all others have one. */
    private final List<Outcome<R>> failures = new ArrayList<>();

    /** So many of the first elements are done: they are what is kept of them. */
    private int opened;

    /** Whether it keeps values alone, and no outcomes. */
    private final boolean valuesOnly;

    /** No monitor: a virtual thread that waits for one would hold its carrier before JDK 24. */
    private final ReentrantLock lock = new BriefLock();

    private final Condition complete = lock.newCondition();

    /** Guarded by the lock. */
    private long delivered;

    /** How many the caller waits for; beyond reach while he does not. Guarded by the lock. */
    private long awaited = Long.MAX_VALUE;

    private MapCall(Engine engine, TaskOptions options, boolean valuesOnly) {
        this.engine = engine;
        this.limits = engine.limits(options);
        this.valuesOnly = valuesOnly;
    }

    /** All outcomes. */
    @SuppressWarnings("unchecked") // that is what is kept
    static <T extends @Nullable Object, R extends @Nullable Object> List<Outcome<R>> outcomes(
            Engine engine, Iterable<? extends T> input, TaskOptions options) throws InterruptedException {
        MapCall<T, R> call = new MapCall<>(engine, options, false);
        return (List<Outcome<R>>) (List<?>) call.run(input);
    }

    /** All values, and nothing beside them: a million small ones take no more than a list of them. */
    @SuppressWarnings("unchecked") // that is what is kept
    static <T extends @Nullable Object, R extends @Nullable Object> List<R> values(
            Engine engine, Iterable<? extends T> input, TaskOptions options) throws InterruptedException {
        MapCall<T, R> call = new MapCall<>(engine, options, true);
        List<R> values = (List<R>) call.run(input);
        throwLowest(call.failures);
        return values;
    }

    @Override
    public void accepted(Task task) {
        // The feed counts.
    }

    @Override
    public void deliver(List<Task> tasks) {
        lock.lock();
        try {
            for (Task task : tasks) {
                task.delivered = true;
            }
            delivered += tasks.size();
            if (delivered >= awaited) {
                complete.signalAll();
            }
        } finally {
            lock.unlock();
        }
    }

    private List<@Nullable Object> run(Iterable<? extends T> input) throws InterruptedException {
        // Not only once it has to wait: whether a caller is refused must not depend on how fast the workers are.
        engine.refuseToWait("a map");
        Feed feed = new Feed(engine, input);
        try {
            for (T element : input) {
                add(element, feed);
            }
            feed.finish();
            await(feed.end());
        } catch (InterruptedException e) {
            feed.end();
            abandon();
            throw e;
        } catch (RuntimeException | Error e) {
            awaitBehind(feed, e);
            throw e;
        }
        for (; opened < elements.size(); opened++) {
            open(opened);
        }
        return elements;
    }

    private void add(T element, Feed feed) throws InterruptedException {
        int index = elements.size();
        Task task;
        try {
            task = engine.task(element, limits, this);
        } catch (PayloadException e) {
            task = engine.unsendable(index, this, e);
            task.delivered = true;
            elements.add(task);
            return;
        }
        task.index = index;
        elements.add(task);
        feed.add(task);
        if (index % OPEN_EVERY == 0) {
            openFirst();
        }
    }

    /** Opens what is done at the beginning, so that a long map does not keep what it needs no more. */
    private void openFirst() {
        int ready = opened;
        lock.lock();
        try {
            while (ready < elements.size() && elements.get(ready) instanceof Task task && task.delivered) {
                ready++;
            }
        } finally {
            lock.unlock();
        }
        for (; opened < ready; opened++) {
            open(opened);
        }
    }

    private void open(int at) {
        Task task = (Task) elements.get(at);
        assert task != null;
        Unpacker unpacker = engine.unpacker();
        elements.set(at, valuesOnly ? unpacker.value(task, failures) : unpacker.open(task));
    }

    /** The input itself failed, or the pool was closed: what was accepted still gets its outcome. */
    private void awaitBehind(Feed feed, Throwable first) {
        try {
            feed.finishBehind(first);
            await(feed.end());
        } catch (InterruptedException e) {
            abandon();
            first.addSuppressed(e);
            Thread.currentThread().interrupt();
        } catch (RuntimeException e) {
            abandon();
            first.addSuppressed(e);
        }
    }

    private void await(long accepted) throws InterruptedException {
        lock.lock();
        try {
            awaited = accepted;
            while (delivered < accepted) {
                complete.await();
            }
        } finally {
            lock.unlock();
        }
    }

    private void abandon() {
        List<Task> unopened = new ArrayList<>();
        for (Object element : elements.subList(opened, elements.size())) {
            unopened.add((Task) element);
        }
        engine.board().cancellation().cancelUnbegun(unopened);
    }

    /** All values, or the failure with the lowest index, the others suppressed. */
    static <R extends @Nullable Object> List<R> values(List<Outcome<R>> outcomes) {
        throwLowest(outcomes.stream().filter(outcome -> !outcome.isCompleted()).toList());
        List<R> values = new ArrayList<>(outcomes.size());
        outcomes.forEach(outcome -> values.add(outcome.get()));
        return values;
    }

    @SuppressWarnings("ReferenceEquality") // an exception is its object
    private static void throwLowest(List<? extends Outcome<?>> failed) {
        Outcome<?> lowest =
                failed.stream().min(Comparator.comparingLong(Outcome::index)).orElse(null);
        if (lowest == null) {
            return;
        }
        RuntimeException first = lowest.failure();
        assert first != null;
        for (Outcome<?> other : failed) {
            RuntimeException failure = other.failure();
            if (failure != null && failure != first) {
                first.addSuppressed(failure);
            }
        }
        throw first;
    }
}
