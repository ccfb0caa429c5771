package org.poolmanager;

import org.jspecify.annotations.Nullable;
import org.poolmanager.Outcome.Kind;
import org.poolmanager.wire.AnswerKind;

/** How a task ended, as the engine knows it: an answer that is opened where it is consumed, or a failure of our own. */
sealed interface Ending {

    /** For the counters. */
    Kind kind();

    /** What to throw, null if there is an answer to be opened. */
    @Nullable
    RuntimeException failure();

    /** Nobody is to hear of it: the task was cleared. */
    boolean silent();

    /**
     * What a worker said of a task.
     *
     * @param task the task's id
     * @param how how it ended
     * @param raw the value or the failure, in the form in which the worker's kind carries it
     * @param nanos how long it ran, {@code Integer.MAX_VALUE} if longer than that
     * @param bytes how much of it has travelled, 0 if it has not
     */
    record Answer(long task, AnswerKind how, @Nullable Object raw, long nanos, int bytes) implements Ending {

        @Override
        public Kind kind() {
            return how == AnswerKind.VALUE ? Kind.COMPLETED : Kind.FAILED;
        }

        @Override
        public @Nullable RuntimeException failure() {
            return null;
        }

        @Override
        public boolean silent() {
            return false;
        }
    }

    /**
     * What a task threw after its soft limit had interrupted it.
     *
     * @param answer what its worker said
     * @param fired the limit
     */
    record Interrupted(Answer answer, Fired fired) implements Ending {

        @Override
        public Kind kind() {
            return Kind.TIMED_OUT;
        }

        @Override
        public @Nullable RuntimeException failure() {
            return null;
        }

        @Override
        public boolean silent() {
            return false;
        }
    }

    /** An end that no worker told. */
    record Untold(Kind kind, RuntimeException failure, boolean silent) implements Ending {}

    static Ending failed(Kind kind, RuntimeException failure) {
        return new Untold(kind, failure, false);
    }

    static Ending cleared(RuntimeException failure) {
        return new Untold(Kind.CANCELLED, failure, true);
    }
}
