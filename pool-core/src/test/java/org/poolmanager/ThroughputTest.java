package org.poolmanager;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("Throughput")
class ThroughputTest {

    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

    @ParameterizedTest
    @ValueSource(
            longs = {0, 1_000_000_000_000L, -1_000_000_000_000L, -2_500_000_000L, Long.MAX_VALUE - 50_000_000_000L})
    @DisplayName("is counted by the second in which a task ends, wherever the clock stands and whoever asks in between")
    void seconds(long begin) {
        long start = Math.floorDiv(begin, SECOND) * SECOND;
        Throughput throughput = new Throughput(start);
        throughput.add(6, start);
        throughput.add(4, start + SECOND - 1);
        assertThat(throughput.perSecond(60, start + SECOND - 1)).isEqualTo(10);
        assertThat(throughput.perSecond(60, start + SECOND)).isEqualTo(5);
        throughput.add(20, start + SECOND);
        throughput.add(2, start + SECOND / 2); // an older look at the clock
        assertThat(throughput.perSecond(1, start + SECOND)).isEqualTo(22);
        assertThat(throughput.perSecond(60, start + 3 * SECOND)).isEqualTo(8);
        throughput.add(3, start + 3 * SECOND);
        assertThat(throughput.perSecond(2, start + 3 * SECOND)).isEqualTo(1.5);
        throughput.add(7, start + 10 * SECOND);
        assertThat(throughput.perSecond(1, start + 10 * SECOND)).isEqualTo(7);
        assertThat(throughput.perSecond(300, start + 10 * SECOND)).isEqualTo(42.0 / 11);
    }
}
