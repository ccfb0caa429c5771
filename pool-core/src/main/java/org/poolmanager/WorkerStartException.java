package org.poolmanager;

import org.jspecify.annotations.Nullable;

/** A worker did not become ready. The message says what the worker itself said of it. */
final class WorkerStartException extends Exception {

    private static final long serialVersionUID = 1L;

    /** This JVM lacked something that it may have at the next attempt. */
    private final boolean scarce;

    /** One that is the target's own affair, or final. */
    WorkerStartException(String message, @Nullable Throwable cause) {
        this(message, cause, false);
    }

    private WorkerStartException(String message, @Nullable Throwable cause, boolean scarce) {
        super(message, cause);
        this.scarce = scarce;
    }

    /** One that the pool's own work failed with. */
    static WorkerStartException ofOurs(String message, Throwable cause) {
        return new WorkerStartException(message, cause, !Texts.scarcity(cause).isEmpty());
    }

    boolean isScarce() {
        return scarce;
    }
}
