package org.poolmanager.boot.events;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.LongStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.poolmanager.boot.events.PoolTiming.Percentiles;

class RecentTimesTests {

    private final AtomicLong now = new AtomicLong(Long.MAX_VALUE - 1000); // the clock may begin anywhere

    private final RecentTimes times = new RecentTimes(now::get);

    private Percentiles percentiles() {
        return Objects.requireNonNull(times.percentiles());
    }

    @Test
    @DisplayName("5.4: percentiles are at most an eighth above the truth, from nanoseconds to days")
    void precise() {
        long[] truth =
                new Random(7).longs(10_000, 0, 50).map(power -> 1L << power).toArray();
        LongStream.of(truth).forEach(nanos -> times.add(Duration.ofNanos(nanos + nanos / 3)));
        long[] sorted =
                LongStream.of(truth).map(nanos -> nanos + nanos / 3).sorted().toArray();
        assertClose(percentiles().p50(), sorted[4_999]);
        assertClose(percentiles().p95(), sorted[9_499]);
        assertClose(percentiles().p99(), sorted[9_899]);
        assertThat(percentiles().max().toNanos()).isEqualTo(sorted[9_999]);
    }

    private static void assertClose(Duration percentile, long truth) {
        assertThat(percentile.toNanos()).isBetween(truth, truth + truth / 8);
    }

    @Test
    @DisplayName("5.4: what is older than the window is forgotten, minute by minute")
    void window() {
        times.add(Duration.ofSeconds(9));
        now.addAndGet(Duration.ofMinutes(3).toNanos());
        times.add(Duration.ofSeconds(1));
        assertThat(percentiles().max()).isEqualTo(Duration.ofSeconds(9));
        now.addAndGet(Duration.ofMinutes(2).toNanos());
        assertThat(percentiles().max()).isEqualTo(Duration.ofSeconds(1));
        times.add(Duration.ofSeconds(2));
        assertThat(percentiles().max()).isEqualTo(Duration.ofSeconds(2));
        now.addAndGet(Duration.ofMinutes(9).toNanos());
        assertThat(times.percentiles()).isNull();
    }

    @Test
    @DisplayName("5.4: every time is in a class, and no time is below zero")
    void limits() {
        times.add(Duration.ofNanos(-5));
        assertThat(percentiles().p99()).isZero();
        times.add(Duration.ofNanos(Long.MAX_VALUE));
        assertThat(percentiles().max().toNanos()).isEqualTo(Long.MAX_VALUE);
        assertThat(percentiles().p99().toNanos()).isEqualTo(Long.MAX_VALUE);
    }
}
