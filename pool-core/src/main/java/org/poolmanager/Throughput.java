package org.poolmanager;

import java.util.concurrent.TimeUnit;

/** Counts per second over the last five minutes, in a ring. Guarded by the pool's lock. */
final class Throughput {

    private static final int SECONDS = 300;

    private final long[] counts = new long[SECONDS];

    private final long start;

    private long last;

    Throughput(long now) {
        start = second(now);
        last = start;
    }

    void add(int count, long now) {
        advance(second(now));
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
        return TimeUnit.NANOSECONDS.toSeconds(now) + (1L << 40);
    }
}
