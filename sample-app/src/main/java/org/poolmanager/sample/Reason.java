package org.poolmanager.sample;

import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.CancellationException;
import org.jspecify.annotations.Nullable;
import org.poolmanager.PoolException;
import org.poolmanager.QueueFullException;
import org.poolmanager.TaskFailedException;
import org.poolmanager.TaskTimeoutException;
import org.poolmanager.WorkerCrashedException;
import org.poolmanager.launch.ExitReason;
import org.poolmanager.launch.ExitReport;

/**
 * Why a document could not be taken, read or drawn, for the person who sent it.
 *
 * @param problem which kind of reason
 * @param text a sentence or two
 */
record Reason(Problem problem, String text) {

    /** What it means for the document that reading or drawing it failed, if one of them did. */
    static @Nullable Reason of(@Nullable Throwable reading, @Nullable Throwable drawing) {
        Reason unread = reading == null ? null : of(reading);
        Reason undrawn = drawing == null ? null : of(drawing);
        if (unread == null) {
            return undrawn == null ? null : new Reason(undrawn.problem, "Not drawn. " + undrawn.text);
        }
        if (undrawn == null) {
            return new Reason(unread.problem, "Not read. " + unread.text);
        }
        return unread.equals(undrawn)
                ? unread
                : new Reason(unread.problem, "Not read. " + unread.text + ". Not drawn. " + undrawn.text);
    }

    /** What a pool's exception means for the document. */
    static Reason of(Throwable failure) {
        if (failure instanceof TaskTimeoutException timeout) {
            return new Reason(Problem.TIMED_OUT, text(timeout));
        }
        if (failure instanceof WorkerCrashedException crash) {
            return ofCrash(crash);
        }
        if (failure instanceof TaskFailedException failed) {
            return ofCause(failed.getCause() == null ? failed : failed.getCause());
        }
        if (failure instanceof QueueFullException full) {
            String text =
                    "Busy, try again: no room in the pool '%s' within %s".formatted(full.pool(), words(full.waited()));
            return new Reason(Problem.BUSY, text);
        }
        if (failure instanceof CancellationException
                || failure instanceof InterruptedException
                || failure instanceof IllegalStateException
                || failure instanceof PoolException) {
            return new Reason(Problem.UNAVAILABLE, "Not processed: " + failure.getMessage());
        }
        return new Reason(Problem.FAILED, "Failed: " + failure);
    }

    private static Reason ofCause(Throwable cause) {
        if (cause instanceof UnreadableException unreadable) {
            return new Reason(unreadable.problem(), String.valueOf(unreadable.getMessage()));
        }
        return new Reason(Problem.FAILED, "The reader failed: " + cause);
    }

    private static Reason ofCrash(WorkerCrashedException crash) {
        ExitReport exit = crash.exit();
        boolean memory = exit != null && exit.reason() == ExitReason.OUT_OF_MEMORY;
        String how = exit == null ? "ended" : exit.describe();
        String text = "The worker process that had it (pid %d) %s".formatted(crash.workerPid(), how);
        return new Reason(memory ? Problem.OUT_OF_MEMORY : Problem.CRASHED, text);
    }

    private static String text(TaskTimeoutException timeout) {
        return "Ended after %s: %s is %s"
                .formatted(words(timeout.elapsed()), timeout.limitName(), words(timeout.limit()));
    }

    private static String words(Duration duration) {
        return String.format(Locale.ROOT, "%.1f s", duration.toMillis() / 1000.0);
    }
}
