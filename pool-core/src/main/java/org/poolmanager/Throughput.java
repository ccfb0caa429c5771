package org.poolmanager;

import java.util.concurrent.TimeUnit;

/** Counts per second over the last five minutes, in a ring. Guarded by the pool's lock. */
final class Throughput {

    private static final int SECONDS = 300;

    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

    private static final long EPOCH = 1L << 40;

    private final long[] counts = new long[SECONDS];

    private final long start;

    private long last;

    /** When the last second is over, or later than this is looked for it. */
    private long end;

    Throughput(long now) {
        start = second(now);
        last = start;
        end = now;
    }

    void add(int count, long now) {
        if (now - end >= 0) { // else no division: this is done for each task
            advance(second(now));
            end = (last + 1 - EPOCH) * SECOND;
        }
        counts[(int) (last % SECONDS)] += count;
    }

    /** Mean per second over so many seconds, the current one included, or over the age if that is less. */
    double perSecond(int seconds, long now) {
        advance(second(now));
        long sum = 0;
        for (int i = 0; i < seconds; i++) {
            if (last - i >= start) {
                sum += counts[(int) ((last - i) % SECONDS)];
            }
        }
        return (double) sum / Math.min(seconds, last - start + 1);
    }

    private void advance(long second) {
        if (second - last >= SECONDS) {
            java.util.Arrays.fill(counts, 0);
            last = second;
        }
        while (last < second) {
            last++;
            counts[(int) (last % SECONDS)] = 0;
        }
    }

    /** Never negative, so that it can index the ring; only differences matter. */
    private static long second(long now) {
        return Math.floorDiv(now, SECOND) + EPOCH;
    }
}
