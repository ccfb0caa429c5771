package org.poolmanager;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.poolmanager.Outcome.Kind;

/**
 * What happens because time passes: a task over its limit is ended with its worker, and tasks that wait behind a long
 * one while another worker is idle are called back. One timer per worker at the most, not one per task.
 */
final class TimeKeeper {

    /** How long an answer may be on its way before the limit is looked at again. */
    private static final long ANSWER_ON_ITS_WAY = TimeUnit.MILLISECONDS.toNanos(20);

    /** A task that has run for so long holds up those prefetched behind it. */
    private static final long HOSTAGE_NANOS = TimeUnit.MICROSECONDS.toNanos(500);

    private final PoolSettings settings;

    private final Life life;

    private final Board board;

    private final Texts texts;

    private final Clock clock;

    private final @Nullable Duration limit;

    private boolean recallArmed;

    TimeKeeper(PoolSettings settings, Life life, Board board, Texts texts, Clock clock) {
        this.settings = settings;
        this.life = life;
        this.board = board;
        this.texts = texts;
        this.clock = clock;
        this.limit = settings.limits().task();
    }

    /** The clock starts anew: what was armed with the last one is not armed any more. */
    void reset() {
        recallArmed = false;
    }

    /** A worker may have begun a task. Under the pool's lock, like the next. */
    void watch(Slot slot) {
        Task head = slot.inFlight.peek();
        if (limit != null && head != null && slot.watchedGeneration != slot.generation) {
            arm(slot, Nanos.of(limit) - elapsed(slot, head));
        }
    }

    void afterAnswers(Slot slot) {
        watch(slot);
        if (slot.inFlight.isEmpty()) {
            freeHostages();
        }
    }

    private void arm(Slot slot, long nanos) {
        int generation = slot.generation;
        slot.watchedGeneration = generation;
        clock.at(nanos, () -> judge(slot, generation));
    }

    private void judge(Slot slot, int generation) {
        life.lock.lock();
        try {
            if (slot.watchedGeneration != generation || slot.generation != generation) {
                return;
            }
            slot.watchedGeneration = 0;
            Task head = slot.inFlight.peek();
            if (limit == null || head == null || slot.state != WorkerState.BUSY) {
                return;
            }
            long elapsed = elapsed(slot, head);
            if (elapsed < Nanos.of(limit)) {
                watch(slot);
            } else if (board.hold(slot)) {
                TaskRef ref = board.ref(head, slot);
                Ending ending = Ending.failed(Kind.TIMED_OUT, texts.timedOut(ref, limit, Duration.ofNanos(elapsed)));
                board.endWithWorker(slot, head, ending, WorkerExit.TIMEOUT);
            } else {
                arm(slot, ANSWER_ON_ITS_WAY);
            }
        } finally {
            board.release();
        }
    }

    /** A thread may be held up by callbacks before it begins: that is not the task's time. */
    private static long elapsed(Slot slot, Task head) {
        Worker worker = slot.worker;
        long begun = worker == null ? 0 : worker.begunAt(head.id);
        return System.nanoTime() - (begun == 0 ? head.startedAt : begun);
    }

    /** If a worker is idle and another has tasks waiting behind a long one, calls those back. */
    void freeHostages() {
        if (!board.queue().isEmpty() || settings.size() == 1) {
            return;
        }
        Slot victim = null;
        boolean idle = false;
        for (Slot slot : board.slots()) {
            idle |= slot.state == WorkerState.IDLE;
            if (slot.inFlight.size() > 1
                    && !slot.isRecalling()
                    && (victim == null || headStart(slot) < headStart(victim))) {
                victim = slot;
            }
        }
        if (victim == null || !idle) {
            return;
        }
        long age = System.nanoTime() - headStart(victim);
        if (age >= HOSTAGE_NANOS) {
            board.recall(victim);
        } else if (!recallArmed) {
            recallArmed = true;
            clock.at(HOSTAGE_NANOS - age, this::lookForHostages);
        }
    }

    private static long headStart(Slot slot) {
        return slot.inFlight.element().startedAt;
    }

    private void lookForHostages() {
        life.lock.lock();
        try {
            recallArmed = false;
            freeHostages();
        } finally {
            board.release();
        }
    }
}
