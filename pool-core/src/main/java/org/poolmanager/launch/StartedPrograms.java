package org.poolmanager.launch;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.Map;
import java.util.Set;

/**
 * The programs that a child has started and left running. When it has ended, they belong to somebody else, and only their
 * environment, which they have from the child, tells whose they were. That can be read on Linux only.
 */
final class StartedPrograms {

    private static final String VARIABLE = "POOLMANAGER_WORKER";

    private static final SecureRandom RANDOM = new SecureRandom();

    private final Path processes;

    private final String mark;

    StartedPrograms() {
        this(Path.of("/proc"));
    }

    /** @param processes where the system shows them, a directory each */
    StartedPrograms(Path processes) {
        this.processes = processes;
        byte[] bytes = new byte[16];
        RANDOM.nextBytes(bytes);
        mark = HexFormat.of().formatHex(bytes);
    }

    void mark(Map<String, String> environment) {
        environment.put(VARIABLE, mark);
    }

    /** Kills them all; for when their child has ended. Those whose environment has been replaced are not found. */
    void kill() {
        Set<Long> killed = new HashSet<>();
        int before;
        do {
            before = killed.size();
            killOnce(killed);
        } while (killed.size() > before); // who was starting another while somebody looked
    }

    private void killOnce(Set<Long> killed) {
        try (DirectoryStream<Path> found = Files.newDirectoryStream(processes, "[0-9]*")) {
            for (Path process : found) {
                long pid = Long.parseLong(process.getFileName().toString());
                // The handle first: it remembers when its process has begun, so no later one of that number is killed.
                ProcessHandle.of(pid).filter(handle -> isMarked(process)).ifPresent(handle -> {
                    handle.destroyForcibly();
                    killed.add(pid);
                });
            }
        } catch (IOException | DirectoryIteratorException | NumberFormatException e) {
            // Another system.
        }
    }

    private boolean isMarked(Path process) {
        try {
            byte[] environment = Files.readAllBytes(process.resolve("environ"));
            return new String(environment, StandardCharsets.ISO_8859_1).contains(VARIABLE + "=" + mark);
        } catch (IOException e) {
            return false; // gone, or another user's
        }
    }
}
