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
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@ExtendWith(NoLeftovers.class)
@DisplayName("Life cycle")
class LifeCycleTest {

    @BothModes
    @DisplayName("C091: a daemon pool ends outstanding work when it is closed")
    void c091DaemonEnds(Isolation isolation) throws Exception {
        List<CompletableFuture<Integer>> futures = new ArrayList<>();
        long start;
        try (var pool = PoolManager.builder(Tasks::waitAndHeed)
                .isolation(isolation)
                .size(2)
                .queueSize(4)
                .start()) {
            for (int i = 0; i < 6; i++) {
                futures.add(pool.submit(10_000));
            }
            await().until(() -> pool.stats().tasks().running() == 2);
            start = System.nanoTime();
        }
        long took = (System.nanoTime() - start) / 1_000_000;
        System.out.println("C091 " + isolation + ": closed after " + took + " ms");
        assertThat(took).isLessThan(5000);
        for (CompletableFuture<Integer> future : futures) {
            assertThatThrownBy(future::get)
                    .isInstanceOf(CancellationException.class)
                    .hasStackTraceContaining("daemon pools do not wait for outstanding work");
        }
    }

    @BothModes
    @DisplayName("C091: leaving by an exception does the same and keeps the exception")
    void c091LeavingByException(Isolation isolation) {
        assertThatThrownBy(() -> {
                    try (var pool = PoolManager.builder(Tasks::waitAndHeed)
                            .isolation(isolation)
                            .size(1)
                            .start()) {
                        pool.put(10_000);
                        throw new ArithmeticException("mine");
                    }
                })
                .isInstanceOf(ArithmeticException.class)
                .hasMessage("mine");
    }

    @BothModes
    @DisplayName("C092: a pool that is no daemon finishes all accepted work, its queue being full")
    void c092NonDaemonDrains(Isolation isolation, @TempDir Path markers) throws Exception {
        String directory = markers.toString();
        var builder = PoolManager.builder((Integer x) -> {
                    Tasks.spin(50);
                    return Files.writeString(Path.of(directory, "task" + x), "done")
                            .toString();
                })
                .isolation(isolation)
                .size(2)
                .queueSize(4)
                .daemon(false);
        try (var pool = builder.start()) {
            int accepted = 0;
            while (pool.offer(accepted)) {
                accepted++;
            }
        }
        try (var files = Files.list(markers)) {
            assertThat(files).hasSizeGreaterThanOrEqualTo(6);
        }
    }

    @BothModes
    @DisplayName("C092: a drain that takes longer than close-timeout is cut off, and says so in each outcome")
    void c092DrainIsLimited(Isolation isolation) throws Exception {
        CompletableFuture<Integer> future;
        try (var pool = PoolManager.builder(Tasks::waitAndHeed)
                .isolation(isolation)
                .size(1)
                .daemon(false)
                .closeTimeout(Duration.ofMillis(200))
                .start()) {
            future = pool.submit(20_000);
        }
        assertThatThrownBy(future::get).isInstanceOf(CancellationException.class);
    }

    @BothModes
    @DisplayName("C093: closing twice, from two threads, after terminate, before start: the same end")
    void c093CloseIsIdempotent(Isolation isolation) throws Exception {
        var never = PoolManager.builder(Tasks::twice).isolation(isolation).build();
        never.close();
        never.close();
        assertThat(never.state()).isEqualTo(PoolState.STOPPED);
        for (int round = 0; round < 10; round++) {
            var pool = PoolManager.builder(Tasks::twice)
                    .isolation(isolation)
                    .size(1)
                    .start();
            CompletableFuture<Void> other = CompletableFuture.runAsync(round % 2 == 0 ? pool::close : pool::terminate);
            pool.close();
            other.get(20, TimeUnit.SECONDS);
            pool.terminate();
            pool.close();
            assertThat(pool.state()).isEqualTo(PoolState.STOPPED);
            assertThat(pool.isAlive()).isFalse();
        }
    }

    @BothModes
    @DisplayName("C093: a listener may close the pool")
    void c093CloseFromListener(Isolation isolation) throws Exception {
        var pool =
                PoolManager.builder(Tasks::twice).isolation(isolation).size(1).start();
        CompletableFuture<Integer> future = pool.submit(1);
        future.thenRun(pool::close).get(10, TimeUnit.SECONDS);
        await().until(() -> pool.state() == PoolState.STOPPED);
    }

    @BothModes
    @DisplayName("C094: a closed pool refuses, and what it has computed can still be fetched")
    void c094AfterClose(Isolation isolation) throws Exception {
        var pool = PoolManager.builder(Tasks::twice)
                .isolation(isolation)
                .name("closed")
                .size(1)
                .start();
        pool.put(1);
        pool.put(2);
        await().until(() -> pool.stats().resultsWaiting() == 2);
        pool.close();
        assertThatIllegalStateException().isThrownBy(() -> pool.put(3)).withMessage("Pool 'closed' is closed");
        assertThatIllegalStateException().isThrownBy(() -> pool.offer(3));
        assertThatIllegalStateException().isThrownBy(() -> pool.submit(3));
        assertThatIllegalStateException().isThrownBy(() -> pool.map(List.of(3)));
        assertThatIllegalStateException().isThrownBy(() -> pool.putAsync(List.of(3)));
        assertThatIllegalStateException().isThrownBy(() -> pool.addLogger("late"));
        assertThat(pool.getAll()).containsExactlyInAnyOrder(2, 4);
        assertThat(ApiContractTest.sample(pool).tasks().rejected()).isEqualTo(4);
    }

    @BothModes
    @DisplayName("C095: put before start and start twice are refused; a closed pool can be started again")
    void c095StartRules(Isolation isolation) throws Exception {
        var pool = PoolManager.builder(Tasks::twice)
                .isolation(isolation)
                .name("rules")
                .size(2)
                .build();
        assertThatIllegalStateException()
                .isThrownBy(() -> pool.put(1))
                .withMessage("Pool 'rules' has not been started: call start() first");
        try (pool) {
            pool.start();
            assertThatIllegalStateException().isThrownBy(pool::start).withMessageContaining("already RUNNING");
            assertThat(pool.stats().workers().live()).isEqualTo(2);
            assertThat(pool.map(List.of(1))).containsExactly(2);
            pool.close();
            pool.start();
            assertThat(pool.state()).isEqualTo(PoolState.RUNNING);
            assertThat(pool.map(List.of(4))).containsExactly(8);
        }
    }

    @BothModes
    @DisplayName("C096: join returns when the last accepted task is done and the last worker gone")
    void c096Join(Isolation isolation) throws Exception {
        try (Gate gate = new Gate()) {
            var pool = PoolManager.builder(Tasks::passGate, gate.port())
                    .isolation(isolation)
                    .size(2)
                    .start();
            for (int i = 0; i < 4; i++) {
                pool.put(i);
            }
            assertThat(pool.join(Duration.ofMillis(100))).isFalse();
            assertThatIllegalStateException().isThrownBy(() -> pool.put(9)).withMessageContaining("closing");
            gate.open();
            long start = System.nanoTime();
            assertThat(pool.join(Duration.ofSeconds(20))).isTrue();
            System.out.println(
                    "C096 " + isolation + ": joined after " + (System.nanoTime() - start) / 1_000_000 + " ms");
            assertThat(pool.state()).isEqualTo(PoolState.STOPPED);
            assertThat(pool.getAll()).containsExactlyInAnyOrder(0, 1, 2, 3);
        }
    }

    @BothModes
    @DisplayName("C097: terminate with thousands of queued tasks is prompt, and each has an outcome")
    void c097Terminate(Isolation isolation) throws Exception {
        var pool = PoolManager.builder(Tasks::waitAndHeed)
                .isolation(isolation)
                .size(2)
                .queueSize(10_000)
                .start();
        List<CompletableFuture<Integer>> futures = new ArrayList<>();
        for (int i = 0; i < 5000; i++) {
            futures.add(pool.submit(100));
        }
        long start = System.nanoTime();
        pool.terminate();
        long took = (System.nanoTime() - start) / 1_000_000;
        System.out.println("C097 " + isolation + ": terminated after " + took + " ms");
        assertThat(took).isLessThan(5000);
        assertThat(futures).allMatch(CompletableFuture::isDone);
        assertThat(ApiContractTest.sample(pool).queue().size()).isZero();
    }

    @BothModes
    @DisplayName("C098: clearTasks cancels what has not begun, and nothing else")
    void c098ClearTasks(Isolation isolation) throws Exception {
        try (Gate gate = new Gate();
                var pool = PoolManager.builder(Tasks::passGate, gate.port())
                        .isolation(isolation)
                        .size(4)
                        .queueSize(20)
                        .start()) {
            for (int round = 0; round < 3; round++) {
                pool.put(0);
                pool.put(2);
                pool.put(4);
                pool.put(6);
                gate.awaitArrivals(4 + 4 * round);
                for (int i = 10; i < 15; i++) {
                    pool.put(i);
                }
                CompletableFuture<Integer> cleared = pool.submit(15);
                assertThat(pool.clearTasks()).isEqualTo(6);
                assertThat(cleared).isCancelled();
                ApiContractTest.sample(pool);
                for (int i = 0; i < 4; i++) {
                    gate.letOneGo();
                }
                assertThat(pool.getAll()).containsExactlyInAnyOrder(0, 2, 4, 6);
            }
            assertThat(pool.stats().tasks().cancelled()).isEqualTo(18);
            assertThat(gate.arrivals()).hasSize(12);
            gate.open();
            assertThat(pool.map(List.of(1))).containsExactly(1);
        }
    }

    @BothModes
    @DisplayName("C100: an interrupted get loses no result, an interrupted map cancels what has not begun")
    void c100Interrupts(Isolation isolation) throws Exception {
        try (Gate gate = new Gate();
                var pool = PoolManager.builder(Tasks::passGate, gate.port())
                        .isolation(isolation)
                        .size(1)
                        .queueSize(5)
                        .start()) {
            pool.put(1);
            Thread getter = interruptOnceWaiting(() -> pool.get());
            assertThat(getter.isAlive()).isFalse();
            Thread mapper = interruptOnceWaiting(() -> pool.map(List.of(2, 3, 4)));
            assertThat(mapper.isAlive()).isFalse();
            assertThat(ApiContractTest.sample(pool).tasks().cancelled()).isEqualTo(3);
            gate.open();
            assertThat(pool.get()).isEqualTo(1);
            assertThat(gate.arrivals()).containsExactly("1");
        }
    }

    private interface Waiting {
        void run() throws InterruptedException;
    }

    private static Thread interruptOnceWaiting(Waiting body) throws InterruptedException {
        Thread thread = new Thread(() -> {
            try {
                body.run();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        thread.start();
        await().until(() ->
                thread.getState() == Thread.State.WAITING || thread.getState() == Thread.State.TIMED_WAITING);
        thread.interrupt();
        thread.join(10_000);
        return thread;
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
