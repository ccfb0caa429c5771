package org.poolmanager;

import org.jspecify.annotations.Nullable;
import org.poolmanager.Outcome.Kind;
import org.poolmanager.wire.AnswerKind;
import org.poolmanager.wire.PayloadException;

/** Opens what a task ended with, in the thread of whoever wants to know. */
final class Unpacker {

    private final Workers workers;

    private final Texts texts;

    Unpacker(Workers workers, Texts texts) {
        this.workers = workers;
        this.texts = texts;
    }

    /** Never throws: whatever goes wrong here is the outcome of this task. */
    <R extends @Nullable Object> Outcome<R> open(Task task) {
        try {
            return tryToOpen(task);
        } catch (RuntimeException | Error e) {
            return failed(task, texts.unserializable(task.ending().from(), "outcome", e));
        }
    }

    @SuppressWarnings("unchecked") // the pool's type parameters were checked where the target was given
    private <R extends @Nullable Object> Outcome<R> tryToOpen(Task task) {
        Ending ending = task.ending();
        Ending.Answer answer = ending.answer();
        if (answer == null) {
            return new Outcome<>(task.index, ending.kind(), null, ending.failure());
        }
        if (answer.kind() == AnswerKind.VALUE) {
            try {
                return new Outcome<>(task.index, Kind.COMPLETED, (R) workers.unpack(answer.raw()), null);
            } catch (PayloadException e) {
                return failed(task, texts.unserializable(ending.from(), "result", e));
            }
        }
        Throwable problem = workers.problem(answer.raw());
        return failed(
                task,
                switch (answer.kind()) {
                    case UNREADABLE -> texts.unserializable(ending.from(), "task", problem);
                    case UNSERIALIZABLE -> texts.unserializable(ending.from(), "result", problem);
                    default -> texts.failed(ending.from(), problem);
                });
    }

    private static <R extends @Nullable Object> Outcome<R> failed(Task task, RuntimeException failure) {
        return new Outcome<>(task.index, Kind.FAILED, null, failure);
    }
}
