package org.poolmanager;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@ExtendWith(NoLeftovers.class)
@DisplayName("Cancellation")
class CancellationTest {

    @BothModes
    @DisplayName("C026: a queued task that is cancelled never runs, wherever it waits")
    void c026CancelQueued(Isolation isolation) throws Exception {
        try (Gate gate = new Gate();
                var pool = PoolManager.builder(Tasks::passGateIfNegative, gate.port())
                        .isolation(isolation)
                        .size(2)
                        .queueSize(1000)
                        .start()) {
            pool.put(-1);
            pool.put(-2);
            gate.awaitArrivals(2);
            List<CompletableFuture<Integer>> futures = new ArrayList<>();
            for (int i = 0; i < 500; i++) {
                futures.add(pool.submit(-100 - i)); // would pass the gate, and be seen there
            }
            CompletableFuture<Integer> neighbour = pool.submit(7);
            for (CompletableFuture<Integer> future : futures) {
                assertThat(future.cancel(false)).isTrue();
                assertThat(future).isCancelled();
                assertThatThrownBy(future::get).isInstanceOf(CancellationException.class);
            }
            assertThat(ApiContractTest.sample(pool).tasks().cancelled()).isEqualTo(500);
            assertThat(pool.stats().queue().remaining()).isEqualTo(999);
            gate.open();
            assertThat(neighbour.get(10, TimeUnit.SECONDS)).isEqualTo(7);
            assertThat(pool.getAll()).containsExactlyInAnyOrder(-1, -2);
            assertThat(gate.arrivals()).containsExactlyInAnyOrder("-1", "-2");
        }
    }

    @BothModes
    @DisplayName("C026: cancel(false) leaves a running task alone")
    void c026RunningIsLeftAlone(Isolation isolation) throws Exception {
        try (Gate gate = new Gate();
                var pool = PoolManager.builder(Tasks::passGate, gate.port())
                        .isolation(isolation)
                        .size(1)
                        .start()) {
            CompletableFuture<Integer> running = pool.submit(1);
            gate.awaitArrivals(1);
            assertThat(running.cancel(false)).isFalse();
            gate.open();
            assertThat(running.get(10, TimeUnit.SECONDS)).isEqualTo(1);
        }
    }

    @BothModes
    @DisplayName("C026: every form of get tells a cancelled task, its slot is free at once, its neighbours run")
    void c026EveryGet(Isolation isolation) throws Exception {
        try (Gate gate = new Gate();
                var pool = PoolManager.builder(Tasks::passGateIfNegative, gate.port())
                        .isolation(isolation)
                        .size(1)
                        .queueSize(2)
                        .start()) {
            pool.put(-1);
            gate.awaitArrivals(1);
            for (int round = 0; round < 500; round++) {
                CompletableFuture<Integer> future = pool.submit(-100 - round, Duration.ZERO);
                CompletableFuture<Integer> neighbour = pool.submit(-2, Duration.ZERO);
                assertThat(pool.offer(-3)).isFalse();
                assertThat(future.cancel(round % 2 == 0)).isTrue();
                assertThatThrownBy(future::get).isInstanceOf(CancellationException.class);
                assertThatThrownBy(() -> future.get(1, TimeUnit.SECONDS)).isInstanceOf(CancellationException.class);
                assertThatThrownBy(future::join).isInstanceOf(CancellationException.class);
                assertThatThrownBy(() -> future.getNow(0)).isInstanceOf(CancellationException.class);
                assertThat(neighbour.isDone()).isFalse();
                assertThat(neighbour.cancel(false)).isTrue();
            }
            CompletableFuture<Integer> sound = pool.submit(7);
            gate.open();
            assertThat(sound.get(20, TimeUnit.SECONDS)).isEqualTo(7);
            assertThat(gate.arrivals()).containsExactly("-1");
            assertThat(pool.get()).isEqualTo(-1);
            assertThat(ApiContractTest.sample(pool).tasks().cancelled()).isEqualTo(1000);
        }
    }

    @Test
    @DisplayName("C027: cancel(true) kills the worker of a running task, whatever it does, and its replacement serves")
    void c027CancelRunning() throws Exception {
        try (Gate gate = new Gate();
                var pool = PoolManager.builder(CancellationTest::busy, gate.port())
                        .size(1)
                        .start()) {
            gate.open();
            for (String how : List.of("spin", "sleep", "ignore")) {
                Timely.assertTakesLess(
                        "C027: to end the process of a task that would " + how,
                        2000,
                        () -> cancelRunning(pool, how, gate));
            }
        }
    }

    /** Returns after how many milliseconds its process was gone. */
    private static long cancelRunning(PoolManager<String, Integer> pool, String how, Gate gate) throws Exception {
        int begun = gate.arrivals().size();
        int generation = pool.stats().workerList().get(0).generation();
        long pid = pool.stats().workerList().get(0).pid();
        CompletableFuture<Integer> running = pool.submit(how);
        gate.awaitArrivals(begun + 1); // before it has begun, no worker would be killed
        long start = System.nanoTime();
        assertThat(running.cancel(true)).isTrue();
        assertThatThrownBy(running::get).isInstanceOf(CancellationException.class);
        await().pollInterval(Duration.ofMillis(5))
                .until(() -> ProcessHandle.of(pid).isEmpty());
        long gone = Blow.millisSince(start);
        assertThat(pool.submit("return").get(20, TimeUnit.SECONDS)).isEqualTo(1);
        assertThat(pool.stats().workerList().get(0)).satisfies(worker -> {
            assertThat(worker.pid()).isNotEqualTo(pid);
            assertThat(worker.generation()).isEqualTo(generation + 1);
            assertThat(worker.lastExit()).isNotNull();
            assertThat(worker.lastExit().reason()).isEqualTo(WorkerExit.CANCELLED);
        });
        return gone;
    }

    static int busy(String how, int port) throws InterruptedException {
        Gate.pass(port, how);
        switch (how) {
            case "spin" -> Tasks.spin(60_000);
            case "sleep" -> Tasks.waitAndHeed(60_000);
            case "ignore" -> Tasks.sleepMillis(60_000);
            default -> {}
        }
        return 1;
    }

    @BothModes
    @Tag(Rounds.TAG)
    @DisplayName("C028: a task queued in the instant of a cancel is never given to the doomed worker")
    void c028NotToTheDoomed(Isolation isolation) throws Exception {
        int rounds = Rounds.of(isolation, 100, 10);
        try (var pool = PoolManager.builder(Tasks::waitAndHeed)
                .isolation(isolation)
                .size(1)
                .queueSize(5)
                .start()) {
            for (int round = 0; round < rounds; round++) {
                CompletableFuture<Integer> running = pool.submit(60_000);
                await().pollInterval(Duration.ofMillis(1))
                        .until(() -> pool.stats().tasks().running() == 1);
                CompletableFuture<Integer> behind = pool.submit(0);
                assertThat(running.cancel(true)).isTrue();
                CompletableFuture<Integer> after = pool.submit(1);
                assertThat(behind.get(20, TimeUnit.SECONDS)).isZero();
                assertThat(after.get(20, TimeUnit.SECONDS)).isEqualTo(1);
            }
            PoolStats.Tasks tasks = ApiContractTest.sample(pool).tasks();
            assertThat(tasks.crashed() + tasks.failed()).isZero();
            assertThat(tasks.cancelled()).isEqualTo(rounds);
        }
    }

    @BothModes
    @Tag(Rounds.TAG)
    @DisplayName("C028: a task queued in the instant of a time-out is never given to the doomed worker")
    void c028NotToTheTimedOut(Isolation isolation) throws Exception {
        int rounds = Rounds.ofLong(100, 8);
        try (var pool = PoolManager.builder(Tasks::waitAndHeed)
                .isolation(isolation)
                .size(1)
                .queueSize(5)
                .start()) {
            TaskOptions limited = TaskOptions.defaults().taskTimeout(Duration.ofMillis(500));
            for (int round = 0; round < rounds; round++) {
                CompletableFuture<Integer> late = pool.submit(60_000, limited);
                List<CompletableFuture<Integer>> behind = new ArrayList<>();
                while (!late.isDone()) {
                    // One at a time, so that one of them is queued in that very instant.
                    CompletableFuture<Integer> next = pool.submit(0, Duration.ofSeconds(60));
                    behind.add(next);
                }
                for (CompletableFuture<Integer> follow : behind) {
                    assertThat(follow.get(20, TimeUnit.SECONDS)).isZero();
                }
            }
            assertThat(ApiContractTest.sample(pool).tasks().timedOut()).isEqualTo(rounds);
        }
    }

    @ParameterizedTest(name = "{0}, cancel({1})")
    @CsvSource({"PROCESS, false", "THREAD, false", "PROCESS, true", "THREAD, true"})
    @Tag(Rounds.TAG)
    @DisplayName("C029: cancel racing completion: the answer of cancel agrees with the outcome, dependents run once")
    void c029CancelRacesCompletion(Isolation isolation, boolean interrupt) throws Exception {
        // Who interrupts a child JVM that has begun, pays for another.
        int withChildren = interrupt ? Rounds.ofLong(1_000, 200) : Rounds.ofLong(100_000, 3_000);
        int rounds = isolation == Isolation.THREAD ? 100_000 : withChildren;
        int cancelled = 0;
        long restarts;
        AtomicInteger told = new AtomicInteger();
        try (var pool =
                PoolManager.builder(Tasks::twice).isolation(isolation).size(2).start()) {
            for (int i = 0; i < rounds; i++) {
                CompletableFuture<Integer> future = pool.submit(i);
                CompletableFuture<Integer> dependent = future.whenComplete((value, failure) -> told.incrementAndGet());
                if (i % 3 == 0) {
                    Thread.yield();
                }
                boolean won = future.cancel(interrupt);
                if (won) {
                    cancelled++;
                    assertThat(future.isCancelled()).isTrue();
                } else {
                    assertThat(future.get(10, TimeUnit.SECONDS)).isEqualTo(2 * i);
                    assertThat(future.cancel(interrupt)).isFalse();
                }
                settle(dependent);
            }
            await().until(() -> pool.stats().tasks().running() == 0);
            PoolStats.Tasks tasks = ApiContractTest.sample(pool).tasks();
            assertThat(tasks.cancelled()).isEqualTo(cancelled);
            assertThat(tasks.completed()).isEqualTo(rounds - cancelled);
            restarts = pool.stats().restarts();
            assertThat(restarts).isLessThanOrEqualTo(interrupt ? cancelled : 0);
        }
        assertThat(told.get()).isEqualTo(rounds);
        System.out.println("C029 " + isolation + ", cancel(" + interrupt + "): " + cancelled + " of " + rounds
                + " cancelled in time, " + restarts + " workers replaced for it");
    }

    private static void settle(CompletableFuture<?> future) throws Exception {
        try {
            future.get(10, TimeUnit.SECONDS);
        } catch (ExecutionException | CancellationException e) {
            // What it is, the future has said.
        }
    }

    @BothModes
    @Tag(Rounds.TAG)
    @DisplayName("C029: two threads cancel, a third completes: all see one outcome")
    void c029SeveralCancel(Isolation isolation) throws Exception {
        int rounds = Rounds.of(isolation, 2_000, 500);
        ExecutorService threads = Executors.newFixedThreadPool(2);
        try (var pool =
                PoolManager.builder(Tasks::twice).isolation(isolation).size(1).start()) {
            for (int i = 0; i < rounds; i++) {
                CompletableFuture<Integer> future = pool.submit(i);
                Future<Boolean> first = threads.submit(() -> future.cancel(false));
                Future<Boolean> second = threads.submit(() -> future.cancel(false));
                boolean won = first.get(10, TimeUnit.SECONDS);
                assertThat(second.get(10, TimeUnit.SECONDS)).isEqualTo(won);
                settle(future);
                assertThat(future.isCancelled()).isEqualTo(won);
            }
            ApiContractTest.sample(pool);
        } finally {
            threads.shutdownNow();
        }
    }
}
