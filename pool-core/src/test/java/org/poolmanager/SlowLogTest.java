package org.poolmanager;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Warnings of slow tasks")
class SlowLogTest {

    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

    private final SlowLog log = new SlowLog(
            new Texts(PoolManager.builder(Tasks::twice).name("slow").build().settings()));

    private String warning() {
        return log.warning(
                new TaskRef("slow", 7, 1, 4711, 1), Fired.of("slow-task-threshold", SECOND, 2 * SECOND), List.of());
    }

    @Test
    @DisplayName("one in ten seconds; the next then says how many slow tasks before it were not reported, and no other"
            + " does")
    void whatIsLeftOutIsCounted() {
        long start = Long.MAX_VALUE - SECOND; // the time of a JVM may pass that
        assertThat(log.isDue(start)).isTrue();
        assertThat(warning()).startsWith("Task 7 of pool 'slow' on worker 1").doesNotContain("not reported");
        for (long seconds : new long[] {0, 1, 9}) {
            assertThat(log.isDue(start + seconds * SECOND)).isFalse();
        }
        assertThat(log.isDue(start + 10 * SECOND)).isTrue();
        String next = warning();
        System.out.println(next);
        assertThat(next).contains("and goes on. 3 slow tasks before it were not reported.");
        assertThat(log.isDue(start + 20 * SECOND)).isTrue();
        assertThat(warning()).doesNotContain("not reported");
    }
}
