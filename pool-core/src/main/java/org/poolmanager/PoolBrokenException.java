package org.poolmanager;

import org.jspecify.annotations.Nullable;

/** The pool was usable and no longer is: its workers are gone and none can be started. */
public final class PoolBrokenException extends PoolException {

    private static final long serialVersionUID = 1L;

    PoolBrokenException(String pool, String message, @Nullable Throwable cause) {
        super(pool, message, cause);
    }
}
