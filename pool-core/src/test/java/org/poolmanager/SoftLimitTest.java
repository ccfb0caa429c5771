package org.poolmanager;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.extension.ExtendWith;

/** What comes before a kill: an interrupt, a stack, a warning. */
@ExtendWith(NoLeftovers.class)
@DisplayName("Soft limits")
class SoftLimitTest {

    private static final Duration LIMIT = Duration.ofMillis(500);

    /** Waits for as many milliseconds; negative: heeds the interrupt by returning how long it was. */
    static long waitFor(int millis) throws InterruptedException {
        long begin = System.nanoTime();
        try {
            Thread.sleep(Math.abs(millis));
        } catch (InterruptedException e) {
            if (millis > 0) {
                throw e;
            }
        }
        return (System.nanoTime() - begin) / 1_000_000;
    }

    static int spinUnlessInterrupted(int micros) {
        long end = System.nanoTime() + micros * 1000L;
        while (System.nanoTime() < end) {
            if (Thread.currentThread().isInterrupted()) {
                return -1;
            }
        }
        return Thread.currentThread().isInterrupted() ? -1 : 0;
    }

    @BothModes
    @DisplayName("the soft limit interrupts a task, which then fails by its limit, and its worker lives on")
    void interrupts(Isolation isolation) throws Exception {
        try (var pool = PoolManager.builder(SoftLimitTest::waitFor)
                .isolation(isolation)
                .size(1)
                .softTimeout(LIMIT)
                .taskTimeout(Duration.ofSeconds(20))
                .start()) {
            pool.map(List.of(1));
            long begin = System.nanoTime();
            CompletableFuture<Long> tooLong = pool.submit(15_000);
            assertThatThrownBy(() -> tooLong.get(10, TimeUnit.SECONDS))
                    .isInstanceOf(ExecutionException.class)
                    .cause()
                    .isInstanceOfSatisfying(TaskTimeoutException.class, e -> {
                        assertThat(e.limitName()).isEqualTo("soft-timeout");
                        assertThat(e.limit()).isEqualTo(LIMIT);
                        assertThat(e.elapsed()).isBetween(LIMIT, LIMIT.plusSeconds(5));
                        assertThat(e).cause().isInstanceOf(InterruptedException.class);
                    })
                    .hasMessageContaining("over its soft-timeout of 500.0 ms")
                    .hasMessageContaining("raise soft-timeout");
            long took = (System.nanoTime() - begin) / 1_000_000;
            System.out.println("Soft limit of 500 ms, " + isolation + ": told after " + took + " ms");
            assertThat(took).isBetween(500L, 6500L);
            assertThat(pool.submit(-15_000).get(10, TimeUnit.SECONDS)).isBetween(400L, 6500L);
            PoolStats stats = ApiContractTest.sample(pool);
            assertThat(stats.restarts()).isZero();
            assertThat(stats.tasks().timedOut()).isEqualTo(1);
            assertThat(stats.tasks().completed()).isEqualTo(2);
        }
    }

    @BothModes
    @DisplayName("an interrupt never reaches the next task: 2,000 tasks as long as the limit, each followed by another")
    void neverTheWrongTask(Isolation isolation) throws Exception {
        int limit = 1000;
        TaskOptions limited = TaskOptions.defaults().softTimeout(Duration.ofNanos(limit * 1000L));
        try (var pool = PoolManager.builder(SoftLimitTest::spinUnlessInterrupted)
                .isolation(isolation)
                .size(1)
                .queueSize(16)
                .start()) {
            List<CompletableFuture<Integer>> results = new ArrayList<>();
            for (int i = 0; i < 2000; i++) {
                results.add(pool.submit(limit - 20 + i % 40, limited));
                results.add(pool.submit(0));
            }
            int hits = 0;
            for (int i = 0; i < results.size(); i += 2) {
                hits += results.get(i).get(10, TimeUnit.SECONDS) == -1 ? 1 : 0;
                assertThat(results.get(i + 1).get(10, TimeUnit.SECONDS))
                        .as("the short task without a limit behind task %d", i)
                        .isZero();
            }
            System.out.println("Interrupts at the very end of a task, " + isolation + ": " + hits + " of 2000 hit");
            assertThat(pool.stats().restarts()).isZero();
        }
    }

    @BothModes
    @DisplayName("C036: the hard limit ends what does not heed the interrupt, and its error shows where the task was")
    void hardBehindSoft(Isolation isolation) throws Exception {
        try (var pool = PoolManager.builder(SoftLimitTest::ignoreInterrupts)
                .isolation(isolation)
                .size(1)
                .softTimeout(Duration.ofMillis(100))
                .taskTimeout(LIMIT)
                .start()) {
            TaskOptions patient =
                    TaskOptions.defaults().softTimeout(Duration.ofMinutes(1)).taskTimeout(Duration.ofMinutes(1));
            CompletableFuture<Integer> first = pool.submit(1000, patient);
            // For its first answer a JVM loads classes, and how long that takes is up to the machine.
            pool.workerStack(1, Duration.ofSeconds(10));
            assertThat(first.get(10, TimeUnit.SECONDS)).isEqualTo(1000);
            CompletableFuture<Integer> stubborn = pool.submit(5000);
            assertThatThrownBy(() -> stubborn.get(10, TimeUnit.SECONDS))
                    .cause()
                    .isInstanceOfSatisfying(TaskTimeoutException.class, e -> {
                        assertThat(e.limitName()).isEqualTo("task-timeout");
                        assertThat(e.workerStack())
                                .anyMatch(frame -> frame.getMethodName().equals("ignoreInterrupts"));
                    })
                    .hasMessageContaining("It was here:")
                    .hasMessageContaining("SoftLimitTest.ignoreInterrupts");
        }
    }

    static int ignoreInterrupts(int millis) {
        long end = System.nanoTime() + millis * 1_000_000L;
        while (System.nanoTime() < end) {
            LockSupport.parkNanos(end - System.nanoTime());
            Thread.interrupted();
        }
        return millis;
    }

    @BothModes
    @DisplayName("a slow task is shown by a warning while it runs, once, and not more often than every ten seconds")
    void slowTasksAreShown(Isolation isolation) throws Exception {
        try (Records records = new Records("org.poolmanager.PoolManager", Level.WARN);
                Gate gate = new Gate();
                var pool = PoolManager.builder(Tasks::passGate, gate.port())
                        .isolation(isolation)
                        .size(2)
                        .slowTaskThreshold(Duration.ofSeconds(1))
                        .start()) {
            CompletableFuture<Integer> slow = pool.submit(1);
            // For its first answer a JVM loads classes, and how long that takes is up to the machine.
            pool.workerStack(1, Duration.ofSeconds(10));
            pool.workerStack(2, Duration.ofSeconds(10));
            await().until(() -> !records.messages().isEmpty());
            assertThat(slow).isNotDone();
            assertThat(records.messages().get(0))
                    .startsWith("Task 0 of pool '" + pool.name() + "' on worker ")
                    .containsPattern(
                            "is slow: it has run for [1-9]\\d*\\.\\d+ s, over the slow-task-threshold of 1.000 s")
                    .contains("Gate.pass");
            CompletableFuture<Integer> another = pool.submit(2);
            gate.awaitArrivals(2);
            await().pollDelay(Duration.ofMillis(1500)).until(() -> true);
            gate.open();
            assertThat(slow.get(10, TimeUnit.SECONDS)).isEqualTo(1);
            assertThat(another.get(10, TimeUnit.SECONDS)).isEqualTo(2);
            assertThat(records.messages()).hasSize(1);
            assertThat(pool.stats().restarts()).isZero();
        }
    }

    @BothModes
    @DisplayName("a call may have limits of its own, shorter or longer than the pool's")
    void limitsOfACall(Isolation isolation) throws Exception {
        try (var pool = PoolManager.builder(Tasks::spin)
                .isolation(isolation)
                .size(2)
                .taskTimeout(Duration.ofSeconds(2))
                .start()) {
            TaskOptions brief = TaskOptions.defaults().taskTimeout(Duration.ofSeconds(1));
            assertThat(pool.mapOutcomes(List.of(1, 5000), MapOptions.defaults().tasks(brief)))
                    .extracting(Outcome::kind)
                    .containsExactly(Outcome.Kind.COMPLETED, Outcome.Kind.TIMED_OUT);
            TaskOptions patient = TaskOptions.defaults().taskTimeout(Duration.ofSeconds(30));
            CompletableFuture<Integer> longer = pool.submit(2500, patient);
            CompletableFuture<Integer> shorter = pool.submit(5000, brief);
            assertThatThrownBy(() -> shorter.get(10, TimeUnit.SECONDS))
                    .cause()
                    .isInstanceOfSatisfying(
                            TaskTimeoutException.class,
                            e -> assertThat(e.limit()).isEqualTo(Duration.ofSeconds(1)));
            assertThat(longer.get(10, TimeUnit.SECONDS)).isEqualTo(2500);
            pool.put(5000, brief);
            assertThatThrownBy(pool::get).isInstanceOf(TaskTimeoutException.class);
            try (var outcomes =
                    pool.streamOutcomes(List.of(5000), MapOptions.defaults().tasks(brief))) {
                assertThat(outcomes).extracting(Outcome::kind).containsExactly(Outcome.Kind.TIMED_OUT);
            }
        }
    }
}
