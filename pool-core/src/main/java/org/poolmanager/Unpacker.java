package org.poolmanager;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.poolmanager.Ending.Answer;
import org.poolmanager.Outcome.Kind;
import org.poolmanager.wire.AnswerKind;
import org.poolmanager.wire.PayloadException;

/** Opens what a task ended with, in the thread of whoever wants to know. */
final class Unpacker {

    private final Workers workers;

    private final Texts texts;

    private final String pool;

    Unpacker(Workers workers, Texts texts, String pool) {
        this.pool = pool;
        this.workers = workers;
        this.texts = texts;
    }

    /** Never throws: whatever goes wrong here is the outcome of this task. */
    <R extends @Nullable Object> Outcome<R> open(Task task) {
        try {
            return tryToOpen(task);
        } catch (RuntimeException | Error e) {
            return failed(task, texts.unserializable(task.ref(pool), "outcome", e));
        }
    }

    /** The value of a task that has one, with nothing made around it. Of any other null, and its outcome is added to the failures. */
    @SuppressWarnings("unchecked") // the pool's type parameters were checked where the target was given
    <R extends @Nullable Object> @Nullable R value(Task task, List<Outcome<R>> failures) {
        if (task.ending() instanceof Answer answer && answer.how() == AnswerKind.VALUE) {
            try {
                return (R) workers.unpack(answer.raw());
            } catch (PayloadException e) {
                failures.add(unreadable(task, e));
            } catch (RuntimeException | Error e) {
                failures.add(failed(task, texts.unserializable(task.ref(pool), "outcome", e)));
            }
        } else {
            failures.add(open(task));
        }
        return null;
    }

    private <R extends @Nullable Object> Outcome<R> unreadable(Task task, PayloadException problem) {
        return failed(task, texts.unserializable(task.ref(pool), "result", problem));
    }

    @SuppressWarnings("unchecked") // the pool's type parameters were checked where the target was given
    private <R extends @Nullable Object> Outcome<R> tryToOpen(Task task) {
        if (task.ending() instanceof Ending.Interrupted end) {
            Throwable cause = workers.problem(end.answer().raw());
            RuntimeException failure = texts.interrupted(task.ref(pool), end.fired(), cause);
            return new Outcome<>(task.index, Kind.TIMED_OUT, null, failure);
        }
        if (!(task.ending() instanceof Answer answer)) {
            return new Outcome<>(
                    task.index, task.ending().kind(), null, task.ending().failure());
        }
        if (answer.how() == AnswerKind.VALUE) {
            try {
                return new Outcome<>(task.index, Kind.COMPLETED, (R) workers.unpack(answer.raw()), null);
            } catch (PayloadException e) {
                return unreadable(task, e);
            }
        }
        Throwable problem = workers.problem(answer.raw());
        return failed(
                task,
                switch (answer.how()) {
                    case UNREADABLE -> texts.unserializable(task.ref(pool), "task", problem);
                    case UNSERIALIZABLE -> texts.unserializable(task.ref(pool), "result", problem);
                    default -> texts.failed(task.ref(pool), problem);
                });
    }

    private static <R extends @Nullable Object> Outcome<R> failed(Task task, RuntimeException failure) {
        return new Outcome<>(task.index, Kind.FAILED, null, failure);
    }
}
