package org.poolmanager;

import org.jspecify.annotations.Nullable;
import org.poolmanager.launch.ExitReport;

/** The worker's process went away while it had this task. */
public final class WorkerCrashedException extends TaskException {

    private static final long serialVersionUID = 1L;

    private final WorkerExit reason;

    private final transient @Nullable ExitReport exit;

    WorkerCrashedException(TaskRef task, String message, WorkerExit reason, @Nullable ExitReport exit) {
        super(task, message, null);
        this.reason = reason;
        this.exit = exit;
    }

    /**
     * Whose doing it was.
     *
     * @return {@link WorkerExit#OPERATOR} if somebody had the worker killed; else what the process itself shows
     */
    public WorkerExit reason() {
        return reason;
    }

    /**
     * Why and how the process ended: reason, exit value or signal, crash log, last lines of output.
     *
     * @return the evidence, or null in an exception that was itself serialized
     */
    public @Nullable ExitReport exit() {
        return exit;
    }
}
