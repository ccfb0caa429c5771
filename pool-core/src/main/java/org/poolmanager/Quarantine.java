package org.poolmanager;

import java.time.Duration;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.poolmanager.QuarantineStore.Entry;

/**
 * A pool's tasks that killed their worker too often, see {@link PoolManagerBuilder#quarantine}. Nobody waits for them:
 * each has had its outcome, a {@link WorkerCrashedException}. They are kept, in memory, for somebody to look at; when there
 * are too many, the oldest go. Safe for use by many threads.
 *
 * @param <R> what a task becomes
 */
public final class Quarantine<R extends @Nullable Object> {

    private final Engine engine;

    Quarantine(Engine engine) {
        this.engine = engine;
    }

    /**
     * What is in quarantine.
     *
     * @return a snapshot, the oldest first; empty if there is no quarantine
     */
    public List<QuarantinedTask> list() {
        engine.life().lock.lock();
        try {
            return engine.board().quarantine().list();
        } finally {
            engine.life().lock.unlock();
        }
    }

    /**
     * Submits a task anew, with all its attempts, and takes it out of quarantine. It has a new id. Its log records have
     * the MDC of its first caller; where tasks are {@linkplain PoolManager#observe observed} they are those of the thread
     * that calls this, and its entries replace those of the same name.
     *
     * @param id the task's {@link QuarantinedTask#id()}
     * @return the future of the new task; if it kills its worker too often again, it comes back here under its new id
     * @throws NoSuchElementException if there is no such task
     * @throws InterruptedException if interrupted while it waits for room; the task stays in quarantine
     * @throws IllegalStateException if the pool is not open, or, as a {@link PoolException}, broken; likewise
     */
    public CompletableFuture<R> retry(long id) throws InterruptedException {
        return retryWithin(id, Long.MAX_VALUE, Duration.ZERO);
    }

    /**
     * The same, waiting for room for a while.
     *
     * @param id the task's {@link QuarantinedTask#id()}
     * @param limit how long to wait; zero: not at all
     * @return the future of the new task, as above
     * @throws NoSuchElementException if there is no such task
     * @throws QueueFullException if there was no room in time; the task stays in quarantine
     * @throws InterruptedException if interrupted while it waits for room; likewise
     */
    public CompletableFuture<R> retry(long id, Duration limit) throws InterruptedException {
        return retryWithin(id, Nanos.of(limit), limit);
    }

    private CompletableFuture<R> retryWithin(long id, long nanos, Duration limit) throws InterruptedException {
        Entry entry = take(id);
        if (entry == null) {
            throw new NoSuchElementException("There is no task with id " + id + " in the quarantine of pool '"
                    + engine.settings().name() + "'");
        }
        TaskFuture<R> future = new TaskFuture<>(engine);
        boolean accepted = false;
        try {
            Task task = engine.again(entry, future);
            future.follow(task);
            accepted = engine.board().entrance().accept(task, nanos);
        } finally {
            if (!accepted) {
                putBack(entry);
            }
        }
        if (!accepted) {
            throw engine.texts().full(engine.stats(), limit);
        }
        return future;
    }

    /**
     * Forgets a task.
     *
     * @param id the task's {@link QuarantinedTask#id()}
     * @return whether it was there
     */
    public boolean drop(long id) {
        return take(id) != null;
    }

    private @Nullable Entry take(long id) {
        engine.life().lock.lock();
        try {
            return engine.board().quarantine().take(id);
        } finally {
            engine.life().lock.unlock();
        }
    }

    private void putBack(Entry entry) {
        engine.life().lock.lock();
        try {
            engine.board().quarantine().put(entry);
        } finally {
            engine.life().lock.unlock();
        }
    }
}
