package org.poolmanager;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What is to be done once the pool's lock is free, in this order: kill, write, end what follows a task, deliver, tell
 * listeners, log, close. Filled under the lock, carried out by the thread that held it; if that is the clock's, what others
 * have written is run elsewhere.
 */
final class Consequences {

    private static final Logger LOG = LoggerFactory.getLogger(PoolManager.class);

    private final String pool;

    private final Events events;

    private final Observers observers;

    private final Errands errands;

    /** With room for one: memory may have run out when one is given up. */
    private final List<Worker> killed = new ArrayList<>(1);

    private final List<Worker> written = new ArrayList<>(2);

    private final ArrayList<Task> delivered = new ArrayList<>();

    private final List<Task> observed = new ArrayList<>(0);

    private final List<TaskObservation> refused = new ArrayList<>(0);

    private final List<PoolEvent> published = new ArrayList<>(0);

    private final List<Runnable> logged = new ArrayList<>(0);

    private final List<Runnable> closed = new ArrayList<>(0);

    Consequences(String pool, Events events, Errands errands) {
        this.pool = pool;
        this.events = events;
        this.observers = events.observers();
        this.errands = errands;
    }

    boolean isEmpty() {
        return killed.isEmpty()
                && written.isEmpty()
                && delivered.isEmpty()
                && refused.isEmpty()
                && published.isEmpty()
                && logged.isEmpty()
                && closed.isEmpty();
    }

    void kill(@Nullable Worker worker) {
        if (worker != null) {
            killed.add(worker);
        }
    }

    void flush(Worker worker) {
        if (!written.contains(worker)) {
            written.add(worker);
        }
    }

    /** So many deliveries are about to come. */
    void expect(int deliveries) {
        delivered.ensureCapacity(delivered.size() + deliveries);
    }

    void deliver(Task task) {
        if (task.observation != null) {
            observed.add(task);
        }
        delivered.add(task);
    }

    /** Those of them that have not been accepted never will be, and nobody hears of that but who follows them. */
    void refuse(Collection<Task> tasks) {
        for (Task task : tasks) {
            TaskObservation observation = task.observation;
            if (observation != null && !task.hasId()) {
                task.observation = null; // told once
                refused.add(observation);
            }
        }
    }

    void publish(PoolEvent event) {
        if (events.hasListeners()) {
            published.add(event);
        }
    }

    /** An appender may be slow, and must not hold up the pool. */
    void log(Runnable line) {
        logged.add(line);
    }

    /** A failure of the pool's own work. */
    void fail(Throwable problem) {
        try {
            logged.add(() -> report(problem));
        } catch (OutOfMemoryError e) {
            // What is done about it matters more.
        }
    }

    /** To let go of something may take its time as well. */
    void close(Runnable resource) {
        closed.add(resource);
    }

    void carryOut() {
        killed.forEach(worker -> attempt(worker::kill));
        written.forEach(worker -> attempt(worker::flush));
        if (isUsersTurn()) {
            errands.run(this::tellUsers);
        }
        closed.forEach(this::attempt);
    }

    private boolean isUsersTurn() {
        return !delivered.isEmpty() || !refused.isEmpty() || !published.isEmpty() || !logged.isEmpty();
    }

    /** Observers, dependents of futures, listeners and appenders are code of others, which takes as long as it likes. */
    private void tellUsers() {
        observed.forEach(observers::finished);
        refused.forEach(observers::refused);
        deliver();
        published.forEach(events::publish);
        logged.forEach(this::attempt);
        if (events.hasListeners()) {
            delivered.stream().filter(Task::hasId).forEach(task -> events.publish(task.finished(pool)));
        }
        PoolThread.forgetInterrupt();
    }

    /** Tasks of one destination that follow each other go there together. */
    @SuppressWarnings("ReferenceEquality") // a destination is its object
    private void deliver() {
        int begin = 0;
        for (int end = 1; end <= delivered.size(); end++) {
            Destination destination = delivered.get(begin).destination;
            if (end == delivered.size() || delivered.get(end).destination != destination) {
                deliver(destination, begin, end);
                begin = end;
            }
        }
    }

    /** Not by {@link #attempt}: to make what that takes may fail as well, and would keep all others from theirs. */
    private void deliver(Destination destination, int begin, int end) {
        try {
            destination.deliver(delivered.subList(begin, end));
        } catch (Throwable e) {
            report(e);
        }
    }

    /** What fails for one must not keep the others from theirs. */
    private void attempt(Runnable action) {
        try {
            action.run();
        } catch (Throwable e) {
            report(e);
        }
    }

    private void report(Throwable problem) {
        try {
            LOG.error("Pool '{}' failed in its own work", pool, problem);
        } catch (RuntimeException | Error e) {
            // Most likely for the same reason: what follows is still to be done.
        }
    }
}
