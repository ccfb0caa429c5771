package org.poolmanager.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;

/** A {@link PoolProgram} seen from outside. */
final class IdleProgram implements AutoCloseable {

    private final Process parent;

    private final List<ProcessHandle> workers;

    IdleProgram() throws IOException {
        parent = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        PoolProgram.class.getName())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        if (parent.getInputStream().read() < 0) {
            throw new IOException("the program with the pool did not start");
        }
        workers = parent.descendants().toList();
        if (workers.size() < Contestants.SIZE) {
            throw new IOException("the program with the pool has " + workers.size() + " workers");
        }
    }

    ProcessHandle parent() {
        return parent.toHandle();
    }

    List<ProcessHandle> workers() {
        return workers;
    }

    void kill() {
        parent.destroyForcibly();
    }

    /** A process that nobody has reaped yet is gone as well. */
    static boolean isGone(ProcessHandle process) throws IOException {
        Path stat = Path.of("/proc", Long.toString(process.pid()), "stat");
        try {
            String text = Files.readString(stat);
            return text.charAt(text.lastIndexOf(')') + 2) == 'Z';
        } catch (NoSuchFileException e) {
            return !process.isAlive();
        } catch (IOException e) {
            return !process.isAlive(); // it ended while it was read
        }
    }

    @Override
    public void close() throws IOException {
        parent.getOutputStream().close();
        try {
            parent.waitFor();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
