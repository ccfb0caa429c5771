package org.poolmanager;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.poolmanager.worker.PoolProcess;

@ExtendWith(NoLeftovers.class)
@DisplayName("Closing in the midst of other things")
class ShutdownRaceTest {

    private static final int ANY = -1;

    private static final long SEED = 20_240_607;

    private final Random random = new Random(SEED);

    @TempDir
    private Path temp;

    /** How many workers had been built when a pool was closed: there must never be more of them. */
    private final List<Path> directories = new ArrayList<>();

    private final List<Integer> built = new ArrayList<>();

    private long slowest;

    /** Children whose launch was under way when their pool was terminated. */
    private int late;

    /** Leaves a file when it is built, and does to its worker what the task says. */
    static final class Victim implements PoolProcess<String, Object> {

        Victim(String directory) throws IOException {
            Files.createTempFile(Path.of(directory), "built", null);
        }

        @Override
        public Object run(String what) throws InterruptedException {
            return switch (what) {
                case "die" -> {
                    Runtime.getRuntime().halt(3);
                    yield what;
                }
                case "sleep" -> {
                    Thread.sleep(60_000);
                    yield what;
                }
                case "unserializable" -> new Object();
                default -> what;
            };
        }
    }

    private PoolManager<String, Object> pool(Isolation isolation, int round) throws IOException {
        Path directory = Files.createDirectory(temp.resolve("round" + round));
        directories.add(directory);
        return PoolManager.builder(Victim.class)
                .name("victim")
                .staticArgs(directory.toString())
                .isolation(isolation)
                .size(2)
                .queueSize(20)
                .daemon(round % 4 < 2)
                .build();
    }

    private void end(PoolManager<?, ?> pool, boolean terminate) throws IOException {
        long start = System.nanoTime();
        if (terminate && pool.settings().isolation() == Isolation.PROCESS) {
            terminateWatched(pool);
        } else if (terminate) {
            pool.terminate();
        } else {
            pool.close();
        }
        slowest = Math.max(slowest, (System.nanoTime() - start) / 1_000_000);
        // A thread cannot be killed, so a constructor that has been called may still run.
        Path directory = directories.get(built.size());
        built.add(pool.settings().isolation() == Isolation.THREAD ? ANY : count(directory));
        assertThat(pool.isAlive()).isFalse();
        assertThat(pool.stats().workerList()).allMatch(worker -> worker.state() == WorkerState.DOWN);
        ApiContractTest.sample(pool);
    }

    /** Terminates and looks at the children meanwhile: of each slot one launch may be under way, and none is begun. */
    private void terminateWatched(PoolManager<?, ?> pool) {
        Set<Long> before = ConcurrentHashMap.newKeySet();
        Set<Long> seen = ConcurrentHashMap.newKeySet();
        before.addAll(children());
        AtomicBoolean over = new AtomicBoolean();
        Thread observer = new Thread(() -> {
            while (!over.get()) {
                boolean late = isEnding(pool);
                Set<Long> now = children();
                if (late) {
                    seen.addAll(now);
                } else if (!isEnding(pool)) {
                    before.addAll(now); // until then, workers die and are replaced
                }
            }
        });
        observer.start();
        try {
            pool.terminate();
        } finally {
            over.set(true);
        }
        joinUninterruptibly(observer);
        seen.removeAll(before);
        late += seen.size();
        assertThat(seen).hasSizeLessThanOrEqualTo(pool.settings().size());
    }

    private static boolean isEnding(PoolManager<?, ?> pool) {
        return pool.state() == PoolState.DRAINING || pool.state() == PoolState.STOPPED;
    }

    private static Set<Long> children() {
        return ProcessHandle.current().children().map(ProcessHandle::pid).collect(Collectors.toSet());
    }

    private static void joinUninterruptibly(Thread thread) {
        try {
            thread.join(10_000);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static int count(Path directory) throws IOException {
        try (var files = Files.list(directory)) {
            return (int) files.count();
        }
    }

    private void pause(long maxMicros) {
        LockSupport.parkNanos((long) (random.nextDouble() * maxMicros * 1000));
    }

    @AfterEach
    void nothingWasBuiltLater() throws IOException {
        List<Integer> now = new ArrayList<>();
        for (int i = 0; i < built.size(); i++) {
            now.add(built.get(i) == ANY ? ANY : count(directories.get(i)));
        }
        assertThat(now).isEqualTo(built);
        assertThat(slowest).isLessThan(15_000);
        System.out.println("C099: " + built.size() + " rounds, the slowest close took " + slowest + " ms, " + late
                + " launches were under way at a terminate");
    }

    private static void settled(List<CompletableFuture<Object>> futures) {
        for (CompletableFuture<Object> future : futures) {
            assertThat(future).isDone();
        }
    }

    @ParameterizedTest
    @Tag(Rounds.TAG)
    @ValueSource(strings = {"die", "unserializable"})
    @DisplayName("C099: close and terminate race a crash, its replacement, and a result that cannot travel")
    void c099Misfortune(String what) throws Exception {
        for (int round = 0; round < Rounds.of(Isolation.PROCESS, 200, 6); round++) {
            var pool = pool(Isolation.PROCESS, round).start();
            List<CompletableFuture<Object>> futures = new ArrayList<>();
            for (int i = 0; i < 6; i++) {
                futures.add(pool.submit(i % 2 == 0 ? what : "fine"));
            }
            pause(round % 2 == 0 ? 30_000 : 300_000);
            end(pool, round % 2 == 0);
            settled(futures);
        }
    }

    @Test
    @DisplayName("C099: a drain goes on through crashes and replacements, and comes to its end")
    void c099DrainThroughCrashes() throws Exception {
        var pool = pool(Isolation.PROCESS, 2).start();
        List<CompletableFuture<Object>> futures = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            futures.add(pool.submit("die"));
            futures.add(pool.submit("fine"));
        }
        end(pool, false);
        settled(futures);
        for (int i = 0; i < 8; i += 2) {
            assertThat(futures.get(i)).isCompletedExceptionally();
            assertThat(futures.get(i + 1)).isCompletedWithValue("fine");
        }
        assertThat(pool.stats().tasks().crashed()).isEqualTo(4);
    }

    @BothModes
    @Tag(Rounds.TAG)
    @DisplayName("C099: close and terminate race the replacement of a cancelled task's worker")
    void c099Replacement(Isolation isolation) throws Exception {
        int rounds = Rounds.of(isolation, 400, 6);
        for (int round = 0; round < rounds; round++) {
            var pool = pool(isolation, round).start();
            List<CompletableFuture<Object>> futures = List.of(pool.submit("sleep"), pool.submit("sleep"));
            CompletableFuture<Void> canceller = CompletableFuture.runAsync(() -> futures.forEach(f -> f.cancel(true)));
            pause(isolation == Isolation.THREAD ? 200 : 200_000);
            end(pool, round % 2 == 0);
            canceller.get(10, TimeUnit.SECONDS);
            settled(futures);
        }
    }

    @BothModes
    @Tag(Rounds.TAG)
    @DisplayName("C099: close and terminate race the start: both return, and start says that it was overtaken")
    void c099Start(Isolation isolation) throws Exception {
        int rounds = Rounds.of(isolation, 1000, 10);
        int overtaken = 0;
        for (int round = 0; round < rounds; round++) {
            var pool = pool(isolation, round);
            CompletableFuture<Void> starter = CompletableFuture.runAsync(pool::start);
            while (pool.state() == PoolState.NEW) {
                Thread.onSpinWait();
            }
            pause(isolation == Isolation.THREAD ? 100 : 500_000);
            end(pool, round % 2 == 0);
            try {
                starter.get(20, TimeUnit.SECONDS);
            } catch (java.util.concurrent.ExecutionException e) {
                assertThat(e.getCause())
                        .isExactlyInstanceOf(IllegalStateException.class)
                        .hasMessage("Pool 'victim' was closed while it started");
                overtaken++;
            }
            assertThat(pool.state()).isEqualTo(PoolState.STOPPED);
        }
        System.out.println("C099 " + isolation + ": " + overtaken + " of " + rounds + " starts were overtaken");
    }
}
