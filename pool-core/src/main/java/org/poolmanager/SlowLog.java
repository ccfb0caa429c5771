package org.poolmanager;

import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Warnings of tasks that take long, while they do; so few that a slow day does not fill a disk. Guarded by the pool's lock. */
final class SlowLog {

    private static final long PAUSE = TimeUnit.SECONDS.toNanos(10);

    private final Texts texts;

    private boolean hasWarned;

    private long warnedAt;

    private int leftOut;

    SlowLog(Texts texts) {
        this.texts = texts;
    }

    /** Whether a warning may be given now; if not, it is counted. */
    boolean isDue(long now) {
        if (hasWarned && now - warnedAt < PAUSE) {
            leftOut++;
            return false;
        }
        hasWarned = true;
        warnedAt = now;
        return true;
    }

    String warning(TaskRef task, Fired fired, @Nullable List<StackTraceElement> stack) {
        int before = leftOut;
        leftOut = 0;
        return texts.slow(task, fired, stack == null ? List.of() : stack, before);
    }
}
