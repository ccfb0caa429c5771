package org.poolmanager;

import org.jspecify.annotations.Nullable;

/** A task, result or function cannot travel between JVMs. The message names the class and the path to it. */
public final class TaskSerializationException extends TaskException {

    private static final long serialVersionUID = 1L;

    TaskSerializationException(TaskRef task, String message, @Nullable Throwable cause) {
        super(task, message, cause);
    }
}
