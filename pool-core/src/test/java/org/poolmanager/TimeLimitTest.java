package org.poolmanager;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
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
            TaskOptions patient = TaskOptions.defaults().taskTimeout(Duration.ofMinutes(1));
            MapOptions patientOnes = MapOptions.defaults().tasks(patient);
            pool.map(List.of(1, 1, 1, 1), patientOnes);
            long start = System.nanoTime();
            CompletableFuture<Integer> tooLong = pool.submit(4000);
            CompletableFuture<Integer> neighbour = pool.submit(100, patient);
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
            assertThat(pool.map(IntStream.range(0, 20).boxed().toList(), patientOnes))
                    .hasSize(20);
            PoolStats.Tasks tasks = ApiContractTest.sample(pool).tasks();
            assertThat(tasks.timedOut()).isEqualTo(1);
            assertThat(tasks.crashed()).isZero();
        }
    }

    @Test
    @DisplayName("C035: the process of a sleeping task over its limit is soon gone, and is replaced once")
    void c035Sleeping() throws Exception {
        Timely.assertTakesLess(
                "C035 sleeping: the end of the process, with a limit of 1 s,",
                LIMIT.plusSeconds(3).toMillis(),
                TimeLimitTest::sleepForTooLong);
    }

    /** Returns when the process was gone, counted from the task's submission. */
    private static long sleepForTooLong() throws Exception {
        try (var pool = PoolManager.builder(Tasks::sleepMillis)
                .size(1)
                .taskTimeout(LIMIT)
                .start()) {
            ProcessHandle worker =
                    ProcessHandle.of(pool.stats().workerList().get(0).pid()).orElseThrow();
            long start = System.nanoTime();
            CompletableFuture<Integer> tooLong = pool.submit(600_000);
            assertThatThrownBy(() -> tooLong.get(20, TimeUnit.SECONDS))
                    .cause()
                    .isInstanceOfSatisfying(
                            TaskTimeoutException.class,
                            e -> assertThat(e.index()).isZero());
            await().pollInterval(Duration.ofMillis(5)).until(() -> !worker.isAlive());
            long gone = Blow.millisSince(start);
            await().until(() -> pool.stats().restarts() > 0
                    && pool.stats().workerList().get(0).state() == WorkerState.IDLE);
            long restarts = pool.stats().restarts();
            System.out.println(
                    "C035 sleeping: process " + worker.pid() + " gone after " + gone + " ms, restarts " + restarts);
            assertThat(pool.stats().workerList().get(0).pid()).isNotEqualTo(worker.pid());
            assertThat(restarts).isEqualTo(1);
            return gone;
        }
    }

    @BothModes
    @DisplayName("C037: waiting in the queue does not count")
    void c037WaitingDoesNotCount(Isolation isolation) throws Exception {
        try (var pool = PoolManager.builder(Tasks::sleepMillis)
                .isolation(isolation)
                .size(1)
                .queueSize(100)
                .taskTimeout(Duration.ofMillis(2500))
                .start()) {
            CompletableFuture<Integer> inFront =
                    pool.submit(3_000, TaskOptions.defaults().taskTimeout(Duration.ofDays(1)));
            List<CompletableFuture<Integer>> waiting = new ArrayList<>();
            for (int i = 0; i < 100; i++) {
                waiting.add(pool.submit(1));
            }
            PoolStats stats = pool.stats();
            assertThat(inFront.get(20, TimeUnit.SECONDS)).isEqualTo(3_000);
            for (CompletableFuture<Integer> task : waiting) {
                assertThat(task.get(20, TimeUnit.SECONDS)).isEqualTo(1);
            }
            assertThat(stats.queue().size()).as("all have waited").isEqualTo(100);
            assertThat(pool.stats().tasks().timedOut()).isZero();
            System.out.println("C037 " + isolation + ": 0 false of 100 that waited for longer than their limit");
        }
    }

    @Test
    @Tag(Rounds.TAG)
    @Timeout(value = 1, unit = TimeUnit.HOURS)
    @DisplayName("C039: only the slow ones fail, and the long one beside them, whose limit is longer, does not")
    void c039NoCollateral() throws Exception {
        slowBesideLong(Rounds.of(Isolation.PROCESS, 1000, 4));
    }

    private static void slowBesideLong(int rounds) throws Exception {
        int collateral = 0;
        try (Gate gate = new Gate();
                var pool = PoolManager.builder(TimeLimitTest::sleepOrPassGate, gate.port())
                        .size(3)
                        .taskTimeout(Duration.ofMillis(500))
                        .start()) {
            // The first short task of a JVM may take longer than that on a busy machine, which is no collateral.
            TaskOptions patient = TaskOptions.defaults().taskTimeout(Duration.ofDays(1));
            CompletableFuture<Integer> beside = pool.submit(-1, patient);
            gate.awaitArrivals(1);
            for (int round = 0; round < rounds; round++) {
                List<CompletableFuture<Integer>> tasks = new ArrayList<>();
                for (int i = 0; i < 3; i++) {
                    tasks.add(pool.submit(10 + i, patient));
                    tasks.add(pool.submit(20_000 + i));
                }
                for (int i = 0; i < tasks.size(); i++) {
                    Throwable failure =
                            tasks.get(i).handle((value, thrown) -> thrown).get(60, TimeUnit.SECONDS);
                    boolean due = i % 2 == 0 ? failure == null : failure instanceof TaskTimeoutException;
                    collateral += due ? 0 : 1;
                }
            }
            gate.open();
            assertThat(beside.get(10, TimeUnit.SECONDS)).isEqualTo(-1);
            await().untilAsserted(() -> assertThat(pool.stats().restarts()).isEqualTo(3L * rounds));
        }
        System.out.println("C039: " + collateral + " wrong outcomes in " + rounds + " rounds");
        assertThat(collateral).isZero();
    }

    static int sleepOrPassGate(int millis, int port) {
        if (millis < 0) {
            Gate.pass(port, "long");
            return millis;
        }
        return Tasks.sleepMillis(millis);
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
    @Tag(Rounds.TAG)
    @Timeout(value = 2, unit = TimeUnit.HOURS)
    @DisplayName("C040: tasks as long as their limit have one outcome each, their own, and no wrong victim")
    void c040RaceWithTheLimit() throws Exception {
        raceWithTheLimit(Rounds.of(Isolation.PROCESS, 10_000, 22));
    }

    private static void raceWithTheLimit(int times) throws Exception {
        int limit = 60;
        try (var pool = PoolManager.builder(TimeLimitTest::spinAs, limit)
                .size(2)
                .queueSize(8)
                .taskTimeout(Duration.ofMillis(limit))
                .start()) {
            List<Outcome<Integer>> outcomes =
                    pool.mapOutcomes(IntStream.range(0, times).boxed().toList());
            assertThat(outcomes).hasSize(times);
            int late = 0;
            for (int i = 0; i < times; i++) {
                Outcome<Integer> outcome = outcomes.get(i);
                if (outcome.isCompleted()) {
                    assertThat(outcome.get()).isEqualTo(i);
                } else {
                    assertThat(outcome.kind()).isEqualTo(Outcome.Kind.TIMED_OUT);
                    late++;
                }
            }
            long killed = late;
            await().untilAsserted(() -> assertThat(pool.stats().restarts()).isEqualTo(killed));
            assertThat(pool.stats().tasks().timedOut()).isEqualTo(late);
            System.out.println("C040: " + late + " of " + times + " ended by the limit, as many workers killed");
        }
    }

    /** Takes as long as the limit, give or take 5 ms. */
    static int spinAs(int task, int limit) {
        Tasks.spin(limit - 5 + task % 11);
        return task;
    }

    @Test
    @DisplayName(
            "C045: a thread that heeds no interrupt is counted, named and replaced, and what it returns late is dropped")
    void c045LeftToItself() throws Exception {
        try (Gate gate = new Gate();
                var pool = PoolManager.builder(Tasks::passGateIfNegative, gate.port())
                        .isolation(Isolation.THREAD)
                        .size(1)
                        .taskTimeout(Duration.ofMillis(300))
                        .start()) {
            long start = System.nanoTime();
            CompletableFuture<Integer> stubborn = pool.submit(-1);
            assertThatThrownBy(() -> stubborn.get(10, TimeUnit.SECONDS)).hasCauseInstanceOf(TaskTimeoutException.class);
            long told = Blow.millisSince(start);
            System.out.println("C045: limit of 300 ms, a thread that heeds nothing, told after " + told + " ms");
            assertThat(told).isBetween(300L, 1_300L);
            assertThat(pool.submit(5).get(10, TimeUnit.SECONDS)).isEqualTo(5);
            assertThat(pool.stats().workers().abandoned()).isEqualTo(1);
            assertThat(threads(pool.name() + "-task-1-abandoned")).isEqualTo(1);
            gate.open();
            await().untilAsserted(
                            () -> assertThat(pool.stats().workers().abandoned()).isZero());
            assertThat(stubborn).isCompletedExceptionally();
            assertThat(pool.map(List.of(1, 2, 3))).containsExactly(1, 2, 3);
            PoolStats.Tasks tasks = ApiContractTest.sample(pool).tasks();
            assertThat(tasks.completed()).isEqualTo(4);
            assertThat(tasks.timedOut()).isEqualTo(1);
        }
    }

    @Test
    @DisplayName("C045: a thread that heeds the interrupt of its limit is told in time, and none is left to itself")
    void c045Heeds() throws Exception {
        try (var pool = PoolManager.builder(Tasks::waitAndHeed)
                .isolation(Isolation.THREAD)
                .size(1)
                .taskTimeout(Duration.ofMillis(300))
                .start()) {
            long start = System.nanoTime();
            CompletableFuture<Integer> tooLong = pool.submit(600_000);
            assertThatThrownBy(() -> tooLong.get(10, TimeUnit.SECONDS)).hasCauseInstanceOf(TaskTimeoutException.class);
            long told = Blow.millisSince(start);
            await().untilAsserted(
                            () -> assertThat(pool.stats().workers().abandoned()).isZero());
            long ended = Blow.millisSince(start);
            System.out.println("C045: limit of 300 ms, a thread that heeds it, told after " + told
                    + " ms, at its end after " + ended + " ms at the latest");
            assertThat(told).isBetween(300L, 1_300L);
            assertThat(threads("-abandoned")).isZero();
            assertThat(pool.map(List.of(1, 2))).containsExactly(1, 2);
            assertThat(ApiContractTest.sample(pool).tasks().timedOut()).isEqualTo(1);
        }
    }

    private static long threads(String suffix) {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().endsWith(suffix))
                .count();
    }
}
