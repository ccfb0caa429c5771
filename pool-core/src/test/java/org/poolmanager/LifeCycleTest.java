package org.poolmanager;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.poolmanager.worker.PoolProcess;

@ExtendWith(NoLeftovers.class)
@DisplayName("Life cycle")
class LifeCycleTest {

    private static long millisSince(long start) {
        return (System.nanoTime() - start) / 1_000_000;
    }

    private interface Closing {
        void apply(PoolManager<Integer, Integer> pool) throws Exception;
    }

    private static void closeInManyRounds(String how, Isolation isolation, Closing closing) throws Exception {
        int rounds = Rounds.of(isolation, 1000, 3);
        long slowest = 0;
        for (int round = 0; round < rounds; round++) {
            var pool = PoolManager.builder(Tasks::twice)
                    .name("closing")
                    .isolation(isolation)
                    .size(1)
                    .start();
            closing.apply(pool);
            long start = System.nanoTime();
            pool.close();
            pool.terminate();
            slowest = Math.max(slowest, System.nanoTime() - start);
            assertThat(pool.state()).isEqualTo(PoolState.STOPPED);
            assertThat(pool.isAlive()).isFalse();
        }
        System.out.println("C093 " + isolation + ": " + rounds + " times closed " + how
                + "; the slowest second call took " + slowest / 1000 + " µs");
        assertThat(slowest).isLessThan(Duration.ofSeconds(5).toNanos());
    }

    @BothModes
    @Tag(Rounds.TAG)
    @DisplayName("C093: closed twice, terminated twice, closed after terminate, or before start: the same end")
    void c093CloseIsIdempotent(Isolation isolation) throws Exception {
        var never = PoolManager.builder(Tasks::twice).isolation(isolation).build();
        never.close();
        never.close();
        never.terminate();
        assertThat(never.state()).isEqualTo(PoolState.STOPPED);
        closeInManyRounds("twice", isolation, pool -> {
            pool.put(1);
            pool.close();
        });
        closeInManyRounds("after terminate", isolation, pool -> {
            pool.put(1);
            pool.terminate();
            pool.terminate();
        });
    }

    @BothModes
    @Tag(Rounds.TAG)
    @DisplayName("C093: closed and terminated from two threads at once: the same end")
    void c093CloseFromTwoThreads(Isolation isolation) throws Exception {
        AtomicInteger round = new AtomicInteger();
        closeInManyRounds("from two threads", isolation, pool -> {
            pool.put(1);
            CompletableFuture<Void> other =
                    CompletableFuture.runAsync(round.incrementAndGet() % 2 == 0 ? pool::close : pool::terminate);
            pool.close();
            assertThat(pool.isAlive()).isFalse();
            other.get(20, TimeUnit.SECONDS);
        });
    }

    @BothModes
    @Tag(Rounds.TAG)
    @DisplayName("C093: closed by a listener, and by what depends on a future: it closes in the background")
    void c093CloseFromOwnThreads(Isolation isolation) throws Exception {
        closeInManyRounds("by a dependent of a future", isolation, pool -> {
            CompletableFuture<Integer> future = pool.submit(1);
            future.thenRun(pool::close).get(10, TimeUnit.SECONDS);
        });
        closeInManyRounds("by a listener", isolation, pool -> {
            CountDownLatch called = new CountDownLatch(1);
            pool.addListener(event -> {
                if (event instanceof PoolEvent.TaskFinished) {
                    pool.terminate();
                    called.countDown();
                }
            });
            pool.put(1);
            assertThat(called.await(10, TimeUnit.SECONDS)).isTrue();
            assertThat(pool.get()).isEqualTo(2);
        });
    }

    @BothModes
    @DisplayName("C094: a closed pool refuses at once, and what it has computed can still be fetched")
    void c094AfterClose(Isolation isolation) throws Exception {
        for (boolean ordered : new boolean[] {false, true}) {
            var pool = PoolManager.builder(Tasks::twice)
                    .isolation(isolation)
                    .name("closed")
                    .ordered(ordered)
                    .size(1)
                    .queueSize(9)
                    .start();
            for (int i = 0; i < 5; i++) {
                pool.put(i);
            }
            await().until(() -> pool.stats().resultsWaiting() == 5);
            if (ordered) {
                pool.terminate();
            } else {
                pool.close();
            }
            int refused = refusesAtOnce(() -> pool.put(3), "Pool 'closed' is closed");
            refused += refusesAtOnce(() -> pool.put(3, Duration.ofSeconds(9)), "Pool 'closed' is closed");
            refused += refusesAtOnce(() -> pool.offer(3), "Pool 'closed' is closed");
            refused += refusesAtOnce(() -> pool.submit(3), "Pool 'closed' is closed");
            refused += refusesAtOnce(() -> pool.map(List.of(3)), "Pool 'closed' is closed");
            refusesAtOnce(() -> pool.putAsync(List.of(3)), "Pool 'closed' is STOPPED");
            refusesAtOnce(() -> pool.addLogger("late"), "cannot change any more");
            assertThat(pool.get()).isZero();
            assertThat(pool.get(Duration.ZERO)).isEqualTo(2);
            assertThat(pool.poll().orElseThrow().get()).isEqualTo(4);
            pool.start();
            pool.put(5);
            assertThat(pool.getAll()).containsExactly(6, 8, 10);
            pool.close();
            assertThatThrownBy(pool::get).isInstanceOf(NoSuchElementException.class);
            assertThat(ApiContractTest.sample(pool).tasks().rejected()).isEqualTo(refused);
        }
    }

    @BothModes
    @DisplayName("C094: a feeder at work when its pool closes ends, and its future says how many tasks had been fed")
    void c094FeederAtClose(Isolation isolation) throws Exception {
        for (boolean daemon : new boolean[] {true, false}) {
            try (Gate gate = new Gate();
                    var pool = PoolManager.builder(Tasks::passGate, gate.port())
                            .isolation(isolation)
                            .daemon(daemon)
                            .size(1)
                            .queueSize(4)
                            .start()) {
                CompletableFuture<Long> feeder =
                        pool.putAsync(IntStream.range(0, 1000).boxed().toList());
                gate.awaitArrivals(1);
                await().until(() -> pool.stats().queue().remaining() == 0);
                CompletableFuture<Void> closer = CompletableFuture.runAsync(pool::close);
                assertThat(feeder)
                        .failsWithin(Duration.ofSeconds(10))
                        .withThrowableOfType(ExecutionException.class)
                        .withMessageContaining("5 tasks had been fed");
                gate.open();
                closer.get(20, TimeUnit.SECONDS);
                PoolStats.Tasks tasks = ApiContractTest.sample(pool).tasks();
                assertThat(tasks.submitted()).isEqualTo(5);
                assertThat(tasks.completed()).isEqualTo(daemon ? 0 : 5);
                assertThatIllegalStateException().isThrownBy(pool::getAll).withMessageContaining("tasks had been fed");
            }
        }
    }

    /** One call of three has to be that fast: the machine may hold up one, and a pool that waits holds up each. */
    private static int refusesAtOnce(ThrowingCallable call, String message) {
        int calls = 0;
        long took;
        do {
            long start = System.nanoTime();
            assertThatIllegalStateException().isThrownBy(call).withMessageContaining(message);
            took = System.nanoTime() - start;
            calls++;
        } while (took >= 50_000_000 && calls < 3);
        System.out.println("C094 refused after " + took / 1000 + " µs");
        assertThat(took).isLessThan(50_000_000);
        return calls;
    }

    @BothModes
    @DisplayName("C095: put before start and start twice are refused; a closed pool can be started again")
    void c095StartRules(Isolation isolation) throws Exception {
        var pool = PoolManager.builder(Tasks::twice)
                .isolation(isolation)
                .name("rules")
                .size(2)
                .build();
        refusesAtOnce(() -> pool.put(1), "Pool 'rules' has not been started: call start() first");
        refusesAtOnce(() -> pool.offer(1), "has not been started");
        refusesAtOnce(() -> pool.submit(1), "has not been started");
        refusesAtOnce(() -> pool.putAsync(List.of(1)), "is NEW");
        try (pool) {
            pool.start();
            assertThatIllegalStateException().isThrownBy(pool::start).withMessageContaining("already RUNNING");
            assertThat(pool.stats().workers().live()).isEqualTo(2);
            assertThat(pool.map(List.of(1))).containsExactly(2);
            pool.close();
            pool.start();
            assertThat(pool.state()).isEqualTo(PoolState.RUNNING);
            assertThat(pool.stats().workers().live()).isEqualTo(2);
            assertThat(pool.map(List.of(4))).containsExactly(8);
            pool.terminate();
            pool.start();
            assertThat(pool.map(List.of(5))).containsExactly(10);
        }
    }

    @BothModes
    @Tag(Rounds.TAG)
    @DisplayName(
            "C095: of many threads that start a pool at once, one does, and never more than size workers are started")
    void c095StartedByMany(Isolation isolation) throws Exception {
        int threads = 6;
        for (int round = 0; round < Rounds.of(isolation, 300, 2); round++) {
            AtomicInteger workers = new AtomicInteger();
            AtomicInteger starts = new AtomicInteger();
            AtomicInteger refusals = new AtomicInteger();
            try (var pool = PoolManager.builder(Tasks::twice)
                    .isolation(isolation)
                    .size(2)
                    .listener(event -> {
                        if (event instanceof PoolEvent.WorkerStarted) {
                            workers.incrementAndGet();
                        }
                    })
                    .build()) {
                CyclicBarrier barrier = new CyclicBarrier(threads);
                List<CompletableFuture<Void>> starters = new ArrayList<>();
                for (int i = 0; i < threads; i++) {
                    CompletableFuture<Void> starter = new CompletableFuture<>();
                    starters.add(starter);
                    new Thread(() -> {
                                try {
                                    barrier.await(10, TimeUnit.SECONDS);
                                    pool.start();
                                    starts.incrementAndGet();
                                } catch (IllegalStateException e) {
                                    refusals.incrementAndGet();
                                } catch (Exception e) {
                                    starter.completeExceptionally(e);
                                }
                                starter.complete(null);
                            })
                            .start();
                }
                for (CompletableFuture<Void> starter : starters) {
                    starter.get(30, TimeUnit.SECONDS);
                }
                assertThat(starts).hasValue(1);
                assertThat(refusals).hasValue(threads - 1);
                assertThat(pool.stats().workers().live()).isEqualTo(2);
            }
            assertThat(workers).hasValue(2);
        }
    }

    @BothModes
    @DisplayName("D14: a pool that has failed can be started again once its cause is gone")
    void d14RestartAfterFailure(Isolation isolation, @TempDir Path directory) throws Exception {
        Path licence = directory.resolve("licence");
        var pool = PoolManager.builder(NeedsFile.class)
                .staticArgs(licence.toString())
                .isolation(isolation)
                .size(1)
                .build();
        for (int attempt = 0; attempt < 2; attempt++) {
            assertThatThrownBy(pool::start)
                    .isInstanceOf(PoolStartException.class)
                    .hasMessageContaining("no licence");
            assertThat(pool.state()).isEqualTo(PoolState.FAILED);
        }
        Files.createFile(licence);
        try (pool) {
            pool.start();
            assertThat(pool.map(List.of(1, 2))).containsExactly(1, 2);
        }
        assertThat(pool.state()).isEqualTo(PoolState.STOPPED);
    }

    /** Cannot be built without that file. */
    static final class NeedsFile implements PoolProcess<Integer, Integer> {

        NeedsFile(String file) {
            if (!Files.exists(Path.of(file))) {
                throw new IllegalStateException("no licence");
            }
        }

        @Override
        public Integer run(Integer task) {
            return task;
        }
    }

    @BothModes
    @DisplayName(
            "C096: join returns when the last accepted task is done and the last worker gone; with a limit, it says so")
    void c096Join(Isolation isolation) throws Exception {
        try (Gate gate = new Gate()) {
            var pool = PoolManager.builder(Tasks::passGate, gate.port())
                    .isolation(isolation)
                    .size(2)
                    .start();
            for (int i = 0; i < 4; i++) {
                pool.put(i);
            }
            gate.awaitArrivals(2);
            for (int repetition = 0; repetition < 3; repetition++) {
                Timely.assertTakesLess("C096 " + isolation + ": a join of 100 ms", 600, () -> {
                    long start = System.nanoTime();
                    assertThat(pool.join(Duration.ofMillis(100))).isFalse();
                    long took = millisSince(start);
                    assertThat(took).isGreaterThanOrEqualTo(100);
                    return took;
                });
            }
            assertThat(pool.join(Duration.ZERO)).isFalse();
            assertThatIllegalStateException().isThrownBy(() -> pool.put(9)).withMessageContaining("closing");
            assertThat(pool.isAlive()).isTrue();
            CompletableFuture<Void> other = CompletableFuture.runAsync(() -> joinUnchecked(pool));
            gate.open();
            assertThat(pool.join(Duration.ofSeconds(20))).isTrue();
            other.get(10, TimeUnit.SECONDS);
            assertThat(pool.state()).isEqualTo(PoolState.STOPPED);
            assertThat(pool.isAlive()).isFalse();
            assertThat(pool.getAll()).containsExactlyInAnyOrder(0, 1, 2, 3);
            pool.join();
            assertThat(pool.join(Duration.ZERO)).isTrue();
        }
    }

    private static void joinUnchecked(PoolManager<?, ?> pool) {
        try {
            pool.join();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** The moment in which the last of its processes ends. */
    private static CompletableFuture<Long> whenLastIsGone(PoolManager<?, ?> pool) {
        CompletableFuture<Long> moment = new CompletableFuture<>();
        List<ProcessHandle> workers = pool.stats().workerList().stream()
                .flatMap(worker -> ProcessHandle.of(worker.pid()).stream())
                .filter(process -> !process.equals(ProcessHandle.current()))
                .toList();
        Thread watcher = new Thread(() -> {
            while (workers.stream().anyMatch(ParentJvm::isRunning)) {
                LockSupport.parkNanos(1_000_000);
            }
            moment.complete(System.nanoTime());
        });
        watcher.setDaemon(true);
        watcher.start();
        return moment;
    }

    @BothModes
    @DisplayName("C096: join behind the last task, or on a pool without any, returns as soon as its workers are gone")
    void c096JoinIdle(Isolation isolation) throws Exception {
        for (int tasks : new int[] {3, 0}) {
            Timely.assertTakesLess(
                    "C096 " + isolation + ": to join behind " + tasks + " tasks and the last worker",
                    500,
                    () -> joinBehind(isolation, tasks));
        }
    }

    /** Returns how long behind the last worker it returned: how fast a JVM ends is up to the machine. */
    private static long joinBehind(Isolation isolation, int tasks) throws Exception {
        var pool =
                PoolManager.builder(Tasks::twice).isolation(isolation).size(2).start();
        for (int i = 0; i < tasks; i++) {
            pool.put(i);
        }
        await().until(() -> pool.stats().resultsWaiting() == tasks);
        CompletableFuture<Long> gone = whenLastIsGone(pool);
        long start = System.nanoTime();
        pool.join();
        long took = millisSince(start);
        long behind = isolation == Isolation.THREAD ? took : millisSince(gone.get(10, TimeUnit.SECONDS));
        assertThat(pool.isAlive()).isFalse();
        assertThat(pool.getAll()).hasSize(tasks);
        return behind;
    }

    @BothModes
    @DisplayName("C096: join on one of the pool's own threads is refused, and closes nothing")
    void c096JoinFromOwnThread(Isolation isolation) throws Exception {
        try (var pool =
                PoolManager.builder(Tasks::twice).isolation(isolation).size(1).start()) {
            for (Closing join : List.<Closing>of(PoolManager::join, p -> p.join(Duration.ofSeconds(1)))) {
                CompletableFuture<Throwable> refused = new CompletableFuture<>();
                PoolListener listener = event -> {
                    if (event instanceof PoolEvent.TaskFinished) {
                        try {
                            join.apply(pool);
                            refused.complete(new AssertionError("not refused"));
                        } catch (Exception e) {
                            refused.complete(e);
                        }
                    }
                };
                pool.addListener(listener);
                pool.put(1);
                assertThat(refused.get(10, TimeUnit.SECONDS))
                        .isInstanceOf(IllegalStateException.class)
                        .hasMessageContaining("must not wait for its end");
                pool.removeListener(listener);
                assertThat(pool.state()).isEqualTo(PoolState.RUNNING);
                assertThat(pool.getAll()).containsExactly(2);
            }
        }
    }

    @BothModes
    @DisplayName("C097: terminate with 10,000 queued tasks is prompt, each has an outcome, and no child is left")
    void c097Terminate(Isolation isolation) throws Exception {
        var pool = PoolManager.builder(Tasks::waitAndHeed)
                .isolation(isolation)
                .size(2)
                .queueSize(10_000)
                .start();
        List<CompletableFuture<Integer>> futures = new ArrayList<>();
        for (int i = 0; i < 10_000; i++) {
            futures.add(pool.submit(100));
        }
        List<ProcessHandle> children = ProcessHandle.current()
                .children()
                .filter(ProcessHandle::isAlive)
                .toList();
        long before = pool.stats().tasks().completed();
        long start = System.nanoTime();
        pool.terminate();
        long took = millisSince(start);
        System.out.println("C097 " + isolation + ": terminated after " + took + " ms");
        assertThat(took).isLessThan(5000);
        if (isolation == Isolation.PROCESS) {
            assertThat(children).hasSizeGreaterThanOrEqualTo(2);
            assertThat(pool.stats().workerList()).allMatch(worker -> worker.pid() == -1);
        }
        assertThat(ProcessHandle.current().children()).isEmpty();
        assertThat(futures).allMatch(CompletableFuture::isDone);
        PoolStats stats = ApiContractTest.sample(pool);
        assertThat(stats.queue().size()).isZero();
        assertThat(stats.tasks().cancelled()).isGreaterThan(9_900 - before); // two workers do twenty in a second
    }

    @BothModes
    @Tag(Rounds.TAG)
    @DisplayName("C098: clearTasks cancels what has not begun, says how many that were, and touches nothing else")
    void c098ClearTasks(Isolation isolation) throws Exception {
        int rounds = Rounds.of(isolation, 1000, 20);
        try (Gate gate = new Gate();
                var pool = PoolManager.builder(Tasks::passGate, gate.port())
                        .isolation(isolation)
                        .size(4)
                        .queueSize(20)
                        .start()) {
            for (int round = 0; round < rounds; round++) {
                for (int i = 0; i < 8; i += 2) {
                    pool.put(i);
                }
                gate.awaitArrivals(4 + 4 * round);
                for (int i = 10; i < 15; i++) {
                    pool.put(i);
                }
                CompletableFuture<Integer> cleared = pool.submit(15);
                assertThat(pool.clearTasks()).isEqualTo(6);
                assertThat(cleared).isCancelled();
                assertThat(ApiContractTest.sample(pool).queue().size()).isZero();
                for (int i = 0; i < 4; i++) {
                    gate.letOneGo();
                }
                assertThat(pool.getAll()).containsExactlyInAnyOrder(0, 2, 4, 6);
            }
            PoolStats.Tasks tasks = ApiContractTest.sample(pool).tasks();
            assertThat(tasks.cancelled()).isEqualTo(6L * rounds);
            assertThat(tasks.completed()).isEqualTo(4L * rounds);
            assertThat(gate.arrivals()).hasSize(4 * rounds);
            assertThat(pool.clearTasks()).isZero();
            gate.open();
            assertThat(pool.map(List.of(1))).containsExactly(1);
        }
    }

    @BothModes
    @DisplayName("D13: clearTasks takes what is queued, and a feeder goes on")
    void d13FeederGoesOn(Isolation isolation) throws Exception {
        try (Gate gate = new Gate();
                var pool = PoolManager.builder(Tasks::passGate, gate.port())
                        .isolation(isolation)
                        .size(2)
                        .queueSize(4)
                        .start()) {
            List<Integer> source = IntStream.range(0, 40).boxed().toList();
            CompletableFuture<Long> feeder = pool.putAsync(source);
            gate.awaitArrivals(2);
            int cleared = 0;
            for (int i = 0; i < 3; i++) {
                await().until(() -> pool.stats().queue().remaining() == 0);
                cleared += pool.clearTasks();
            }
            assertThat(cleared).isGreaterThanOrEqualTo(8);
            assertThat(feeder).isNotDone();
            gate.open();
            assertThat(feeder.get(20, TimeUnit.SECONDS)).isEqualTo(40);
            assertThat(pool.getAll())
                    .hasSize(40 - cleared)
                    .doesNotHaveDuplicates()
                    .isSubsetOf(source);
        }
    }

    @Test
    @DisplayName("a pool that was closed at the end of a drain leaves no directory")
    void closedTwiceAfterFailure() {
        var pool = PoolManager.builder(Tasks.Unbuildable.class).size(1).build();
        assertThatThrownBy(pool::start).isInstanceOf(PoolStartException.class);
        pool.close();
        assertThat(pool.state()).isEqualTo(PoolState.STOPPED);
    }
}
