package org.poolmanager.boot.thumbs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A whole application in a JVM of its own, whose worker has components, properties and values injected in a child JVM. */
@DisplayName("An injected worker")
class ThumbsApplicationTests {

    private static final String JAVA =
            Path.of(System.getProperty("java.home"), "bin", "java").toString();

    private static final Pattern SUPERFLUOUS = Pattern.compile(
            ".*/(spring-boot-(actuator|health|micrometer|web|tomcat|servlet|http|starter-|rest|test|loader)|spring-(web|test)"
                    + "|micrometer-(core|jakarta|registry)|prometheus|tomcat|jackson|mockito|archunit)[^/]*\\.jar");

    private static final String SECRET = "s3cr3t-0815";

    @TempDir
    private Path directory;

    private Process application;

    @AfterEach
    void end() throws InterruptedException {
        List<ProcessHandle> children = application.toHandle().descendants().toList();
        application.destroyForcibly().waitFor(20, TimeUnit.SECONDS);
        Awaitility.await()
                .atMost(Duration.ofSeconds(10))
                .until(() -> children.stream().noneMatch(ProcessHandle::isAlive));
    }

    @ParameterizedTest
    @ValueSource(strings = {"process", "thread"})
    @DisplayName(
            "has the application's components, properties, profiles and placeholders, in a child JVM as on a thread")
    void simplyWorks(String isolation) throws Exception {
        configure("thumbs: {size: 1}");
        start(
                "-Dthumb.patience=7s",
                "--thumb.greeting=from the command line",
                "--poolmanager.pools.thumbs.isolation=" + isolation,
                "--spring.profiles.active=night");
        awaitOutput("The worker says");
        assertThat(output())
                .contains(
                        "The worker says sun.png at 640 (ready); black; quality 85; from the command line; patience 7;"
                                + " key " + SECRET + "; profiles night; started by main; application thumbs-app")
                .doesNotContain("runs in a worker");
        if (isolation.equals("process")) {
            ProcessHandle child = application.children().findFirst().orElseThrow();
            for (String file : List.of("cmdline", "environ")) {
                assertThat(Files.readString(Path.of("/proc", String.valueOf(child.pid()), file)))
                        .doesNotContain(SECRET);
            }
        }
    }

    @Test
    @DisplayName("that needs what no child can have ends the start, with what, where and what to do")
    void cannotBeBuilt() throws Exception {
        configure("{thumbs: {size: 1}, greedy: {worker: org.poolmanager.boot.thumbs.Greedy}}");
        start();
        assertThat(application.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(output())
                .contains("APPLICATION FAILED TO START")
                .contains("Property: poolmanager.pools.greedy.worker")
                .contains("The worker org.poolmanager.boot.thumbs.Greedy needs")
                .contains("bean 'thumbs' is a pool, or knows them, and a worker has no pools");
    }

    @ParameterizedTest
    @ValueSource(strings = {"executable", "extracted"})
    @DisplayName("works in the executable jar, and in what is extracted from it")
    void packaged(String layout) throws Exception {
        configure("thumbs: {size: 1}");
        Path jar = ExecutableJar.build(directory, classPath());
        if (layout.equals("extracted")) {
            Process tool = new ProcessBuilder(
                            JAVA, "-Djarmode=tools", "-jar", jar.toString(), "extract", "--destination", "app")
                    .directory(directory.toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(directory.resolve("tool-output").toFile())
                    .start();
            assertThat(tool.waitFor(60, TimeUnit.SECONDS)).isTrue();
            assertThat(tool.exitValue()).isZero();
            jar = directory.resolve("app").resolve(jar.getFileName());
        }
        start(List.of("-jar", jar.toString()), "--thumb.greeting=packed");
        awaitOutput("The worker says");
        assertThat(output())
                .contains("The worker says sun.png at 640 (ready); blue; quality 85; packed; patience 5; key " + SECRET)
                .doesNotContain("runs in a worker");
    }

    /** An application without web, and without what only tests need, starts in a fraction of the time. */
    private static List<String> classPath() {
        return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                .filter(entry -> !SUPERFLUOUS.matcher(entry).matches())
                .toList();
    }

    private void configure(String pools) throws IOException {
        Files.writeString(directory.resolve("application.yml"), """
                spring:
                  application: {name: thumbs-app}
                thumb:
                  color: blue
                  quality: ${QUALITY:80}
                  greeting: from the file
                  scaler: {max-width: 100}
                  api-key: %s
                poolmanager:
                  pools:
                    %s
                ---
                spring.config.activate.on-profile: night
                thumb.color: black
                """.formatted(SECRET, pools));
    }

    private void start(String... arguments) throws IOException {
        start(
                List.of("-cp", String.join(File.pathSeparator, classPath()), ThumbsApplication.class.getName()),
                arguments);
    }

    private void start(List<String> program, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(JAVA));
        Arrays.stream(arguments).filter(argument -> argument.startsWith("-D")).forEach(command::add);
        command.addAll(program);
        Arrays.stream(arguments).filter(argument -> argument.startsWith("--")).forEach(command::add);
        command.add("--spring.config.location="
                + directory.resolve("application.yml").toUri());
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("output").toFile());
        builder.environment().put("QUALITY", "85");
        builder.environment().put("THUMB_SCALER_MAXWIDTH", "640");
        application = builder.start();
    }

    private void awaitOutput(String text) {
        Awaitility.await()
                .atMost(Duration.ofSeconds(60))
                .until(() -> !application.isAlive() || output().contains(text));
    }

    private String output() throws IOException {
        return Files.readString(directory.resolve("output"), StandardCharsets.UTF_8);
    }
}
