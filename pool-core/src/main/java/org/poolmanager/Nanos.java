package org.poolmanager;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Durations as nanoseconds that never overflow: 292 years are as good as for ever. */
final class Nanos {

    /** A limit that nobody has set. It can be added to a moment. */
    static final long NEVER = Long.MAX_VALUE / 4;

    private Nanos() {}

    static long of(Duration duration) {
        try {
            return duration.toNanos();
        } catch (ArithmeticException e) {
            return duration.isNegative() ? Long.MIN_VALUE : Long.MAX_VALUE;
        }
    }

    static long limit(@Nullable Duration duration) {
        return duration == null ? NEVER : Math.min(of(duration), NEVER);
    }
}
