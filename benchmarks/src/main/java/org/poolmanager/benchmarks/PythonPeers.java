package org.poolmanager.benchmarks;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Python's own process pools, in an interpreter that runs beside ours for the whole measurement. */
final class PythonPeers implements AutoCloseable {

    private final Path script;

    private final Process python;

    private final BufferedWriter orders;

    private final BufferedReader answers;

    PythonPeers() throws IOException {
        script = Files.createTempFile("peers", ".py");
        try (InputStream source = PythonPeers.class.getResourceAsStream("peers.py")) {
            if (source == null) {
                throw new IOException("peers.py is missing");
            }
            Files.copy(source, script, StandardCopyOption.REPLACE_EXISTING);
        }
        python = new ProcessBuilder("python3", script.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        orders = python.outputWriter(StandardCharsets.UTF_8);
        answers = python.inputReader(StandardCharsets.UTF_8);
    }

    static boolean arePresent() {
        try {
            Process version = new ProcessBuilder("python3", "--version")
                    .redirectErrorStream(true)
                    .start();
            version.getInputStream().readAllBytes();
            return version.waitFor(10, TimeUnit.SECONDS) && version.exitValue() == 0;
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** Has so many trivial tasks run in one go. */
    Map<Figure, Double> run(String contender, int tasks) throws IOException {
        orders.write(contender + " " + tasks + "\n");
        orders.flush();
        String seconds = answers.readLine();
        if (seconds == null) {
            throw new EOFException("the Python peers have ended");
        }
        return Map.of(Figure.TASKS_PER_SECOND, tasks / Double.parseDouble(seconds));
    }

    @Override
    public void close() throws IOException {
        orders.close();
        Files.deleteIfExists(script);
    }
}
