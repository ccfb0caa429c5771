package org.poolmanager;

import java.util.Iterator;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/**
 * Ends tasks that have waited for longer than they may, in the queue or behind another task in a worker's hands. There is
 * one timer, for the task whose time is up first. Guarded by the pool's lock.
 */
final class Patience {

    private final Life life;

    private final Board board;

    private final Clock clock;

    private @Nullable Future<?> timer;

    private long firesAt;

    /** The limit of all tasks so far; then the first that waits is the first whose time is up. */
    private final long common;

    private boolean mixed;

    Patience(PoolSettings settings, Life life, Board board, Clock clock) {
        this.life = life;
        this.board = board;
        this.clock = clock;
        this.common = TaskLimits.of(settings.limits().tasks()).queue();
    }

    /** The clock starts anew. */
    void reset() {
        timer = null;
    }

    /** A task waits in the queue. */
    void watch(Task task, long now) {
        long left = left(task, now);
        if (left == Nanos.NEVER) {
            return;
        }
        if (task.limits.queue() != common || task.acceptedAt != now) {
            mixed = true; // one that comes back may be in front of others that have waited for longer
        }
        if (timer == null || now + left - firesAt < 0) {
            arm(left);
        }
    }

    private void arm(long nanos) {
        if (timer != null) {
            timer.cancel(false);
        }
        firesAt = System.nanoTime() + nanos;
        timer = clock.in(nanos, this::look);
    }

    static boolean isOver(Task task, long now) {
        return left(task, now) <= 0;
    }

    private static long left(Task task, long now) {
        long limit = task.limits.queue();
        boolean hasBegun = task.attempt > 1; // it does not wait for that any more
        return limit == Nanos.NEVER || hasBegun ? Nanos.NEVER : task.acceptedAt + limit - now;
    }

    private void look() {
        life.lock.lock();
        try {
            if (timer != null) {
                timer.cancel(false); // it may be another one, set when this look had begun
                timer = null;
            }
            long now = System.nanoTime();
            long next = Math.min(lookAtQueue(now), lookAtWorkers(now));
            if (next != Nanos.NEVER) {
                arm(next);
            }
        } finally {
            board.release();
        }
    }

    private long lookAtQueue(long now) {
        long next = Nanos.NEVER;
        long before = 0;
        boolean inOrder = true;
        for (Iterator<Task> waiting = board.queue().iterator(); waiting.hasNext(); ) {
            Task task = waiting.next();
            long left = left(task, now);
            if (left <= 0) {
                board.endWaiting(task, now);
                waiting.remove();
            } else if (left != Nanos.NEVER) {
                next = Math.min(next, left);
                if (!mixed) {
                    return next;
                }
                inOrder &= left >= before && task.limits.queue() == common;
                before = left;
            }
        }
        mixed = !inOrder;
        return next;
    }

    /** What waits in a worker is called back first: only a task that is back is sure not to have begun. */
    private long lookAtWorkers(long now) {
        long next = Nanos.NEVER;
        for (Slot slot : board.slots()) {
            boolean over = false;
            for (Task task : slot.inFlight) {
                if (task.startedAt == 0) {
                    long left = left(task, now);
                    over |= left <= 0;
                    next = left <= 0 ? next : Math.min(next, left);
                }
            }
            if (over) {
                board.recall(slot);
            }
        }
        return next;
    }
}
