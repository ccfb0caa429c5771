package org.poolmanager;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@ExtendWith(NoLeftovers.class)
@DisplayName("End of the parent")
class ParentDeathTest {

    /** A parent of its own, for tests that end it. Prints the pids of its workers, one a line, then an empty line. */
    static final class Parent {

        private Parent() {}

        public static void main(String[] args) throws Exception {
            switch (args[0]) {
                case "starting" ->
                    PoolManager.builder(StartFailureTest.NeverReady.class)
                            .size(2)
                            .start();
                case "exit" -> {
                    String marker = args[1];
                    var pool = PoolManager.builder((Integer x) -> {
                                Tasks.spin(500);
                                return Files.writeString(Path.of(marker), "done")
                                        .toString();
                            })
                            .size(1)
                            .daemon(Boolean.parseBoolean(args[2]))
                            .start();
                    pool.put(1);
                    report(pool);
                    System.exit(7);
                }
                default -> {
                    var pool = PoolManager.builder("spinning".equals(args[0]) ? Tasks::spin : Tasks::sleepMillis)
                            .size(2)
                            .start();
                    if (!"idle".equals(args[0])) {
                        pool.put(60_000);
                        pool.put(60_000);
                    }
                    report(pool);
                    System.in.read(); // until it is killed
                }
            }
        }

        private static void report(PoolManager<?, ?> pool) {
            pool.stats().workerList().forEach(worker -> System.out.println(worker.pid()));
            System.out.println();
        }
    }

    private static Process start(String... args) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Parent.class.getName()));
        command.addAll(List.of(args));
        return new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
    }

    private static List<ProcessHandle> workers(Process parent) throws IOException {
        List<ProcessHandle> workers = new ArrayList<>();
        BufferedReader lines = parent.inputReader(StandardCharsets.UTF_8);
        String line;
        while ((line = lines.readLine()) != null && !line.isEmpty()) {
            ProcessHandle.of(Long.parseLong(line)).ifPresent(workers::add);
        }
        return workers;
    }

    @ParameterizedTest
    @ValueSource(strings = {"idle", "spinning", "sleeping", "starting"})
    @DisplayName("C101: a parent killed leaves no child behind, whatever that does")
    void c101ParentKilled(String phase) throws Exception {
        Process parent = start(phase);
        try {
            List<ProcessHandle> children = new ArrayList<>();
            if ("starting".equals(phase)) {
                await().atMost(Duration.ofSeconds(20))
                        .until(() -> parent.toHandle().children().count() == 2);
                parent.toHandle().children().forEach(children::add);
            } else {
                children.addAll(workers(parent));
            }
            assertThat(children).hasSize(2);
            long start = System.nanoTime();
            parent.destroyForcibly();
            await().atMost(Duration.ofSeconds(3))
                    .pollInterval(Duration.ofMillis(5))
                    .until(() -> children.stream().noneMatch(ParentDeathTest::isRunning));
            System.out.println(
                    "C101 " + phase + ": last child gone after " + (System.nanoTime() - start) / 1_000_000 + " ms");
        } finally {
            parent.destroyForcibly();
            sweep(parent.pid());
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    @DisplayName("C102: System.exit of the parent: a daemon pool does not hold it up, another finishes its work first")
    void c102ParentExits(boolean daemon, @TempDir Path directory) throws Exception {
        Path marker = directory.resolve("marker");
        Process parent = start("exit", marker.toString(), Boolean.toString(daemon));
        List<ProcessHandle> children = workers(parent);
        assertThat(parent.waitFor(20, java.util.concurrent.TimeUnit.SECONDS)).isTrue();
        assertThat(parent.exitValue()).isEqualTo(7);
        await().atMost(Duration.ofSeconds(3)).until(() -> children.stream().noneMatch(ParentDeathTest::isRunning));
        assertThat(Files.exists(marker)).isEqualTo(!daemon);
        assertThat(directories(parent.pid())).isEmpty();
    }

    @Test
    @DisplayName("the directory of a pool is its owner's alone, and nobody can guess its name")
    void directoryIsPrivate() throws Exception {
        try (var pool = PoolManager.builder(Tasks::twice).size(1).start()) {
            Set<Path> own = directories(ProcessHandle.current().pid());
            assertThat(own).isNotEmpty();
            for (Path directory : own) {
                assertThat(Files.getPosixFilePermissions(directory).toString()).doesNotContain("GROUP", "OTHERS");
                assertThat(directory.getFileName().toString()).matches("poolmanager-\\d+-\\d{8,}");
            }
            assertThat(pool.isAlive()).isTrue();
        }
    }

    /** An orphan that has ended stays a zombie until the first process of the system collects it; it runs no more. */
    private static boolean isRunning(ProcessHandle process) {
        try {
            String stat = Files.readString(Path.of("/proc", Long.toString(process.pid()), "stat"));
            return stat.charAt(stat.lastIndexOf(')') + 2) != 'Z';
        } catch (IOException e) {
            return process.isAlive();
        }
    }

    @Test
    @DisplayName("X06: what a killed parent left behind is removed by the next, and nothing of a living one")
    void x06Sweep() throws Exception {
        Process victim = start("idle");
        workers(victim);
        victim.destroyForcibly().waitFor();
        Process living = start("idle");
        try {
            workers(living);
            assertThat(directories(victim.pid())).isEmpty();
            Process third = start("idle");
            workers(third);
            third.destroyForcibly().waitFor();
            sweep(third.pid());
            assertThat(directories(living.pid())).isNotEmpty();
        } finally {
            living.destroyForcibly().waitFor();
            sweep(living.pid());
        }
    }

    private static Set<Path> directories(long pid) throws IOException {
        try (var files = Files.list(Path.of(System.getProperty("java.io.tmpdir")))) {
            return files.filter(file -> file.getFileName().toString().startsWith("poolmanager-" + pid + "-"))
                    .collect(Collectors.toSet());
        }
    }

    /** A killed parent cannot clean up; the next run of the tests should not find its files. */
    private static void sweep(long pid) throws IOException {
        for (Path directory : directories(pid)) {
            SocketDirectory.remove(directory);
        }
    }
}
