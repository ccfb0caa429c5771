package org.poolmanager;

import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Says which failures of somebody else's code are worth a warning: what always fails must not fill the log. Thread-safe. */
final class Complaints {

    private static final long WINDOW = TimeUnit.SECONDS.toNanos(10);

    private static final int WARNINGS = 5;

    /** Guarded by this, like the next. */
    private long windowSince = System.nanoTime();

    private int failures;

    /** What to add to the warning about this failure; null if it is not to be reported. */
    @Nullable
    synchronized String next() {
        long now = System.nanoTime();
        int leftOut = 0;
        if (now - windowSince >= WINDOW) {
            leftOut = Math.max(0, failures - WARNINGS);
            windowSince = now;
            failures = 0;
        }
        failures++;
        if (failures > WARNINGS) {
            return null;
        }
        return leftOut == 0 ? "" : "; " + leftOut + " failures before it were not reported";
    }
}
