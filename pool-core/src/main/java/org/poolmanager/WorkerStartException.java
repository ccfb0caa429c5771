package org.poolmanager;

import org.jspecify.annotations.Nullable;

/** A worker did not become ready. The message says what the worker itself said of it. */
final class WorkerStartException extends Exception {

    private static final long serialVersionUID = 1L;

    WorkerStartException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
