package org.poolmanager;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(NoLeftovers.class)
@DisplayName("Time limits")
class TimeLimitTest {

    private static final Duration LIMIT = Duration.ofSeconds(1);

    @BothModes
    @DisplayName("C035, C045: a task over its limit is ended, its worker replaced, its neighbours untouched")
    void c035OverTheLimit(Isolation isolation) throws Exception {
        try (var pool = PoolManager.builder(Tasks::spin)
                .isolation(isolation)
                .size(2)
                .taskTimeout(LIMIT)
                .start()) {
            pool.map(List.of(1, 1, 1, 1));
            long start = System.nanoTime();
            CompletableFuture<Integer> tooLong = pool.submit(4000);
            CompletableFuture<Integer> neighbour = pool.submit(100);
            assertThatThrownBy(() -> tooLong.get(10, TimeUnit.SECONDS))
                    .isInstanceOf(ExecutionException.class)
                    .cause()
                    .isInstanceOfSatisfying(TaskTimeoutException.class, e -> {
                        assertThat(e.limitName()).isEqualTo("task-timeout");
                        assertThat(e.limit()).isEqualTo(LIMIT);
                        assertThat(e.elapsed()).isBetween(LIMIT, LIMIT.plusMillis(1000));
                        assertThat(e.index()).isEqualTo(4);
                    })
                    .hasMessageContaining("over its task-timeout of 1.000 s")
                    .hasMessageContaining("raise task-timeout");
            long took = (System.nanoTime() - start) / 1_000_000;
            System.out.println("C035 " + isolation + ": limit of 1 s told after " + took + " ms");
            assertThat(took).isBetween(1000L, 2000L);
            assertThat(neighbour.get(10, TimeUnit.SECONDS)).isEqualTo(100);
            assertThat(pool.map(IntStream.range(0, 20).boxed().toList())).hasSize(20);
            PoolStats.Tasks tasks = ApiContractTest.sample(pool).tasks();
            assertThat(tasks.timedOut()).isEqualTo(1);
            assertThat(tasks.crashed()).isZero();
        }
    }

    @BothModes
    @DisplayName("C037: waiting in the queue does not count")
    void c037WaitingDoesNotCount(Isolation isolation) throws Exception {
        try (var pool = PoolManager.builder(Tasks::sleepMillis)
                .isolation(isolation)
                .size(1)
                .queueSize(20)
                .taskTimeout(LIMIT)
                .start()) {
            assertThat(pool.map(java.util.Collections.nCopies(10, 150))).hasSize(10);
            assertThat(pool.stats().tasks().timedOut()).isZero();
        }
    }

    @Test
    @DisplayName("C039: only the slow ones fail")
    void c039NoCollateral() throws Exception {
        try (var pool = PoolManager.builder(Tasks::sleepMillis)
                .size(2)
                .taskTimeout(LIMIT)
                .start()) {
            List<Outcome<Integer>> outcomes = pool.mapOutcomes(List.of(10, 5000, 20, 5000, 30, 5000, 40));
            assertThat(outcomes)
                    .extracting(Outcome::kind)
                    .containsExactly(
                            Outcome.Kind.COMPLETED,
                            Outcome.Kind.TIMED_OUT,
                            Outcome.Kind.COMPLETED,
                            Outcome.Kind.TIMED_OUT,
                            Outcome.Kind.COMPLETED,
                            Outcome.Kind.TIMED_OUT,
                            Outcome.Kind.COMPLETED);
            await().untilAsserted(() -> assertThat(pool.stats().restarts()).isEqualTo(3));
        }
    }

    @BothModes
    @DisplayName("D14: limits hold after a restart of the pool as before it")
    void limitsHoldAfterRestart(Isolation isolation) throws Exception {
        var pool = PoolManager.builder(Tasks::spin)
                .isolation(isolation)
                .size(1)
                .taskTimeout(LIMIT)
                .start();
        try (pool) {
            pool.submit(10_000);
            await().until(() -> pool.stats().tasks().running() == 1);
            pool.close();
            pool.start();
            assertThat(pool.mapOutcomes(List.of(10_000)).get(0).kind()).isEqualTo(Outcome.Kind.TIMED_OUT);
            await().untilAsserted(() -> assertThat(
                            pool.stats().workerList().get(0).lastExit().message())
                    .isEqualTo("the pool killed it because its task ran over its task-timeout"));
        }
    }

    @Test
    @DisplayName("C040: tasks as long as their limit have one outcome each, and no wrong victim")
    void c040RaceWithTheLimit() throws Exception {
        int limit = 60;
        try (var pool = PoolManager.builder(Tasks::spin)
                .size(2)
                .queueSize(8)
                .taskTimeout(Duration.ofMillis(limit))
                .start()) {
            List<Integer> lengths =
                    IntStream.range(0, 60).map(i -> limit - 5 + i % 11).boxed().toList();
            List<Outcome<Integer>> outcomes = pool.mapOutcomes(lengths);
            assertThat(outcomes).extracting(Outcome::kind).isSubsetOf(Outcome.Kind.COMPLETED, Outcome.Kind.TIMED_OUT);
            PoolStats stats = ApiContractTest.sample(pool);
            await().untilAsserted(() ->
                    assertThat(pool.stats().restarts()).isEqualTo(stats.tasks().timedOut()));
            System.out.println("C040: " + stats.tasks().timedOut() + " of 60 ended by the limit");
        }
    }
}
