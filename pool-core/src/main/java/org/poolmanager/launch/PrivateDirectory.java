package org.poolmanager.launch;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Temporary directories that only their owner can read. They are deleted when this JVM exits or, if it is killed, by the
 * next one that creates such a directory.
 */
final class PrivateDirectory {

    static final String PREFIX = "poolmanager-classpath-";

    private static final Set<Path> LIVE = new HashSet<>();
    private static boolean hooked;

    private PrivateDirectory() {}

    /** @throws IllegalStateException if the JVM is shutting down */
    static synchronized Path create() throws IOException {
        if (!hooked) {
            Runtime.getRuntime().addShutdownHook(new Thread(PrivateDirectory::deleteAll, "poolmanager-cleanup"));
            hooked = true;
        }
        Path directory = Files.createTempDirectory(PREFIX).toAbsolutePath();
        LIVE.add(directory);
        OwnerLock.hold(directory);
        OwnerLock.withoutOwner(directory).forEach(PrivateDirectory::delete);
        return directory;
    }

    /** Whether it lies in such a directory, of this JVM or another one. */
    static boolean holds(Path path) {
        for (Path name : path) {
            if (name.toString().startsWith(PREFIX)) {
                return true;
            }
        }
        return false;
    }

    /** Deletes what can be deleted; what cannot is left. */
    static void delete(Path directory) {
        try (Stream<Path> tree = Files.walk(directory)) {
            List<Path> deepestFirst = tree.sorted(Comparator.reverseOrder()).toList();
            for (Path path : deepestFirst) {
                Files.deleteIfExists(path);
            }
        } catch (IOException | UncheckedIOException e) {
            // A left-over in the temporary directory harms nobody, and at exit nobody is there to be told.
        }
    }

    private static synchronized void deleteAll() {
        LIVE.forEach(PrivateDirectory::delete);
    }
}
