package org.poolmanager;

import org.jspecify.annotations.Nullable;
import org.poolmanager.Outcome.Kind;
import org.poolmanager.wire.AnswerKind;

/**
 * How a task ended, as the engine knows it: an answer that is opened where it is consumed, or a failure of our own.
 *
 * @param kind for the counters
 * @param answer the worker's answer, null if it gave none
 * @param from who had the task
 * @param failure what to throw, null if there is an answer
 * @param silent nobody is to hear of it: the task was cleared
 */
record Ending(
        Kind kind,
        @Nullable Answer answer,
        TaskRef from,
        @Nullable RuntimeException failure,
        boolean silent) {

    /**
     * What a worker said of a task.
     *
     * @param task the task's id
     * @param kind how it ended
     * @param raw the value or the failure, in the form in which the worker's kind carries it
     * @param nanos how long it ran, {@code Integer.MAX_VALUE} if longer than that
     */
    record Answer(long task, AnswerKind kind, @Nullable Object raw, long nanos) {}

    static Ending answered(Answer answer, TaskRef from) {
        Kind kind = answer.kind == AnswerKind.VALUE ? Kind.COMPLETED : Kind.FAILED;
        return new Ending(kind, answer, from, null, false);
    }

    static Ending failed(Kind kind, TaskRef from, RuntimeException failure) {
        return new Ending(kind, null, from, failure, false);
    }

    static Ending cleared(TaskRef from, RuntimeException failure) {
        return new Ending(Kind.CANCELLED, null, from, failure, true);
    }
}
