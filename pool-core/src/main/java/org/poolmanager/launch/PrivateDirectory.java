package org.poolmanager.launch;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Temporary directories that only their owner can read. They are deleted when this JVM exits or, if it is killed, by the
 * next one that creates such a directory. Until then they are kept from those who remove what nobody has used for days.
 */
final class PrivateDirectory {

    private static final String PREFIX = "poolmanager-classpath-";

    /** What is cleaned up by age has had days of it, never less than one. */
    private static final Duration USED_EVERY = Duration.ofHours(6);

    private static final Set<Path> LIVE = new HashSet<>();
    /** Never closed: the end of the JVM is what releases them. */
    private static final List<OwnerLock> LOCKS = new ArrayList<>();

    private static boolean hooked;

    private PrivateDirectory() {}

    /** @throws IllegalStateException if the JVM is shutting down */
    static synchronized Path create() throws IOException {
        if (!hooked) {
            Runtime.getRuntime().addShutdownHook(new Thread(PrivateDirectory::deleteAll, "poolmanager-cleanup"));
            hooked = true;
            keepWhatLives();
        }
        Path directory = Files.createTempDirectory(PREFIX).toAbsolutePath();
        LIVE.add(directory);
        try {
            LOCKS.add(OwnerLock.hold(directory));
        } catch (IOException e) {
            // Without a mark nobody else will remove it.
        }
        withoutOwner(directory).forEach(PrivateDirectory::delete);
        return directory;
    }

    /** The directories beside this one, of the same kind and user, whose JVM is gone. */
    private static List<Path> withoutOwner(Path directory) {
        List<Path> found = new ArrayList<>();
        try (DirectoryStream<Path> siblings = Files.newDirectoryStream(directory.resolveSibling(""), PREFIX + "*")) {
            for (Path sibling : siblings) {
                if (isLeftBehind(sibling, directory)) {
                    found.add(sibling);
                }
            }
        } catch (IOException | DirectoryIteratorException e) {
            // Tidying up after others must not hinder this JVM.
        }
        return found;
    }

    private static boolean isLeftBehind(Path sibling, Path directory) {
        try {
            return OwnerLock.isOfSameUser(sibling, directory) && OwnerLock.isAbandoned(sibling);
        } catch (IOException e) {
            return false; // its owner has just removed it
        }
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

    /** Ends with the JVM. */
    private static void keepWhatLives() {
        long hours = USED_EVERY.toHours();
        try {
            ScheduledExecutorService keeper = Executors.newSingleThreadScheduledExecutor(PrivateDirectory::keeperOf);
            var unused = keeper.scheduleWithFixedDelay(
                    () -> live().forEach(directory -> use(directory, Instant.now())), hours, hours, TimeUnit.HOURS);
        } catch (OutOfMemoryError e) {
            // No thread can be made now: what is tidied up is unpacked again.
        }
    }

    private static Thread keeperOf(Runnable work) {
        Thread thread = new Thread(null, work, "poolmanager-classpath-keeper", 0, false);
        thread.setContextClassLoader(null);
        thread.setDaemon(true);
        return thread;
    }

    private static synchronized List<Path> live() {
        return List.copyOf(LIVE);
    }

    /** Makes all in it look as if it had been used and changed now. No archive of classes knows of these jars. */
    static void use(Path directory, Instant now) {
        try (Stream<Path> tree = Files.walk(directory)) {
            for (Path path : (Iterable<Path>) tree::iterator) {
                Files.getFileAttributeView(path, BasicFileAttributeView.class)
                        .setTimes(FileTime.from(now), FileTime.from(now), null);
            }
        } catch (IOException | UncheckedIOException e) {
            // What is gone is unpacked again for the next child.
        }
    }

    private static synchronized void deleteAll() {
        LIVE.forEach(PrivateDirectory::delete);
    }
}
