package org.poolmanager.boot.events;

import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * How long something took during the last minutes. Times are counted in classes, eight for each power of two, so a
 * percentile is at most an eighth above the truth, and a minute takes two kilobytes.
 */
final class RecentTimes {

    static final Duration WINDOW = Duration.ofMinutes(5);

    private static final long MINUTE = TimeUnit.MINUTES.toNanos(1);

    private static final int PARTS = 8;

    private static final int BITS = 3;

    private static final int CLASSES = PARTS * (Long.SIZE - BITS);

    private final LongSupplier clock;

    /** Guarded by this. */
    private final Minute[] minutes = new Minute[(int) WINDOW.toMinutes()];

    /** One minute's times. */
    private static final class Minute {

        private final int[] counts = new int[CLASSES];

        private long number = -1;

        private long max;

        private void begin(long next) {
            number = next;
            max = 0;
            Arrays.fill(counts, 0);
        }
    }

    /** By a clock of nanoseconds that begins at any value, and does not go back. */
    RecentTimes(LongSupplier clock) {
        long begin = clock.getAsLong();
        this.clock = () -> clock.getAsLong() - begin;
        Arrays.setAll(minutes, i -> new Minute());
    }

    synchronized void add(Duration time) {
        long nanos = Math.max(0, time.toNanos());
        long now = clock.getAsLong() / MINUTE;
        Minute minute = minutes[(int) (now % minutes.length)];
        if (minute.number != now) {
            minute.begin(now);
        }
        minute.counts[classOf(nanos)]++;
        minute.max = Math.max(minute.max, nanos);
    }

    /** The percentiles of the window; null if nothing happened in it. */
    synchronized PoolTiming.@Nullable Percentiles percentiles() {
        long oldest = clock.getAsLong() / MINUTE - minutes.length + 1;
        long[] counts = new long[CLASSES];
        long max = 0;
        for (Minute minute : minutes) {
            if (minute.number >= Math.max(0, oldest)) {
                Arrays.setAll(counts, i -> counts[i] + minute.counts[i]);
                max = Math.max(max, minute.max);
            }
        }
        long all = Arrays.stream(counts).sum();
        return all == 0
                ? null
                : new PoolTiming.Percentiles(
                        percentile(counts, all, 50, max),
                        percentile(counts, all, 95, max),
                        percentile(counts, all, 99, max),
                        Duration.ofNanos(max));
    }

    private static Duration percentile(long[] counts, long all, int percent, long max) {
        long wanted = Math.max(1, (all * percent + 99) / 100);
        long seen = 0;
        int at = -1;
        while (seen < wanted) {
            at++;
            seen += counts[at];
        }
        return Duration.ofNanos(Math.min(max, lastOf(at)));
    }

    private static int classOf(long nanos) {
        if (nanos < PARTS) {
            return (int) nanos;
        }
        int shift = Long.SIZE - 1 - Long.numberOfLeadingZeros(nanos) - BITS;
        return PARTS * (shift + 1) + (int) (nanos >>> shift) - PARTS;
    }

    /** The longest time of a class. */
    private static long lastOf(int index) {
        if (index < PARTS) {
            return index;
        }
        int shift = index / PARTS - 1;
        return ((long) (PARTS + index % PARTS + 1) << shift) - 1;
    }
}
