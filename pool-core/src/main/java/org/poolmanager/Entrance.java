package org.poolmanager;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.poolmanager.PoolEvent.TaskRejected.Reason;

/**
 * Where tasks are accepted: never more than the pool's capacity are unfinished, and callers who wait for room are served
 * in turn. A caller does not take its place itself: whoever makes room takes the next task in and hands it on, and the
 * caller learns of it. So a worker never waits for a caller to wake up.
 */
final class Entrance {

    private final PoolSettings settings;

    private final Life life;

    private final Board board;

    private final Texts texts;

    /** Those who wait, each once; the first is served next, one task at a time if there are others. Guarded by the pool's lock. */
    private final Deque<Supply> line = new ArrayDeque<>();

    Entrance(PoolSettings settings, Life life, Board board, Texts texts) {
        this.settings = settings;
        this.life = life;
        this.board = board;
        this.texts = texts;
    }

    /**
     * Accepts a task as soon as there is room.
     *
     * @param task the task
     * @param waitNanos how long to wait for room; 0: not at all
     * @return false if there was none in time
     */
    boolean accept(Task task, long waitNanos) throws InterruptedException {
        boolean accepted = false;
        try {
            accepted = tryToAccept(task, waitNanos);
        } finally {
            if (!accepted) {
                forget(List.of(task));
            }
        }
        return accepted;
    }

    private boolean tryToAccept(Task task, long waitNanos) throws InterruptedException {
        life.lock.lockInterruptibly();
        try {
            checkOpen();
            if (hasRoomFor(task)) {
                board.admit(task, System.nanoTime());
                return true;
            }
            if (waitNanos > 0) {
                Supply alone = new Supply(life, Supply.SOME);
                join(alone, List.of(task));
                if (awaitTaken(alone, true, waitNanos)) {
                    return true;
                }
            }
            board.reject(waitNanos > 0 ? Reason.TIMEOUT : Reason.FULL);
            return false;
        } finally {
            board.release();
        }
    }

    /** Those of them that have not been accepted never will be. */
    void forget(List<Task> tasks) {
        if (tasks.stream().allMatch(task -> task.observation == null)) {
            return;
        }
        life.lock.lock();
        try {
            board.consequences().refuse(tasks);
        } finally {
            board.release();
        }
    }

    /** Accepts a task if there is room at this moment. */
    boolean offer(Task task) {
        life.lock.lock();
        boolean accepted = false;
        try {
            checkOpen();
            accepted = hasRoomFor(task);
            if (accepted) {
                board.admit(task, System.nanoTime());
            } else {
                board.reject(Reason.FULL);
            }
            return accepted;
        } finally {
            if (!accepted) {
                board.consequences().refuse(List.of(task));
            }
            board.release();
        }
    }

    /**
     * Has more tasks of a caller taken in as there is room, and if many are left then waits until half of them are. The caller can
     * prepare the next ones while these are taken.
     *
     * @param supply the caller's, never left to itself: {@link #finish} or an exception ends it
     * @param more further tasks
     */
    void supply(Supply supply, List<Task> more) throws InterruptedException {
        await(supply, more, false);
    }

    /** Leaves more tasks of a caller in the line, and does not wait. The supply tells if they will never be taken. */
    void deposit(Supply supply, List<Task> more) {
        life.lock.lock();
        try {
            checkOpen();
            checkServed(supply);
            join(supply, more);
        } finally {
            board.release();
        }
    }

    /** Waits until all of a caller's tasks have been accepted. */
    void finish(Supply supply) throws InterruptedException {
        await(supply, List.of(), true);
    }

    /** Takes back what has not been accepted, and what has not got so far. Returns how many tasks have been accepted. */
    long withdraw(Supply supply, List<Task> more) {
        life.lock.lock();
        try {
            leave(supply);
            board.consequences().refuse(more);
            return supply.admitted();
        } finally {
            board.release();
        }
    }

    private void await(Supply supply, List<Task> more, boolean all) throws InterruptedException {
        life.lock.lockInterruptibly();
        try {
            checkServed(supply);
            if (!more.isEmpty()) {
                checkOpen();
            }
            join(supply, more);
            if (all || !supply.takesMore()) {
                awaitTaken(supply, all, Long.MAX_VALUE);
            }
        } finally {
            board.release();
        }
    }

    private void join(Supply supply, List<Task> more) {
        boolean stands = !supply.isEmpty();
        supply.add(more);
        if (!stands && !supply.isEmpty()) {
            line.add(supply);
        }
        board.handOut();
    }

    private void leave(Supply supply) {
        line.remove(supply);
        board.consequences().refuse(supply.withdraw());
    }

    /** Returns whether all, or enough of them, have been accepted; if not, none of the rest will be. */
    private boolean awaitTaken(Supply supply, boolean all, long waitNanos) throws InterruptedException {
        long nanos = waitNanos;
        boolean taken = supply.isTaken(all);
        try {
            if (!taken) {
                board.passOn(); // the caller's own tasks may be on their way out
                taken = supply.isTaken(all);
            }
            while (!taken && nanos > 0) {
                checkServed(supply);
                refuseToWait();
                nanos = supply.moved.awaitNanos(nanos);
                taken = supply.isTaken(all);
            }
            return taken;
        } catch (InterruptedException e) {
            taken = supply.isTaken(all);
            if (!taken) {
                throw e;
            }
            Thread.currentThread().interrupt();
            return true;
        } finally {
            if (!taken) {
                leave(supply);
            }
        }
    }

    private void checkServed(Supply supply) {
        if (supply.isRefused()) {
            checkOpen();
            PoolException broken = supply.refusedBecause();
            if (broken != null) {
                throw new PoolBrokenException(
                        settings.name(),
                        "A task that waited for room in pool '" + settings.name() + "' was refused, because "
                                + broken.getMessage() + " The pool has come back since: give it the task again.",
                        broken);
            }
            throw new IllegalStateException("Pool '" + settings.name()
                    + "' was closed while a task waited for room; it has been started again since");
        }
    }

    private void refuseToWait() {
        if (PoolThread.isOf(life)) {
            throw new QueueFullException(
                    settings.name(), board.staff().capacity(), Duration.ZERO, texts.fullForListener());
        }
    }

    private void checkOpen() {
        if (!life.isOpen()) {
            board.reject(Reason.CLOSED);
        }
        life.open();
    }

    /** Nobody is overtaken: whoever still stands in the line then is refused by his own destination. */
    private boolean hasRoomFor(Task task) {
        if (canAdmit()) {
            admitWaiting(System.nanoTime());
        }
        return board.hasRoom() && task.destination.hasRoom();
    }

    // ---- under the pool's lock ----

    /** Whether somebody waits, and there is room. */
    boolean canAdmit() {
        return !line.isEmpty() && board.hasRoom() && life.state().acceptsTasks();
    }

    /** Takes in those who wait, in turn, as far as there is room. */
    void admitWaiting(long now) {
        int refused = 0;
        while (canAdmit() && refused < line.size()) {
            Supply first = line.element();
            refused = admitFrom(first, now) ? 0 : refused + 1;
            if (line.size() > 1 || first.isEmpty()) {
                line.remove();
                if (!first.isEmpty()) {
                    line.add(first);
                }
            }
        }
    }

    /** One task, so that all callers have their turn; of who stands there alone, as many as there is room for. */
    private boolean admitFrom(Supply supply, long now) {
        int most = line.size() == 1 ? Integer.MAX_VALUE : 1;
        int count = 0;
        Task next = supply.next();
        while (count < most && next != null && board.hasRoom() && next.destination.hasRoom()) {
            board.admit(next, now); // before it is out of the other book, because it may fail
            supply.take();
            count++;
            next = supply.next();
        }
        return count > 0;
    }

    /**
     * The pool accepts nothing any more: whoever waits is told.
     *
     * @param why it is broken, null if it is closed
     */
    void close(@Nullable PoolException why) {
        for (Supply waiting : line) {
            board.consequences().refuse(waiting.refuse(why));
        }
        line.clear();
    }
}
