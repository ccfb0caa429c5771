package org.poolmanager.boot.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ref.Reference;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
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

    private static final Duration LIMIT = Duration.ofSeconds(60);

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
    @DisplayName(
            "S02: the end of the context and the end of the JVM at the same time close the pool once, and nobody waits for ever")
    void exitWhileTheContextIsClosedEndsEverything() throws Exception {
        start(System.getProperty("java.class.path"), SQUARE[0], SQUARE[1], "--exit-while-closing=true");
        assertThat(exitValue()).as(this::output).isEqualTo(4);
        assertThat(output()).contains("The squares are [4, 9]").doesNotContain("Exception");
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

    @Test
    @DisplayName(
            "S04: at SIGTERM a running request still gets its answer from the pool, which then drains up to the limit of the phase")
    void requestsAreAnsweredAtTheEnd() throws Exception {
        try (ServerSocket gate = new ServerSocket(0, 10, InetAddress.getLoopbackAddress())) {
            gate.setSoTimeout((int) LIMIT.toMillis());
            requestsAreAnsweredAtTheEnd(gate);
        }
    }

    private void requestsAreAnsweredAtTheEnd(ServerSocket gate) throws Exception {
        start(
                WebApplication.class,
                System.getProperty("java.class.path"),
                "--poolmanager.pools.waiting.worker=org.poolmanager.boot.workers.Waiting",
                "--poolmanager.pools.waiting.size=2",
                "--poolmanager.pools.waiting.daemon=false",
                "--spring.lifecycle.timeout-per-shutdown-phase=5s",
                "--server.port=0");
        Pattern started = Pattern.compile("Tomcat started on port (\\d+)");
        awaitOutput(started);
        Matcher port = started.matcher(output());
        assertThat(port.find()).as(this::output).isTrue();
        application.children().forEach(workers::add);
        assertThat(workers).as(this::output).hasSize(2);
        URI uri = URI.create("http://localhost:" + port.group(1));
        newClient().send(request(uri, "/leave/", gate), BodyHandlers.discarding());
        Socket endless = gate.accept();
        HttpClient patient = newClient(); // with a connection of its own, which nobody else has used or will close
        CompletableFuture<HttpResponse<String>> answer =
                patient.sendAsync(request(uri, "/work/", gate), BodyHandlers.ofString());
        Socket running = gate.accept();
        application.destroy();
        awaitOutput(Pattern.compile("Commencing graceful shutdown"));
        assertThat(answer).as(this::output).isNotDone();
        long begin = System.nanoTime();
        running.close();
        assertThat(exitValue()).as(this::output).isEqualTo(143);
        Duration took = Duration.ofNanos(System.nanoTime() - begin);
        assertThat(answer).as(this::output).succeedsWithin(Duration.ofSeconds(1));
        assertThat(answer.join().body()).isEqualTo(Integer.toString(gate.getLocalPort()));
        Reference.reachabilityFence(patient);
        endless.close();
        // The web server's phase has taken what the request needed, and the pool's takes what the task without an end
        // is given.
        assertThat(took).isBetween(Duration.ofSeconds(4), Duration.ofSeconds(5 + 5));
    }

    private static HttpClient newClient() {
        return HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    }

    private static HttpRequest request(URI uri, String path, ServerSocket gate) {
        return HttpRequest.newBuilder(uri.resolve(path + gate.getLocalPort())).build();
    }

    private void awaitOutput(Pattern pattern) {
        Awaitility.await()
                .atMost(LIMIT)
                .until(() -> !application.isAlive() || pattern.matcher(output()).find());
    }

    private void start(String classPath, String... arguments) throws IOException {
        start(Application.class, classPath, arguments);
    }

    private void start(Class<?> main, String classPath, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-cp", classPath, main.getName()));
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
