package org.poolmanager;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.poolmanager.launch.ClassPath;

/** Parents and children with another logging system than Logback, each in JVMs with a class path of their own. */
@ExtendWith(NoLeftovers.class)
@DisplayName("Other logging systems")
class OtherLoggingTest {

    @TempDir
    private Path directory;

    @Test
    @DisplayName("C081-C085: Log4j2 in parent and child: levels, threads, MDC, markers, key-values, exceptions, time")
    void c085Log4j2() throws Exception {
        List<String> lines = run(OtherLogging.OnLog4j.class, "log4j-slf4j2-impl", "logback");

        assertThat(lines)
                .anySatisfy(line -> assertThat(line)
                        .startsWith("test.sub INFO [main] number 1 MARKER")
                        .contains("caller=me", "own=mine1", "key=1", "pool=other", "worker=1", "pid=", "task=1")
                        .contains("java.lang.IllegalStateException: outer java.io.IOException: inner"
                                + " org.poolmanager.OtherLogging.log("))
                .anySatisfy(line -> assertThat(line).startsWith("test.jul WARN [main] jul 1"))
                .anySatisfy(line -> assertThat(line).startsWith("test.system ERROR [main] system 1"))
                .anySatisfy(line -> assertThat(line).startsWith("test.sub DEBUG [main] debug 2"))
                .noneMatch(line -> line.contains("debug 1") || line.startsWith("unnamed"));
        recordsBeforeResultsAndChangeInTime(lines);
    }

    @Test
    @DisplayName("C081-C085: java.util.logging behind SLF4J in parent and child")
    void c085JulBehindSlf4j() throws Exception {
        List<String> lines = run(OtherLogging.OnJul.class, "slf4j-jdk14", "logback", "log4j");

        assertThat(lines)
                .anySatisfy(line -> assertThat(line)
                        .startsWith("test.sub INFO MARKER key=")
                        .contains("number 1", "java.lang.IllegalStateException: outer")
                        .contains("caller=me", "own=mine1", "pool=other", "task=1"))
                .anySatisfy(line -> assertThat(line).startsWith("test.jul WARNING jul 1"))
                .anySatisfy(line -> assertThat(line).startsWith("test.system SEVERE system 1"))
                .noneMatch(line -> line.contains("debug 1") || line.startsWith("unnamed"));
        recordsBeforeResultsAndChangeInTime(lines);
    }

    @Test
    @DisplayName("C084: with nothing behind SLF4J, records of java.util.logging and of System.Logger still arrive")
    void c084NothingBehindSlf4j() throws Exception {
        List<String> lines = run(OtherLogging.OnJul.class, "none", "logback", "log4j");

        assertThat(lines)
                .anySatisfy(line -> assertThat(line).startsWith("test.jul WARNING jul 1"))
                .anySatisfy(line -> assertThat(line).startsWith("test.system SEVERE system 1"))
                .noneMatch(line -> line.startsWith("unnamed"));
        recordsBeforeResultsAndChangeInTime(lines);
    }

    private static void recordsBeforeResultsAndChangeInTime(List<String> lines) {
        List<String> first = lines.subList(0, lines.indexOf("result [false]"));
        assertThat(first.stream().filter(line -> line.startsWith("test."))).hasSizeGreaterThanOrEqualTo(2);
        String change = lines.stream()
                .filter(line -> line.startsWith("change after"))
                .findFirst()
                .orElseThrow();
        System.out.println("C083 " + change);
        assertThat(Long.parseLong(change.replaceAll("\\D", ""))).isLessThan(2000);
        for (String line : first) {
            if (line.contains(" age ")) {
                assertThat(Long.parseLong(line.substring(line.lastIndexOf(' ') + 1)))
                        .isBetween(0L, 5000L);
            }
        }
    }

    private List<String> run(Class<?> main, String with, String... without) throws IOException, InterruptedException {
        Path output = directory.resolve("output");
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        classPath(with, without),
                        main.getName())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        try {
            assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        } finally {
            process.destroyForcibly();
        }
        List<String> lines = Files.readAllLines(output);
        assertThat(process.exitValue()).as(String.join("\n", lines)).isZero();
        return lines;
    }

    private static String classPath(String with, String... without) throws IOException {
        try (Stream<Path> others = Files.list(Path.of("target", "other-logging"))) {
            return Stream.concat(
                            ClassPath.of(OtherLoggingTest.class).entries().stream()
                                    .filter(entry -> Stream.of(without)
                                            .noneMatch(name -> entry.getFileName()
                                                    .toString()
                                                    .startsWith(name))),
                            others.filter(jar -> jar.getFileName().toString().startsWith(with)))
                    .map(Path::toAbsolutePath)
                    .map(Path::toString)
                    .collect(Collectors.joining(File.pathSeparator));
        }
    }
}
