package org.poolmanager.boot.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What can only be seen from outside of the application: other class paths, its output, its end. */
class ApplicationProcessTests {

    private static final Pattern OPTIONAL = Pattern.compile(
            ".*/(spring-boot-(actuator|health|micrometer|web|tomcat|servlet|http|starter-|rest|test)|spring-(web|test)"
                    + "|micrometer-(core|jakarta|registry)|prometheus|tomcat|jackson|mockito|archunit)[^/]*\\.jar");

    private static final String[] SQUARE = {
        "--poolmanager.pools.square.worker=org.poolmanager.boot.workers.Square", "--poolmanager.pools.square.size=2"
    };

    @TempDir
    private Path directory;

    private final List<ProcessHandle> workers = new ArrayList<>();

    private Process application;

    @AfterEach
    void noWorkerIsLeft() {
        application.destroyForcibly();
        Awaitility.await()
                .atMost(Duration.ofSeconds(10))
                .until(() -> workers.stream().noneMatch(ProcessHandle::isAlive));
    }

    @Test
    void runsWithoutActuatorHealthMicrometerAndWeb() throws Exception {
        String classPath = Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                .filter(entry -> !OPTIONAL.matcher(entry).matches())
                .collect(Collectors.joining(File.pathSeparator));
        assertThat(classPath).doesNotContain("actuator", "health", "micrometer-core", "spring-web");
        start(classPath, SQUARE);
        assertThat(exitValue()).as(this::output).isZero();
        assertThat(output()).contains("The squares are [4, 9]");
    }

    @Test
    void mistakeIsReportedWithFileAndLine() throws Exception {
        Path yaml = Files.writeString(directory.resolve("application.yml"), """
                poolmanager:
                  pools:
                    square:
                      worker: org.poolmanager.boot.workers.Square
                      sise: 3
                """);
        start(System.getProperty("java.class.path"), "--spring.config.location=" + yaml.toUri());
        assertThat(exitValue()).isEqualTo(1);
        assertThat(output())
                .contains("APPLICATION FAILED TO START")
                .contains("Property: poolmanager.pools.square.sise")
                .containsPattern("Origin: .*application.yml.* - 5:13")
                .contains("Did you mean 'poolmanager.pools.square.size'?");
    }

    @Test
    void exitWhilePoolsStartEndsEverything() throws Exception {
        start(System.getProperty("java.class.path"), SQUARE[0], SQUARE[1], "--exit-while-starting=true");
        assertThat(exitValue()).as(this::output).isEqualTo(3);
    }

    @Test
    void terminationEndsEverything() throws Exception {
        start(System.getProperty("java.class.path"), SQUARE[0], SQUARE[1], "--server.port=0");
        Awaitility.await()
                .atMost(Duration.ofSeconds(60))
                .until(() -> !application.isAlive() || output().contains("The squares are [4, 9]"));
        application.children().forEach(workers::add);
        assertThat(workers).as(this::output).hasSize(2);
        application.destroy();
        assertThat(exitValue()).isEqualTo(143);
    }

    private void start(String classPath, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                classPath,
                Application.class.getName()));
        command.addAll(Arrays.asList(arguments));
        application = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("output").toFile())
                .start();
    }

    /** Waits for the end, and notes all workers on the way. */
    private int exitValue() throws InterruptedException {
        for (int i = 0; i < 3000 && !application.waitFor(20, TimeUnit.MILLISECONDS); i++) {
            application.children().forEach(workers::add);
        }
        assertThat(application.isAlive()).as("alive after a minute").isFalse();
        return application.exitValue();
    }

    private String output() {
        try {
            return Files.readString(directory.resolve("output"), StandardCharsets.UTF_8);
        } catch (IOException ex) {
            throw new UncheckedIOException(ex);
        }
    }
}
