package org.poolmanager;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(NoLeftovers.class)
@DisplayName("Futures")
class FutureTest {

    private static PoolManager<Integer, Integer> twice(Isolation isolation, int queueSize) {
        return PoolManager.builder(Tasks::twice)
                .isolation(isolation)
                .size(2)
                .queueSize(queueSize)
                .start();
    }

    @Test
    @DisplayName("C030: ten large tasks, the first result, cancel the rest, close: nothing is stuck")
    void c030CancelLargeTasks() throws Exception {
        byte[] large = new byte[100 << 20];
        long start = System.nanoTime();
        try (var pool = PoolManager.builder((byte[] bytes) -> bytes.length)
                .size(2)
                .queueSize(8)
                .start()) {
            List<CompletableFuture<Integer>> futures = new ArrayList<>();
            for (int i = 0; i < 10; i++) {
                futures.add(pool.submit(large));
            }
            assertThat(CompletableFuture.anyOf(futures.toArray(CompletableFuture[]::new))
                            .get(60, TimeUnit.SECONDS))
                    .isEqualTo(100 << 20);
            start = System.nanoTime();
            for (CompletableFuture<Integer> future : futures) {
                future.cancel(true);
            }
            assertThat(futures).allMatch(CompletableFuture::isDone);
        }
        long millis = (System.nanoTime() - start) / 1_000_000;
        System.out.println("C030 cancelled nine tasks of 100 MB and closed in " + millis + " ms");
        assertThat(millis).isLessThan(20_000);
    }

    @BothModes
    @DisplayName("A dependent that takes its time does not keep a worker from the task that it already has")
    void dependentHoldsUpNoTask(Isolation isolation) throws Exception {
        CountDownLatch goOn = new CountDownLatch(1);
        try (Gate gate = new Gate();
                var pool = PoolManager.builder((Integer port) -> {
                            Gate.pass(port, "begun");
                            return port;
                        })
                        .isolation(isolation)
                        .size(1)
                        .start()) {
            CompletableFuture<Void> dependent = pool.submit(gate.port()).thenAccept(port -> awaitUninterruptibly(goOn));
            gate.awaitArrivals(1);
            CompletableFuture<Integer> next = pool.submit(gate.port());
            gate.letOneGo();
            gate.awaitArrivals(2);
            assertThat(dependent).isNotDone();
            gate.open();
            goOn.countDown();
            assertThat(next.get(20, TimeUnit.SECONDS)).isEqualTo(gate.port());
            dependent.get(20, TimeUnit.SECONDS);
        } finally {
            goOn.countDown();
        }
    }

    @BothModes
    @DisplayName("C031: dependents and listeners that throw harm nobody; late dependents run at once")
    void c031ThrowingListeners(Isolation isolation) throws Exception {
        List<Throwable> problems = List.of(new IllegalStateException("by hand"), new AssertionError("by hand"));
        AtomicInteger heard = new AtomicInteger();
        PoolListener throwing = event -> {
            if (event instanceof PoolEvent.TaskFinished) {
                switch (heard.incrementAndGet()) {
                    case 1 -> throw new IllegalStateException("listener");
                    case 2 -> throw new AssertionError("listener");
                    case 3 -> overflow(0);
                    case 4 -> throw C031Sneaky.sneak(new java.io.IOException("listener"));
                    default -> {}
                }
            }
        };
        AtomicInteger others = new AtomicInteger();
        try (Records records = new Records(PoolManager.class.getName(), Level.WARN);
                var pool = twice(isolation, 4)) {
            pool.addListener(throwing);
            pool.addListener(event -> others.incrementAndGet());
            for (int i = 0; i < 4; i++) {
                CompletableFuture<Integer> future = pool.submit(i);
                CompletableFuture<Void> first = future.thenAccept(x -> throwUnchecked(problems.get(0)));
                CompletableFuture<Void> second = future.thenAccept(x -> throwUnchecked(problems.get(1)));
                CompletableFuture<Integer> third = future.thenApply(x -> overflow(0));
                CompletableFuture<Integer> sound = future.thenApply(x -> x + 1);
                assertThat(sound.get(20, TimeUnit.SECONDS)).isEqualTo(2 * i + 1);
                assertThatThrownBy(() -> first.get(20, TimeUnit.SECONDS)).hasCause(problems.get(0));
                assertThatThrownBy(() -> second.get(20, TimeUnit.SECONDS)).hasCause(problems.get(1));
                assertThatThrownBy(() -> third.get(20, TimeUnit.SECONDS)).hasCauseInstanceOf(StackOverflowError.class);
                AtomicInteger late = new AtomicInteger();
                CompletableFuture<Void> unused = future.thenAccept(late::set);
                assertThat(late.get()).isEqualTo(2 * i);
            }
            await().until(() -> others.get() >= 4);
            // The others may have heard of workers that became ready, and listeners are told after whoever waits.
            await().untilAsserted(() -> assertThat(records.messages())
                    .filteredOn(message -> message.contains("A listener of pool"))
                    .hasSize(4));
            for (int i = 0; i < 100; i++) {
                assertThat(pool.submit(i).get(20, TimeUnit.SECONDS)).isEqualTo(2 * i);
            }
        }
    }

    @Test
    @DisplayName("C031: a listener that always throws does not fill the log")
    void c031ListenerThatAlwaysThrows() throws Exception {
        AtomicInteger heard = new AtomicInteger();
        try (Records records = new Records(PoolManager.class.getName(), Level.WARN);
                var pool = twice(Isolation.THREAD, 1)) {
            pool.addListener(event -> {
                if (event instanceof PoolEvent.TaskFinished) {
                    heard.incrementAndGet();
                    throw new IllegalStateException("listener");
                }
            });
            for (int i = 0; i < 100; i++) {
                pool.submit(i).get(20, TimeUnit.SECONDS);
            }
            await().until(() -> heard.get() == 100);
            assertThat(records.messages())
                    .filteredOn(message -> message.contains("A listener of pool"))
                    .hasSizeLessThanOrEqualTo(10);
        }
    }

    @BothModes
    @DisplayName("C031: a dependent that blocks when a limit has passed holds up no other limit and no other outcome")
    void c031BlockingDependent(Isolation isolation) throws Exception {
        CountDownLatch goOn = new CountDownLatch(1);
        try (var pool = PoolManager.builder(Tasks::waitAndHeed)
                .isolation(isolation)
                .size(1)
                .queueSize(4)
                .taskTimeout(Duration.ofSeconds(3)) // long enough for two to wait too long behind it
                .queueTimeout(Duration.ofMillis(200))
                .start()) {
            CompletableFuture<Integer> running = pool.submit(600_000);
            await().until(() -> pool.stats().tasks().running() == 1);
            CountDownLatch blocked = new CountDownLatch(1);
            CompletableFuture<Integer> first = pool.submit(1);
            CompletableFuture<Void> dependent = first.handle((value, failure) -> {
                blocked.countDown();
                awaitUninterruptibly(goOn);
                return null;
            });
            assertThat(blocked.await(20, TimeUnit.SECONDS)).isTrue();
            CompletableFuture<Integer> second = pool.submit(2);
            assertThatThrownBy(() -> second.get(20, TimeUnit.SECONDS)).hasCauseInstanceOf(TaskTimeoutException.class);
            assertThatThrownBy(() -> running.get(20, TimeUnit.SECONDS)).hasCauseInstanceOf(TaskTimeoutException.class);
            assertThat(dependent).isNotDone();
            goOn.countDown();
            dependent.get(20, TimeUnit.SECONDS);
        } finally {
            goOn.countDown();
        }
    }

    private static void awaitUninterruptibly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** Throws what the compiler would not let through. */
    private static final class C031Sneaky {

        @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
        static <E extends Throwable> RuntimeException sneak(Throwable problem) throws E {
            throw (E) problem;
        }
    }

    private static void throwUnchecked(Throwable problem) {
        if (problem instanceof Error error) {
            throw error;
        }
        throw (RuntimeException) problem;
    }

    @SuppressWarnings("InfiniteRecursion")
    private static int overflow(int depth) {
        return overflow(depth + 1) + depth;
    }

    @BothModes
    @DisplayName("C032: three chains of a hundred submissions, each from the dependent of the one before")
    void c032Chains(Isolation isolation) throws Exception {
        long start = System.nanoTime();
        try (var pool = PoolManager.builder((Integer x) -> x + 1)
                .isolation(isolation)
                .size(2)
                .queueSize(4)
                .start()) {
            List<CompletableFuture<Integer>> chains = new ArrayList<>();
            for (int c = 0; c < 3; c++) {
                CompletableFuture<Integer> chain = pool.submit(0);
                for (int i = 1; i < 100; i++) {
                    chain = chain.thenCompose(x -> submit(pool, x));
                }
                chains.add(chain);
            }
            for (CompletableFuture<Integer> chain : chains) {
                assertThat(chain.get(30, TimeUnit.SECONDS)).isEqualTo(100);
            }
        }
        Duration took = Duration.ofNanos(System.nanoTime() - start);
        System.out.println("C032 " + isolation + ": three chains of 100 done after " + took.toMillis()
                + " ms, start and close included");
        assertThat(took).isLessThan(Duration.ofSeconds(30));
    }

    private static <T, R> CompletableFuture<R> submit(PoolManager<T, R> pool, T task) {
        try {
            return pool.submit(task);
        } catch (InterruptedException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    @BothModes
    @DisplayName("C032: dependents that meet a full queue are refused, not stuck; the pool goes on")
    void c032FullQueue(Isolation isolation) throws Exception {
        try (Gate gate = new Gate();
                var pool = PoolManager.builder(Tasks::passGateIfNegative, gate.port())
                        .isolation(isolation)
                        .size(1)
                        .queueSize(2)
                        .start()) {
            CompletableFuture<Integer> first = pool.submit(-1);
            gate.awaitArrivals(1);
            CompletableFuture<Boolean> refused = first.thenApply(x -> {
                // The place of the first is free. Fill it, then ask for more.
                boolean taken = pool.offer(-2);
                try {
                    pool.put(-3);
                    return false;
                } catch (QueueFullException e) {
                    return taken;
                } catch (InterruptedException e) {
                    return false;
                }
            });
            CompletableFuture<Integer> second = pool.submit(-5);
            CompletableFuture<Integer> third = pool.submit(-6);
            gate.letOneGo();
            assertThat(refused.get(20, TimeUnit.SECONDS)).isTrue();
            gate.open();
            assertThat(second.get(20, TimeUnit.SECONDS)).isEqualTo(-5);
            assertThat(third.get(20, TimeUnit.SECONDS)).isEqualTo(-6);
            assertThat(pool.get(Duration.ofSeconds(20))).isEqualTo(-2);
        }
    }

    @BothModes
    @DisplayName("C032: a dependent and a listener may close the pool")
    void c032Closing(Isolation isolation) throws Exception {
        for (boolean listener : new boolean[] {true, false}) {
            var pool = twice(isolation, 4);
            if (listener) {
                pool.addListener(event -> {
                    if (event instanceof PoolEvent.TaskFinished) {
                        pool.close();
                    }
                });
            }
            CompletableFuture<Integer> future = pool.submit(1);
            CompletableFuture<Void> closing = future.thenAccept(x -> {
                if (!listener) {
                    pool.close();
                }
            });
            assertThat(future.get(20, TimeUnit.SECONDS)).isEqualTo(2);
            closing.get(20, TimeUnit.SECONDS);
            await().atMost(Duration.ofSeconds(20)).until(() -> pool.state() == PoolState.STOPPED);
        }
    }

    @BothModes
    @DisplayName("C033: allOf and anyOf over a thousand futures, some failed, cancelled, or there twice")
    void c033AllAndAny(Isolation isolation) throws Exception {
        try (Gate gate = new Gate();
                var pool = PoolManager.builder(
                                (Integer x, Integer port) -> {
                                    if (x % 100 == 7) {
                                        throw new IllegalArgumentException("sevens fail");
                                    }
                                    return Tasks.passGateIfNegative(x, port);
                                },
                                gate.port())
                        .isolation(isolation)
                        .size(2)
                        .queueSize(1200)
                        .start()) {
            pool.submit(-1);
            pool.submit(-2);
            gate.awaitArrivals(2);
            List<CompletableFuture<Integer>> futures = new ArrayList<>();
            for (int i = 0; i < 1000; i++) {
                futures.add(pool.submit(i));
            }
            for (int i = 0; i < 1000; i += 50) {
                assertThat(futures.get(i).cancel(false)).isTrue();
            }
            futures.add(futures.get(1));
            futures.add(futures.get(1));
            CompletableFuture<Void> all = CompletableFuture.allOf(futures.toArray(CompletableFuture[]::new));
            assertThatThrownBy(() -> all.get(50, TimeUnit.MILLISECONDS)).isInstanceOf(TimeoutException.class);
            assertThat(futures.stream().filter(future -> !future.isDone())).hasSize(1000 - 20 + 2);
            CompletableFuture<Object> any = CompletableFuture.anyOf(futures.get(1), futures.get(2), futures.get(3));
            gate.open();
            assertThat(any.get(30, TimeUnit.SECONDS)).isIn(1, 2, 3);
            assertThatThrownBy(() -> all.get(30, TimeUnit.SECONDS)).isInstanceOf(ExecutionException.class);
            assertThat(futures).allMatch(CompletableFuture::isDone);
            assertThat(futures.stream().filter(CompletableFuture::isCancelled)).hasSize(20);
            assertThat(futures.stream().filter(future -> future.isCompletedExceptionally() && !future.isCancelled()))
                    .hasSize(10)
                    .allSatisfy(future -> assertThatThrownBy(future::join)
                            .isInstanceOf(CompletionException.class)
                            .hasCauseInstanceOf(TaskFailedException.class));
            assertThat(CompletableFuture.anyOf(futures.get(0))).isCompletedExceptionally();
            assertThat(IntStream.range(0, 1000).filter(i -> i % 50 != 0 && i % 100 != 7))
                    .allSatisfy(i -> assertThat(futures.get(i).join()).isEqualTo(i));
        }
    }

    @BothModes
    @DisplayName("cancelling a dependent leaves the task alone; a task's future can be cancelled once")
    void dependents(Isolation isolation) throws Exception {
        try (Gate gate = new Gate();
                var pool = PoolManager.builder(Tasks::passGateIfNegative, gate.port())
                        .isolation(isolation)
                        .size(1)
                        .start()) {
            CompletableFuture<Integer> running = pool.submit(-1);
            gate.awaitArrivals(1);
            CompletableFuture<Integer> dependent = running.thenApply(x -> x);
            assertThat(dependent.cancel(true)).isTrue();
            assertThat(running.isDone()).isFalse();
            CompletableFuture<Integer> queued = pool.submit(3);
            AtomicInteger told = new AtomicInteger();
            CompletableFuture<Integer> after = queued.whenComplete((value, failure) -> told.incrementAndGet());
            assertThat(queued.cancel(true)).isTrue();
            assertThat(queued.cancel(false)).isTrue();
            await().untilAsserted(() -> assertThat(told.get()).isEqualTo(1)); // by whichever thread delivers it
            assertThatThrownBy(after::join).hasRootCauseInstanceOf(CancellationException.class);
            gate.open();
            assertThat(running.get(20, TimeUnit.SECONDS)).isEqualTo(-1);
            assertThat(running.cancel(true)).isFalse();
            assertThat(ApiContractTest.sample(pool).tasks().cancelled()).isEqualTo(1);
        }
    }
}
