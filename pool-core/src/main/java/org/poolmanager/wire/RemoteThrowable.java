package org.poolmanager.wire;

import org.jspecify.annotations.Nullable;

/**
 * Stands in for an exception of another JVM that cannot be rebuilt here: its class name, message, frames, cause and
 * suppressed exceptions, without its class. Printed, it looks like the original.
 */
public final class RemoteThrowable extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final String originalType;

    RemoteThrowable(Thrown thrown, @Nullable RemoteThrowable cause) {
        super(thrown.message(), cause);
        this.originalType = thrown.type();
        setStackTrace(thrown.frames().toArray(StackTraceElement[]::new));
        for (Thrown suppressed : thrown.suppressed()) {
            addSuppressed(suppressed.toThrowable());
        }
    }

    /** The class name that the exception has in the JVM it comes from. */
    public String originalType() {
        return originalType;
    }

    /** Does nothing: the frames of interest are those of the other JVM. */
    @Override
    @SuppressWarnings("UnsynchronizedOverridesSynchronized") // touches no state
    public Throwable fillInStackTrace() {
        return this;
    }

    @Override
    @SuppressWarnings("OverrideThrowableToString") // the class name is to differ, not the message
    public String toString() {
        String message = getLocalizedMessage();
        return message == null ? originalType : originalType + ": " + message;
    }
}
