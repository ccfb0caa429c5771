package org.poolmanager;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.poolmanager.wire.PayloadException;

/** One {@code map} call: its own tasks and outcomes, whatever else the pool does. */
final class MapCall<T extends @Nullable Object, R extends @Nullable Object> implements Destination {

    private final Engine engine;

    /** In input order: a {@link Task}, or the {@link Outcome} of an element that could not even be sent. */
    private final List<Object> elements = new ArrayList<>();

    /** Guarded by this. */
    private int pending;

    MapCall(Engine engine) {
        this.engine = engine;
    }

    @Override
    public void accepted(Task task) {
        synchronized (this) {
            pending++;
        }
    }

    @Override
    public synchronized void deliver(Task task) {
        pending--;
        if (pending == 0) {
            notifyAll();
        }
    }

    List<Outcome<R>> run(Iterable<? extends T> input) throws InterruptedException {
        try {
            for (T element : input) {
                feed(element);
            }
            await();
        } catch (InterruptedException e) {
            abandon();
            throw e;
        } catch (RuntimeException | Error e) {
            awaitBehind(e);
            throw e;
        }
        return outcomes();
    }

    private void feed(T element) throws InterruptedException {
        int index = elements.size();
        try {
            Task task = engine.task(element, this);
            task.index = index;
            engine.board().accept(task, Long.MAX_VALUE);
            elements.add(task);
        } catch (PayloadException e) {
            elements.add(engine.unsendable(index, e));
        }
    }

    /** The input itself failed, or the pool was closed: what was accepted still gets its outcome. */
    private void awaitBehind(Throwable first) {
        try {
            await();
        } catch (InterruptedException | IllegalStateException e) {
            abandon();
            first.addSuppressed(e);
            if (e instanceof InterruptedException) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private synchronized void await() throws InterruptedException {
        while (pending > 0) {
            engine.refuseToWait("a map");
            wait();
        }
    }

    private void abandon() {
        for (Object element : elements) {
            if (element instanceof Task task) {
                engine.board().cancel(task, false);
            }
        }
    }

    @SuppressWarnings("unchecked") // only outcomes of this call's type are in the list
    private List<Outcome<R>> outcomes() {
        List<Outcome<R>> outcomes = new ArrayList<>(elements.size());
        for (Object element : elements) {
            outcomes.add(element instanceof Task task ? engine.unpacker().open(task) : (Outcome<R>) element);
        }
        return outcomes;
    }

    /** All values, or the failure with the lowest index, the others suppressed. */
    static <R extends @Nullable Object> List<R> values(List<Outcome<R>> outcomes) {
        List<R> values = new ArrayList<>(outcomes.size());
        RuntimeException first = null;
        for (Outcome<R> outcome : outcomes) {
            RuntimeException failure = outcome.failure();
            if (failure == null) {
                values.add(outcome.get());
            } else if (first == null) {
                first = failure;
            } else {
                first.addSuppressed(failure);
            }
        }
        if (first != null) {
            throw first;
        }
        return values;
    }
}
