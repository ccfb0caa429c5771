package org.poolmanager;

import org.jspecify.annotations.Nullable;

/** The root of everything a pool throws on its own account, except misuse of its life cycle. */
public class PoolException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** The name of the pool. */
    private final String pool;

    PoolException(String pool, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.pool = pool;
    }

    /**
     * The pool it happened to.
     *
     * @return the pool's name
     */
    public final String pool() {
        return pool;
    }
}
