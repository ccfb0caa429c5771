package org.poolmanager;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.poolmanager.Ending.Answer;
import org.poolmanager.Outcome.Kind;
import org.poolmanager.PoolEvent.TaskRejected.Reason;
import org.poolmanager.launch.ExitReason;
import org.poolmanager.wire.AnswerKind;
import org.poolmanager.wire.PayloadException;

/**
 * Where tasks wait and who holds them: the one place that decides both. Every task is in the queue, in one slot, with
 * {@link Retries} until its next attempt, or done; every change of that happens under the pool's lock. What follows from a change (bytes to write, outcomes
 * to deliver) is collected in a {@link Consequences} and done after the lock is released.
 */
final class Board {

    /** So many workers may run out of memory in the attempt to read a task. */
    private static final int MAX_UNREAD = 3;

    /** Seldom are more tasks handed to a worker in one go. */
    private static final int RUN = 32;

    private final PoolSettings settings;

    private final Life life;

    private final Texts texts;

    private final Tally tally;

    private final Staff staff;

    private final TaskQueue queue = new TaskQueue();

    private Consequences consequences;

    private final Events events;

    private final Errands errands;

    private final TimeKeeper timeKeeper;

    private final Patience patience;

    private final Hostages hostages;

    private final Entrance entrance;

    private final Cancellation cancellation;

    private final Pause pause;

    private final Operator operator;

    private final Recycler recycler;

    private final Retries retries;

    private final QuarantineStore quarantine;

    /** Tasks on their way to one worker; empty in between. A new one each time, for the reason that {@link TaskQueue} gives. */
    private List<Task> handed = new ArrayList<>(RUN);

    private long lastId;

    private int unfinished;

    Board(PoolSettings settings, Life life, Texts texts, Events events, Clock clock, Consumer<Slot> startLane) {
        this.settings = settings;
        this.life = life;
        this.texts = texts;
        this.events = events;
        this.errands = new Errands(life, clock, "pool-" + settings.name() + "-callbacks");
        this.tally = new Tally(settings.name(), System.nanoTime());
        this.timeKeeper = new TimeKeeper(settings, life, this, texts, clock);
        this.patience = new Patience(settings, life, this, clock);
        this.hostages = new Hostages(life, this, clock);
        this.entrance = new Entrance(settings, life, this, texts);
        this.cancellation = new Cancellation(settings, life, this);
        this.pause = new Pause(life, this);
        this.operator = new Operator(settings, life, this);
        this.recycler = new Recycler(settings, life, this, clock, startLane);
        this.retries = new Retries(settings, life, this, clock);
        this.quarantine = new QuarantineStore(settings);
        this.staff = new Staff(settings, life, this, startLane);
        this.consequences = new Consequences(settings.name(), events, errands);
    }

    /** A new run of the pool begins. */
    void reset() {
        patience.reset();
        hostages.reset();
        pause.reset();
        recycler.begin();
        staff.reset();
    }

    /** A run of the pool ends. */
    void stop() {
        errands.stop();
    }

    /** The pool's workers, by their numbers. */
    List<Slot> slots() {
        return staff.slots();
    }

    Staff staff() {
        return staff;
    }

    /** These, and those that come after them or were there before them. */
    List<Slot> allSlots() {
        return Stream.concat(slots().stream(), recycler.bench().stream()).toList();
    }

    QuarantineStore quarantine() {
        return quarantine;
    }

    Retries retries() {
        return retries;
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

    Cancellation cancellation() {
        return cancellation;
    }

    Pause pause() {
        return pause;
    }

    Operator operator() {
        return operator;
    }

    Tally tally() {
        return tally;
    }

    TaskQueue queue() {
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
        return unfinished < staff.capacity();
    }

    /** Takes a task in for which there is room. */
    void admit(Task task, long now) {
        PayloadException why = task.refusal();
        if (why != null) {
            refuse(task, why);
            return;
        }
        queue.reserve(); // first, because it may fail
        task.id = ++lastId;
        task.acceptedAt = now;
        try {
            patience.watch(task, now); // likewise: should the rest fail, that is one look in vain
            task.destination.accepted(task);
        } catch (RuntimeException | Error e) {
            task.id = 0;
            throw e;
        }
        queue.add(task);
        unfinished++;
        tally.submitted++;
    }

    /** Only its caller hears of it: to the pool it never was a task. */
    private void refuse(Task task, PayloadException why) {
        if (task.state == Task.State.QUEUED) {
            task.destination.accepted(task);
            task.state = Task.State.SENT; // should the rest fail, it is called again, and the task has its index
        }
        Ending ending = Ending.failed(Kind.FAILED, texts.refused(task.ref(settings.name()), why));
        consequences.deliver(task);
        task.end(ending);
    }

    void reject(Reason reason) {
        tally.rejected++;
        consequences.publish(new PoolEvent.TaskRejected(settings.name(), reason));
    }

    // ---- handing out ----

    /** Lets those in who wait for room, and hands waiting tasks to workers that have room, the idlest first. */
    void handOut() {
        if (!queue.isEmpty() || entrance.canAdmit()) {
            handOut(System.nanoTime());
        }
    }

    private void handOut(long now) {
        entrance.admitWaiting(now);
        long moment = now;
        for (int left = staff.slots().size(); distribute(moment); left--) {
            if (left == 0) {
                hostages.lookLater(); // to hand out takes so long that what has just been handed out seems to wait
                return;
            }
            hostages.free(); // what is back at once is handed out again
            moment = System.nanoTime(); // by the old moment it would go back where it came from
        }
    }

    /** Returns whether tasks now wait in a worker behind another. */
    private boolean distribute(long now) {
        if (queue.isEmpty() || life.state() == PoolState.PAUSED) {
            return false;
        }
        boolean behindAnother = false;
        Slot slot;
        while (!queue.isEmpty() && (slot = roomiest(queue.element(), now)) != null) {
            try {
                hand(slot, now);
            } catch (RuntimeException | Error e) {
                giveUp(slot, e);
                return false; // its end is the next occasion; what has failed here may fail with the other workers too
            } finally {
                forgetHanded();
            }
            behindAnother |= slot.inFlight.size() > 1;
        }
        return behindAnother;
    }

    /** Hands tasks to a worker, more than one if those behind the first would not begin noticeably earlier anywhere else. */
    private void hand(Slot slot, long now) {
        do {
            Task task = queue.element();
            handed.add(task);
            slot.inFlight.reserve();
            slot.add(task, now); // may not fail, nor may the next: a task is in one book
            queue.remove();
        } while (!queue.isEmpty()
                && (slot.isSoonDone(now) || slot.isLittle(handed.size(), now))
                && slot.hasRoomFor(queue.element()));
        Worker worker = slot.worker;
        if (worker != null) {
            worker.send(handed);
            consequences.flush(worker);
        }
        timeKeeper.watch(slot);
        recycler.look(slot);
    }

    private void forgetHanded() {
        try {
            handed = new ArrayList<>(RUN);
        } catch (OutOfMemoryError e) {
            handed.clear(); // no reason to lose a worker
        }
    }

    /** Whether it has what it was sent, nobody knows any more. Its end tells: what it has not begun is handed out again. */
    private void giveUp(Slot slot, Throwable why) {
        slot.failure = why;
        slot.state = WorkerState.STOPPING;
        consequences.kill(slot.worker);
        consequences.fail(why);
    }

    /** One that is awake and will soon have done what it has; else the one with the least to do. */
    private @Nullable Slot roomiest(Task task, long now) {
        Slot best = null;
        for (Slot slot : staff.slots()) {
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
        lookAfter(slot);
    }

    private void lookAfter(Slot slot) {
        timeKeeper.watch(slot);
        if (slot.inFlight.isEmpty()) {
            hostages.free();
        }
    }

    // ---- answers ----

    /** Takes answers; tasks among these threw what they are to be run again for. */
    void answered(Slot slot, Worker worker, List<Answer> answers, Set<Long> repeatable) {
        life.lock.lock();
        try {
            if (!slot.isServedBy(worker) || slot.vigil.verdict != null) {
                return; // what comes after the end of its time has come too late
            }
            long now = System.nanoTime();
            consequences.expect(answers.size());
            for (Answer answer : answers) {
                Task head = slot.inFlight.peek();
                // An answer to a task that was taken from the worker meanwhile has come too late.
                if (head != null && head.id == answer.task()) {
                    long ran = answer.nanos() == Integer.MAX_VALUE ? now - head.startedAt : answer.nanos();
                    head.ranNanos = ran;
                    // An empty set is not asked: each question would make a box of a number.
                    head.repeatable = !repeatable.isEmpty() && repeatable.contains(head.id);
                    end(head, ending(head, answer), slot, now); // before it is out of the book, because it may fail
                    slot.removeHead(ran, now);
                } else if (head != null && slot.holds(answer.task())) {
                    giveUp(slot, outOfTurn(slot, head, answer));
                    return;
                }
            }
            recycler.look(slot);
            handOut(now);
            lookAfter(slot);
            if (cancellation.isWaiting()) {
                life.changed.signalAll();
            }
        } finally {
            release();
        }
    }

    /** Else the task in front would wait for ever for an answer that has been, or will never be. */
    private IllegalStateException outOfTurn(Slot slot, Task head, Answer answer) {
        return new IllegalStateException("Worker " + slot.id + " of pool '" + settings.name()
                + "' has answered what was sent with number " + answer.task() + " before number " + head.id
                + ", which it was sent before. It is replaced");
    }

    private static Ending ending(Task task, Answer answer) {
        return answer.how() == AnswerKind.INTERRUPTED
                ? new Ending.Interrupted(answer, Fired.of("soft-timeout", task.limits.soft(), task.interruptedAfter))
                : answer;
    }

    /** A worker shows where its task is. */
    void shown(Slot slot, Worker worker, long task, List<StackTraceElement> stack) {
        life.lock.lock();
        try {
            if (slot.isServedBy(worker)) {
                timeKeeper.shown(slot, task, stack);
                operator.shown(slot, task, stack);
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
        slot.recallsAnswered = Math.max(slot.recallsAnswered, request);
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
            boolean waits = !task.unwanted && !Patience.isOver(task, now);
            task.startedAt = 0;
            task.interruptedAfter = 0;
            // Before it is out of the other book, because it may fail.
            if (waits) {
                queue.addFirst(task);
            } else if (task.unwanted) {
                end(task, cancelled(task, null), null, now);
            } else {
                endWaiting(task, now);
            }
            slot.remove(task, now);
            if (waits) {
                task.state = Task.State.QUEUED;
                task.slot = null;
                patience.watch(task, now);
            }
        }
    }

    /** Asks a worker for its unstarted tasks, unless it has been asked. */
    void recall(Slot slot) {
        if (slot.worker != null && slot.isLive() && !slot.isRecalling()) {
            slot.recallsSent++;
            try {
                recall(slot, slot.worker);
            } catch (RuntimeException | Error e) {
                giveUp(slot, e);
            }
        }
    }

    private void recall(Slot slot, Worker worker) {
        long[] back = worker.recall(slot.recallsSent);
        if (back != null) {
            takeBack(slot, slot.recallsSent, back);
        } else {
            consequences.flush(worker);
            timeKeeper.watch(slot);
        }
    }

    // ---- ends that the worker did not choose ----

    /** The worker is gone: what it had begun is lost, what it had not goes back to the head of the queue. */
    void gone(Slot slot, WorkerEnd last) {
        timeKeeper.gone(slot);
        slot.state = WorkerState.DOWN;
        int begun = slot.begunInFlight(last.begun());
        int finished = slot.begunInFlight(last.finished());
        List<Task> inFlight = new ArrayList<>(slot.inFlight);
        long now = System.nanoTime();
        boolean blamed = last.reason() != WorkerExit.OPERATOR;
        List<WorkerCrashedException> crashes = new ArrayList<>(begun); // made before anything changes: it may fail
        for (Task task : inFlight.subList(0, begun)) {
            task.ranNanos = task.startedAt == 0 ? 0 : now - task.startedAt;
            boolean kept = blamed && quarantine.isFor(task);
            boolean answerLost = crashes.size() < finished;
            crashes.add(texts.crashed(ref(task, slot), last, answerLost, task.ranNanos, kept));
        }
        Task readInVain = readInVain(inFlight, slot, last);
        WorkerCrashedException unread = readInVain == null ? null : unread(readInVain, slot, last);
        for (int i = 0; i < begun; i++) {
            Task task = inFlight.get(i);
            boolean kept = blamed && quarantine.isFor(task);
            if (blamed) {
                task.crashed();
            }
            crashed(task, crashes.get(i), kept, slot, now);
            slot.remove(task, now);
            // Should the rest fail and this be called again, the next task must not be taken for a begun one.
            slot.answered++;
        }
        if (readInVain != null && unread != null) {
            boolean kept = quarantine.isFor(readInVain);
            readInVain.crashed();
            crashed(readInVain, unread, kept, slot, now);
            slot.remove(readInVain, now);
        }
        requeue(inFlight.subList(unread == null ? begun : 1, inFlight.size()), slot);
        if (readInVain != null) {
            readInVain.unread++; // last, so that it is counted once, however often this has to be called
        }
    }

    /** The task that a worker was to read when it ran out of memory. */
    private static @Nullable Task readInVain(List<Task> inFlight, Slot slot, WorkerEnd last) {
        // One that has ended itself after the answer to another task has not tried to read this one.
        boolean ranOut = last.exit() != null && last.exit().reason() == ExitReason.OUT_OF_MEMORY;
        if (!ranOut || inFlight.isEmpty() || slot.begunInFlight(last.begun()) > 0) {
            return null;
        }
        return inFlight.get(0);
    }

    /** What is said if worker after worker has run out of memory when it was to read a task: it would go on for ever. */
    private @Nullable WorkerCrashedException unread(Task task, Slot slot, WorkerEnd last) {
        int workers = task.unread + 1;
        return workers < MAX_UNREAD ? null : texts.unread(ref(task, slot), last, task, workers);
    }

    private void crashed(Task task, WorkerCrashedException failure, boolean kept, Slot slot, long now) {
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
        try {
            end(running, ending, slot, now); // before it is out of the book, because it may fail
        } catch (RuntimeException | Error e) {
            // It is forbidden to go on, and must not be given more. Its end tells what becomes of the task.
            giveUp(slot, e);
            throw e;
        }
        slot.remove(running, now);
        retire(slot, why);
    }

    /** Ends a worker that has begun nothing. */
    void retire(Slot slot, WorkerExit why) {
        condemn(slot, null, why);
        consequences.kill(slot.worker);
    }

    /** Ends a worker as it is: what becomes of what it has is said by its end. */
    void abandon(Slot slot, WorkerExit why) {
        slot.state = WorkerState.STOPPING;
        slot.endedBecause = why;
        consequences.kill(slot.worker);
    }

    /** A worker is about to be ended: it keeps the task that it runs, if any, and all others go elsewhere. */
    void condemn(Slot slot, @Nullable Task running, WorkerExit why) {
        slot.state = WorkerState.STOPPING;
        slot.endedBecause = why;
        List<Task> others = new ArrayList<>(slot.inFlight);
        others.remove(running);
        requeue(others, slot);
    }

    /** Ends a task that has waited for too long. It is in nobody's hands any more. */
    void endWaiting(Task task, long now) {
        Fired fired = Fired.of("queue-timeout", task.limits.queue(), now - task.acceptedAt);
        end(
                task,
                Ending.failed(Kind.TIMED_OUT, texts.waitedTooLong(ref(task, null), fired, life.state(), staff.size())),
                null,
                now);
    }

    /** Keeps a worker at the task it runs; false if it has finished that task and its answer is on the way. */
    boolean hold(Slot slot) {
        Worker worker = slot.worker;
        if (worker == null) {
            return false;
        }
        if (slot.vigil.verdict != null) {
            return true; // and it must not be let go, though it may have finished meanwhile
        }
        boolean held = worker.holdAfter(slot.answered);
        if (!held) {
            consequences.flush(worker);
        }
        return held;
    }

    /** Ends everything unfinished, running or not. Workers are left to the caller. */
    void endAll(Kind kind, java.util.function.Function<TaskRef, RuntimeException> why) {
        endAll(queue, kind, why);
        endAll(retries.waiting(), kind, why);
        staff.slots().forEach(slot -> endAll(slot.inFlight, kind, why));
    }

    /** A task leaves its book when it has ended, and not before: what is made for that may fail, and is made again. */
    private void endAll(Collection<Task> book, Kind kind, java.util.function.Function<TaskRef, RuntimeException> why) {
        long now = System.nanoTime();
        for (Iterator<Task> tasks = book.iterator(); tasks.hasNext(); tasks.remove()) {
            Task task = tasks.next();
            end(task, Ending.failed(kind, why.apply(ref(task, task.slot))), null, now);
        }
    }

    Ending cancelled(Task task, @Nullable Slot slot) {
        TaskRef ref = ref(task, slot);
        if (task.unwanted || slot == null) {
            return Ending.cleared(new CancellationException(ref.describe() + " was cancelled before it began"));
        }
        return Ending.failed(
                Kind.CANCELLED,
                new CancellationException(ref.describe() + " was cancelled while it ran; its worker was replaced"));
    }

    /**
     * Ends an attempt at a task, and with it the task, unless that is to be run again. The task is in nobody's hands any
     * more.
     */
    void end(Task task, Ending ending, @Nullable Slot slot, long now) {
        if (slot != null && retries.takes(task, ending)) { // without a worker it was no attempt
            slot.count(ending.kind());
        } else {
            endForGood(task, ending, slot, now);
        }
    }

    private void endForGood(Task task, Ending ending, @Nullable Slot slot, long now) {
        if (task.state == Task.State.DONE) {
            return; // whoever ended it has failed behind that, and is called again
        }
        consequences.deliver(task); // first, because it may fail
        task.waitedNanos = (task.startedAt == 0 ? now : task.startedAt) - task.acceptedAt;
        task.end(ending);
        unfinished--;
        if (slot != null) {
            task.worker = slot.id;
            task.pid = slot.pid();
            slot.count(ending.kind());
        }
        if (unfinished == 0) {
            life.changed.signalAll();
        }
        tally.ended(task, ending, now);
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
        try {
            release();
        } finally {
            life.lock.lock();
        }
    }

    /**
     * Gives the lock back. What the changes made under it have made possible is set going: room is taken, queued tasks
     * are handed out, and what follows from that is done when the lock is free.
     */
    void release() {
        Consequences todo = null;
        try {
            handOut();
        } finally {
            try {
                todo = takeConsequences();
            } finally {
                life.lock.unlock();
            }
            if (todo != null) {
                todo.carryOut(); // also of what was done before something was thrown
            }
        }
    }

    private @Nullable Consequences takeConsequences() {
        Consequences todo = consequences;
        if (todo.isEmpty()) {
            return null;
        }
        consequences = new Consequences(settings.name(), events, errands);
        return todo;
    }

    Consequences consequences() {
        return consequences;
    }
}
