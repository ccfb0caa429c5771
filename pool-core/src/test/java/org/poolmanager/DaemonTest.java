package org.poolmanager;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@ExtendWith(NoLeftovers.class)
@DisplayName("Daemon pools, and others")
class DaemonTest {

    private static final int SIZE = 4;

    private static final int QUEUE = 4;

    /** Tasks that spin and then leave a file; whether they heed an interrupt matters to threads only. */
    private static PoolManagerBuilder<Integer, Integer> spinners(Isolation isolation, Path directory, int millis) {
        String begun = directory.resolve("begun").toString();
        String done = directory.resolve("done").toString();
        return PoolManager.builder((Integer x) -> {
                    Files.createTempFile(Path.of(begun), "task", null);
                    long end = System.nanoTime() + millis * 1_000_000L;
                    while (System.nanoTime() < end) {
                        if (Thread.interrupted()) {
                            throw new InterruptedException();
                        }
                    }
                    Files.createTempFile(Path.of(done), "task", null);
                    return x;
                })
                .name("spinners")
                .isolation(isolation)
                .size(SIZE)
                .queueSize(QUEUE);
    }

    private static Path prepare(Path directory) throws IOException {
        Files.createDirectory(directory.resolve("begun"));
        Files.createDirectory(directory.resolve("done"));
        return directory;
    }

    private static int count(Path directory) throws IOException {
        try (var files = Files.list(directory)) {
            return (int) files.count();
        }
    }

    /** Fills the pool to the last place, and waits until all of its workers are at work. */
    private static List<CompletableFuture<Integer>> fill(PoolManager<Integer, Integer> pool, Path directory)
            throws InterruptedException {
        List<CompletableFuture<Integer>> futures = new ArrayList<>();
        for (int i = 0; i < SIZE + QUEUE; i++) {
            futures.add(pool.submit(i));
        }
        await().atMost(java.time.Duration.ofSeconds(30)).until(() -> count(directory.resolve("begun")) >= SIZE);
        return futures;
    }

    private static List<ProcessHandle> children(PoolManager<?, ?> pool) {
        return pool.settings().isolation() == Isolation.THREAD
                ? List.of()
                : pool.stats().workerList().stream()
                        .flatMap(worker -> ProcessHandle.of(worker.pid()).stream())
                        .toList();
    }

    private static long millisSince(long start) {
        return (System.nanoTime() - start) / 1_000_000;
    }

    @BothModes
    @DisplayName("C091: a daemon pool, its queue full and its tasks spinning: all ended, none finished, each cancelled")
    void c091Daemon(Isolation isolation, @TempDir Path temp) throws Exception {
        Path directory = prepare(temp);
        List<CompletableFuture<Integer>> futures;
        List<ProcessHandle> children;
        long start;
        try (var pool = spinners(isolation, directory, 20_000).start()) {
            futures = fill(pool, directory);
            children = children(pool);
            assertThat(pool.offer(99)).isFalse();
            assertThat(children).hasSize(isolation == Isolation.THREAD ? 0 : SIZE);
            start = System.nanoTime();
        }
        long took = millisSince(start);
        System.out.println("C091 " + isolation + ": " + SIZE + " spinning workers gone after " + took + " ms");
        assertThat(took).isLessThan(5000);
        assertThat(children).noneMatch(ProcessHandle::isAlive);
        assertThat(count(directory.resolve("done"))).isZero();
        assertThat(count(directory.resolve("begun"))).isEqualTo(SIZE);
        for (CompletableFuture<Integer> future : futures) {
            assertThat(future).isDone();
            assertThatThrownBy(future::join)
                    .isInstanceOf(CancellationException.class)
                    .hasStackTraceContaining("daemon pools do not wait for outstanding work");
        }
    }

    @BothModes
    @DisplayName("C091: leaving the block by an exception does the same, and keeps that exception")
    void c091LeavingByException(Isolation isolation, @TempDir Path temp) throws Exception {
        Path directory = prepare(temp);
        List<CompletableFuture<Integer>> futures = new ArrayList<>();
        ArithmeticException mine = new ArithmeticException("mine");
        AtomicLong thrown = new AtomicLong();
        assertThatThrownBy(() -> {
                    try (var pool = spinners(isolation, directory, 20_000).start()) {
                        futures.addAll(fill(pool, directory));
                        thrown.set(System.nanoTime());
                        throw mine;
                    }
                })
                .isSameAs(mine)
                .hasNoSuppressedExceptions();
        System.out.println(
                "C091 " + isolation + ": left by an exception, gone after " + millisSince(thrown.get()) + " ms");
        assertThat(millisSince(thrown.get())).isLessThan(5_000);
        assertThat(futures).hasSize(SIZE + QUEUE).allMatch(CompletableFuture::isCancelled);
        assertThat(count(directory.resolve("done"))).isZero();
    }

    @BothModes
    @DisplayName(
            "C092: a pool that is no daemon, its queue full: all accepted tasks run to their end, then all is gone")
    void c092NoDaemon(Isolation isolation, @TempDir Path temp) throws Exception {
        Timely.assertTakesLess("C092 " + isolation + ": closing, beside the work that there was,", 2000, () -> {
            Path directory = Files.createTempDirectory(temp, "attempt");
            return closeFullPool(isolation, prepare(directory));
        });
    }

    /** All that was accepted is done then. Returns how much longer it took than the work itself, in milliseconds. */
    private static long closeFullPool(Isolation isolation, Path directory) throws Exception {
        List<CompletableFuture<Integer>> futures;
        List<ProcessHandle> children;
        CompletableFuture<Void> waiting;
        int millis = 500;
        long start;
        try (var pool = spinners(isolation, directory, millis).daemon(false).start()) {
            start = System.nanoTime();
            futures = fill(pool, directory);
            children = children(pool);
            AtomicReference<Thread> putter = new AtomicReference<>();
            waiting = CompletableFuture.runAsync(
                    () -> {
                        for (int i = 0; true; i++) {
                            put(pool, 100 + i);
                        }
                    },
                    work -> {
                        putter.set(new Thread(work, "waits-for-room"));
                        putter.get().start();
                    });
            await().until(() -> Cpu.isWaiting(putter.get()));
        }
        long took = millisSince(start);
        int accepted = futures.size() + (int) acceptedBehind(waiting);
        long work = (long) Math.ceil((double) accepted / SIZE) * millis;
        System.out.println("C092 " + isolation + ": " + accepted + " tasks, " + work + " ms of work, closed after "
                + took + " ms");
        assertThat(children).noneMatch(ProcessHandle::isAlive);
        assertThat(futures).allMatch(future -> future.isDone() && !future.isCompletedExceptionally());
        assertThat(count(directory.resolve("done"))).isEqualTo(accepted);
        return took - work;
    }

    private static void put(PoolManager<Integer, Integer> pool, int task) {
        try {
            pool.put(task);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        } catch (IllegalStateException e) {
            throw new RefusedException(task - 100, e);
        }
    }

    private static final class RefusedException extends RuntimeException {

        private static final long serialVersionUID = 1L;

        private final int accepted;

        RefusedException(int accepted, Throwable cause) {
            super(cause.getMessage(), cause);
            this.accepted = accepted;
        }
    }

    /** Who waited for room when the pool closed is refused. How many of his tasks were accepted before. */
    private static long acceptedBehind(CompletableFuture<Void> waiting) {
        var failure = assertThat(waiting)
                .failsWithin(10, TimeUnit.SECONDS)
                .withThrowableThat()
                .havingCause();
        failure.isInstanceOf(RefusedException.class).withMessageContaining("closing");
        try {
            waiting.join();
            throw new AssertionError("it was to fail");
        } catch (java.util.concurrent.CompletionException e) {
            return ((RefusedException) e.getCause()).accepted;
        }
    }

    @BothModes
    @DisplayName("C092: leaving the block by an exception finishes accepted work, and keeps that exception")
    void c092LeavingByException(Isolation isolation, @TempDir Path temp) throws Exception {
        Path directory = prepare(temp);
        ArithmeticException mine = new ArithmeticException("mine");
        assertThatThrownBy(() -> {
                    try (var pool =
                            spinners(isolation, directory, 100).daemon(false).start()) {
                        fill(pool, directory);
                        throw mine;
                    }
                })
                .isSameAs(mine)
                .hasNoSuppressedExceptions();
        assertThat(count(directory.resolve("done"))).isEqualTo(SIZE + QUEUE);
    }

    @BothModes
    @DisplayName("C092: a drain that takes longer than close-timeout is cut off, and each outcome says so")
    void c092DrainIsLimited(Isolation isolation) throws Exception {
        List<CompletableFuture<Integer>> futures = new ArrayList<>();
        long start;
        try (var pool = PoolManager.builder(Tasks::waitAndHeed)
                .isolation(isolation)
                .size(1)
                .daemon(false)
                .closeTimeout(Duration.ofMillis(200))
                .start()) {
            futures.add(pool.submit(20_000));
            futures.add(pool.submit(20_000));
            start = System.nanoTime();
        }
        assertThat(millisSince(start)).isBetween(200L, 5200L);
        assertThat(futures)
                .allSatisfy(future -> assertThatThrownBy(future::join).isInstanceOf(CancellationException.class));
    }
}
