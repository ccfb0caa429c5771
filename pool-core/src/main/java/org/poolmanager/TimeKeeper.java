package org.poolmanager;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.poolmanager.Outcome.Kind;
import org.poolmanager.Vigil.Verdict;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What happens to a running task because time passes: it is warned of, interrupted, and ended with its worker. There is one
 * timer per worker and not one per task: it is set for the first limit of the task that runs then, and when it fires for
 * the next limit of the task that runs by that time.
 */
final class TimeKeeper {

    private static final Logger LOG = LoggerFactory.getLogger(PoolManager.class);

    /** How long an answer may be on its way before the limit is looked at again. */
    private static final long ANSWER_ON_ITS_WAY = TimeUnit.MILLISECONDS.toNanos(20);

    /**
     * A worker that is well shows its stack in a few milliseconds, a stopped one never does. Most are asked once in their
     * life, and load the classes for it then: on a busy machine, where limits pass, that takes its time.
     */
    private static final long STACK_PATIENCE = TimeUnit.MILLISECONDS.toNanos(250);

    /**
     * So often must a sign of life have been missed. A step counts once, however late its timer is: neither a parent that
     * was stopped itself nor one on a busy machine takes that for the silence of its children.
     */
    private static final int SILENT_STEPS = 10;

    private static final long HUNG = -1;

    private final Life life;

    private final Board board;

    private final Texts texts;

    private final Clock clock;

    private final SlowLog slowLog;

    private final Limits limits;

    private final long stall;

    private final long slow;

    private final long hangStep;

    /** The first of those limits that hold for every task. */
    private final long first;

    private final List<Check> checks = List.of(this::run, this::stall, this::hang, this::soft, this::slow);

    /** One limit: does what it asks for now, and says after how many nanoseconds it is to be looked at again. */
    private interface Check {
        long look(Slot slot, Worker worker, Task head);
    }

    TimeKeeper(PoolSettings settings, Life life, Board board, Texts texts, Clock clock) {
        this.life = life;
        this.board = board;
        this.texts = texts;
        this.clock = clock;
        this.slowLog = new SlowLog(texts);
        this.limits = settings.limits();
        this.stall = Nanos.limit(limits.tasks().stall());
        this.slow = Nanos.limit(limits.tasks().slow());
        long hang = settings.isolation() == Isolation.THREAD
                ? Nanos.NEVER
                : Nanos.limit(limits.workers().hang());
        this.hangStep = hang == Nanos.NEVER ? hang : hang / SILENT_STEPS;
        this.first = Math.min(Math.min(stall, slow), hangStep);
    }

    /** A worker may have begun a task. Under the pool's lock, like all that follows. */
    void watch(Slot slot) {
        Task head = slot.inFlight.peek();
        if (head == null && slot.isRecalling()) {
            watchRecall(slot);
        }
        if (head == null || slot.state != WorkerState.BUSY || head.id == slot.vigil.task) {
            return;
        }
        long least = Math.min(first, head.limits.first());
        if (least != Nanos.NEVER && slot.vigil.firesLaterThan(head.startedAt + least)) {
            arm(slot, slot.vigil, head.startedAt + least - System.nanoTime());
        }
    }

    /** It has nothing to do, and gets nothing to do before it has answered: if it is stopped, nobody would notice. */
    private void watchRecall(Slot slot) {
        if (hangStep != Nanos.NEVER && slot.isLive() && slot.vigil.firesLaterThan(System.nanoTime() + hangStep)) {
            slot.vigil.turnToRecall();
            arm(slot, slot.vigil, hangStep);
        }
    }

    private void lookAtRecall(Slot slot, Worker worker) {
        long next = awaitSign(slot, worker);
        if (next == HUNG) {
            board.retire(slot, WorkerExit.HUNG);
        } else {
            arm(slot, slot.vigil, next);
        }
    }

    private void arm(Slot slot, Vigil vigil, long nanos) {
        vigil.set(clock.in(nanos, () -> judge(slot, vigil)), System.nanoTime() + nanos);
    }

    @SuppressWarnings("ReferenceEquality") // a generation's vigil is its object
    private void judge(Slot slot, Vigil vigil) {
        life.lock.lock();
        try {
            Task head = slot.inFlight.peek();
            Worker worker = slot.worker;
            if (slot.vigil != vigil || worker == null) {
                return;
            }
            vigil.set(null, 0);
            if (vigil.verdict != null) {
                execute(slot, vigil.verdict, null);
            } else if (head != null && slot.state == WorkerState.BUSY) {
                look(slot, worker, head);
            } else if (head == null && slot.isLive() && slot.isRecalling()) {
                lookAtRecall(slot, worker);
            }
        } finally {
            board.release();
        }
    }

    private void look(Slot slot, Worker worker, Task head) {
        if (slot.vigil.task != head.id) {
            slot.vigil.turnTo(head);
        }
        long next = Nanos.NEVER;
        for (Check check : checks) {
            next = Math.min(next, check.look(slot, worker, head));
            if (slot.state != WorkerState.BUSY) {
                return; // that was its end
            }
        }
        if (next != Nanos.NEVER) {
            arm(slot, slot.vigil, next);
        }
    }

    /** A thread may be held up by callbacks before it begins: that is not the task's time. */
    private static long elapsed(Worker worker, Task head) {
        long begun = worker.begunAt(head.id);
        return System.nanoTime() - (begun == 0 ? head.startedAt : begun);
    }

    // ---- limits ----

    private long run(Slot slot, Worker worker, Task head) {
        long limit = head.limits.run();
        long elapsed = elapsed(worker, head);
        if (elapsed < limit) {
            return limit == Nanos.NEVER ? Nanos.NEVER : limit - elapsed;
        }
        return end(slot, worker, head, Fired.of("task-timeout", limit, elapsed), WorkerExit.TIMEOUT);
    }

    private long stall(Slot slot, Worker worker, Task head) {
        long reported = stall == Nanos.NEVER ? 0 : worker.progressAt();
        if (reported == 0) {
            return stall; // should it begin to report now
        }
        long silent = System.nanoTime() - reported;
        return silent < stall
                ? stall - silent
                : end(slot, worker, head, Fired.of("stall-timeout", stall, silent), WorkerExit.STALLED);
    }

    private long hang(Slot slot, Worker worker, Task head) {
        if (hangStep == Nanos.NEVER) {
            return Nanos.NEVER;
        }
        long next = awaitSign(slot, worker);
        return next == HUNG ? endHung(slot, worker, head) : next;
    }

    /** Asks for a sign of life, or counts how often there was none; when to look again, or HUNG. */
    private long awaitSign(Slot slot, Worker worker) {
        Vigil vigil = slot.vigil;
        long now = System.nanoTime();
        if (now - vigil.lookedAt < hangStep) {
            return vigil.lookedAt + hangStep - now;
        }
        vigil.lookedAt = now;
        boolean heard = slot.answered != vigil.answered || worker.isHeard(vigil.pings);
        vigil.answered = slot.answered;
        vigil.unheard = heard ? 0 : vigil.unheard + 1;
        if (vigil.unheard >= SILENT_STEPS) {
            return HUNG;
        }
        if (heard) {
            vigil.pingedAt = now;
            worker.ping(++vigil.pings);
            board.consequences().flush(worker);
        }
        return hangStep;
    }

    private long endHung(Slot slot, Worker worker, Task head) {
        long limit = Nanos.of(limits.workers().hang());
        if (!board.hold(slot)) {
            board.abandon(slot, WorkerExit.HUNG); // it was stopped with an answer in its hands, which is found there
            return Nanos.NEVER;
        }
        if (slot.isBegun(head)) {
            return end(
                    slot,
                    worker,
                    head,
                    Fired.of("hang-timeout", limit, System.nanoTime() - slot.vigil.pingedAt),
                    WorkerExit.HUNG);
        }
        board.retire(slot, WorkerExit.HUNG); // it has not begun what it was sent: that costs nobody anything
        return Nanos.NEVER;
    }

    private long soft(Slot slot, Worker worker, Task head) {
        long limit = head.limits.soft();
        if (limit == Nanos.NEVER || head.interruptedAfter > 0) {
            return Nanos.NEVER;
        }
        long elapsed = elapsed(worker, head);
        if (elapsed < limit) {
            return limit - elapsed;
        }
        head.interruptedAfter = elapsed;
        worker.interrupt(head.id);
        board.consequences().flush(worker);
        return Nanos.NEVER;
    }

    private long slow(Slot slot, Worker worker, Task head) {
        Vigil vigil = slot.vigil;
        if (slow == Nanos.NEVER || vigil.warned) {
            return Nanos.NEVER;
        }
        long now = System.nanoTime();
        long left = vigil.askedAt != 0 ? vigil.askedAt + STACK_PATIENCE - now : slow - elapsed(worker, head);
        if (left > 0) {
            return left;
        }
        if (vigil.askedAt == 0 && slowLog.isDue(now)) {
            vigil.askedAt = now;
            List<StackTraceElement> stack = ask(worker, head);
            if (stack == null) {
                return STACK_PATIENCE;
            }
            warn(slot, head, stack);
        } else if (vigil.askedAt != 0) {
            warn(slot, head, null);
        }
        vigil.warned = true;
        return Nanos.NEVER;
    }

    private void warn(Slot slot, Task head, @Nullable List<StackTraceElement> stack) {
        Worker worker = slot.worker;
        assert worker != null;
        slot.vigil.warned = true;
        TaskRef ref = board.ref(head, slot);
        Fired fired = Fired.of("slow-task-threshold", slow, elapsed(worker, head));
        String text = slowLog.warning(ref, fired, stack);
        board.consequences().log(() -> LOG.warn(text));
    }

    // ---- ends ----

    /** Ends a task and its worker, which first is to show where it is. */
    private long end(Slot slot, Worker worker, Task head, Fired fired, WorkerExit why) {
        if (!board.hold(slot)) {
            return ANSWER_ON_ITS_WAY;
        }
        Verdict verdict = new Verdict(head, fired, why);
        slot.vigil.verdict = verdict;
        board.condemn(slot, head, why);
        List<StackTraceElement> stack = why == WorkerExit.HUNG ? List.of() : ask(worker, head);
        if (stack == null) {
            arm(slot, slot.vigil, STACK_PATIENCE);
        } else {
            execute(slot, verdict, stack);
        }
        return Nanos.NEVER;
    }

    private @Nullable List<StackTraceElement> ask(Worker worker, Task head) {
        List<StackTraceElement> stack = worker.stack(head.id);
        if (stack == null) {
            board.consequences().flush(worker);
        }
        return stack;
    }

    /** A worker shows where its task is. */
    void shown(Slot slot, long task, List<StackTraceElement> stack) {
        Vigil vigil = slot.vigil;
        Task head = slot.inFlight.peek();
        if (head == null || head.id != task) {
            return;
        }
        if (vigil.verdict != null) {
            execute(slot, vigil.verdict, stack);
        } else if (vigil.task == task && vigil.askedAt != 0 && !vigil.warned) {
            warn(slot, head, stack);
        }
    }

    /** A worker is gone: what it was about to be ended for is not lost for another reason. */
    void gone(Slot slot) {
        if (slot.vigil.verdict != null) {
            execute(slot, slot.vigil.verdict, null);
        }
        slot.vigil.set(null, 0);
    }

    @SuppressWarnings("ReferenceEquality") // a task is its object
    private void execute(Slot slot, Verdict verdict, @Nullable List<StackTraceElement> stack) {
        if (slot.inFlight.peek() != verdict.task()) {
            slot.vigil.acquit();
            board.consequences().kill(slot.worker);
            return; // it has been ended for another reason meanwhile
        }
        TaskRef ref = board.ref(verdict.task(), slot);
        List<StackTraceElement> shown = stack == null ? List.of() : stack;
        Duration ran = Duration.ofNanos(System.nanoTime() - verdict.task().startedAt);
        Ending ending = Ending.failed(Kind.TIMED_OUT, texts.timedOut(ref, verdict.fired(), ran, shown));
        slot.vigil.acquit();
        board.endWithWorker(slot, verdict.task(), ending, verdict.why());
    }
}
