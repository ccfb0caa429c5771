package org.poolmanager;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.poolmanager.launch.JvmOptions;

@ExtendWith(NoLeftovers.class)
@DisplayName("A child that sends nonsense")
class RogueChildTest {

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
}
