package org.poolmanager.wire;

import org.jspecify.annotations.Nullable;

/** An object cannot be turned into bytes, or bytes not into an object. The message names the class and the way to it. */
public final class PayloadException extends Exception {

    private static final long serialVersionUID = 1L;

    PayloadException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
