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
import org.jspecify.annotations.Nullable;

/** Process pools of other languages, in an interpreter that runs beside ours for the whole measurement. */
final class ScriptPeers implements AutoCloseable {

    private static final Path NODE = Path.of("benchmarks", "node");

    private final Process interpreter;

    private final BufferedWriter orders;

    private final BufferedReader answers;

    private ScriptPeers(String interpreter, Path script) throws IOException {
        this.interpreter = new ProcessBuilder(interpreter, script.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        this.orders = this.interpreter.outputWriter(StandardCharsets.UTF_8);
        this.answers = this.interpreter.inputReader(StandardCharsets.UTF_8);
    }

    /** Python's own pools; null if it is not installed. */
    static @Nullable ScriptPeers python() throws IOException {
        return isPresent("python3") ? new ScriptPeers("python3", copyOf("peers.py")) : null;
    }

    /** Tinypool and workerpool; null without Node, or before {@code npm install --prefix benchmarks/node}. */
    static @Nullable ScriptPeers node() throws IOException {
        boolean installed = Files.isDirectory(NODE.resolve("node_modules")) && isPresent("node");
        return installed ? new ScriptPeers("node", NODE.resolve("peers.mjs")) : null;
    }

    private static Path copyOf(String name) throws IOException {
        Path script = Files.createTempFile("peers", ".py");
        script.toFile().deleteOnExit();
        try (InputStream source = ScriptPeers.class.getResourceAsStream(name)) {
            if (source == null) {
                throw new IOException(name + " is missing");
            }
            Files.copy(source, script, StandardCopyOption.REPLACE_EXISTING);
        }
        return script;
    }

    private static boolean isPresent(String interpreter) {
        try {
            Process version = new ProcessBuilder(interpreter, "--version")
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
            throw new EOFException("the peers have ended");
        }
        return Map.of(Figure.TASKS_PER_SECOND, tasks / Double.parseDouble(seconds));
    }

    @Override
    public void close() throws IOException {
        orders.close();
    }
}
