package org.poolmanager;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.poolmanager.wire.PayloadException;
import org.poolmanager.wire.TaskContext;

/** One accepted item of work. All that changes is guarded by the pool's lock until the task is done. */
final class Task {

    /** Stands where a payload would. */
    private record Refusal(PayloadException why) {}

    /** QUEUED ⇄ SENT → DONE, or QUEUED → DONE. Back to QUEUED when a worker gives it back unstarted, or it is run again. */
    enum State {
        QUEUED,
        SENT,
        DONE
    }

    final Destination destination;

    /** What its caller's thread knew beside it. */
    final TaskContext context;

    final TaskLimits limits;

    /** Who follows it, if anybody does. Set before it is accepted. */
    @Nullable
    TaskObservation observation;

    private @Nullable Object payload;

    private final int bytes;

    /** From 1 in the order of acceptance; 0 before. */
    long id;

    /** From 0 in its own call. */
    long index;

    long acceptedAt;

    /** When a worker became free for it; 0 before. */
    long startedAt;

    /** How long it had run when its soft limit interrupted it; 0 if that has not happened. */
    long interruptedAfter;

    /** Who ran it or had it last, -1 while nobody has. */
    int worker = -1;

    long pid = -1;

    /** How long it waited and how long it ran, once it is done. */
    long waitedNanos;

    long ranNanos;

    State state = State.QUEUED;

    @Nullable
    Slot slot;

    /** Somebody wants it cancelled; it is as soon as it proves not to have begun. */
    boolean unwanted;

    /** Which attempt this is, from 1. */
    int attempt = 1;

    /** How many workers ran out of memory when it was the next for them, and not begun. */
    int unread;

    /** It threw something after which it is to be run again. */
    boolean repeatable;

    /** When it killed a worker; most tasks never do. */
    private List<Instant> crashes = List.of();

    private @Nullable Ending ending;

    /** Its destination has it. Guarded by the destination. */
    boolean delivered;

    Task(@Nullable Object payload, int bytes, TaskContext context, TaskLimits limits, Destination destination) {
        this.payload = payload;
        this.bytes = bytes;
        this.context = context;
        this.limits = limits;
        this.destination = destination;
    }

    /**
     * One that cannot be sent: it stands among others that wait for room, so that its outcome has its place among theirs, and
     * never is one of the pool's.
     */
    static Task refused(PayloadException why, TaskLimits limits, Destination destination) {
        return new Task(new Refusal(why), 0, TaskContext.NONE, limits, destination);
    }

    /** Why it cannot be sent; null if it can. */
    @Nullable
    PayloadException refusal() {
        return payload instanceof Refusal refusal ? refusal.why : null;
    }

    @Nullable
    Object payload() {
        return payload;
    }

    /** How much of a worker's window it takes beside its place. */
    int bytes() {
        return bytes;
    }

    /** It is or was one of the pool's tasks. */
    boolean hasId() {
        return id != 0;
    }

    /** It is not done: there will be another attempt. */
    void again() {
        attempt++;
        state = State.QUEUED;
        slot = null;
        startedAt = 0;
        interruptedAfter = 0;
        ranNanos = 0;
        repeatable = false;
    }

    List<Instant> crashes() {
        return crashes;
    }

    /** It has cost a worker, at this moment. */
    void crashed() {
        List<Instant> all = new ArrayList<>(crashes);
        all.add(Instant.now());
        crashes = all;
    }

    void end(Ending how) {
        state = State.DONE;
        slot = null;
        payload = null;
        ending = how;
    }

    /** How its errors speak of it. */
    TaskRef ref(String pool) {
        return new TaskRef(pool, index, worker, pid, attempt);
    }

    /** What listeners are told at its end. */
    PoolEvent.TaskFinished finished(String pool) {
        Ending how = ending();
        return new PoolEvent.TaskFinished(
                pool,
                id,
                how.kind(),
                worker,
                pid,
                Duration.ofNanos(Math.max(0, waitedNanos)),
                Duration.ofNanos(ranNanos),
                bytes,
                received(),
                how.failure() == null ? null : how.failure().getClass().getSimpleName());
    }

    private int received() {
        Ending how = ending();
        if (how instanceof Ending.Interrupted late) {
            return late.answer().bytes();
        }
        return how instanceof Ending.Answer answer ? answer.bytes() : 0;
    }

    Ending ending() {
        if (ending == null) {
            throw new IllegalStateException("task " + id + " is not done");
        }
        return ending;
    }
}
