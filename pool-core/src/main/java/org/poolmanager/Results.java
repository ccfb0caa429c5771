package org.poolmanager;

import java.util.ArrayList;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Outcomes of tasks that were put, until somebody gets them: in order of completion, or in order of acceptance. In the
 * latter case all accepted tasks stand in one line, and a consumer waits for the first of them: no gap can arise, and
 * nothing is searched.
 */
final class Results implements Destination {

    /** What {@link #takeAll} found. */
    static final class All {

        final List<Task> tasks = new ArrayList<>();

        /** What ended a feeder before its time, and with it the wait. */
        @Nullable
        Throwable feederFailure;
    }

    private final String pool;

    private final boolean ordered;

    /** Guards all below. Taken under the pool's lock, never the other way round. */
    private final ReentrantLock lock = new ReentrantLock();

    private final Condition changed = lock.newCondition();

    private final Condition fed = lock.newCondition();

    private final Life life;

    /** Ordered: every accepted task not yet fetched. Unordered: those that are done. */
    private final TaskQueue line = new TaskQueue();

    /** Accepted, and neither fetched nor cleared. */
    private int expected;

    /** Of these, done. */
    private int waiting;

    /** Feeders that may still put something. */
    private int feeders;

    private @Nullable Throwable feederFailure;

    private long nextIndex;

    private final int bound;

    /** Run when there is room again, without a lock; only if there is a bound. */
    private final Runnable whenRoom;

    Results(PoolSettings settings, Life life, Runnable whenRoom) {
        this.life = life;
        this.pool = settings.name();
        this.ordered = settings.ordered();
        this.bound = settings.resultSize();
        this.whenRoom = whenRoom;
    }

    @Override
    public boolean hasRoom() {
        if (bound == PoolSettings.UNBOUNDED) {
            return true;
        }
        lock.lock();
        try {
            return expected < bound;
        } finally {
            lock.unlock();
        }
    }

    private void tellOfRoom() {
        if (bound != PoolSettings.UNBOUNDED) {
            whenRoom.run();
        }
    }

    @Override
    public void accepted(Task task) {
        lock.lock();
        try {
            if (ordered) {
                line.add(task);
            }
            task.index = nextIndex++;
            expected++;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void deliver(List<Task> tasks) {
        lock.lock();
        try {
            for (Task task : tasks) {
                task.delivered = true;
                if (task.ending().silent()) {
                    expected--;
                    if (ordered) {
                        line.remove(task);
                    }
                } else {
                    waiting++;
                    if (!ordered) {
                        line.add(task);
                    }
                }
            }
            wakeConsumers();
        } finally {
            lock.unlock();
        }
        if (tasks.stream().anyMatch(task -> task.ending().silent())) {
            tellOfRoom();
        }
    }

    /** One consumer is woken, and wakes the next if there is more; all are if nothing is left to wait for. */
    private void wakeConsumers() {
        if (expected == 0) {
            changed.signalAll();
        } else if (isNextReady()) {
            changed.signal();
        }
    }

    /** The next outcome; null if none came within the time. */
    @Nullable
    Task take(long waitNanos) throws InterruptedException {
        Task next = await(waitNanos);
        if (next != null) {
            tellOfRoom();
        }
        return next;
    }

    private @Nullable Task await(long waitNanos) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            long left = waitNanos;
            while (!isNextReady()) {
                if (expected == 0 && feeders == 0) {
                    throw new NoSuchElementException(
                            "Nothing to get from pool '" + pool + "': every task that was put has been fetched");
                }
                if (left <= 0) {
                    return null;
                }
                PoolThread.refuseToWait(life, pool, "a result");
                left = changed.awaitNanos(left);
            }
            return removeNext();
        } finally {
            lock.unlock();
        }
    }

    /** The next outcome; null if there is none yet, or none to come. */
    @Nullable
    Task poll() {
        Task next;
        lock.lock();
        try {
            next = isNextReady() ? removeNext() : null;
        } finally {
            lock.unlock();
        }
        if (next != null) {
            tellOfRoom();
        }
        return next;
    }

    /**
     * Takes outcomes as they come until nothing is outstanding, or a feeder has failed. If it is interrupted, it gives
     * back what it has.
     */
    All takeAll() throws InterruptedException {
        All taken = new All();
        boolean whole = false;
        try {
            while (takeReady(taken)) {
                tellOfRoom();
            }
            whole = true;
        } finally {
            if (!whole) {
                giveBack(taken.tasks);
            }
        }
        tellOfRoom();
        return taken;
    }

    /** Waits for the next outcome and takes it with those ready behind it; false if nothing more is to be waited for. */
    private boolean takeReady(All taken) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            while (!isNextReady() && isMoreToCome()) {
                PoolThread.refuseToWait(life, pool, "a result");
                changed.await();
            }
            while (isNextReady()) {
                taken.tasks.add(removeNext());
            }
            boolean more = isMoreToCome();
            if (!more) {
                taken.feederFailure =
                        takeFailure(); // with the look that found it: of two who wait for all, one is told
            }
            return more;
        } finally {
            lock.unlock();
        }
    }

    private boolean isMoreToCome() {
        return feeders > 0 || (expected > 0 && feederFailure == null);
    }

    /** They are the next ones again, in the order in which they were taken. */
    void giveBack(List<Task> taken) {
        lock.lock();
        try {
            for (int i = taken.size() - 1; i >= 0; i--) {
                line.addFirst(taken.get(i));
            }
            expected += taken.size();
            waiting += taken.size();
            wakeConsumers();
        } finally {
            lock.unlock();
        }
    }

    private boolean isNextReady() {
        Task next = line.peek();
        return next != null && next.delivered;
    }

    private Task removeNext() {
        Task next = line.remove();
        expected--;
        waiting--;
        wakeConsumers();
        return next;
    }

    int waiting() {
        lock.lock();
        try {
            return waiting;
        } finally {
            lock.unlock();
        }
    }

    void feederBegins() {
        lock.lock();
        try {
            feeders++;
        } finally {
            lock.unlock();
        }
    }

    void feederEnds(@Nullable Throwable failure) {
        lock.lock();
        try {
            feeders--;
            if (failure != null && feederFailure == null) {
                feederFailure = failure;
            }
            changed.signalAll();
            fed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    void awaitFeeders() throws InterruptedException {
        lock.lockInterruptibly();
        try {
            while (feeders > 0) {
                PoolThread.refuseToWait(life, pool, "a feeder");
                fed.await();
            }
        } finally {
            lock.unlock();
        }
    }

    /** What ended a feeder before its time, told once. */
    @Nullable
    Throwable takeFeederFailure() {
        lock.lock();
        try {
            return takeFailure();
        } finally {
            lock.unlock();
        }
    }

    private @Nullable Throwable takeFailure() {
        Throwable failure = feederFailure;
        feederFailure = null;
        return failure;
    }
}
