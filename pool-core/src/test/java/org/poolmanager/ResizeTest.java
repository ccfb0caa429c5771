package org.poolmanager;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@ExtendWith(NoLeftovers.class)
@DisplayName("Resizing")
class ResizeTest {

    private static final Duration LONG = Duration.ofSeconds(30);

    private static PoolManagerBuilder<Integer, Integer> gated(Isolation isolation, Gate gate) {
        return PoolManager.builder(Tasks::passGate, gate.port())
                .name("gated")
                .isolation(isolation)
                .size(1)
                .maxSize(3)
                .queueSize(2);
    }

    @BothModes
    @DisplayName("a pool that grows runs and accepts more at a time; whoever waits for room gets it")
    void grows(Isolation isolation) throws Exception {
        List<PoolEvent> resized = new CopyOnWriteArrayList<>();
        try (Gate gate = new Gate();
                var pool = gated(isolation, gate)
                        .listener(event -> {
                            if (event instanceof PoolEvent.PoolResized) {
                                resized.add(event);
                            }
                        })
                        .start()) {
            List<CompletableFuture<Integer>> all = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                all.add(pool.submit(i));
            }
            gate.awaitArrivals(1);
            assertThat(pool.offer(9)).isFalse();
            FutureTask<CompletableFuture<Integer>> waiting = new FutureTask<>(() -> pool.submit(3));
            new Thread(waiting, "waits-for-room").start();
            pool.resize(3);
            all.add(waiting.get(20, TimeUnit.SECONDS));
            gate.awaitArrivals(3);
            PoolStats stats = ApiContractTest.sample(pool);
            assertThat(stats.workers().target()).isEqualTo(3);
            assertThat(stats.workers().busy()).isEqualTo(3);
            assertThat(stats.workerList()).extracting(PoolStats.Worker::id).containsExactly(1, 2, 3);
            assertThat(stats.queue().remaining()).isEqualTo(1);
            gate.open();
            for (CompletableFuture<Integer> future : all) {
                future.get(20, TimeUnit.SECONDS);
            }
            assertThat(resized).containsExactly(new PoolEvent.PoolResized("gated", 1, 3));
        }
    }

    @BothModes
    @DisplayName(
            "a pool that shrinks finishes what runs, has what waits run elsewhere, and its workers leave in good order")
    void shrinks(Isolation isolation) throws Exception {
        List<WorkerExit> exits = new CopyOnWriteArrayList<>();
        try (Gate gate = new Gate();
                var pool = gated(isolation, gate)
                        .size(3)
                        .queueSize(3)
                        .prefetch(1) // a task that has been sent may begin before it is called back
                        .listener(event -> {
                            if (event instanceof PoolEvent.WorkerExited exited) {
                                exits.add(exited.reason());
                            }
                        })
                        .start()) {
            List<CompletableFuture<Integer>> all = new ArrayList<>();
            for (int i = 0; i < 6; i++) {
                all.add(pool.submit(i));
                if (i < 3) {
                    gate.awaitArrivals(i + 1);
                }
            }
            pool.resize(1);
            PoolStats busy = ApiContractTest.sample(pool);
            assertThat(busy.workers().target()).isEqualTo(1);
            assertThat(busy.tasks().running()).as("what runs goes on").isEqualTo(3);
            assertThat(pool.offer(9)).isFalse();
            gate.letLatestGo(2);
            await().atMost(LONG).until(() -> pool.stats().workerList().size() == 1);
            await().atMost(LONG).until(() -> exits.size() == 2);
            assertThat(exits).containsOnly(WorkerExit.RESIZED);
            gate.open();
            for (int i = 0; i < 6; i++) {
                assertThat(all.get(i).get(20, TimeUnit.SECONDS)).isEqualTo(i);
            }
            PoolStats stats = ApiContractTest.sample(pool);
            assertThat(stats.restarts()).isZero();
            assertThat(stats.workers().live()).isEqualTo(1);
            assertThat(stats.queue().remaining()).isEqualTo(3);
            pool.resize(2);
            await().atMost(LONG).until(() -> pool.stats().workers().live() == 2);
            PoolStats.Worker second = pool.stats().workerList().get(1);
            assertThat(second.id()).isEqualTo(2);
            assertThat(second.generation()).as("a number goes on where it was").isEqualTo(2);
            assertThat(second.lastExit().message()).isEqualTo("the pool was made smaller");
        }
    }

    @BothModes
    @DisplayName("growing again before a worker has left keeps it")
    void keeps(Isolation isolation) throws Exception {
        try (Gate gate = new Gate();
                var pool = gated(isolation, gate).size(2).start()) {
            CompletableFuture<Integer> first = pool.submit(0);
            CompletableFuture<Integer> second = pool.submit(1);
            gate.awaitArrivals(2);
            pool.resize(1);
            pool.resize(2);
            gate.open();
            assertThat(first.get(20, TimeUnit.SECONDS)).isZero();
            assertThat(second.get(20, TimeUnit.SECONDS)).isEqualTo(1);
            assertThat(pool.stats().workerList())
                    .extracting(PoolStats.Worker::generation)
                    .containsExactly(1, 1);
            assertThat(pool.stats().workers().live()).isEqualTo(2);
        }
    }

    @BothModes
    @DisplayName(
            "a worker that crashes, is killed or is being recycled while it is to leave leaves, and none comes for it")
    void leavesInAnyCase(Isolation isolation) throws Exception {
        try (Gate gate = new Gate();
                var pool = gated(isolation, gate).size(3).start()) {
            List<CompletableFuture<Integer>> running = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                running.add(pool.submit(i));
            }
            gate.awaitArrivals(3);
            assertThat(pool.recycle()).isEqualTo(3); // one of them gets a replacement, which is started
            pool.resize(1);
            assertThat(pool.killWorker(3)).isTrue();
            assertThat(pool.killWorker(2)).isTrue();
            await().atMost(LONG).until(() -> pool.stats().workerList().size() == 1);
            gate.open();
            await().atMost(LONG).until(() -> running.stream().allMatch(CompletableFuture::isDone));
            await().atMost(LONG).until(() -> pool.stats().recycles() == 1);
            await().atMost(LONG).until(() -> pool.stats().workers().live() == 1);
            assertThat(pool.map(List.of(7))).containsExactly(7);
            assertThat(pool.stats().workerList()).hasSize(1);
        }
    }

    @Test
    @DisplayName("a worker that cannot be started leaves as well, and is not held against the pool")
    void leavesWhileItStarts(@TempDir Path directory) throws Exception {
        Path home = Files.createSymbolicLink(directory.resolve("java"), Path.of(System.getProperty("java.home")));
        try (var pool = PoolManager.builder(Tasks::twice)
                .size(1)
                .maxSize(4)
                .restartBackoff(Duration.ofMillis(20))
                .jvm(new org.poolmanager.launch.JvmOptions(home, List.of(), java.util.Map.of(), null))
                .start()) {
            Files.delete(home);
            pool.resize(4);
            await().atMost(LONG).until(() -> pool.stats().workers().starting() < 3);
            pool.resize(1);
            await().atMost(LONG).until(() -> pool.stats().workerList().size() == 1);
            assertThat(pool.map(List.of(1, 2))).containsExactly(2, 4);
            assertThat(pool.state()).isEqualTo(PoolState.RUNNING);
            Files.createSymbolicLink(home, Path.of(System.getProperty("java.home")));
            pool.resize(3);
            pool.resize(2); // one leaves while its JVM starts
            await().atMost(LONG).until(() -> pool.stats().workers().live() == 2);
            assertThat(pool.stats().restarts()).isZero();
        }
    }

    @BothModes
    @DisplayName(
            "resizing under load, with recycling: each task has its result, and the pool has the size that was wanted last")
    void underLoad(Isolation isolation) throws Exception {
        try (var pool = PoolManager.builder(Tasks::twice)
                .isolation(isolation)
                .size(2)
                .maxSize(4)
                .start()) {
            List<Integer> input = IntStream.range(0, 40_000).boxed().toList();
            FutureTask<List<Integer>> map = new FutureTask<>(() -> pool.map(input));
            new Thread(map, "maps").start();
            Random random = new Random(4);
            int resizes = 0;
            while (!map.isDone() && resizes < 40) {
                pool.resize(1 + random.nextInt(4));
                if (resizes % 5 == 0) {
                    pool.recycle();
                }
                long done = pool.stats().tasks().completed();
                await().pollInterval(Duration.ofMillis(1))
                        .until(() -> map.isDone() || pool.stats().tasks().completed() > done + 20);
                resizes++;
            }
            assertThat(map.get(60, TimeUnit.SECONDS))
                    .isEqualTo(input.stream().map(Tasks::twice).toList());
            pool.resize(2);
            await().atMost(LONG)
                    .until(() -> pool.stats().workerList().size() == 2
                            && pool.stats().workers().live() == 2);
            System.out.println("resizes, " + isolation + ": " + resizes);
            PoolStats stats = ApiContractTest.sample(pool);
            assertThat(stats.restarts()).isZero();
            assertThat(stats.queue().remaining()).isEqualTo(4);
        }
    }

    @BothModes
    @DisplayName(
            "a pool that was resized keeps its size over a restart, also if workers had not left when it was closed")
    void restarts(Isolation isolation) throws Exception {
        var pool = PoolManager.builder(Tasks::twice)
                .name("restarted")
                .isolation(isolation)
                .size(3)
                .start();
        pool.pause();
        pool.resize(2);
        pool.close();
        try (pool) {
            assertThatThrownBy(() -> pool.resize(1))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage(
                            "Pool 'restarted' is STOPPED and cannot be resized: only one that is RUNNING or PAUSED can");
            pool.start();
            assertThat(pool.stats().workers().live()).isEqualTo(2);
            assertThat(pool.stats().workerList()).hasSize(2);
            assertThatThrownBy(() -> pool.resize(4))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("'size' must be from 1 to max-size (3), but is 4");
            assertThatThrownBy(() -> pool.resize(0)).isInstanceOf(IllegalArgumentException.class);
            assertThat(pool.map(List.of(1))).containsExactly(2);
        }
    }

    @Test
    @DisplayName("a largest size below the size is refused")
    void refused() {
        var builder = PoolManager.builder(Tasks::twice).size(3).maxSize(2);
        assertThatThrownBy(builder::build)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("'max-size' must not be less than 'size', which is 3, but is 2");
    }
}
