package org.poolmanager;

import org.jspecify.annotations.Nullable;

/**
 * The task's own code threw. The cause is what it threw, with the frames of the worker; where the original exception
 * could not travel or is unknown here, a stand-in with the same class name, message, frames, cause and suppressed.
 */
public final class TaskFailedException extends TaskException {

    private static final long serialVersionUID = 1L;

    TaskFailedException(TaskRef task, String message, @Nullable Throwable cause) {
        super(task, message, cause);
    }
}
