package org.poolmanager.boot.health;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.poolmanager.PoolState;
import org.poolmanager.PoolStats;
import org.poolmanager.WorkerExit;
import org.poolmanager.WorkerState;
import org.poolmanager.boot.PoolDegradation;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.Status;

class PoolHealthIndicatorTests {

    private static final Instant START = Instant.parse("2026-05-02T09:00:00Z");

    private static final Duration START_TIMEOUT = Duration.ofSeconds(30);

    @ParameterizedTest
    @CsvSource({
        "NEW, UNKNOWN, The pool has not been started",
        "STARTING, OUT_OF_SERVICE, The first workers are being started",
        "DRAINING, OUT_OF_SERVICE, 'The pool is closing, and finishes its work'",
        "STOPPED, UNKNOWN, The pool has been closed",
        "BROKEN, DOWN, No worker could be started",
        "FAILED, DOWN, No worker could be started"
    })
    void stateThatIsNotRunning(PoolState state, String status, String reason) {
        Health health = health(stats(state, 0, null), Duration.ofDays(1));
        assertThat(health.getStatus()).isEqualTo(new Status(status));
        assertThat(health.getDetails())
                .containsEntry("state", state)
                .containsEntry("reason", reason)
                .containsEntry("degraded", List.of());
    }

    @Test
    void runningIsUp() {
        Health health = health(stats(PoolState.RUNNING, 2, null), Duration.ofDays(1));
        assertThat(health.getStatus()).isEqualTo(Status.UP);
        assertThat(health.getDetails())
                .containsExactlyInAnyOrderEntriesOf(Map.of(
                        "state",
                        PoolState.RUNNING,
                        "workers",
                        Map.of("live", 2, "target", 2),
                        "queue",
                        Map.of("size", 1, "capacity", 4),
                        "degraded",
                        List.of()));
    }

    @Test
    void degradationIsUp() {
        Health health = health(stats(PoolState.RUNNING, 1, START), Duration.ofDays(1));
        assertThat(health.getStatus()).isEqualTo(Status.UP);
        assertThat(health.getDetails())
                .containsEntry("degraded", List.of(PoolDegradation.BELOW_TARGET, PoolDegradation.RESTARTING));
    }

    @Test
    void noWorkerForAWhileIsUp() {
        assertThat(health(stats(PoolState.RUNNING, 0, START.plusSeconds(60)), Duration.ofSeconds(80))
                        .getStatus())
                .isEqualTo(Status.UP);
    }

    @Test
    void noWorkerForLongerThanAStartMayTakeIsDown() {
        Health health = health(stats(PoolState.RUNNING, 0, START.plusSeconds(60)), Duration.ofSeconds(91));
        assertThat(health.getStatus()).isEqualTo(Status.DOWN);
        assertThat(health.getDetails())
                .containsEntry("reason", "No worker has been ready since 2026-05-02T09:01:00Z, for more than PT30S")
                .containsEntry("error", "WORKER_CRASHED: it exited");
    }

    @Test
    void failureIsExplained() {
        Health health = new PoolHealthIndicator(
                        () -> stats(PoolState.FAILED, 0, null),
                        START_TIMEOUT,
                        "no licence key found",
                        clock(Duration.ZERO))
                .health();
        assertThat(health.getDetails()).containsEntry("reason", "no licence key found");
    }

    private static Health health(PoolStats stats, Duration later) {
        return new PoolHealthIndicator(() -> stats, START_TIMEOUT, null, clock(later)).health();
    }

    private static Clock clock(Duration later) {
        return Clock.fixed(START.plus(later), ZoneOffset.UTC);
    }

    /** Of two workers, the first so many live; the others are on their way, after an exit if that is given. */
    private static PoolStats stats(PoolState state, int live, Instant exit) {
        return new PoolStats(
                state,
                START,
                new PoolStats.Workers(2, live, 0, 2 - live, 0),
                new PoolStats.Queue(1, 4, 5, null),
                new PoolStats.Tasks(0, 0, 0, 0, 0, 0, 0, 0, 0),
                new PoolStats.Throughput(0, 0),
                0,
                List.of(worker(1, live > 0, exit), worker(2, live > 1, exit)),
                0,
                0,
                0,
                new PoolStats.Logs(0, 0, null, List.of()),
                exit == null ? null : new PoolStats.Failure(exit, 1, "WORKER_CRASHED", "it exited"));
    }

    private static PoolStats.Worker worker(int id, boolean live, Instant exit) {
        PoolStats.Exit last = exit == null ? null : new PoolStats.Exit(exit, WorkerExit.CRASH, 1, "it exited");
        WorkerState state = live ? WorkerState.IDLE : WorkerState.STARTING;
        return new PoolStats.Worker(id, 1, -1, state, null, null, 0, 0, null, last);
    }
}
