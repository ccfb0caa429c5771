package org.poolmanager;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import java.io.Serializable;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(NoLeftovers.class)
@DisplayName("C012: the pool as an ExecutorService")
class ExecutorServiceTest {

    /** A callable that can travel. */
    interface Work<V> extends Callable<V>, Serializable {}

    /** A runnable that can travel. */
    interface Job extends Runnable, Serializable {}

    private static <V> Work<V> work(Work<V> work) {
        return work;
    }

    private static Job job(Job job) {
        return job;
    }

    /** Waits at a gate, then gives its name. */
    private static Work<String> gated(Gate gate, String name) {
        int port = gate.port();
        return () -> {
            Gate.pass(port, name);
            return name;
        };
    }

    private static Job gatedJob(Gate gate, String name) {
        int port = gate.port();
        return () -> Gate.pass(port, name);
    }

    private static PoolManager<Integer, Integer> pool(Isolation isolation, int size, int queueSize) {
        return PoolManager.builder(Tasks::twice)
                .isolation(isolation)
                .size(size)
                .queueSize(queueSize)
                .start();
    }

    @Test
    @DisplayName("C012: the pool itself is no Executor")
    void c012PoolIsNoExecutor() {
        assertThat(Executor.class).isNotIn((Object[]) PoolManager.class.getInterfaces());
        assertThat(Executor.class.isAssignableFrom(PoolManager.class)).isFalse();
    }

    @Test
    @DisplayName(
            "C012: a CompletableFuture runs its stages on threads of the pool, and is told that they cannot travel")
    void c012CompletableFuture() throws Exception {
        try (var pool = pool(Isolation.THREAD, 2, 4)) {
            ExecutorService executor = pool.asExecutorService();
            CompletableFuture<String> stages = CompletableFuture.supplyAsync(
                            () -> Thread.currentThread().getName(), executor)
                    .thenApplyAsync(
                            name -> name + " and " + Thread.currentThread().getName(), executor)
                    .thenCombineAsync(CompletableFuture.completedFuture("!"), String::concat, executor);
            assertThat(stages.get(20, TimeUnit.SECONDS))
                    .matches("pool-" + pool.name() + "-task-\\d and pool-" + pool.name() + "-task-\\d!");
            CompletableFuture<Object> failing = CompletableFuture.supplyAsync(
                    () -> {
                        throw new ArithmeticException("mine");
                    },
                    executor);
            assertThatThrownBy(() -> failing.get(20, TimeUnit.SECONDS)).hasCauseInstanceOf(ArithmeticException.class);
        }
        try (var pool = pool(Isolation.PROCESS, 1, 1)) {
            ExecutorService executor = pool.asExecutorService();
            assertThatThrownBy(() -> CompletableFuture.supplyAsync(() -> "anything", executor))
                    .isInstanceOf(RejectedExecutionException.class)
                    .hasMessageContaining("cannot send a call to a child JVM");
        }
    }

    @BothModes
    @DisplayName("C012: submit gives values, null, given results and exceptions")
    void c012Submit(Isolation isolation) throws Exception {
        try (var pool = pool(isolation, 2, 4)) {
            ExecutorService executor = pool.asExecutorService();
            assertThat(executor.submit(work(() -> "value")).get(20, TimeUnit.SECONDS))
                    .isEqualTo("value");
            assertThat(executor.submit(work(() -> null)).get(20, TimeUnit.SECONDS))
                    .isNull();
            assertThat(executor.submit(job(() -> {})).get(20, TimeUnit.SECONDS)).isNull();
            Object given = new Object(); // need not travel
            assertThat(executor.submit(job(() -> {}), given).get(20, TimeUnit.SECONDS))
                    .isSameAs(given);
            Future<Object> failed = executor.submit(work(() -> {
                throw new ArithmeticException("by hand");
            }));
            assertThatThrownBy(() -> failed.get(20, TimeUnit.SECONDS))
                    .isInstanceOf(ExecutionException.class)
                    .cause()
                    .isInstanceOf(ArithmeticException.class)
                    .hasMessage("by hand");
            assertThat(failed.isDone()).isTrue();
            assertThat(failed.isCancelled()).isFalse();
            assertThat(failed.cancel(true)).isFalse();
            Future<Object> error = executor.submit(work(() -> {
                throw new AssertionError("an error");
            }));
            assertThatThrownBy(error::get).cause().isInstanceOf(AssertionError.class);
        }
    }

    @BothModes
    @DisplayName("C012: a future's own exceptions, thrown by a task, are that task's failure")
    void c012FuturesOwnExceptions(Isolation isolation) throws Exception {
        try (var pool = pool(isolation, 1, 4)) {
            ExecutorService executor = pool.asExecutorService();
            Future<Object> first = executor.submit(work(() -> {
                throw new CancellationException("only words");
            }));
            assertThatThrownBy(first::get)
                    .isInstanceOf(ExecutionException.class)
                    .cause()
                    .isInstanceOf(CancellationException.class)
                    .hasMessage("only words");
            assertThat(first.isCancelled()).isFalse();
            Future<Object> second = executor.submit(work(() -> {
                throw new CompletionException("outer", new IllegalStateException("inner"));
            }));
            assertThatThrownBy(second::get)
                    .isInstanceOf(ExecutionException.class)
                    .cause()
                    .isInstanceOf(CompletionException.class)
                    .hasMessage("outer");
        }
    }

    @BothModes
    @DisplayName("C012: null is refused everywhere")
    void c012Nulls(Isolation isolation) {
        try (var pool = pool(isolation, 1, 4)) {
            ExecutorService executor = pool.asExecutorService();
            assertThatNullPointerException().isThrownBy(() -> executor.execute(null));
            assertThatNullPointerException().isThrownBy(() -> executor.submit((Callable<Object>) null));
            assertThatNullPointerException().isThrownBy(() -> executor.submit((Runnable) null));
            assertThatNullPointerException().isThrownBy(() -> executor.submit(null, "x"));
            assertThatNullPointerException().isThrownBy(() -> executor.invokeAll(null));
            assertThatNullPointerException().isThrownBy(() -> executor.invokeAny(null));
            Collection<Callable<String>> withNull = Arrays.asList(work(() -> "a"), null);
            assertThatNullPointerException().isThrownBy(() -> executor.invokeAll(withNull));
            assertThatNullPointerException().isThrownBy(() -> executor.invokeAll(withNull, 1, TimeUnit.SECONDS));
            assertThatNullPointerException().isThrownBy(() -> executor.invokeAll(List.of(), 1, null));
            assertThatNullPointerException().isThrownBy(() -> executor.invokeAny(Arrays.asList(null, work(() -> 1))));
            assertThatIllegalArgumentException().isThrownBy(() -> executor.invokeAny(List.of()));
            assertThatIllegalArgumentException().isThrownBy(() -> executor.invokeAny(List.of(), 1, TimeUnit.SECONDS));
        }
    }

    @BothModes
    @DisplayName("C012: invokeAll waits for all, more than the pool takes at once, failures in their futures")
    void c012InvokeAll(Isolation isolation) throws Exception {
        try (var pool = pool(isolation, 2, 1)) {
            ExecutorService executor = pool.asExecutorService();
            assertThat(executor.<Object>invokeAll(List.of())).isEmpty();
            assertThat(executor.<Object>invokeAll(List.of(), 1, TimeUnit.SECONDS))
                    .isEmpty();
            List<Work<Integer>> many = new ArrayList<>();
            for (int i = 0; i < 50; i++) {
                int number = i;
                many.add(() -> {
                    if (number == 7) {
                        throw new IllegalArgumentException("no sevens");
                    }
                    return number;
                });
            }
            for (List<Future<Integer>> futures :
                    List.of(executor.invokeAll(many), executor.invokeAll(many, 60, TimeUnit.SECONDS))) {
                assertThat(futures).hasSize(50).allMatch(Future::isDone);
                for (int i = 0; i < 50; i++) {
                    if (i == 7) {
                        assertThatThrownBy(futures.get(i)::get)
                                .isInstanceOf(ExecutionException.class)
                                .hasRootCauseMessage("no sevens");
                    } else {
                        assertThat(futures.get(i).get()).isEqualTo(i);
                    }
                }
            }
        }
    }

    @BothModes
    @DisplayName("C012: a timed invokeAll cancels what is not done in time, what waits for room included")
    void c012TimedInvokeAll(Isolation isolation) throws Exception {
        try (Gate gate = new Gate();
                Gate firstCalls = new Gate();
                var pool = pool(isolation, 2, 1)) {
            ExecutorService executor = pool.asExecutorService();
            List<Work<String>> tasks = List.of(
                    work(() -> "quick"), gated(gate, "a"), gated(gate, "b"), gated(gate, "c"), gated(gate, "d"));
            // The first call of a JVM takes its time, so each worker has had one.
            List<Future<String>> first =
                    List.of(executor.submit(gated(firstCalls, "1")), executor.submit(gated(firstCalls, "2")));
            firstCalls.awaitArrivals(2);
            firstCalls.open();
            for (Future<String> call : first) {
                call.get(20, TimeUnit.SECONDS);
            }
            long start = System.nanoTime();
            List<Future<String>> futures = executor.invokeAll(tasks, 3, TimeUnit.SECONDS);
            assertThat(Duration.ofNanos(System.nanoTime() - start))
                    .isBetween(Duration.ofSeconds(3), Duration.ofSeconds(8));
            assertThat(futures).hasSize(5).allMatch(Future::isDone);
            assertThat(futures.get(0).get()).isEqualTo("quick");
            assertThat(futures.subList(1, 5)).allMatch(Future::isCancelled);
            assertThat(executor.invokeAll(tasks, -1, TimeUnit.SECONDS))
                    .hasSize(5)
                    .allMatch(Future::isCancelled);
            assertThat(executor.invokeAll(tasks, Long.MIN_VALUE, TimeUnit.DAYS))
                    .hasSize(5)
                    .allMatch(Future::isCancelled);
            assertThat(executor.submit(work(() -> 1)).get(20, TimeUnit.SECONDS)).isEqualTo(1);
            assertThat(gate.arrivals()).doesNotContain("d");
            ApiContractTest.sample(pool);
        }
    }

    @BothModes
    @DisplayName("C012: invokeAny gives a success and cancels the rest")
    void c012InvokeAny(Isolation isolation) throws Exception {
        try (Gate gate = new Gate();
                var pool = pool(isolation, 2, 1)) {
            ExecutorService executor = pool.asExecutorService();
            Work<String> failing = () -> {
                throw new ArithmeticException("fails");
            };
            assertThat(executor.invokeAny(List.of(failing, work(() -> "one"), failing)))
                    .isEqualTo("one");
            assertThat(executor.invokeAny(List.of(gated(gate, "held"), failing, work(() -> "two"))))
                    .isEqualTo("two");
            await().until(() -> pool.stats().tasks().running() == 0);
            assertThatThrownBy(() -> executor.invokeAny(List.of(failing, failing, failing, failing, failing)))
                    .isInstanceOf(ExecutionException.class)
                    .hasRootCauseMessage("fails");
            assertThat(executor.invokeAny(List.of(failing, work(() -> "three")), 20, TimeUnit.SECONDS))
                    .isEqualTo("three");
            assertThatThrownBy(() -> executor.invokeAny(
                            List.of(gated(gate, "e"), gated(gate, "f"), gated(gate, "g"), gated(gate, "h")),
                            300,
                            TimeUnit.MILLISECONDS))
                    .isInstanceOf(TimeoutException.class);
            assertThatThrownBy(() -> executor.invokeAny(List.of(gated(gate, "i")), -1, TimeUnit.SECONDS))
                    .isInstanceOf(TimeoutException.class);
            await().until(() -> pool.stats().tasks().running() == 0);
            assertThat(pool.stats().queue().size()).isZero();
            assertThat(gate.arrivals()).doesNotContain("h");
        }
    }

    @BothModes
    @DisplayName("C012: ExecutorCompletionService gives the futures of submit in the order of completion")
    void c012CompletionService(Isolation isolation) throws Exception {
        try (Gate gate = new Gate();
                var pool = pool(isolation, 2, 2)) {
            var completion = new ExecutorCompletionService<String>(pool.asExecutorService());
            assertThat(completion.poll()).isNull();
            assertThat(completion.poll(Long.MIN_VALUE, TimeUnit.DAYS)).isNull();
            Future<String> slow = completion.submit(gated(gate, "slow"));
            gate.awaitArrivals(1);
            assertThat(completion.poll(10, TimeUnit.MILLISECONDS)).isNull();
            Future<String> quick = completion.submit(work(() -> "quick"));
            Future<String> first = completion.poll(20, TimeUnit.SECONDS);
            assertThat(first).isSameAs(quick);
            assertThat(first.get()).isEqualTo("quick");
            gate.open();
            assertThat(completion.take()).isSameAs(slow);
            Future<String> failing = completion.submit(work(() -> {
                throw new ArithmeticException("fails");
            }));
            assertThat(completion.take()).isSameAs(failing);
            assertThatThrownBy(failing::get).hasRootCauseMessage("fails");
            Future<String> result = completion.submit(job(() -> {}), "given");
            assertThat(completion.take()).isSameAs(result);
            assertThat(result.get()).isEqualTo("given");
            Set<String> seen = new HashSet<>();
            List<Thread> submitters = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                String name = "n" + i;
                Thread submitter = new Thread(() -> completion.submit(work(() -> name)));
                submitter.start();
                submitters.add(submitter);
            }
            for (int i = 0; i < 20; i++) {
                Future<String> next = completion.take();
                assertThat(next.isDone()).isTrue();
                seen.add(next.get());
            }
            assertThat(seen).hasSize(20);
            for (Thread submitter : submitters) {
                submitter.join();
            }
        }
    }

    @BothModes
    @DisplayName("C012: execute runs, and what fails there is logged once")
    void c012Execute(Isolation isolation) throws Exception {
        try (Gate gate = new Gate();
                Records records = new Records(PoolManager.class.getName(), Level.ERROR);
                var pool = pool(isolation, 1, 4)) {
            ExecutorService executor = pool.asExecutorService();
            executor.execute(gatedJob(gate, "executed"));
            gate.awaitArrivals(1);
            gate.open();
            executor.execute(job(() -> {
                throw new ArithmeticException("nobody asks");
            }));
            await().until(() -> pool.stats().tasks().failed() == 1);
            await().until(() -> records.messages().size() == 1);
            assertThat(records.messages())
                    .containsExactly("A task given to execute() of pool '" + pool.name() + "' failed");
            assertThat(records.events.get(0).getThrowableProxy().getMessage()).isEqualTo("nobody asks");
            assertThat(executor.submit(work(() -> 1)).get(20, TimeUnit.SECONDS)).isEqualTo(1);
        }
    }

    @BothModes
    @DisplayName("C012: shutdown refuses new work at once, lets accepted work run, and ends the pool")
    void c012Shutdown(Isolation isolation) throws Exception {
        try (Gate gate = new Gate();
                var pool = pool(isolation, 1, 4)) {
            ExecutorService executor = pool.asExecutorService();
            Future<String> running = executor.submit(gated(gate, "running"));
            Future<String> waiting = executor.submit(gated(gate, "waiting"));
            pool.put(21);
            assertThat(executor.isShutdown()).isFalse();
            assertThat(executor.isTerminated()).isFalse();
            gate.awaitArrivals(1);
            executor.shutdown();
            executor.shutdown();
            assertThat(executor.isShutdown()).isTrue();
            assertThat(executor.isTerminated()).isFalse();
            assertThatThrownBy(() -> executor.execute(job(() -> {}))).isInstanceOf(RejectedExecutionException.class);
            assertThatThrownBy(() -> executor.submit(work(() -> 1))).isInstanceOf(RejectedExecutionException.class);
            assertThatThrownBy(() -> executor.invokeAll(List.of(work(() -> 1))))
                    .isInstanceOf(RejectedExecutionException.class);
            assertThatThrownBy(() -> executor.invokeAny(List.of(work(() -> 1))))
                    .isInstanceOf(RejectedExecutionException.class);
            assertThatThrownBy(() -> pool.put(1)).isInstanceOf(IllegalStateException.class);
            assertThat(executor.awaitTermination(-1, TimeUnit.SECONDS)).isFalse();
            assertThat(executor.awaitTermination(Long.MIN_VALUE, TimeUnit.DAYS)).isFalse();
            long start = System.nanoTime();
            assertThat(executor.awaitTermination(50, TimeUnit.MILLISECONDS)).isFalse();
            assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(50_000_000);
            gate.open();
            assertThat(executor.awaitTermination(Long.MAX_VALUE, TimeUnit.DAYS)).isTrue();
            assertThat(executor.isTerminated()).isTrue();
            assertThat(running.get()).isEqualTo("running");
            assertThat(waiting.get()).isEqualTo("waiting");
            assertThat(pool.get()).isEqualTo(42);
            assertThat(pool.state()).isEqualTo(PoolState.STOPPED);
            assertThat(executor.shutdownNow()).isEmpty();
        }
    }

    @BothModes
    @DisplayName("C012: shutdownNow ends what runs, and gives back in order what never began")
    void c012ShutdownNow(Isolation isolation) throws Exception {
        try (Gate gate = new Gate();
                var pool = pool(isolation, 2, 20)) {
            ExecutorService executor = pool.asExecutorService();
            Future<String> first = executor.submit(gated(gate, "first"));
            Future<String> second = executor.submit(gated(gate, "second"));
            gate.awaitArrivals(2);
            List<Object> expected = new ArrayList<>();
            for (int i = 0; i < 10; i++) {
                if (i % 2 == 0) {
                    expected.add(executor.submit(gated(gate, "never")));
                } else {
                    Job executed = gatedJob(gate, "never");
                    executor.execute(executed);
                    expected.add(executed);
                }
            }
            List<Runnable> neverBegun = executor.shutdownNow();
            assertThat(neverBegun).hasSize(10);
            for (int i = 0; i < 10; i++) {
                assertThat((Object) neverBegun.get(i)).isSameAs(expected.get(i));
            }
            assertThat(executor.isShutdown()).isTrue();
            assertThat(executor.awaitTermination(20, TimeUnit.SECONDS)).isTrue();
            assertThat(gate.arrivals()).containsExactlyInAnyOrder("first", "second");
            for (Future<String> running : List.of(first, second)) {
                assertThatThrownBy(running::get).isInstanceOf(CancellationException.class);
            }
            for (Runnable runnable : neverBegun) {
                if (runnable instanceof Future<?> future) {
                    assertThat(future.isCancelled()).isTrue();
                    runnable.run();
                    assertThat(future.isCancelled()).isTrue();
                }
            }
            ApiContractTest.sample(pool);
        }
    }

    @BothModes
    @DisplayName("C012: a full pool makes submit wait; an interrupt ends the wait with a rejection, and is kept")
    void c012Saturation(Isolation isolation) throws Exception {
        try (Gate gate = new Gate();
                var pool = pool(isolation, 1, 1)) {
            ExecutorService executor = pool.asExecutorService();
            Future<String> running = executor.submit(gated(gate, "running"));
            Future<String> waiting = executor.submit(gated(gate, "waiting"));
            AtomicReference<Throwable> thrown = new AtomicReference<>();
            AtomicReference<Boolean> kept = new AtomicReference<>();
            Thread submitter = new Thread(() -> {
                try {
                    executor.submit(gated(gate, "ghost"));
                } catch (RejectedExecutionException e) {
                    thrown.set(e);
                }
                kept.set(Thread.currentThread().isInterrupted());
            });
            submitter.start();
            await().until(() -> submitter.getState() == Thread.State.TIMED_WAITING);
            submitter.interrupt();
            submitter.join(10_000);
            assertThat(thrown.get()).isInstanceOf(RejectedExecutionException.class);
            assertThat(kept.get()).isTrue();
            Thread.currentThread().interrupt();
            assertThatThrownBy(() -> executor.invokeAll(List.of(work(() -> 1))))
                    .isInstanceOf(InterruptedException.class);
            AtomicReference<Object> later = new AtomicReference<>();
            Thread patient = new Thread(() -> {
                try {
                    later.set(executor.submit(work(() -> "later")).get());
                } catch (InterruptedException | ExecutionException e) {
                    later.set(e);
                }
            });
            patient.start();
            await().until(() -> patient.getState() == Thread.State.TIMED_WAITING);
            gate.open();
            patient.join(20_000);
            assertThat(later.get()).isEqualTo("later");
            assertThat(running.get()).isEqualTo("running");
            assertThat(waiting.get()).isEqualTo("waiting");
            assertThat(gate.arrivals()).containsExactly("running", "waiting");
        }
    }

    @BothModes
    @DisplayName("C012: what waits for room is released by shutdown")
    void c012ShutdownReleasesSubmit(Isolation isolation) throws Exception {
        try (Gate gate = new Gate();
                var pool = pool(isolation, 1, 1)) {
            ExecutorService executor = pool.asExecutorService();
            executor.execute(gatedJob(gate, "running"));
            executor.execute(gatedJob(gate, "waiting"));
            AtomicReference<Throwable> thrown = new AtomicReference<>();
            Thread submitter = new Thread(() -> {
                try {
                    executor.execute(gatedJob(gate, "ghost"));
                } catch (RejectedExecutionException e) {
                    thrown.set(e);
                }
            });
            submitter.start();
            await().until(() -> submitter.getState() == Thread.State.TIMED_WAITING);
            executor.shutdown();
            submitter.join(10_000);
            assertThat(thrown.get()).isInstanceOf(RejectedExecutionException.class);
            gate.open();
            assertThat(executor.awaitTermination(20, TimeUnit.SECONDS)).isTrue();
            assertThat(gate.arrivals()).containsExactly("running", "waiting");
        }
    }

    @BothModes
    @DisplayName("C012: cancel of a queued and of a running call")
    void c012Cancel(Isolation isolation) throws Exception {
        try (Gate gate = new Gate();
                var pool = pool(isolation, 1, 4)) {
            ExecutorService executor = pool.asExecutorService();
            Future<String> running = executor.submit(gated(gate, "running"));
            Future<String> queued = executor.submit(gated(gate, "queued"));
            gate.awaitArrivals(1);
            assertThat(queued.cancel(false)).isTrue();
            assertThat(queued.isCancelled()).isTrue();
            assertThat(running.cancel(true)).isTrue();
            assertThatThrownBy(running::get).isInstanceOf(CancellationException.class);
            assertThatThrownBy(() -> queued.get(1, TimeUnit.SECONDS)).isInstanceOf(CancellationException.class);
            assertThat(executor.submit(work(() -> 5)).get(20, TimeUnit.SECONDS)).isEqualTo(5);
            assertThat(gate.arrivals()).containsExactly("running");
        }
    }

    @BothModes
    @DisplayName("C012: calls go beside the pool's own tasks, which do not see them")
    void c012BesideOwnTasks(Isolation isolation) throws Exception {
        try (var pool = pool(isolation, 2, 4)) {
            ExecutorService executor = pool.asExecutorService();
            List<Future<Integer>> calls = new ArrayList<>();
            for (int i = 0; i < 100; i++) {
                int number = i;
                calls.add(executor.submit(work(() -> -number)));
                pool.put(i);
            }
            for (int i = 0; i < 100; i++) {
                assertThat(calls.get(i).get(20, TimeUnit.SECONDS)).isEqualTo(-i);
            }
            assertThat(pool.getAll()).hasSize(100).allMatch(result -> result >= 0);
            assertThat(ApiContractTest.sample(pool).tasks().completed()).isEqualTo(200);
        }
    }

    @BothModes
    @DisplayName("C012: a limit of the pool holds for calls, and is the cause")
    void c012Limits(Isolation isolation) {
        try (var pool = PoolManager.builder(Tasks::twice)
                .isolation(isolation)
                .size(1)
                .taskTimeout(Duration.ofMillis(300))
                .start()) {
            Future<Integer> endless = pool.asExecutorService().submit(work(() -> Tasks.sleepMillis(5_000)));
            assertThatThrownBy(() -> endless.get(20, TimeUnit.SECONDS))
                    .isInstanceOf(ExecutionException.class)
                    .hasCauseInstanceOf(TaskTimeoutException.class);
        }
    }

    @BothModes
    @DisplayName("C012: a pool that is not started, or was closed, rejects")
    void c012NotOpen(Isolation isolation) throws Exception {
        var pool =
                PoolManager.builder(Tasks::twice).isolation(isolation).size(1).build();
        ExecutorService early = pool.asExecutorService();
        assertThatThrownBy(() -> early.submit(work(() -> 1)))
                .isInstanceOf(RejectedExecutionException.class)
                .hasMessageContaining("call start() first");
        assertThat(early.isShutdown()).isFalse();
        assertThat(early.awaitTermination(0, TimeUnit.SECONDS)).isFalse();
        pool.start();
        assertThat(early.submit(work(() -> 1)).get(20, TimeUnit.SECONDS)).isEqualTo(1);
        pool.close();
        assertThat(early.isShutdown()).isTrue();
        assertThat(early.isTerminated()).isTrue();
        assertThatThrownBy(() -> early.submit(work(() -> 1))).isInstanceOf(RejectedExecutionException.class);

        var unused =
                PoolManager.builder(Tasks::twice).isolation(isolation).size(1).build();
        ExecutorService executor = unused.asExecutorService();
        executor.shutdown();
        assertThat(executor.isShutdown()).isTrue();
        assertThat(executor.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
    }

    @BothModes
    @DisplayName("C012: close() of newer JDKs shuts down and waits")
    void c012Close(Isolation isolation) throws Exception {
        var pool = pool(isolation, 1, 4);
        Object executor = pool.asExecutorService();
        Future<Integer> last = ((ExecutorService) executor).submit(work(() -> Tasks.sleepMillis(100)));
        if (!(executor instanceof AutoCloseable closeable)) {
            pool.close();
            assumeThat(Runtime.version().feature()).isGreaterThanOrEqualTo(19);
            return;
        }
        closeable.close();
        assertThat(last.get()).isEqualTo(100);
        assertThat(((ExecutorService) executor).isTerminated()).isTrue();
        assertThat(pool.state()).isEqualTo(PoolState.STOPPED);
    }

    @Test
    @DisplayName("C012: a call that cannot travel is refused, and the error says how to help it")
    void c012CannotTravel() throws Exception {
        try (var pool = pool(Isolation.PROCESS, 1, 2)) {
            ExecutorService executor = pool.asExecutorService();
            assertThatThrownBy(() -> executor.submit(() -> 1))
                    .isInstanceOf(RejectedExecutionException.class)
                    .hasMessageContaining("Pool '" + pool.name() + "' cannot send a call to a child JVM: ")
                    .hasMessageContaining(ExecutorServiceTest.class.getName() + "$$Lambda")
                    .hasMessageContaining("reached through Call.callable")
                    .hasMessageContaining("(Callable<String> & Serializable) () -> …");
            Object captured = new Object();
            assertThatThrownBy(() -> executor.execute(job(() -> System.out.println(captured))))
                    .isInstanceOf(RejectedExecutionException.class)
                    .hasMessageContaining("java.lang.Object is not java.io.Serializable");
            FutureTask<Integer> local = new FutureTask<>(() -> 1);
            assertThatThrownBy(() -> executor.execute(local)).isInstanceOf(RejectedExecutionException.class);
            assertThat(pool.stats().tasks().submitted()).isZero();
            Future<Object> result = executor.submit(work(Object::new));
            assertThatThrownBy(result::get).hasCauseInstanceOf(TaskSerializationException.class);
            assertThat(executor.submit((Callable<Integer> & Serializable) () -> 6 * 7)
                            .get())
                    .isEqualTo(42);
        }
    }

    @Test
    @DisplayName("C012: results of calls pass the pool's allow-list, and no other")
    void c012AllowList() throws Exception {
        Work<Object> foreign = ReentrantLock::new;
        try (var pool = pool(Isolation.PROCESS, 1, 2)) {
            Future<Object> refused = pool.asExecutorService().submit(foreign);
            assertThatThrownBy(refused::get)
                    .cause()
                    .isInstanceOf(TaskSerializationException.class)
                    .hasMessageContaining("class java.util.concurrent.locks.ReentrantLock")
                    .hasMessageContaining("add it or its package to serialization.allow");
        }
        try (var pool = PoolManager.builder(Tasks::twice)
                .size(1)
                .allow("java.util.concurrent.locks.*")
                .start()) {
            assertThat(pool.asExecutorService().submit(foreign).get()).isInstanceOf(ReentrantLock.class);
        }
    }

    @Test
    @DisplayName("C012: a crash costs the call alone, and is the cause")
    void c012Crash() throws Exception {
        try (var pool = pool(Isolation.PROCESS, 1, 4)) {
            ExecutorService executor = pool.asExecutorService();
            Future<Integer> crashing = executor.submit(work(() -> Tasks.exitUnlessNegative(3)));
            Future<Integer> behind = executor.submit(work(() -> 5));
            assertThatThrownBy(() -> crashing.get(20, TimeUnit.SECONDS))
                    .isInstanceOf(ExecutionException.class)
                    .cause()
                    .isInstanceOfSatisfying(
                            WorkerCrashedException.class,
                            e -> assertThat(e.exit().exitValue()).isEqualTo(3));
            assertThat(behind.get(20, TimeUnit.SECONDS)).isEqualTo(5);
        }
    }

    @Test
    @DisplayName("C012: in thread isolation a call that calls for more than a full pool takes is refused, not stuck")
    void c012NoSelfDeadlock() throws Exception {
        try (Gate gate = new Gate();
                var pool = pool(Isolation.THREAD, 1, 1)) {
            ExecutorService executor = pool.asExecutorService();
            Future<Throwable> nested = executor.submit(() -> {
                gate.awaitArrivals(0);
                executor.execute(() -> {});
                try {
                    executor.execute(() -> {});
                    return null;
                } catch (RejectedExecutionException e) {
                    return e;
                }
            });
            assertThat(nested.get(20, TimeUnit.SECONDS)).isInstanceOf(RejectedExecutionException.class);
            FutureTask<Integer> local = new FutureTask<>(() -> 7);
            executor.execute(local);
            assertThat(local.get(20, TimeUnit.SECONDS)).isEqualTo(7);
        }
    }
}
