package org.poolmanager;

import org.jspecify.annotations.Nullable;
import org.poolmanager.launch.ExitReport;

/**
 * What is known when a worker is gone.
 *
 * @param reason why, as far as the worker itself shows it
 * @param text in words
 * @param exit the process's exit, null for a thread
 * @param begun how many tasks it began
 * @param finished how many tasks it finished
 */
record WorkerEnd(WorkerExit reason, String text, @Nullable ExitReport exit, long begun, long finished) {

    /** The same end, after a failure of the pool's own work. */
    WorkerEnd after(Throwable failure) {
        return new WorkerEnd(WorkerExit.CRASH, Texts.laneFailed(failure), exit, begun, finished);
    }

    /** The same end, as somebody's wish. */
    WorkerEnd wanted() {
        return new WorkerEnd(WorkerExit.OPERATOR, "an operator had its worker killed", exit, begun, finished);
    }
}
