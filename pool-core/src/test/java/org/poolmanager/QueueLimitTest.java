package org.poolmanager;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(NoLeftovers.class)
@DisplayName("The limit of waiting")
class QueueLimitTest {

    private static final Duration LIMIT = Duration.ofSeconds(2);

    @BothModes
    @DisplayName("C038: what waits for too long has its own error, never runs, and frees its place")
    void c038WaitsTooLong(Isolation isolation) throws Exception {
        try (Gate gate = new Gate();
                var pool = PoolManager.builder(Tasks::passGate, gate.port())
                        .isolation(isolation)
                        .size(1)
                        .queueSize(4)
                        .queueTimeout(LIMIT)
                        .start()) {
            CompletableFuture<Integer> running = pool.submit(0);
            gate.awaitArrivals(1);
            assertThat(pool.submit(99).cancel(false)).isTrue(); // a first call back, for which a JVM loads classes
            List<CompletableFuture<Integer>> waiting = new ArrayList<>();
            long begin = System.nanoTime();
            for (int i = 1; i <= 4; i++) {
                waiting.add(pool.submit(i)); // the first of them waits in the worker's hands
            }
            assertThat(pool.offer(9)).isFalse();
            for (CompletableFuture<Integer> late : waiting) {
                assertThatThrownBy(() -> late.get(10, TimeUnit.SECONDS))
                        .cause()
                        .isInstanceOfSatisfying(TaskTimeoutException.class, e -> {
                            assertThat(e.limitName()).isEqualTo("queue-timeout");
                            assertThat(e.limit()).isEqualTo(LIMIT);
                            assertThat(e.elapsed()).isBetween(LIMIT, LIMIT.plusMillis(500));
                            assertThat(e.workerStack()).isEmpty();
                        })
                        .hasMessageContaining("over its queue-timeout of 2.000 s, and never began");
            }
            long took = (System.nanoTime() - begin) / 1_000_000;
            System.out.println("C038 " + isolation + ": wait of 2 s ended after " + took + " ms");
            assertThat(took).isBetween(1990L, 2500L);
            PoolStats stats = ApiContractTest.sample(pool);
            assertThat(stats.queue().remaining()).isEqualTo(4);
            assertThat(stats.tasks().timedOut()).isEqualTo(4);
            assertThat(running).isNotDone();
            CompletableFuture<Integer> next = pool.submit(10);
            gate.open();
            assertThat(running.get(10, TimeUnit.SECONDS)).isZero();
            assertThat(next.get(10, TimeUnit.SECONDS)).isEqualTo(10);
            assertThat(gate.arrivals()).containsExactly("0", "10");
            assertThat(pool.stats().restarts()).isZero();
        }
    }

    @BothModes
    @DisplayName("C038: what comes back from a worker is in time, though it is behind what came later from another")
    void c038OutOfOrder(Isolation isolation) throws Exception {
        try (Gate gate = new Gate();
                var pool = PoolManager.builder(Tasks::passGate, gate.port())
                        .isolation(isolation)
                        .size(2)
                        .queueSize(4)
                        .queueTimeout(LIMIT)
                        .start()) {
            pool.submit(0);
            pool.submit(1);
            gate.awaitArrivals(2);
            long begin = System.nanoTime();
            CompletableFuture<Integer> first = pool.submit(2); // in the hands of one worker
            await().atMost(LIMIT).until(() -> Blow.millisSince(begin) > LIMIT.toMillis() / 2);
            CompletableFuture<Integer> second = pool.submit(3); // in those of the other
            pool.pause();
            for (CompletableFuture<Integer> late : List.of(first, second)) {
                assertThatThrownBy(() -> late.get(10, TimeUnit.SECONDS))
                        .cause()
                        .isInstanceOfSatisfying(
                                TaskTimeoutException.class,
                                e -> assertThat(e.elapsed()).isBetween(LIMIT, LIMIT.plusMillis(500)));
            }
            gate.open();
            pool.resume();
        }
    }

    @BothModes
    @DisplayName("C038: a call may have a shorter limit than those that wait before it, or a longer one")
    void c038LimitOfACall(Isolation isolation) throws Exception {
        try (Gate gate = new Gate();
                var pool = PoolManager.builder(Tasks::passGate, gate.port())
                        .isolation(isolation)
                        .size(1)
                        .queueSize(10)
                        .queueTimeout(Duration.ofSeconds(3))
                        .start()) {
            pool.submit(0);
            gate.awaitArrivals(1);
            CompletableFuture<Integer> first = pool.submit(1);
            CompletableFuture<Integer> patient =
                    pool.submit(2, TaskOptions.defaults().queueTimeout(Duration.ofMinutes(1)));
            CompletableFuture<Integer> hasty =
                    pool.submit(3, TaskOptions.defaults().queueTimeout(Duration.ofMillis(200)));
            List<String> ended = new CopyOnWriteArrayList<>();
            first.whenComplete((value, problem) -> ended.add("first"));
            hasty.whenComplete((value, problem) -> ended.add("hasty"));
            await().until(() -> ended.size() == 2);
            assertThat(ended).containsExactly("hasty", "first");
            assertThat(List.of(first, hasty)).allMatch(CompletableFuture::isCompletedExceptionally);
            assertThat(patient).isNotDone();
            gate.open();
            assertThat(patient.get(10, TimeUnit.SECONDS)).isEqualTo(2);
        }
    }

    @BothModes
    @DisplayName("C038: no task that is begun in time is ended for its wait, 20,000 times")
    void c038NoFalseEnds(Isolation isolation) throws Exception {
        try (var pool = PoolManager.builder(Tasks::twice)
                .isolation(isolation)
                .size(2)
                .queueSize(64)
                .queueTimeout(Duration.ofSeconds(5))
                .start()) {
            assertThat(pool.map(java.util.Collections.nCopies(20_000, 1))).hasSize(20_000);
            assertThat(pool.stats().tasks().timedOut()).isZero();
        }
    }
}
