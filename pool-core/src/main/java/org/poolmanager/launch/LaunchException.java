package org.poolmanager.launch;

import org.jspecify.annotations.Nullable;

/**
 * A child JVM could not be started, or no class path could be found for it. The message names the path or loader at
 * fault and the setting to change; nothing that the attempt created is left behind.
 */
public final class LaunchException extends RuntimeException {

    public LaunchException(String message) {
        this(message, null);
    }

    public LaunchException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
