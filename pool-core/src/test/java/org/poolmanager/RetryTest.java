package org.poolmanager;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.poolmanager.RetryPolicy.Cause;
import org.poolmanager.worker.PoolProcess;

@ExtendWith(NoLeftovers.class)
@DisplayName("Retry and quarantine")
class RetryTest {

    private static final int TRIPS = 25;

    /** Leaves a file for each attempt at a task; the first attempts of a task end as it says, the next one succeeds. */
    record Stubborn(String ledger) implements PoolProcess<String, String> {

        @Override
        public String run(String task) throws Exception {
            String[] words = task.split(" "); // name, how, how often
            int attempt = attempts(Path.of(ledger), words[0]) + 1;
            Files.createFile(Path.of(ledger, words[0] + "-" + attempt));
            if (attempt <= Integer.parseInt(words[2])) {
                switch (words[1]) {
                    case "halts" -> Runtime.getRuntime().halt(9);
                    case "file" -> throw new FileNotFoundException(task);
                    case "state" -> throw new IllegalStateException(task);
                    default -> Thread.sleep(60_000);
                }
            }
            return words[0] + " at attempt " + attempt;
        }
    }

    static int attempts(Path ledger, String name) {
        try (var files = Files.list(ledger)) {
            return (int) files.filter(file -> file.getFileName().toString().startsWith(name + "-"))
                    .count();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static PoolManagerBuilder<String, String> builder(Isolation isolation, Path ledger) {
        return PoolManager.builder(Stubborn.class)
                .name("stubborn")
                .staticArgs(ledger.toString())
                .isolation(isolation)
                .size(2)
                .queueSize(20)
                .retry(policy -> policy.backoff(Duration.ofMillis(20)));
    }

    /** Of so many tasks one after another. */
    private static double medianMillis(PoolManager<String, String> pool, String name) throws Exception {
        long[] nanos = new long[TRIPS];
        for (int i = 0; i < TRIPS; i++) {
            long start = System.nanoTime();
            pool.submit(name + i + " halts 0").get(20, TimeUnit.SECONDS);
            nanos[i] = System.nanoTime() - start;
        }
        Arrays.sort(nanos);
        return nanos[TRIPS / 2] / 1e6;
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 2})
    @DisplayName(
            "C060: a task that always kills its worker runs once, or once more than there are retries; its neighbours do")
    void c060AlwaysKills(int retries, @TempDir Path ledger) throws Exception {
        try (var pool = builder(Isolation.PROCESS, ledger)
                .retry(policy -> policy.maxAttempts(1 + retries))
                .start()) {
            double before = medianMillis(pool, "before");
            List<Outcome<String>> outcomes =
                    pool.mapOutcomes(List.of("a halts 0", "killer halts 99", "b halts 0", "c halts 0"));
            assertThat(attempts(ledger, "killer")).isEqualTo(1 + retries);
            assertThat(outcomes.get(1).failure()).isInstanceOfSatisfying(WorkerCrashedException.class, e -> {
                assertThat(e.attempt()).isEqualTo(1 + retries);
                assertThat(e.index()).isEqualTo(1);
                assertThat(e.exit().exitValue()).isEqualTo(9);
                if (retries > 0) {
                    assertThat(e)
                            .hasMessageMatching(
                                    "(?s)Task 1 of pool 'stubborn' on worker \\d \\(pid \\d+\\), attempt 3, .*");
                } else {
                    assertThat(e).hasMessageNotContaining("attempt");
                }
            });
            for (int i : List.of(0, 2, 3)) {
                assertThat(outcomes.get(i).get()).endsWith(" at attempt 1");
            }
            await().until(() -> pool.stats().workers().live() == 2);
            double after = medianMillis(pool, "after");
            System.out.printf(
                    "C060: ran %d times; a task beside it takes %.2f ms before and %.2f ms after%n",
                    1 + retries, before, after);
            assertThat(after).as("the latency of neighbours has recovered").isLessThan(before + 100);
            PoolStats stats = ApiContractTest.sample(pool);
            assertThat(stats.tasks().crashed()).isEqualTo(1);
            assertThat(stats.tasks().completed()).isEqualTo(3 + 2 * TRIPS);
            assertThat(stats.tasks().retried()).isEqualTo(retries);
            assertThat(pool.quarantine().list()).isEmpty();
        }
    }

    @BothModes
    @DisplayName("An attempt has its own limits, in the worker of the one before as well")
    void ownLimits(Isolation isolation, @TempDir Path ledger) throws Exception {
        try (var pool = builder(isolation, ledger)
                .size(1)
                .softTimeout(Duration.ofMillis(500))
                .retry(policy -> policy.maxAttempts(3).causes(RetryPolicy.Cause.TIMEOUT))
                .start()) {
            assertThat(pool.map(List.of("a sleeps 2"))).containsExactly("a at attempt 3");
            Outcome<String> last = pool.mapOutcomes(List.of("b sleeps 9")).get(0);
            assertThat(last.failure())
                    .isInstanceOfSatisfying(
                            TaskTimeoutException.class,
                            e -> assertThat(e.elapsed()).isGreaterThanOrEqualTo(Duration.ofMillis(500)));
            assertThat(pool.stats().restarts()).as("all in one worker").isZero();
        }
    }

    @BothModes
    @DisplayName("D6: without a policy nothing runs twice")
    void d6OffByDefault(Isolation isolation, @TempDir Path ledger) throws Exception {
        try (var pool = builder(isolation, ledger).start()) {
            assertThat(pool.mapOutcomes(List.of("a file 1")).get(0).kind()).isEqualTo(Outcome.Kind.FAILED);
            assertThat(attempts(ledger, "a")).isEqualTo(1);
        }
    }

    @BothModes
    @DisplayName("A task that threw what it is retried for runs again and keeps its place; another exception is final")
    void byException(Isolation isolation, @TempDir Path ledger) throws Exception {
        List<PoolEvent.TaskRetried> retried = new CopyOnWriteArrayList<>();
        try (var pool = builder(isolation, ledger)
                .ordered(true)
                .retry(policy -> policy.maxAttempts(3).onExceptions(IOException.class))
                .listener(event -> {
                    if (event instanceof PoolEvent.TaskRetried retry) {
                        retried.add(retry);
                    }
                })
                .start()) {
            pool.put("a file 2");
            pool.put("b file 0");
            pool.put("c file 99");
            pool.put("d state 1");
            assertThat(pool.get()).isEqualTo("a at attempt 3");
            assertThat(pool.get()).isEqualTo("b at attempt 1");
            assertThatThrownBy(pool::get).isInstanceOfSatisfying(TaskFailedException.class, e -> {
                assertThat(e.attempt()).isEqualTo(3);
                assertThat(e)
                        .hasCauseInstanceOf(FileNotFoundException.class)
                        .hasMessageContaining(", attempt 3, failed:");
            });
            assertThatThrownBy(pool::get)
                    .isInstanceOf(TaskFailedException.class)
                    .hasCauseInstanceOf(IllegalStateException.class)
                    .hasMessageNotContaining("attempt");
            assertThat(attempts(ledger, "c")).isEqualTo(3);
            assertThat(attempts(ledger, "d")).isEqualTo(1);
            PoolStats stats = ApiContractTest.sample(pool);
            assertThat(stats.tasks().retried()).isEqualTo(4);
            assertThat(stats.tasks().finished()).isEqualTo(4);
            await().until(() -> retried.size() == 4);
            assertThat(retried)
                    .allSatisfy(
                            event -> assertThat(event.pause()).isBetween(Duration.ofMillis(16), Duration.ofMillis(40)));
        }
    }

    @BothModes
    @DisplayName("A task that ran over its limit runs again if the policy says so")
    void byTimeout(Isolation isolation, @TempDir Path ledger) throws Exception {
        try (var pool = builder(isolation, ledger)
                .taskTimeout(Duration.ofSeconds(2)) // enough for the first task of a JVM on a busy machine
                .retry(policy -> policy.maxAttempts(2).causes(Cause.TIMEOUT))
                .start()) {
            assertThat(pool.submit("a hangs 1").get(30, TimeUnit.SECONDS)).isEqualTo("a at attempt 2");
            assertThat(ApiContractTest.sample(pool).tasks().timedOut()).isZero();
            assertThat(pool.stats().tasks().retried()).isEqualTo(1);
        }
    }

    @BothModes
    @DisplayName(
            "While it waits for its back-off a task counts as queued; it can be cancelled and cleared, and closing ends it")
    void waiting(Isolation isolation, @TempDir Path ledger) throws Exception {
        var pool = builder(isolation, ledger)
                .retry(policy -> policy.maxAttempts(2)
                        .onExceptions(FileNotFoundException.class)
                        .backoff(Duration.ofHours(1))
                        .maxBackoff(Duration.ofHours(1)))
                .start();
        List<CompletableFuture<String>> futures = new ArrayList<>();
        for (String name : List.of("a", "b", "c")) {
            futures.add(pool.submit(name + " file 1"));
        }
        await().until(() -> pool.stats().tasks().retried() == 3);
        PoolStats stats = ApiContractTest.sample(pool);
        assertThat(stats.queue().size()).isEqualTo(3);
        assertThat(stats.tasks().running()).isZero();
        assertThat(futures.get(0).cancel(false)).isTrue();
        assertThat(ApiContractTest.sample(pool).queue().size()).isEqualTo(2);
        assertThat(pool.clearTasks()).isEqualTo(2);
        assertThat(futures).allMatch(CompletableFuture::isCancelled);
        CompletableFuture<String> last = pool.submit("d file 1");
        await().until(() -> pool.stats().tasks().retried() == 4);
        pool.close();
        assertThat(last).isCancelled();
        assertThat(ApiContractTest.sample(pool).tasks().cancelled()).isEqualTo(4);
        assertThat(attempts(ledger, "d")).isEqualTo(1);
    }

    @BothModes
    @DisplayName("A pool that is no daemon makes the further attempts before it closes")
    void drained(Isolation isolation, @TempDir Path ledger) throws Exception {
        CompletableFuture<String> future;
        try (var pool = builder(isolation, ledger)
                .daemon(false)
                .retry(policy -> policy.maxAttempts(3).onExceptions(IOException.class))
                .start()) {
            future = pool.submit("a file 2");
        }
        assertThat(future).isCompletedWithValue("a at attempt 3");
    }

    @Test
    @DisplayName("A task that kills two workers is in quarantine, with its evidence; it can be retried and dropped")
    void quarantine(@TempDir Path ledger) throws Exception {
        List<PoolEvent> events = new CopyOnWriteArrayList<>();
        try (var pool = builder(Isolation.PROCESS, ledger)
                .retry(policy -> policy.maxAttempts(5))
                .quarantine(2)
                .listener(events::add)
                .start()) {
            CompletableFuture<String> killer = pool.submit("killer halts 3");
            assertThatThrownBy(() -> killer.get(30, TimeUnit.SECONDS))
                    .isInstanceOf(ExecutionException.class)
                    .hasCauseInstanceOf(WorkerCrashedException.class)
                    .hasMessageContaining(", attempt 2,")
                    .hasMessageContaining("The task is in quarantine now (quarantine.after is 2).");
            assertThat(attempts(ledger, "killer")).isEqualTo(2);
            QuarantinedTask kept = pool.quarantine().list().get(0);
            assertThat(kept.id()).isEqualTo(1);
            assertThat(kept.attempts()).isEqualTo(2);
            assertThat(kept.crashes()).hasSize(2).isSorted();
            assertThat(kept.lastCrash().exit().exitValue()).isEqualTo(9);
            await().until(() -> events.contains(new PoolEvent.TaskQuarantined("stubborn", 1, 2)));
            assertThat(ApiContractTest.sample(pool).quarantined()).isEqualTo(1);

            assertThat(pool.quarantine().retry(kept.id()).get(30, TimeUnit.SECONDS))
                    .isEqualTo("killer at attempt 4");
            assertThat(pool.quarantine().list()).isEmpty();
            assertThatThrownBy(() -> pool.quarantine().retry(kept.id()))
                    .isInstanceOf(NoSuchElementException.class)
                    .hasMessage("There is no task with id 1 in the quarantine of pool 'stubborn'");
            assertThat(pool.quarantine().drop(kept.id())).isFalse();
            assertThat(ApiContractTest.sample(pool).tasks().crashed()).isEqualTo(1);
        }
    }

    @Test
    @DisplayName("The quarantine takes a part of the heap and no more: where tasks are large, fewer are kept")
    void quarantineIsBoundedInBytes() throws Exception {
        int large = (int) (QuarantineStore.MAX_BYTES / 2 + 1);
        try (Records records = new Records(PoolManager.class.getName(), Level.WARN);
                var pool = PoolManager.builder(RetryTest::haltAtLarge)
                        .size(1)
                        .quarantine(1)
                        .start()) {
            for (int bytes : List.of(2, large, large)) {
                assertThat(pool.mapOutcomes(List.of(new byte[bytes])).get(0).kind())
                        .isEqualTo(Outcome.Kind.CRASHED);
            }
            assertThat(pool.quarantine().list()).extracting(QuarantinedTask::id).containsExactly(3L);
            // Outcomes are delivered first, and then the log is written.
            await().untilAsserted(() -> assertThat(records.messages())
                    .anySatisfy(message -> assertThat(message)
                            .startsWith("Task with id 3 of pool")
                            .contains("is in quarantine now; tasks with ids [1, 2] had to leave it")
                            .endsWith(" MiB together")));
        }
    }

    private static int haltAtLarge(byte[] task) {
        Runtime.getRuntime().halt(1);
        return task.length;
    }

    @Test
    @DisplayName("The quarantine works without retries, is bounded, and outlives the pool's end")
    void quarantineIsBounded(@TempDir Path ledger) throws Exception {
        var pool = builder(Isolation.PROCESS, ledger)
                .quarantine(1)
                .quarantineSize(2)
                .start();
        for (String name : List.of("a", "b", "c")) {
            assertThat(pool.mapOutcomes(List.of(name + " halts 1")).get(0).kind())
                    .isEqualTo(Outcome.Kind.CRASHED);
        }
        pool.close();
        assertThat(pool.quarantine().list()).extracting(QuarantinedTask::id).containsExactly(2L, 3L);
        assertThatThrownBy(() -> pool.quarantine().retry(3)).isInstanceOf(IllegalStateException.class);
        assertThat(pool.quarantine().list()).hasSize(2);
        pool.start();
        assertThat(pool.quarantine().retry(3).get(30, TimeUnit.SECONDS)).isEqualTo("c at attempt 2");
        assertThat(pool.quarantine().drop(2)).isTrue();
        assertThat(pool.quarantine().list()).isEmpty();
        pool.close();
    }

    @Test
    @DisplayName("Back-off grows to its cap; wrong values are refused, naming the option")
    void policy() {
        RetryPolicy policy = RetryPolicy.OFF.backoff(Duration.ofMillis(100)).maxBackoff(Duration.ofMillis(350));
        assertThat(List.of(1, 2, 3, 50))
                .extracting(attempt -> policy.pauseNanos(attempt, 0) / 1_000_000)
                .containsExactly(100L, 200L, 350L, 350L);
        assertThat(policy.pauseNanos(1, 1)).isEqualTo(80_000_000);
        var builder = PoolManager.builder(Tasks::twice);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder.retry(wrong -> wrong.maxAttempts(0)))
                .withMessage("'retry.max-attempts' must be at least 1, but is 0");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder.retry(wrong -> wrong.multiplier(0.5)))
                .withMessage("'retry.multiplier' must be at least 1, but is 0.5");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder.quarantine(2).build())
                .withMessage("'quarantine.after' must not be more than 'retry.max-attempts', which is 1, but is 2");
    }
}
