package org.poolmanager;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.poolmanager.Outcome.Kind;

/** Ends tasks because somebody does not want them any more. Those that a worker has not begun are called back first. */
final class Cancellation {

    /** A child answers a recall in microseconds; one that is stopped never does. */
    private static final Duration RECALL_LIMIT = Duration.ofSeconds(1);

    private final PoolSettings settings;

    private final Life life;

    private final Board board;

    /** Callers who wait for a change of a task that is in a worker's hands. Guarded by the pool's lock. */
    private int watchers;

    Cancellation(PoolSettings settings, Life life, Board board) {
        this.settings = settings;
        this.life = life;
        this.board = board;
    }

    /** Whether somebody is to be told of answers. */
    boolean isWaiting() {
        return watchers > 0;
    }

    /** Cancels one task. Returns whether it is cancelled now. */
    boolean cancel(Task task, boolean evenIfRunning) {
        life.lock.lock();
        try {
            if (!task.hasId()) {
                return false; // it has not been accepted
            }
            cancelNow(List.of(task));
            Slot slot = task.slot;
            if (slot != null && evenIfRunning) {
                return cancelRunning(task, slot);
            }
            return task.state == Task.State.DONE && task.ending().kind() == Kind.CANCELLED;
        } finally {
            board.release();
        }
    }

    private boolean cancelRunning(Task task, Slot slot) {
        // The answer of the task before it may be there, and not yet on the books.
        long left = PoolThread.isOf(life) ? 0 : RECALL_LIMIT.toNanos();
        awaitWhile(left, () -> task.slot == slot && task != slot.inFlight.peek() && slot.isBegun(task));
        if (task.slot != slot || task != slot.inFlight.peek() || !board.hold(slot)) {
            return false;
        }
        board.endWithWorker(slot, task, board.cancelled(task, slot), WorkerExit.CANCELLED);
        return true;
    }

    /** Cancels those of these tasks that have not begun, and returns them. */
    List<Task> cancelUnbegun(Collection<Task> tasks) {
        life.lock.lock();
        try {
            return cancelNow(tasks);
        } finally {
            board.release();
        }
    }

    private List<Task> cancelNow(Collection<Task> tasks) {
        Set<Task> unfinishedOnes = new LinkedHashSet<>(tasks);
        unfinishedOnes.removeIf(task -> !task.hasId() || task.state == Task.State.DONE);
        if (unfinishedOnes.isEmpty()) {
            return List.of();
        }
        endQueued(unfinishedOnes);
        if (!PoolThread.isOf(life)) {
            unfinishedOnes.forEach(task -> task.unwanted = true);
            callBack(unfinishedOnes);
            unfinishedOnes.forEach(task -> task.unwanted = false);
            endQueued(unfinishedOnes);
        }
        return unfinishedOnes.stream()
                .filter(task -> task.state == Task.State.DONE && task.ending().silent())
                .toList();
    }

    /** Asks the workers for those of these tasks that they have not begun, and waits for their answers. */
    private void callBack(Collection<Task> tasks) {
        Map<Slot, Integer> asked = new LinkedHashMap<>();
        for (Task task : tasks) {
            Slot holder = task.slot;
            if (holder != null && !holder.isBegun(task)) {
                asked.put(holder, holder.generation);
            }
        }
        asked.keySet().forEach(board::recall);
        asked.forEach((slot, generation) -> awaitRecall(slot, generation, slot.recallsSent));
    }

    private void endQueued(Set<Task> tasks) {
        if (tasks.stream().noneMatch(task -> task.state == Task.State.QUEUED)) {
            return; // the queue may be long
        }
        endIn(board.queue(), tasks);
        endIn(board.retries().waiting(), tasks);
    }

    private void endIn(Collection<Task> book, Set<Task> tasks) {
        long now = System.nanoTime();
        for (Iterator<Task> each = book.iterator(); each.hasNext(); ) {
            Task task = each.next();
            if (tasks.contains(task)) {
                board.end(task, board.cancelled(task, null), null, now);
                each.remove();
            }
        }
    }

    /** Waits until the worker has said what it had not begun, or its end has. */
    private void awaitRecall(Slot slot, int generation, long asked) {
        if (slot.recallsAnswered >= asked) {
            return;
        }
        board.passOn();
        awaitWhile(
                RECALL_LIMIT.toNanos(),
                () -> slot.worker != null
                        && slot.generation == generation
                        && !slot.inFlight.isEmpty()
                        && slot.recallsAnswered < asked);
    }

    /** Waits while something holds; looks again at each change. An interrupt ends it, and is kept. */
    void awaitWhile(long nanos, BooleanSupplier holds) {
        long left = nanos;
        boolean interrupted = false;
        watchers++;
        while (left > 0 && holds.getAsBoolean()) {
            try {
                left = life.changed.awaitNanos(left);
            } catch (InterruptedException e) {
                interrupted = true;
                left = 0;
            }
        }
        watchers--;
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** Cancels everything that has not begun, and says how many that were. Their outcomes are not reported. */
    int clear() {
        life.lock.lock();
        try {
            List<Task> all = new ArrayList<>(board.queue());
            all.addAll(board.retries().waiting());
            for (Slot slot : board.slots()) {
                slot.inFlight.stream()
                        .skip(1)
                        .forEach(all::add); // the first counts as running, though it may be about to
            }
            int cleared = cancelNow(all).size();
            if (cleared > 0) {
                board.consequences().publish(new PoolEvent.QueueCleared(settings.name(), cleared));
            }
            return cleared;
        } finally {
            board.release();
        }
    }
}
