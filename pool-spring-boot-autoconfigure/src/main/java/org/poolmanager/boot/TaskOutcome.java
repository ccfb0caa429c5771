package org.poolmanager.boot;

import java.util.concurrent.CancellationException;
import org.jspecify.annotations.Nullable;
import org.poolmanager.Outcome;
import org.poolmanager.TaskFailedException;
import org.poolmanager.TaskTimeoutException;
import org.poolmanager.WorkerCrashedException;

/** How meters and observations speak of the ends of tasks. */
public final class TaskOutcome {

    private TaskOutcome() {}

    /**
     * The value of {@code outcome}.
     *
     * @param kind how a task ended
     * @return its name
     */
    public static String of(Outcome.Kind kind) {
        return switch (kind) {
            case COMPLETED -> "SUCCESS";
            case FAILED -> "FAILURE";
            case TIMED_OUT -> "TIMEOUT";
            case CRASHED -> "CRASH";
            case CANCELLED -> "CANCELLED";
        };
    }

    /**
     * The value of {@code error}.
     *
     * @param kind how a task ended
     * @param failure the name of the exception's class, if the event has one
     * @return a simple class name, or {@code none}
     */
    public static String error(Outcome.Kind kind, @Nullable String failure) {
        return failure == null
                ? usualError(kind)
                : failure.substring(Math.max(failure.lastIndexOf('.'), failure.lastIndexOf('$')) + 1);
    }

    /** What a task of this outcome throws, unless the event says something else. */
    private static String usualError(Outcome.Kind kind) {
        return switch (kind) {
            case COMPLETED -> "none";
            case FAILED -> TaskFailedException.class.getSimpleName();
            case TIMED_OUT -> TaskTimeoutException.class.getSimpleName();
            case CRASHED -> WorkerCrashedException.class.getSimpleName();
            case CANCELLED -> CancellationException.class.getSimpleName();
        };
    }
}
