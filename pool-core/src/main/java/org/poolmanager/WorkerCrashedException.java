package org.poolmanager;

import org.jspecify.annotations.Nullable;
import org.poolmanager.launch.ExitReport;

/** The worker's process went away while it had this task. */
public final class WorkerCrashedException extends TaskException {

    private static final long serialVersionUID = 1L;

    private final transient @Nullable ExitReport exit;

    WorkerCrashedException(TaskRef task, String message, @Nullable ExitReport exit) {
        super(task, message, null);
        this.exit = exit;
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
