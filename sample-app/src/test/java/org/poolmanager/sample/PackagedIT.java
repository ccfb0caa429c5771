package org.poolmanager.sample;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** The application as it is shipped: each layout finds its classes in child JVMs, and takes its children along. */
@DisplayName("Packaged application")
class PackagedIT {

    private static final Pattern PORT = Pattern.compile("Tomcat started on port (\\d+)");

    private static final String JAVA =
            Path.of(System.getProperty("java.home"), "bin", "java").toString();

    @TempDir
    Path directory;

    @ParameterizedTest
    @ValueSource(strings = {"executable", "extracted", "exploded"})
    @DisplayName("S07: workers run in child JVMs, whatever the layout, and none outlives a killed application")
    void s07Layout(String layout) throws Exception {
        Process application = start(layout);
        List<ProcessHandle> children = new ArrayList<>();
        try {
            Client client = new Client(port(application));
            JsonNode answer = Client.json(client.upload(Map.of("hello.txt", "Hello, child".getBytes())));
            String id = answer.at("/documents/0/id").asString();
            await().atMost(Duration.ofSeconds(60))
                    .until(() -> "DONE"
                            .equals(client.json("/documents/" + id).at("/state").asString()));
            assertThat(client.json("/documents/" + id).at("/extract/text").asString())
                    .contains("Hello, child");
            // For a while there may be a fifth: the one that makes an archive of the classes of the others.
            children.addAll(await().atMost(Duration.ofSeconds(60))
                    .until(() -> application.toHandle().children().toList(), found -> found.size() == 4));
            assertThat(children)
                    .allMatch(child -> child.info().command().orElse("").endsWith("java"));
        } finally {
            application.destroyForcibly().waitFor(20, TimeUnit.SECONDS);
        }
        await().atMost(Duration.ofSeconds(10)).until(() -> children.stream().noneMatch(PackagedIT::isRunning));
    }

    private Process start(String layout) throws IOException, InterruptedException {
        Path jar = Path.of(System.getProperty("sample.jar"));
        List<String> command = new ArrayList<>(List.of(JAVA, "-Xmx256m"));
        switch (layout) {
            case "executable" -> command.addAll(List.of("-jar", jar.toString()));
            case "extracted" -> {
                unpack(jar, "--destination", "app");
                command.addAll(List.of("-jar", "app/" + jar.getFileName()));
            }
            default -> {
                unpack(jar, "--launcher", "--destination", "app");
                command.addAll(List.of("-cp", "app", "org.springframework.boot.loader.launch.JarLauncher"));
            }
        }
        command.addAll(List.of(
                "--server.port=0",
                "--poolmanager.defaults.start-timeout=3m",
                "--intake.folder=" + directory.resolve("intake")));
        return new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .start();
    }

    private void unpack(Path jar, String... options) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(JAVA, "-Djarmode=tools", "-jar", jar.toString(), "extract"));
        command.addAll(List.of(options));
        Process tool = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        assertThat(tool.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(tool.exitValue()).isZero();
    }

    /** Reads the log until it names the port; a thread reads on, so that the application never waits for a reader. */
    private static int port(Process application) throws IOException {
        BufferedReader log = application.inputReader();
        StringBuilder read = new StringBuilder();
        String line;
        while ((line = log.readLine()) != null) {
            read.append(line).append('\n');
            Matcher port = PORT.matcher(line);
            if (port.find()) {
                Thread rest = new Thread(() -> log.lines().forEach(ignored -> {}), "application-log");
                rest.setDaemon(true);
                rest.start();
                return Integer.parseInt(port.group(1));
            }
        }
        throw new AssertionError("The application did not start:\n" + read);
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
}
