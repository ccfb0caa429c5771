package org.poolmanager;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What is to be done once the pool's lock is free, in this order: kill, write, deliver, tell listeners. Filled under
 * the lock, carried out by the thread that held it.
 */
final class Consequences {

    private static final Logger LOG = LoggerFactory.getLogger(PoolManager.class);

    private record Delivery(Task task, long waited, long ran) {}

    private final String pool;

    private final Events events;

    private final List<Worker> killed = new ArrayList<>(0);

    private final List<Worker> written = new ArrayList<>(2);

    private final List<Delivery> delivered = new ArrayList<>();

    private final List<PoolEvent> published = new ArrayList<>(0);

    Consequences(String pool, Events events) {
        this.pool = pool;
        this.events = events;
    }

    boolean isEmpty() {
        return killed.isEmpty() && written.isEmpty() && delivered.isEmpty() && published.isEmpty();
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

    void deliver(Task task, long waited, long ran) {
        delivered.add(new Delivery(task, waited, ran));
    }

    void publish(PoolEvent event) {
        if (events.hasListeners()) {
            published.add(event);
        }
    }

    void carryOut() {
        killed.forEach(worker -> attempt(worker::kill));
        written.forEach(worker -> attempt(worker::flush));
        for (Delivery delivery : delivered) {
            attempt(() -> delivery.task.destination.deliver(delivery.task));
        }
        published.forEach(events::publish);
        if (events.hasListeners()) {
            delivered.forEach(this::tell);
        }
        PoolThread.forgetInterrupt();
    }

    /** What fails for one must not keep the others from theirs. */
    private void attempt(Runnable action) {
        try {
            action.run();
        } catch (RuntimeException | Error e) {
            LOG.error("Pool '{}' failed in its own work", pool, e);
        }
    }

    private void tell(Delivery delivery) {
        Ending ending = delivery.task.ending();
        events.publish(new PoolEvent.TaskFinished(
                pool,
                ending.kind(),
                Duration.ofNanos(Math.max(0, delivery.waited)),
                Duration.ofNanos(delivery.ran),
                ending.failure() == null ? null : ending.failure().getClass().getSimpleName()));
    }
}
