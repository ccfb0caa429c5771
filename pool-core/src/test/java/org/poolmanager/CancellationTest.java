package org.poolmanager;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

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

    @Test
    @DisplayName("C027: cancel(true) kills the worker of a running task, and its replacement serves the next")
    void c027CancelRunning() throws Exception {
        try (var pool = PoolManager.builder(Tasks::spin).size(1).start()) {
            long pid = pool.stats().workerList().get(0).pid();
            CompletableFuture<Integer> running = pool.submit(60_000);
            await().until(() -> pool.stats().tasks().running() == 1);
            long start = System.nanoTime();
            assertThat(running.cancel(true)).isTrue();
            assertThatThrownBy(running::get).isInstanceOf(CancellationException.class);
            await().atMost(Duration.ofSeconds(2))
                    .until(() -> ProcessHandle.of(pid).isEmpty());
            System.out.println("C027 killed process gone after " + (System.nanoTime() - start) / 1_000_000 + " ms");
            assertThat(pool.submit(1).get(10, TimeUnit.SECONDS)).isEqualTo(1);
            assertThat(pool.stats().workerList().get(0)).satisfies(worker -> {
                assertThat(worker.pid()).isNotEqualTo(pid);
                assertThat(worker.generation()).isEqualTo(2);
                assertThat(worker.lastExit()).isNotNull();
                assertThat(worker.lastExit().reason()).isEqualTo(WorkerExit.CANCELLED);
            });
        }
    }

    @Test
    @DisplayName("C028: a task queued in the instant of a cancel is never given to the doomed worker")
    void c028NotToTheDoomed() throws Exception {
        try (var pool = PoolManager.builder(Tasks::spin).size(1).queueSize(5).start()) {
            for (int round = 0; round < 20; round++) {
                CompletableFuture<Integer> running = pool.submit(60_000);
                await().pollInterval(Duration.ofMillis(1))
                        .until(() -> pool.stats().tasks().running() == 1);
                CompletableFuture<Integer> behind = pool.submit(0);
                assertThat(running.cancel(true)).isTrue();
                CompletableFuture<Integer> after = pool.submit(1);
                assertThat(behind.get(20, TimeUnit.SECONDS)).isZero();
                assertThat(after.get(20, TimeUnit.SECONDS)).isEqualTo(1);
            }
            assertThat(pool.stats().tasks().crashed()).isZero();
        }
    }

    @BothModes
    @DisplayName("C029: cancel racing completion: the answer of cancel agrees with the outcome")
    void c029CancelRacesCompletion(Isolation isolation) throws Exception {
        int rounds = 2000;
        int cancelled = 0;
        try (var pool =
                PoolManager.builder(Tasks::twice).isolation(isolation).size(2).start()) {
            for (int i = 0; i < rounds; i++) {
                CompletableFuture<Integer> future = pool.submit(i);
                if (i % 3 == 0) {
                    Thread.yield();
                }
                boolean won = future.cancel(false);
                if (won) {
                    cancelled++;
                    assertThat(future).isCancelled();
                } else {
                    assertThat(future.get(10, TimeUnit.SECONDS)).isEqualTo(2 * i);
                }
            }
            await().until(() -> pool.stats().tasks().running() == 0);
            PoolStats.Tasks tasks = ApiContractTest.sample(pool).tasks();
            assertThat(tasks.cancelled()).isEqualTo(cancelled);
            assertThat(tasks.completed()).isEqualTo(rounds - cancelled);
        }
        System.out.println("C029 " + isolation + ": " + cancelled + " of " + rounds + " cancelled in time");
    }
}
