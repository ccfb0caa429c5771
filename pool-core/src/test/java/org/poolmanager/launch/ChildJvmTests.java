package org.poolmanager.launch;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ForkJoinPool;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class ChildJvmTests {

    @RegisterExtension
    final Children children = new Children();

    @TempDir
    Path directory;

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 42})
    void C046_exitValueIsReported(int value) throws Exception {
        ChildJvm child = children.start(directory, "exit", "-Dvalue=" + value);

        assertThat(Children.report(child).reason()).isEqualTo(ExitReason.EXIT);
        assertThat(Children.exitValue(child)).isEqualTo(value);
        assertThat(child.isAlive()).isFalse();
    }

    @Test
    void C047_haltIsReported() throws Exception {
        ChildJvm child = children.start(directory, "halt", "-Dvalue=43");

        assertThat(Children.report(child).describe()).isEqualTo("exited with value 43");
    }

    @Test
    void C048_killFromOutsideIsReportedAsSignal() throws Exception {
        ChildJvm child = waiting();

        handleOf(child).destroyForcibly();

        ExitReport report = Children.report(child);
        assertThat(report.reason()).isEqualTo(ExitReason.SIGNAL);
        assertThat(report.exitValue()).isEqualTo(137);
        assertThat(report.signal()).isEqualTo("SIGKILL");
    }

    @Test
    void C048_terminationFromOutsideIsReportedAsSignal() throws Exception {
        ChildJvm child = waiting();

        handleOf(child).destroy();

        ExitReport report = Children.report(child);
        assertThat(report.reason()).isEqualTo(ExitReason.SIGNAL);
        assertThat(report.exitValue()).isEqualTo(143);
        assertThat(report.signal()).isEqualTo("SIGTERM");
    }

    @Test
    void C036_killEndsAChildThatHangsInItsShutdownHook() throws Exception {
        ChildJvm child = children.start(directory, "spin-in-hook");
        Children.firstLine(child);

        child.kill();

        assertThat(Children.exitValue(child)).isEqualTo(137);
    }

    @Test
    void C066_killEndsDescendantsTwoLevelsDeep() throws Exception {
        ChildJvm child = children.start(directory, "nest");
        List<ProcessHandle> descendants = Arrays.stream(
                        Children.firstLine(child).split(" "))
                .map(pid -> ProcessHandle.of(Long.parseLong(pid)).orElseThrow())
                .toList();
        assertThat(descendants).hasSize(2).allMatch(ProcessHandle::isAlive);

        child.kill();

        Children.exitValue(child);
        for (ProcessHandle descendant : descendants) {
            Children.awaitEnd(descendant);
        }
    }

    @Test
    void C066_endIsToldThoughALookAtAProcessHangs() throws Exception {
        Path processes = Files.createDirectory(directory.resolve("processes"));
        Path environment = Files.createDirectory(processes.resolve("1")).resolve("environ");
        assertThat(new ProcessBuilder("mkfifo", environment.toString()).start().waitFor())
                .isZero();
        JvmOptions options = new JvmOptions(null, List.of("-Dact=exit", "-Dvalue=7"), Map.of(), null);

        ChildJvm child =
                children.start(directory, ClassPath.of(ChildMain.class), options, new StartedPrograms(processes));

        assertThat(Children.exitValue(child)).isEqualTo(7);
        assertThat(child.awaitSweep(Duration.ofMillis(100))).isFalse();
        Files.newOutputStream(environment).close(); // which ends the read at the other end
        assertThat(child.awaitSweep(Duration.ofSeconds(30))).isTrue();
    }

    @Test
    void C066_killIsHarmlessWhenRepeatedOrLate() throws Exception {
        ChildJvm child = waiting();
        child.kill();
        child.kill();
        Children.exitValue(child);

        child.kill();

        assertThat(child.isAlive()).isFalse();
    }

    @Test
    void C036_lastWordsStayReadableAfterKill() throws Exception {
        ChildJvm child = children.start(directory, "talk-and-wait");
        assertThat(Children.firstLine(child)).isEqualTo("last words");

        child.kill();

        assertThat(Children.output(child)).contains("last complaint");
    }

    @Test
    void C036_exitIsSeenWhileTheCommonPoolIsFull() throws Exception {
        ChildJvm child = waiting();
        CountDownLatch release = new CountDownLatch(1);
        try {
            for (int i = 0; i < 2 * ForkJoinPool.getCommonPoolParallelism(); i++) {
                ForkJoinPool.commonPool().execute(() -> awaitQuietly(release));
            }

            child.kill();

            assertThat(Children.exitValue(child)).isEqualTo(137);
        } finally {
            release.countDown();
        }
    }

    @Test
    void C036_endOfStandardInputReachesTheChild() throws Exception {
        ChildJvm child = waiting();

        child.stdin().close();

        assertThat(Children.exitValue(child)).isZero();
    }

    @Test
    void C108_argumentFileGoesWhenTheChildHasStarted() throws Exception {
        ChildJvm child = waiting();
        assertThat(filesIn(directory)).hasSize(1);

        child.started();

        assertThat(filesIn(directory)).isEmpty();
    }

    @Test
    void C108_argumentFileGoesWithTheChild() throws Exception {
        ChildJvm child = children.start(directory, "exit", "-Dvalue=0");

        Children.exitValue(child);

        assertThat(filesIn(directory)).isEmpty();
    }

    @Test
    void C108_refusedOptionEndsTheChildWithItsOwnText() throws Exception {
        ChildJvm child = children.start(directory, "wait", "-XX:+NoSuchOption");

        assertThat(Children.exitValue(child)).isEqualTo(1);
        assertThat(Children.output(child)).anyMatch(line -> line.contains("Unrecognized VM option 'NoSuchOption'"));
        assertThat(filesIn(directory)).isEmpty();
    }

    @Test
    void C109_debugAgentInTheEnvironmentIsNotPassedOn() throws Exception {
        String agent = "-agentlib:jdwp=transport=dt_socket,server=y,suspend=n,address=127.0.0.1:" + freePort();
        // The first child opens the port; were the option to reach its own child, that one would find the port taken.
        JvmOptions options = new JvmOptions(null, List.of("-Dact=relaunch"), Map.of("JAVA_TOOL_OPTIONS", agent), null);

        ChildJvm child = children.start(directory, ClassPath.of(ChildMain.class), options);

        assertThat(Children.output(child)).contains("42").anyMatch(line -> line.startsWith("Picked up"));
    }

    @Test
    void workingDirectoryAndEnvironmentAreThoseOfTheOptions() throws Exception {
        Path elsewhere = Files.createDirectory(directory.resolve("elsewhere"));
        JvmOptions options = new JvmOptions(null, List.of("-Dact=describe"), Map.of("POOL_TEST", "seen"), elsewhere);

        ChildJvm child = children.start(directory, ClassPath.of(ChildMain.class), options);

        assertThat(Children.output(child))
                .contains("directory=" + elsewhere.toRealPath())
                .contains("variable=seen");
    }

    @ParameterizedTest
    @ValueSource(strings = {"-XX:+UseG1GC", "-XX:+UseParallelGC", "-XX:-UseSerialGC", "-XX:+AggressiveHeap"})
    void C108_collectorOfTheUserWins(String choice) throws Exception {
        ChildJvm child = children.start(directory, "describe", choice);

        assertThat(Children.output(child)).noneMatch(line -> line.startsWith("collectors=[Copy,"));
        assertThat(Children.exitValue(child)).isZero();
    }

    @Test
    void C108_collectorChosenInAnArgumentFileWins() throws Exception {
        Path file = Files.writeString(directory.resolve("mine.args"), "-XX:+UseParallelGC");

        ChildJvm child = children.start(directory, "describe", "@" + file);

        assertThat(Children.output(child)).anyMatch(line -> line.startsWith("collectors=[PS "));
    }

    @Test
    void serialCollectorIsTheDefault() throws Exception {
        ChildJvm child = children.start(directory, "describe");

        assertThat(Children.output(child)).anyMatch(line -> line.startsWith("collectors=[Copy,"));
    }

    private ChildJvm waiting() throws IOException {
        ChildJvm child = children.start(directory, "wait");
        assertThat(Children.firstLine(child)).isEqualTo("ready");
        return child;
    }

    private static ProcessHandle handleOf(ChildJvm child) {
        return ProcessHandle.of(child.pid()).orElseThrow();
    }

    private static List<Path> filesIn(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.toList();
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
