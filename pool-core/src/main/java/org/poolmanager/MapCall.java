package org.poolmanager;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.poolmanager.wire.PayloadException;

/** One {@code map} call: its own tasks and outcomes, whatever else the pool does. */
final class MapCall<T extends @Nullable Object, R extends @Nullable Object> implements Destination {

    private static final int OPEN_EVERY = 256;

    private final Engine engine;

    private final TaskLimits limits;

    /**
     * In input order: a {@link Task}, or the {@link Outcome} of an element that is done. Of the calling thread.
     */
    private final List<Object> elements = new ArrayList<>();

    /** So many of the first elements are outcomes. */
    private int opened;

    /** Guarded by this. */
    private long delivered;

    MapCall(Engine engine, TaskOptions options) {
        this.engine = engine;
        this.limits = engine.limits(options);
    }

    @Override
    public void accepted(Task task) {
        // The feed counts.
    }

    @Override
    public synchronized void deliver(List<Task> tasks) {
        for (Task task : tasks) {
            task.delivered = true;
        }
        delivered += tasks.size();
        notifyAll();
    }

    List<Outcome<R>> run(Iterable<? extends T> input) throws InterruptedException {
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
        return outcomes();
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
        synchronized (this) {
            while (ready < elements.size() && isDone(elements.get(ready))) {
                ready++;
            }
        }
        for (; opened < ready; opened++) {
            open(opened);
        }
    }

    private static boolean isDone(Object element) {
        return !(element instanceof Task task) || task.delivered;
    }

    private void open(int at) {
        if (elements.get(at) instanceof Task task) {
            elements.set(at, engine.unpacker().open(task));
        }
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

    private synchronized void await(long accepted) throws InterruptedException {
        while (delivered < accepted) {
            engine.refuseToWait("a map");
            wait();
        }
    }

    private void abandon() {
        List<Task> unopened = new ArrayList<>();
        for (Object element : elements) {
            if (element instanceof Task task) {
                unopened.add(task);
            }
        }
        engine.board().cancellation().cancelUnbegun(unopened);
    }

    @SuppressWarnings("unchecked") // all elements are outcomes of this call's type now
    private List<Outcome<R>> outcomes() {
        for (; opened < elements.size(); opened++) {
            open(opened);
        }
        return (List<Outcome<R>>) (List<?>) elements;
    }

    /** All values, or the failure with the lowest index, the others suppressed. */
    static <R extends @Nullable Object> List<R> values(List<Outcome<R>> outcomes) {
        List<R> values = new ArrayList<>(outcomes.size());
        List<RuntimeException> failures = new ArrayList<>();
        RuntimeException first = null;
        long lowest = Long.MAX_VALUE;
        int at = 0;
        for (Outcome<R> outcome : outcomes) {
            RuntimeException failure = outcome.failure();
            if (failure == null) {
                values.add(outcome.get());
                continue;
            }
            failures.add(failure);
            if (outcome.index() < lowest) {
                lowest = outcome.index();
                at = failures.size() - 1;
                first = failure;
            }
        }
        if (first == null) {
            return values;
        }
        failures.remove(at);
        failures.forEach(first::addSuppressed);
        throw first;
    }
}
