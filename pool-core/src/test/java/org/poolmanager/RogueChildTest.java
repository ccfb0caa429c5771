package org.poolmanager;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.poolmanager.launch.JvmOptions;
import org.poolmanager.wire.Frame;
import org.poolmanager.wire.FrameType;

@ExtendWith(NoLeftovers.class)
@DisplayName("A child that sends nonsense")
class RogueChildTest {

    private static final int BATCH = 50;

    /** A Java home whose java starts a child of ours, and nothing else. */
    private static JvmOptions rogue(Path home) throws Exception {
        Path java = Files.createDirectory(home.resolve("bin")).resolve("java");
        Files.writeString(java, """
                #!/bin/sh
                case "$*" in
                  *WorkerMain*) exec '%s/bin/java' -XX:TieredStopAtLevel=1 -cp '%s' %s '%s';;
                  *) exit 1;;
                esac
                """.formatted(
                        System.getProperty("java.home"),
                        System.getProperty("java.class.path"),
                        RogueChild.class.getName(),
                        home));
        Files.setPosixFilePermissions(java, PosixFilePermissions.fromString("rwx------"));
        return new JvmOptions(home, List.of(), Map.of(), null);
    }

    @Test
    @DisplayName("X04: it is killed and replaced, its task says why, and the other worker's task goes on")
    void x04Nonsense(@TempDir Path home) throws Exception {
        try (Gate gate = new Gate();
                var pool = PoolManager.builder(Tasks::passGateIfNegative, gate.port())
                        .size(2)
                        .jvm(rogue(home))
                        .start()) {
            int arrived = 0;
            for (RogueChild.Nonsense nonsense : RogueChild.Nonsense.values()) {
                List<CompletableFuture<Integer>> both = List.of(pool.submit(-1), pool.submit(-1));
                gate.awaitArrivals(++arrived);
                long start = System.nanoTime();
                await().atMost(Duration.ofSeconds(20))
                        .until(() -> both.stream().anyMatch(CompletableFuture::isCompletedExceptionally));
                System.out.println("X04 " + nonsense + ": told after "
                        + TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start) + " ms");
                CompletableFuture<Integer> lost = both.get(0).isDone() ? both.get(0) : both.get(1);
                CompletableFuture<Integer> kept = both.get(0).isDone() ? both.get(1) : both.get(0);
                assertThat(lost.handle((value, problem) -> problem).get())
                        .isInstanceOf(WorkerCrashedException.class)
                        .hasMessageContaining("the pool could not read what it sent")
                        .hasMessageContaining("its process was killed");
                assertThat(kept).isNotDone();
                gate.letOneGo();
                assertThat(kept.get(20, TimeUnit.SECONDS)).isEqualTo(-1);
                await().atMost(Duration.ofSeconds(20))
                        .until(() -> pool.stats().workerList().stream()
                                .allMatch(worker -> worker.state() == WorkerState.IDLE));
            }
            assertThat(pool.map(List.of(1, 2, 3))).containsExactly(1, 2, 3);
            assertThat(pool.stats().restarts()).isEqualTo(RogueChild.Nonsense.values().length);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"WEB_PAGE", "TWO_GIGABYTES", "FRAME_OF_A_PARENT"})
    @DisplayName("X04: who sends nonsense instead of being ready is killed, and the start fails and says why")
    void x04InsteadOfReady(RogueChild.Nonsense nonsense, @TempDir Path home) throws Exception {
        try (PlayedWorkers played = new PlayedWorkers(home, nonsense.bytes())) {
            var pool =
                    PoolManager.builder(Tasks::twice).size(1).jvm(played.jvm()).build();
            long start = System.nanoTime();
            assertThatThrownBy(pool::start)
                    .isInstanceOf(PoolStartException.class)
                    .hasMessageContaining("the pool could not read what it sent");
            System.out.println(
                    "X04 " + nonsense + " instead of being ready: told after " + Blow.millisSince(start) + " ms");
        }
    }

    @Test
    @DisplayName(
            "X04: who answers a task before the one that it was sent before is replaced, and nobody waits for ever")
    void x04OutOfTurn(@TempDir Path home) throws Exception {
        CountDownLatch both = new CountDownLatch(1);
        try (Records errors = new Records("org.poolmanager", Level.ERROR);
                PlayedWorkers played = new PlayedWorkers(home, task -> answerToNext(task, both));
                var pool = PoolManager.builder(Tasks::twice)
                        .size(1)
                        .jvm(played.jvm())
                        .start()) {
            CompletableFuture<Integer> first = pool.submit(1);
            CompletableFuture<Integer> second = pool.submit(2);
            played.end(); // the next worker is a real one
            both.countDown();
            assertThatThrownBy(() -> first.get(20, TimeUnit.SECONDS))
                    .cause()
                    .isInstanceOf(WorkerCrashedException.class)
                    .hasMessageContaining(
                            "has answered what was sent with number 2 before number 1, which it was sent");
            assertThat(second.get(20, TimeUnit.SECONDS)).isEqualTo(4);
            assertThat(errors.messages()).anyMatch(text -> text.contains("failed in its own work"));
        }
    }

    private static PlayedWorkers.Line answerToNext(long task, CountDownLatch both) {
        try {
            assertThat(both.await(20, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
        Frame answer = new Frame(FrameType.ANSWER, 0, Fuzz.INT, task + 1, 1, new byte[4]);
        return new PlayedWorkers.Line(PlayedWorkers.bytes(answer), false);
    }

    @Test
    @DisplayName("X04: whatever bytes workers send, each costs its task and its process, and nothing else")
    void x04Fuzz(@TempDir Path home) throws Exception {
        fuzz(home, BATCH);
    }

    @Test
    @Tag("soak")
    @Timeout(value = 120, unit = TimeUnit.MINUTES)
    @DisplayName("X04: the same, 100,000 frames")
    void x04FuzzForLong(@TempDir Path home) throws Exception {
        fuzz(home, 100_000);
    }

    private static void fuzz(Path home, int rounds) throws Exception {
        long seed = System.nanoTime();
        System.out.println("X04 seed " + seed);
        Fuzz fuzz = new Fuzz(seed);
        long begin = System.nanoTime();
        try (Records errors = new Records("org.poolmanager", Level.ERROR);
                PlayedWorkers played = new PlayedWorkers(home, fuzz::next);
                var pool = PoolManager.builder(Tasks::twice)
                        .size(4)
                        .queueSize(20)
                        .jvm(played.jvm())
                        .start()) {
            int lost = 0;
            int understood = 0;
            int refused = 0;
            for (int round = 0; round < rounds; round += BATCH) {
                List<Outcome<Integer>> outcomes =
                        pool.mapOutcomes(IntStream.range(0, BATCH).boxed().toList());
                assertThat(outcomes).hasSize(BATCH);
                for (Outcome<Integer> outcome : outcomes) {
                    if (outcome.failure() instanceof WorkerCrashedException crash) {
                        lost++;
                        refused += crash.getMessage().contains("the pool could not read what it sent") ? 1 : 0;
                    } else {
                        understood++;
                    }
                }
            }
            System.out.println("X04: of " + rounds + " frames " + refused + " refused, " + (lost - refused)
                    + " broken off, " + understood + " understood, 0 failures of the parent, in "
                    + (System.nanoTime() - begin) / 1_000_000 + " ms");
            assertThat(refused).isGreaterThanOrEqualTo(fuzz.hopeless() - 4); // the next may have been prepared
            assertThat(errors.messages()).allMatch(text -> text.contains("a log record of a worker"));
            played.end();
            await().atMost(Duration.ofSeconds(60))
                    .until(() -> pool.mapOutcomes(List.of(1, 2, 3, 4)).stream().allMatch(Outcome::isCompleted));
            assertThat(pool.map(List.of(1, 2, 3))).containsExactly(2, 4, 6);
        }
    }

    /** Makes frames, of which few are any. */
    private static final class Fuzz {

        private static final int HEADER = 19;

        private static final byte INT = 7;

        private final Random random;

        private final AtomicInteger hopeless = new AtomicInteger();

        private int count;

        Fuzz(long seed) {
            random = new Random(seed);
        }

        /** How many there were that no reader may wait for the rest of. */
        int hopeless() {
            return hopeless.get();
        }

        synchronized PlayedWorkers.Line next(long task) {
            byte[] honest = PlayedWorkers.bytes(new Frame(FrameType.ANSWER, 0, INT, task, 1, new byte[4]));
            int kind = count++ % 7;
            byte[] bytes = switch (kind) {
                case 0 -> random(random.nextInt(1000));
                case 1 -> header(15 + random.nextInt(150), FrameType.values().length + random.nextInt(200));
                case 2 -> header(15 - 1 - random.nextInt(Integer.MAX_VALUE), FrameType.ANSWER.ordinal());
                case 3 -> header(Integer.MAX_VALUE - random.nextInt(1 << 30), FrameType.ANSWER.ordinal());
                case 4 -> Arrays.copyOf(honest, count / 7 % honest.length);
                case 5 -> flipped(honest);
                default -> wellFormed(task);
            };
            boolean isHopeless = kind >= 1 && kind <= 3;
            if (isHopeless) {
                hopeless.incrementAndGet();
            }
            return new PlayedWorkers.Line(bytes, !isHopeless);
        }

        private byte[] random(int length) {
            byte[] bytes = new byte[length];
            random.nextBytes(bytes);
            return bytes;
        }

        private byte[] header(int length, int type) {
            return ByteBuffer.wrap(random(HEADER + random.nextInt(200)))
                    .putInt(length)
                    .put((byte) type)
                    .array();
        }

        private byte[] flipped(byte[] honest) {
            byte[] bytes = honest.clone();
            for (int i = random.nextInt(3); i >= 0; i--) {
                bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
            }
            return bytes;
        }

        private byte[] wellFormed(long task) {
            FrameType[] types = FrameType.values();
            long id = random.nextBoolean() ? task : random.nextInt(100);
            byte[] payload = random(random.nextInt(10) * random.nextInt(10));
            FrameType type = types[random.nextInt(types.length)];
            return PlayedWorkers.bytes(
                    new Frame(type, random.nextInt(8), (byte) random.nextInt(16), id, random.nextInt(), payload));
        }
    }
}
