package org.poolmanager;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.Serializable;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(NoLeftovers.class)
@DisplayName("C034: nothing that has been done and fetched is held on to")
class ReferencesTest {

    private static final int COUNT = 100;

    /** An argument or a result whose end can be seen. */
    record Traced(int number, byte[] bytes) implements Serializable {

        Traced(int number) {
            this(number, new byte[1000]);
        }
    }

    /** In the worker: what its tasks were given and have given. */
    private static final Queue<WeakReference<Traced>> SEEN = new ConcurrentLinkedQueue<>();

    static Traced trace(Traced given) {
        Traced made = new Traced(-given.number);
        SEEN.add(new WeakReference<>(given));
        SEEN.add(new WeakReference<>(made));
        return made;
    }

    /** In the worker: watches, while it is idle, whether what its tasks had goes away, and says so at the gate. */
    static int watch(int port) {
        Thread watcher = new Thread(
                () -> {
                    while (SEEN.size() < 2 * COUNT) {
                        LockSupport.parkNanos(1_000_000); // until all tasks are done
                    }
                    long start = System.nanoTime();
                    long deadline = start + Duration.ofSeconds(5).toNanos();
                    while (alive() > 0 && System.nanoTime() < deadline) {
                        System.gc();
                        Thread.onSpinWait();
                    }
                    System.out.println(
                            "C034 all of it collected after " + (System.nanoTime() - start) / 1_000_000 + " ms");
                    Gate.pass(port, alive() + " of " + SEEN.size() + " left");
                },
                "watcher");
        watcher.setDaemon(true);
        watcher.start();
        return port;
    }

    private static long alive() {
        return SEEN.stream().filter(reference -> reference.get() != null).count();
    }

    private static void awaitCollected(List<WeakReference<?>> references) {
        collect(() -> references.stream().allMatch(reference -> reference.get() == null));
    }

    static void collect(BooleanSupplier done) {
        await().atMost(Duration.ofSeconds(5))
                .pollInterval(Duration.ofMillis(20))
                .until(() -> {
                    System.gc();
                    return done.getAsBoolean();
                });
    }

    @BothModes
    @DisplayName("C034: arguments and fetched results are unreachable in the parent, the last ones too")
    void c034Parent(Isolation isolation) throws Exception {
        SEEN.clear();
        try (var pool = PoolManager.builder(ReferencesTest::trace)
                .isolation(isolation)
                .size(2)
                .start()) {
            List<WeakReference<?>> references = new ArrayList<>();
            List<CompletableFuture<Traced>> kept = new ArrayList<>();
            useEveryWay(pool, references, kept);
            assertThat(references).hasSizeGreaterThan(COUNT);
            if (isolation == Isolation.THREAD) {
                assertThat(SEEN).hasSizeGreaterThanOrEqualTo(2 * COUNT);
            }
            long start = System.nanoTime();
            awaitCollected(references);
            System.out.println("C034 " + isolation + ": all " + references.size() + " collected after "
                    + (System.nanoTime() - start) / 1_000_000 + " ms");
            assertThat(kept).hasSize(COUNT / 5).allMatch(CompletableFuture::isDone);
        }
    }

    private static void useEveryWay(
            PoolManager<Traced, Traced> pool, List<WeakReference<?>> references, List<CompletableFuture<Traced>> kept)
            throws Exception {
        int each = COUNT / 5;
        for (int i = 0; i < each; i++) {
            pool.put(traced(i, references));
            references.add(new WeakReference<>(pool.get()));
        }
        List<Traced> input = new ArrayList<>();
        for (int i = 0; i < each; i++) {
            input.add(traced(i, references));
        }
        pool.map(input).forEach(result -> references.add(new WeakReference<>(result)));
        pool.stream(input).forEach(result -> references.add(new WeakReference<>(result)));
        for (int i = 0; i < each; i++) {
            references.add(
                    new WeakReference<>(pool.submit(traced(i, references)).get()));
        }
        for (int i = 0; i < each; i++) {
            // A kept future keeps its result, and not its argument.
            CompletableFuture<Traced> future = pool.submit(traced(i, references));
            assertThat(future.get().number).isEqualTo(-i);
            kept.add(future);
        }
        CompletableFuture<Long> fed = pool.putAsync(input);
        pool.outcomes().forEach(outcome -> references.add(new WeakReference<>(outcome.get())));
        assertThat(fed.join()).isEqualTo(each);
        input.clear();
    }

    private static Traced traced(int number, List<WeakReference<?>> references) {
        Traced traced = new Traced(number);
        references.add(new WeakReference<>(traced));
        return traced;
    }

    /** A task of either kind. */
    static Object traceOrWatch(Object task) {
        return task instanceof Traced traced ? trace(traced) : (Object) watch((Integer) task);
    }

    @Test
    @DisplayName("C034: arguments and results are unreachable in an idle worker, the last ones too")
    void c034Worker() throws Exception {
        try (Gate gate = new Gate();
                var pool = PoolManager.builder(ReferencesTest::traceOrWatch)
                        .size(1)
                        .start()) {
            pool.put(gate.port()); // before, so that no later task pushes anything out
            for (int i = 0; i < COUNT; i++) {
                pool.put(new Traced(i));
            }
            assertThat(pool.getAll()).hasSize(COUNT + 1);
            assertThat(gate.awaitArrivals(1)).containsExactly("0 of " + 2 * COUNT + " left");
        }
    }

    @Test
    @DisplayName("C034: the bytes of the last large task and result are not held in an idle parent")
    void c034Bytes() throws Exception {
        try (var pool = PoolManager.builder((byte[] bytes) -> bytes)
                .size(1)
                .queueSize(1)
                .start()) {
            pool.map(List.of(new byte[10]));
            System.gc();
            long before = used();
            CompletableFuture<byte[]> kept = pool.submit(new byte[100 << 20]);
            assertThat(kept.get()).hasSize(100 << 20);
            int size = 100 << 20;
            pool.put(new byte[size]);
            assertThat(pool.get()).hasSize(size);
            // The result in the future that is kept, and nothing else.
            collect(() -> used() - before < size + size / 4);
            assertThat(kept).isCompleted();
        }
    }

    static long used() {
        Runtime runtime = Runtime.getRuntime();
        return runtime.totalMemory() - runtime.freeMemory();
    }
}
