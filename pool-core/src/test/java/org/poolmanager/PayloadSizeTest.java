package org.poolmanager;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.Serializable;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(NoLeftovers.class)
@DisplayName("Large and deep payloads")
class PayloadSizeTest {

    private static final int HUNDRED_MB = 100 << 20;

    private static byte[] pattern(int size) {
        byte[] tile = new byte[65_537];
        new Random(73).nextBytes(tile);
        byte[] bytes = new byte[size];
        for (int at = 0; at < size; at += tile.length) {
            System.arraycopy(tile, 0, bytes, at, Math.min(tile.length, size - at));
        }
        return bytes;
    }

    /** How a JVM makes or checks what another has made or checked. */
    private static Object transfer(Object task) {
        if (task instanceof Integer size) {
            return pattern(size);
        }
        if (task instanceof int[] sizeAndPort) {
            byte[] result = pattern(sizeAndPort[0]);
            Gate.pass(sizeAndPort[1], "about to be sent");
            return result;
        }
        byte[] bytes = (byte[]) task;
        return Arrays.equals(bytes, pattern(bytes.length)) ? bytes.length : -1;
    }

    @Test
    @DisplayName("C073: 100 MB arrive byte for byte, either way, in time")
    void c073HundredMegabytes() throws Exception {
        try (var pool = PoolManager.builder(PayloadSizeTest::transfer).size(1).start()) {
            byte[] payload = pattern(HUNDRED_MB);
            for (String round : List.of("first", "second")) {
                long start = System.nanoTime();
                assertThat(pool.map(List.of(payload)).get(0)).isEqualTo(HUNDRED_MB);
                long there = System.nanoTime();
                byte[] result = (byte[]) pool.map(List.of(HUNDRED_MB)).get(0);
                long back = System.nanoTime();
                assertThat(Arrays.equals(result, payload)).isTrue();
                System.out.println("C073 100 MB as argument in " + (there - start) / 1_000_000 + " ms, as result in "
                        + (back - there) / 1_000_000 + " ms (" + round + " time)");
                assertThat(Duration.ofNanos(there - start)).isLessThan(Duration.ofSeconds(10));
                assertThat(Duration.ofNanos(back - there)).isLessThan(Duration.ofSeconds(10));
            }
        }
    }

    @Test
    @DisplayName("C073: a payload of just the limit travels, one byte more is refused by the side that would send it")
    void c073Limit() throws Exception {
        int limit = 8 << 20;
        String words =
                "an object of byte[] takes " + (limit + 1) + " bytes, more than max-payload (" + limit + " bytes)";
        try (var pool = PoolManager.builder(PayloadSizeTest::transfer)
                .size(1)
                .maxPayload(limit)
                .start()) {
            for (int size : new int[] {0, 1, 65_000, 256 * 1024 - 1, 256 * 1024, 256 * 1024 + 1, limit - 1}) {
                assertThat(pool.map(List.of(pattern(size))).get(0)).isEqualTo(size);
                assertThat((byte[]) pool.map(List.of(size)).get(0)).isEqualTo(pattern(size));
            }
            assertThatThrownBy(() -> pool.put(pattern(limit)))
                    .isInstanceOf(TaskSerializationException.class)
                    .hasMessageContaining(words);
            assertThat(pool.mapOutcomes(List.of(limit)).get(0).failure())
                    .isInstanceOf(TaskSerializationException.class)
                    .hasMessageContaining("the result cannot travel: " + words);
            assertThat(pool.map(List.of(pattern(3))).get(0)).isEqualTo(3);
            assertThat(pool.stats().restarts()).isZero();
        }
    }

    /** Writes more than 2 GiB, and would need none of it in memory. */
    static final class Endless implements Serializable {
        private static final long serialVersionUID = 1L;

        private void writeObject(ObjectOutputStream out) throws IOException {
            byte[] part = new byte[1 << 20];
            for (int i = 0; i < 2100; i++) {
                out.write(part);
            }
        }

        private void readObject(ObjectInputStream in) {}
    }

    @Test
    @DisplayName(
            "C073: an object that would write more than 2 GiB is refused at the limit by the side that would send it")
    void c073TwoGiB() throws Exception {
        int limit = 32 << 20;
        String words = "$Endless takes more than max-payload (" + limit + " bytes)";
        try (var pool = PoolManager.builder((Object x) -> x instanceof Integer ? new Endless() : x)
                .size(1)
                .maxPayload(limit)
                .start()) {
            assertThatThrownBy(() -> pool.put(new Endless()))
                    .isInstanceOf(TaskSerializationException.class)
                    .hasMessageContaining(words);
            assertThat(pool.mapOutcomes(List.of(1)).get(0).failure())
                    .isInstanceOf(TaskSerializationException.class)
                    .hasMessageContaining("the result cannot travel")
                    .hasMessageContaining(words);
            assertThat(pool.map(List.of("fine"))).containsExactly("fine");
            assertThat(pool.stats().restarts()).isZero();
        }
    }

    /** Has its JVM halted after a while, and returns 100 MB meanwhile. */
    private static byte[] dieWhileSending(int millis) {
        if (millis >= 0) {
            Thread killer = new Thread(() -> {
                Tasks.sleepMillis(millis);
                Runtime.getRuntime().halt(9);
            });
            killer.setDaemon(true);
            killer.start();
        }
        return new byte[millis < 0 ? 10 : HUNDRED_MB];
    }

    @Test
    @DisplayName("C074: a worker that dies while it sends 100 MB costs that task at most, and stalls nobody")
    void c074DeathWhileSending() throws Exception {
        try (var pool =
                PoolManager.builder(PayloadSizeTest::dieWhileSending).size(1).start()) {
            int crashed = 0;
            Duration slowest = Duration.ZERO;
            for (int millis = 0; millis < 200; millis += 25) {
                long start = System.nanoTime();
                Outcome<byte[]> outcome = pool.mapOutcomes(List.of(millis)).get(0);
                Duration took = Duration.ofNanos(System.nanoTime() - start);
                slowest = took.compareTo(slowest) > 0 ? took : slowest;
                assertThat(took).isLessThan(Duration.ofSeconds(10));
                assertThat(outcome.kind()).isIn(Outcome.Kind.CRASHED, Outcome.Kind.COMPLETED);
                crashed += outcome.isCompleted() ? 0 : 1;
                int deaths = millis / 25 + 1;
                await().until(() -> pool.stats().restarts() == deaths); // behind its result it would hit the next task
                assertThat(pool.map(List.of(-1)).get(0)).hasSize(10);
            }
            System.out.println("C074 " + crashed + " of 8 died before all was sent, the slowest was known after "
                    + slowest.toMillis() + " ms");
            assertThat(crashed).isPositive();
        }
    }

    @Test
    @DisplayName("C074: a worker that dies while it is sent 100 MB costs nothing: the task has not begun")
    void c074DeathWhileReceiving() throws Exception {
        try (var pool = PoolManager.builder((byte[] x) -> x.length).size(1).start()) {
            ProcessHandle worker =
                    ProcessHandle.of(pool.stats().workerList().get(0).pid()).orElseThrow();
            ParentJvm.signal("STOP", worker.pid());
            CompletableFuture<Integer> future = pool.submit(new byte[HUNDRED_MB]);
            // As much is on its way as the socket takes, and the rest waits for a worker that reads nothing.
            await().until(() -> pool.stats().tasks().running() == 1);
            long start = System.nanoTime();
            worker.destroyForcibly();
            assertThat(future.get(10, TimeUnit.SECONDS)).isEqualTo(HUNDRED_MB);
            System.out.println("C074 done on the replacement after " + (System.nanoTime() - start) / 1_000_000 + " ms");
        }
    }

    @Test
    @DisplayName("C074: terminate in the midst of 100 MB, either way, leaves nobody waiting")
    void c074Terminate() throws Exception {
        for (boolean receiving : new boolean[] {true, false}) {
            var pool = PoolManager.builder(PayloadSizeTest::transfer).size(1).start();
            try (Gate gate = new Gate();
                    pool) {
                gate.open();
                assertThat(pool.map(List.of(1))).hasSize(1);
                long pid = pool.stats().workerList().get(0).pid();
                CompletableFuture<Object> future;
                if (receiving) {
                    ParentJvm.signal("STOP", pid);
                    future = pool.submit(new byte[HUNDRED_MB]);
                } else {
                    future = pool.submit(new int[] {HUNDRED_MB, gate.port()});
                    gate.awaitArrivals(1);
                }
                long start = System.nanoTime();
                pool.terminate();
                Duration took = Duration.ofNanos(System.nanoTime() - start);
                System.out.println("C074 terminate took " + took.toMillis() + " ms");
                assertThat(took).isLessThan(Duration.ofSeconds(10));
                assertThat(future).isDone();
                try {
                    assertThat((byte[]) future.get()).hasSize(HUNDRED_MB);
                } catch (CancellationException | ExecutionException e) {
                    // Ended before it was through.
                }
            }
        }
    }

    record Link(Link next) implements Serializable {

        static Link chain(int depth) {
            Link link = null;
            for (int i = 0; i < depth; i++) {
                link = new Link(link);
            }
            return link;
        }
    }

    private static <V> V withLargeStack(java.util.concurrent.Callable<V> body) throws Exception {
        FutureTask<V> task = new FutureTask<>(body);
        new Thread(null, task, "large stack", 1 << 30).start();
        return task.get(60, TimeUnit.SECONDS);
    }

    private static Object deep(Object task) {
        return task instanceof Integer depth ? Link.chain(depth) : "arrived";
    }

    private static void assertTooDeep(Throwable failure) {
        assertThat(failure)
                .isInstanceOf(TaskSerializationException.class)
                .satisfies(e -> assertThat(e.getMessage())
                        .containsAnyOf("is nested too deeply to be", "levels deep, which is refused as an attack"));
    }

    @Test
    @DisplayName("C075: a deep graph as argument or result fails its task alone")
    void c075DeepGraphs() throws Exception {
        try (var pool = PoolManager.builder(PayloadSizeTest::deep).size(1).start()) {
            long pid = pool.stats().workerList().get(0).pid();
            for (int depth : new int[] {2_000, 50_000}) {
                try {
                    assertThat(pool.map(List.of(Link.chain(depth)))).containsExactly("arrived");
                } catch (TaskSerializationException e) {
                    assertTooDeep(e);
                }
                // Written by a thread with a stack larger than the child's.
                Outcome<Object> argument = withLargeStack(
                        () -> pool.mapOutcomes(List.of(Link.chain(depth))).get(0));
                if (!argument.isCompleted() || depth == 50_000) {
                    assertTooDeep(argument.failure());
                }
                Outcome<Object> result = pool.mapOutcomes(List.of(depth)).get(0);
                if (!result.isCompleted() || depth == 50_000) {
                    assertTooDeep(result.failure());
                }
                System.out.println(
                        "C075 " + depth + " links: as argument " + argument.kind() + ", as result " + result.kind());
                assertThat(pool.map(List.of(10)).get(0)).isEqualTo(Link.chain(10));
            }
            assertThat(pool.stats().workerList().get(0).pid()).isEqualTo(pid);
        }
    }

    @Test
    @DisplayName("C075: a deep graph as static argument is refused where the pool is built, or started")
    void c075DeepStaticArgument() throws Exception {
        for (int depth : new int[] {2_000, 50_000}) {
            Link chain = Link.chain(depth);
            try (var pool = PoolManager.builder((Integer x, Link link) -> x, chain)
                    .size(1)
                    .start()) {
                assertThat(pool.map(List.of(1))).containsExactly(1);
                assertThat(depth).isEqualTo(2_000);
            } catch (IllegalArgumentException | PoolStartException e) {
                assertThat(e).hasMessageContaining("is nested too deeply to be");
            }
            try (var pool = withLargeStack(() -> PoolManager.builder((Integer x, Link link) -> x, chain)
                    .size(1)
                    .build())) {
                pool.start();
                assertThat(depth).isEqualTo(2_000);
            } catch (PoolStartException e) {
                assertThat(e).hasMessageContaining("is nested too deeply to be read");
            }
        }
    }
}
