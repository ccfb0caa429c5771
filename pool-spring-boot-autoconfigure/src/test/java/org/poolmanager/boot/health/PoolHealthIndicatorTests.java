package org.poolmanager.boot.health;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.poolmanager.PoolEvent;
import org.poolmanager.PoolManager;
import org.poolmanager.PoolSettings;
import org.poolmanager.PoolState;
import org.poolmanager.PoolStats;
import org.poolmanager.StartMode;
import org.poolmanager.WorkerExit;
import org.poolmanager.WorkerState;
import org.poolmanager.boot.PoolDegradation;
import org.poolmanager.boot.workers.Square;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.Status;

class PoolHealthIndicatorTests {

    private static final Instant START = Instant.parse("2026-05-02T09:00:00Z");

    private static final PoolSettings EAGER = PoolManager.builder(Square.class)
            .startTimeout(Duration.ofSeconds(30))
            .build()
            .settings();

    private static final PoolEvent EXIT = new PoolEvent.WorkerExited("pool", 1, 1, WorkerExit.CRASH, "it exited");

    private final Clock clock = new Clock() {
        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }

        @Override
        public Instant instant() {
            return now;
        }
    };

    private Instant now = START;

    private PoolStats stats = stats(PoolState.NEW, 0, null);

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
        assertThat(afterLosing(2, 1, Duration.ofSeconds(30)).getStatus()).isEqualTo(Status.UP);
    }

    @Test
    void noWorkerForLongerThanAStartMayTakeIsDown() {
        Health health = afterLosing(2, 1, Duration.ofSeconds(31));
        assertThat(health.getStatus()).isEqualTo(Status.DOWN);
        assertThat(health.getDetails())
                .containsEntry("reason", "No worker has been ready since 2026-05-02T09:01:00Z, for more than PT30S")
                .containsEntry("error", "WORKER_CRASHED: it exited");
    }

    @Test
    void fewerWorkersThanTheyMustBeIsDownAsWell() {
        Health health = afterLosing(1, 2, Duration.ofSeconds(31));
        assertThat(health.getStatus()).isEqualTo(Status.DOWN);
        assertThat(health.getDetails())
                .containsEntry(
                        "reason",
                        "Fewer than 2 workers have been ready since 2026-05-02T09:01:00Z, for more than PT30S");
        assertThat(afterLosing(1, 2, Duration.ofSeconds(30)).getStatus()).isEqualTo(Status.UP);
        assertThat(afterLosing(1, 1, Duration.ofDays(1)).getStatus()).isEqualTo(Status.UP);
    }

    @Test
    void noMoreWorkersThanThePoolIsToHaveMustBeReady() {
        assertThat(afterLosing(0, 3, Duration.ofDays(1)).getStatus()).isEqualTo(Status.UP);
        assertThat(afterLosing(1, 3, Duration.ofDays(1)).getStatus()).isEqualTo(Status.DOWN);
    }

    @Test
    void timeBeginsAnewWhenAWorkerWasReadyMeanwhile() {
        PoolHealthIndicator indicator = indicator(1);
        at(60, stats(PoolState.RUNNING, 0, START.plusSeconds(60)));
        indicator.onEvent(EXIT);
        at(80, stats(PoolState.RUNNING, 1, START.plusSeconds(60)));
        indicator.onEvent(new PoolEvent.WorkerStarted("pool", 1, 2, 1, Duration.ZERO));
        at(81, stats(PoolState.RUNNING, 0, START.plusSeconds(81)));
        indicator.onEvent(EXIT);
        at(111, stats(PoolState.RUNNING, 0, START.plusSeconds(81)));
        assertThat(indicator.health().getStatus()).isEqualTo(Status.UP);
        at(112, stats(PoolState.RUNNING, 0, START.plusSeconds(81)));
        assertThat(indicator.health().getStatus()).isEqualTo(Status.DOWN);
    }

    @Test
    void failureIsExplained() {
        PoolHealthIndicator indicator = indicator(1);
        at(0, stats(PoolState.FAILED, 0, null));
        indicator.onEvent(
                new PoolEvent.StateChanged("pool", PoolState.STARTING, PoolState.FAILED, "no licence key found"));
        assertThat(indicator.health().getDetails()).containsEntry("reason", "no licence key found");
    }

    @Test
    void lazyPoolThatNobodyHasUsed() {
        PoolSettings lazy = PoolManager.builder(Square.class)
                .startMode(StartMode.LAZY)
                .build()
                .settings();
        Health health = new PoolHealthIndicator(() -> stats(PoolState.NEW, 0, null), lazy, 1, clock).health();
        assertThat(health.getStatus()).isEqualTo(Status.UNKNOWN);
        assertThat(health.getDetails()).containsEntry("reason", "The pool starts with its first task");
    }

    private Health health(PoolStats stats, Duration later) {
        at(later.toSeconds(), stats);
        return indicator(1).health();
    }

    /** The health of a pool of two that has lost so many workers after a minute, and got none back so much later. */
    private Health afterLosing(int lost, int minWorkers, Duration later) {
        PoolHealthIndicator indicator = indicator(minWorkers);
        at(60, stats(PoolState.RUNNING, 2 - lost, START.plusSeconds(60)));
        indicator.onEvent(EXIT);
        at(60 + later.toSeconds(), stats(PoolState.RUNNING, 2 - lost, START.plusSeconds(60)));
        return indicator.health();
    }

    private PoolHealthIndicator indicator(int minWorkers) {
        return new PoolHealthIndicator(() -> stats, EAGER, minWorkers, clock);
    }

    private void at(long seconds, PoolStats then) {
        now = START.plusSeconds(seconds);
        stats = then;
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
