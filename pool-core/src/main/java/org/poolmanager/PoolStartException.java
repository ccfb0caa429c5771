package org.poolmanager;

import org.jspecify.annotations.Nullable;

/** The pool never became usable: no worker could be started. The message carries the worker's own error text. */
public final class PoolStartException extends PoolException {

    private static final long serialVersionUID = 1L;

    PoolStartException(String pool, String message, @Nullable Throwable cause) {
        super(pool, message, cause);
    }
}
