package org.poolmanager;

import java.time.Duration;

/**
 * A limit set on the pool ended the task. Not to be confused with {@link java.util.concurrent.TimeoutException}, which
 * says that a caller waited long enough.
 */
public final class TaskTimeoutException extends TaskException {

    private static final long serialVersionUID = 1L;

    private final String limitName;

    private final Duration limit;

    private final Duration elapsed;

    TaskTimeoutException(TaskRef task, String limitName, Duration limit, Duration elapsed, String message) {
        super(task, message, null);
        this.limitName = limitName;
        this.limit = limit;
        this.elapsed = elapsed;
    }

    /**
     * The limit that fired, named as its setting.
     *
     * @return for instance {@code task-timeout}
     */
    public String limitName() {
        return limitName;
    }

    /**
     * The limit's value.
     *
     * @return the setting
     */
    public Duration limit() {
        return limit;
    }

    /**
     * How long the task had run when it was ended.
     *
     * @return the time since it was handed to a free worker
     */
    public Duration elapsed() {
        return elapsed;
    }
}
