package org.poolmanager;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What is done to workers by hand. Guarded by the pool's lock. */
final class Operator {

    private static final Logger LOG = LoggerFactory.getLogger(PoolManager.class);

    /** How long the answer of a task that is over may be on its way. */
    private static final long ANSWER_ON_ITS_WAY = TimeUnit.MILLISECONDS.toNanos(20);

    /** Tasks may be so short that each is over when the question for it arrives. */
    private static final int ATTEMPTS = 3;

    private final PoolSettings settings;

    private final Life life;

    private final Board board;

    private final List<Question> questions = new ArrayList<>();

    /** Where a task is. */
    private static final class Question {

        private final Slot slot;

        private final long task;

        private @Nullable List<StackTraceElement> answer;

        private Question(Slot slot, long task) {
            this.slot = slot;
            this.task = task;
        }
    }

    Operator(PoolSettings settings, Life life, Board board) {
        this.settings = settings;
        this.life = life;
        this.board = board;
    }

    /** Has all workers replaced, one after the other. Returns how many these are. */
    int recycle() {
        life.lock.lock();
        try {
            life.checkWorks("recycled");
            return board.recycler().replaceAll();
        } finally {
            board.release();
        }
    }

    /** Ends one worker; false if it is not ready. */
    boolean kill(int id) {
        life.lock.lock();
        try {
            Slot slot = board.staff().slot(id);
            if (!slot.isLive()) {
                return false;
            }
            long pid = slot.pid();
            board.consequences()
                    .log(() -> LOG.info(
                            "Worker {} of pool '{}' (pid {}) is killed by an operator", id, settings.name(), pid));
            board.abandon(slot, WorkerExit.OPERATOR);
            return true;
        } finally {
            board.release();
        }
    }

    /** Asks one worker where its task is. */
    WorkerStack stack(int id, Duration limit) throws TimeoutException, InterruptedException {
        long deadline = System.nanoTime() + Nanos.of(limit);
        life.lock.lockInterruptibly();
        try {
            for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
                Slot slot = board.staff().slot(id);
                Task head = slot.inFlight.peek();
                if (slot.worker == null || head == null) {
                    break;
                }
                List<StackTraceElement> frames = ask(slot, slot.worker, head, deadline - System.nanoTime());
                if (frames == null) {
                    throw late(slot, limit);
                }
                if (!frames.isEmpty()) {
                    return new WorkerStack(id, slot.pid(), head.id, frames);
                }
                awaitWhile(ANSWER_ON_ITS_WAY, () -> slot.inFlight.peek() == head);
            }
            Slot slot = board.staff().slot(id);
            return new WorkerStack(id, slot.worker == null ? -1 : slot.pid(), null, List.of());
        } finally {
            board.release();
        }
    }

    /** Returns an empty stack if the task was over, or had not begun; null if there was no answer in time. */
    private @Nullable List<StackTraceElement> ask(Slot slot, Worker worker, Task head, long nanos)
            throws InterruptedException {
        List<StackTraceElement> now = worker.stack(head.id);
        if (now != null) {
            return now;
        }
        Question question = new Question(slot, head.id);
        questions.add(question);
        try {
            board.consequences().flush(worker);
            board.passOn();
            awaitWhile(nanos, () -> question.answer == null && slot.inFlight.peek() == head);
        } finally {
            questions.remove(question);
        }
        return question.answer == null && slot.inFlight.peek() != head ? List.of() : question.answer;
    }

    private void awaitWhile(long nanos, BooleanSupplier holds) throws InterruptedException {
        board.cancellation().awaitWhile(nanos, holds);
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
    }

    private TimeoutException late(Slot slot, Duration limit) {
        return new TimeoutException("Worker " + slot.id + " of pool '" + settings.name() + "' (pid " + slot.pid()
                + ") has not shown its stack within " + Texts.seconds(limit)
                + ". Most likely its process is stopped, or its machine is overloaded");
    }

    /** A worker shows where a task is, or, with an empty stack, that it does not run it. */
    @SuppressWarnings("ReferenceEquality") // a slot is its object
    void shown(Slot slot, long task, List<StackTraceElement> frames) {
        for (Question question : questions) {
            if (question.slot == slot && question.task == task) {
                question.answer = frames;
                life.changed.signalAll();
            }
        }
    }
}
