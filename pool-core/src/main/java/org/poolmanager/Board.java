package org.poolmanager;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.poolmanager.Ending.Answer;
import org.poolmanager.Outcome.Kind;
import org.poolmanager.PoolEvent.TaskRejected.Reason;

/**
 * Where tasks wait and who holds them: the one place that decides both. Every task is in the queue, in one slot, or
 * done; every change of that happens here, under the pool's lock. What follows from a change (bytes to write, outcomes
 * to deliver) is collected in a {@link Consequences} and done after the lock is released.
 */
final class Board {

    /** A child answers a recall in microseconds; one that is stopped never does. */
    private static final Duration RECALL_LIMIT = Duration.ofSeconds(1);

    private final PoolSettings settings;

    private final Life life;

    private final Texts texts;

    private final Tally tally;

    private final List<Slot> slots = new ArrayList<>();

    private final Deque<Task> queue = new ArrayDeque<>();

    private Consequences consequences;

    private final Events events;

    private final TimeKeeper timeKeeper;

    private final Entrance entrance;

    private final Recycler recycler;

    private final Retries retries;

    private final QuarantineStore quarantine;

    private long lastId;

    private int unfinished;

    /** Callers who wait for a change of a task that is in a worker's hands. */
    private int watchers;

    Board(PoolSettings settings, Life life, Texts texts, Events events, Clock clock, Consumer<Slot> startLane) {
        this.settings = settings;
        this.life = life;
        this.texts = texts;
        this.events = events;
        this.tally = new Tally(settings.name(), System.nanoTime());
        this.timeKeeper = new TimeKeeper(settings, life, this, texts, clock);
        this.entrance = new Entrance(settings, life, this, texts);
        this.recycler = new Recycler(settings, life, this, clock, startLane);
        this.retries = new Retries(settings, life, this, clock);
        this.quarantine = new QuarantineStore(settings);
        this.consequences = new Consequences(settings.name(), events);
        for (int i = 1; i <= settings.size(); i++) {
            slots.add(new Slot(i));
        }
    }

    /** A new run of the pool begins. */
    void reset() {
        timeKeeper.reset();
        recycler.begin();
        slots.forEach(Slot::reset);
    }

    /** The pool's workers, by their numbers. */
    List<Slot> slots() {
        return slots;
    }

    /** These, and those that come after them or were there before them. */
    List<Slot> allSlots() {
        return Stream.concat(slots.stream(), recycler.bench().stream()).toList();
    }

    QuarantineStore quarantine() {
        return quarantine;
    }

    Recycler recycler() {
        return recycler;
    }

    int unfinished() {
        return unfinished;
    }

    Entrance entrance() {
        return entrance;
    }

    Tally tally() {
        return tally;
    }

    Deque<Task> queue() {
        return queue;
    }

    /** Changes the pool's state and tells the listeners. */
    void move(PoolState next, @Nullable String reason) {
        PoolState from = life.state();
        life.moveTo(next);
        consequences.publish(new PoolEvent.StateChanged(settings.name(), from, next, reason));
    }

    // ---- accepting ----

    boolean hasRoom() {
        return unfinished < settings.capacity();
    }

    /** Takes a task in for which there is room. */
    void admit(Task task, long now) {
        task.id = ++lastId;
        task.acceptedAt = now;
        task.destination.accepted(task);
        unfinished++;
        tally.submitted++;
        queue.add(task);
    }

    void reject(Reason reason) {
        tally.rejected++;
        consequences.publish(new PoolEvent.TaskRejected(settings.name(), reason));
    }

    // ---- handing out ----

    /** Lets those in who wait for room, and hands waiting tasks to workers that have room, the idlest first. */
    void handOut() {
        entrance.admitWaiting();
        while (distribute()) {
            timeKeeper.freeHostages(); // what is back at once is handed out again
        }
    }

    /** Returns whether tasks now wait in a worker behind another. */
    private boolean distribute() {
        if (queue.isEmpty()) {
            return false;
        }
        long now = System.nanoTime();
        Slot last = null;
        boolean behindAnother = false;
        Slot slot;
        while (!queue.isEmpty() && (slot = roomiest(queue.element(), now)) != null) {
            Task task = queue.remove();
            behindAnother |= !slot.inFlight.isEmpty();
            slot.add(task, now);
            Worker worker = slot.worker;
            if (worker != null) {
                worker.send(task);
                if (slot != last) {
                    consequences.flush(worker);
                    last = slot;
                }
            }
            timeKeeper.watch(slot);
            recycler.look(slot);
        }
        return behindAnother;
    }

    /** One that is awake and will soon have done what it has; else the one with the least to do. */
    private @Nullable Slot roomiest(Task task, long now) {
        Slot best = null;
        for (Slot slot : slots) {
            if (slot.hasRoomFor(task)) {
                if (slot.isSoonDone(now)) {
                    return slot;
                }
                if (best == null || slot.inFlight.size() < best.inFlight.size()) {
                    best = slot;
                }
            }
        }
        return best;
    }

    /** A worker is ready for tasks. */
    void ready(Slot slot) {
        if (slot.role == Slot.Role.SPARE) {
            recycler.ready(slot);
            return;
        }
        slot.state = WorkerState.IDLE;
        handOut();
        timeKeeper.afterAnswers(slot);
    }

    // ---- answers ----

    /** Takes answers; tasks among these threw what they are to be run again for. */
    void answered(Slot slot, Worker worker, List<Answer> answers, Set<Long> repeatable) {
        life.lock.lock();
        try {
            if (!slot.isServedBy(worker)) {
                return;
            }
            long now = System.nanoTime();
            for (Answer answer : answers) {
                Task head = slot.inFlight.peek();
                // An answer to a task that was taken from the worker meanwhile has come too late.
                if (head != null && head.id == answer.task()) {
                    head.ranNanos = answer.nanos() == Integer.MAX_VALUE ? now - head.startedAt : answer.nanos();
                    head.repeatable = repeatable.contains(head.id);
                    slot.removeHead(head.ranNanos, now);
                    end(head, answer, slot, now);
                }
            }
            recycler.look(slot);
            handOut();
            timeKeeper.afterAnswers(slot);
            if (watchers > 0) {
                life.changed.signalAll();
            }
        } finally {
            release();
        }
    }

    /** Takes back tasks that a worker had not begun: they are first in the queue again. */
    void recalled(Slot slot, Worker worker, long request, long[] ids) {
        life.lock.lock();
        try {
            if (!slot.isServedBy(worker)) {
                return;
            }
            takeBack(slot, request, ids);
        } finally {
            release();
        }
    }

    private void takeBack(Slot slot, long request, long[] ids) {
        slot.recallsAnswered = Math.max(slot.recallsAnswered, request); // 0 if the board had not asked: see holdAfter
        Set<Long> back = new HashSet<>();
        for (long id : ids) {
            back.add(id);
        }
        List<Task> unstarted = new ArrayList<>();
        for (Task task : slot.inFlight) {
            if (back.contains(task.id)) {
                unstarted.add(task);
            }
        }
        requeue(unstarted, slot);
        recycler.look(slot);
        life.changed.signalAll();
    }

    private void requeue(List<Task> unstarted, Slot slot) {
        long now = System.nanoTime();
        for (int i = unstarted.size() - 1; i >= 0; i--) {
            Task task = unstarted.get(i);
            slot.remove(task, now);
            task.state = Task.State.QUEUED;
            task.slot = null;
            task.startedAt = 0;
            if (task.unwanted) {
                end(task, cancelled(task, null), null, now);
            } else {
                queue.addFirst(task);
            }
        }
    }

    /** Asks a worker for its unstarted tasks, unless it has been asked. */
    void recall(Slot slot) {
        if (slot.worker != null && slot.isLive() && !slot.isRecalling()) {
            slot.recallsSent++;
            long[] back = slot.worker.recall(slot.recallsSent);
            if (back != null) {
                takeBack(slot, slot.recallsSent, back);
            } else {
                consequences.flush(slot.worker);
            }
        }
    }

    // ---- ends that the worker did not choose ----

    /** The worker is gone: what it had begun is lost, what it had not goes back to the head of the queue. */
    void gone(Slot slot, WorkerEnd last) {
        slot.state = WorkerState.DOWN;
        int begun = slot.begunInFlight(last.begun());
        int finished = slot.begunInFlight(last.finished());
        List<Task> unstarted = new ArrayList<>(slot.inFlight);
        long now = System.nanoTime();
        for (int i = 0; i < begun; i++) {
            Task task = unstarted.remove(0);
            TaskRef ref = ref(task, slot);
            task.ranNanos = task.startedAt == 0 ? 0 : now - task.startedAt;
            slot.remove(task, now);
            crashed(task, texts.crashed(ref, last, i < finished, task.ranNanos, quarantine.isFor(task)), slot, now);
        }
        requeue(unstarted, slot);
    }

    private void crashed(Task task, WorkerCrashedException failure, Slot slot, long now) {
        boolean kept = quarantine.isFor(task);
        task.crashed(Instant.now());
        if (kept) {
            quarantine.keep(task, failure, consequences);
            endForGood(task, Ending.failed(Kind.CRASHED, failure), slot, now);
        } else {
            end(task, Ending.failed(Kind.CRASHED, failure), slot, now);
        }
    }

    /** Ends the task that a worker runs, and the worker with it. */
    void endWithWorker(Slot slot, Task running, Ending ending, WorkerExit why) {
        long now = System.nanoTime();
        running.ranNanos = now - running.startedAt;
        slot.remove(running, now);
        slot.state = WorkerState.STOPPING;
        slot.endedBecause = why;
        end(running, ending, slot, now);
        requeue(new ArrayList<>(slot.inFlight), slot);
        consequences.kill(slot.worker);
    }

    /** Cancels one task. Returns whether it is cancelled now. */
    boolean cancel(Task task, boolean evenIfRunning) {
        life.lock.lock();
        try {
            if (task.id == 0) {
                return false; // it has not been accepted
            }
            cancelNow(List.of(task));
            Slot slot = task.slot;
            if (slot != null && evenIfRunning) {
                return cancelRunning(task, slot);
            }
            return task.state == Task.State.DONE && task.ending().kind() == Kind.CANCELLED;
        } finally {
            release();
        }
    }

    private boolean cancelRunning(Task task, Slot slot) {
        // The answer of the task before it may be there, and not yet on the books.
        long left = PoolThread.isOf(life) ? 0 : RECALL_LIMIT.toNanos();
        awaitWhile(left, () -> task.slot == slot && task != slot.inFlight.peek() && slot.isBegun(task));
        if (task.slot != slot || task != slot.inFlight.peek() || !hold(slot)) {
            return false;
        }
        endWithWorker(slot, task, cancelled(task, slot), WorkerExit.CANCELLED);
        return true;
    }

    /** Keeps a worker at the task it runs; false if it has finished that task and its answer is on the way. */
    boolean hold(Slot slot) {
        Worker worker = slot.worker;
        if (worker == null) {
            return false;
        }
        boolean held = worker.holdAfter(slot.answered);
        if (!held) {
            consequences.flush(worker);
        }
        return held;
    }

    /** Cancels those of these tasks that have not begun, and returns them. */
    List<Task> cancelUnbegun(Collection<Task> tasks) {
        life.lock.lock();
        try {
            return cancelNow(tasks);
        } finally {
            release();
        }
    }

    private List<Task> cancelNow(Collection<Task> tasks) {
        Set<Task> unfinishedOnes = new LinkedHashSet<>(tasks);
        unfinishedOnes.removeIf(task -> task.id == 0 || task.state == Task.State.DONE);
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
        Map<Slot, Task> asked = new LinkedHashMap<>();
        for (Task task : tasks) {
            Slot holder = task.slot;
            if (holder != null && !holder.isBegun(task)) {
                asked.put(holder, task);
            }
        }
        asked.keySet().forEach(this::recall);
        asked.forEach((slot, task) -> awaitRecall(task, slot, slot.recallsSent));
    }

    private void endQueued(Set<Task> tasks) {
        List<Task> queued = new ArrayList<>();
        queue.removeIf(task -> tasks.contains(task) && queued.add(task));
        retries.waiting().removeIf(task -> tasks.contains(task) && queued.add(task));
        long now = System.nanoTime();
        queued.forEach(task -> end(task, cancelled(task, null), null, now));
    }

    /** Waits until the worker has said whether it had begun the task. */
    private void awaitRecall(Task task, Slot slot, long asked) {
        if (slot.recallsAnswered >= asked) {
            return;
        }
        passOn();
        int generation = slot.generation;
        awaitWhile(
                RECALL_LIMIT.toNanos(),
                () -> task.slot == slot && slot.generation == generation && slot.recallsAnswered < asked);
    }

    /** Waits while something holds; looks again at each change. An interrupt ends it, and is kept. */
    private void awaitWhile(long nanos, BooleanSupplier holds) {
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
            List<Task> all = new ArrayList<>(queue);
            all.addAll(retries.waiting());
            slots.forEach(slot -> all.addAll(slot.inFlight));
            return cancelNow(all).size();
        } finally {
            release();
        }
    }

    /** Ends everything unfinished, running or not. Workers are left to the caller. */
    void endAll(Kind kind, java.util.function.Function<TaskRef, RuntimeException> why) {
        List<Task> all = new ArrayList<>(queue);
        queue.clear();
        all.addAll(retries.waiting());
        retries.waiting().clear();
        for (Slot slot : slots) {
            for (Iterator<Task> tasks = slot.inFlight.iterator(); tasks.hasNext(); tasks.remove()) {
                all.add(tasks.next());
            }
        }
        long now = System.nanoTime();
        for (Task task : all) {
            TaskRef ref = task.slot == null ? ref(task, null) : ref(task, task.slot);
            end(task, Ending.failed(kind, why.apply(ref)), null, now);
        }
    }

    private Ending cancelled(Task task, @Nullable Slot slot) {
        TaskRef ref = ref(task, slot);
        if (task.unwanted || slot == null) {
            return Ending.cleared(new CancellationException(ref.describe() + " was cancelled before it began"));
        }
        return Ending.failed(
                Kind.CANCELLED,
                new CancellationException(ref.describe() + " was cancelled while it ran; its worker was replaced"));
    }

    /** Ends an attempt at a task, and with it the task, unless that is to be run again. */
    private void end(Task task, Ending ending, @Nullable Slot slot, long now) {
        if (slot != null && retries.takes(task, ending)) { // without a worker it was no attempt
            slot.count(ending.kind());
        } else {
            endForGood(task, ending, slot, now);
        }
    }

    private void endForGood(Task task, Ending ending, @Nullable Slot slot, long now) {
        task.waitedNanos = (task.startedAt == 0 ? now : task.startedAt) - task.acceptedAt;
        task.end(ending);
        unfinished--;
        if (slot != null) {
            task.worker = slot.id;
            task.pid = slot.pid();
            slot.count(ending.kind());
        }
        tally.ended(task, ending, now);
        consequences.deliver(task);
        if (unfinished == 0) {
            life.changed.signalAll();
        }
    }

    TaskRef ref(Task task, @Nullable Slot slot) {
        if (slot != null && slot.worker != null) {
            task.worker = slot.id;
            task.pid = slot.pid();
        }
        return task.ref(settings.name());
    }

    // ---- after the lock ----

    /** There may be room where there was none. */
    void lookAgain() {
        life.lock.lock();
        release();
    }

    /** Lets go of the lock and takes it again: others get their turn, and what has been appended so far is written. */
    void passOn() {
        release();
        life.lock.lock();
    }

    /**
     * Gives the lock back. What the changes made under it have made possible is set going: room is taken, queued tasks
     * are handed out, and what follows from that is done when the lock is free.
     */
    void release() {
        Consequences todo;
        try {
            handOut();
        } finally {
            todo = takeConsequences();
            life.lock.unlock();
        }
        if (todo != null) {
            todo.carryOut();
        }
    }

    private @Nullable Consequences takeConsequences() {
        Consequences todo = consequences;
        if (todo.isEmpty()) {
            return null;
        }
        consequences = new Consequences(settings.name(), events);
        return todo;
    }

    Consequences consequences() {
        return consequences;
    }
}
