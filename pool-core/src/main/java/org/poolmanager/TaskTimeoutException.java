package org.poolmanager;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A limit of the pool or of the call ended the task. Not to be confused with {@link java.util.concurrent.TimeoutException}, which
 * says that a caller waited long enough.
 */
public final class TaskTimeoutException extends TaskException {

    private static final long serialVersionUID = 1L;

    private final String limitName;

    private final Duration limit;

    private final Duration elapsed;

    /** An array, because it must be serializable. */
    private final StackTraceElement[] workerStack;

    TaskTimeoutException(
            TaskRef task, Fired fired, List<StackTraceElement> workerStack, String message, @Nullable Throwable cause) {
        super(task, message, cause);
        this.limitName = fired.name();
        this.limit = fired.limit();
        this.elapsed = fired.taken();
        this.workerStack = workerStack.toArray(new StackTraceElement[0]);
    }

    /**
     * The limit that fired, named as its setting.
     *
     * @return {@code queue-timeout}, {@code soft-timeout}, {@code task-timeout}, {@code stall-timeout} or
     *     {@code hang-timeout}
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
     * How long it was when the limit fired.
     *
     * @return how long the task had waited in the queue ({@code queue-timeout}), how long it had reported no progress
     *     ({@code stall-timeout}), how long its worker had given no sign of life ({@code hang-timeout}), else the time since
     *     it was handed to a free worker
     */
    public Duration elapsed() {
        return elapsed;
    }

    /**
     * Where the task was when it was ended: the stack of the thread that ran it, innermost call first.
     *
     * @return empty if the task had not begun, ended by itself after its soft limit, or its worker did not answer within
     *     250 ms
     */
    public List<StackTraceElement> workerStack() {
        return List.of(workerStack);
    }
}
