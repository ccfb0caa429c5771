package org.poolmanager;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Pattern;
import org.poolmanager.launch.LaunchException;
import org.poolmanager.launch.OwnerLock;
import org.slf4j.LoggerFactory;

/** The owner-only directory in which a pool meets its children. A lock in it says that its owner lives. */
final class SocketDirectory implements AutoCloseable {

    /** The kernel allows 107 bytes for the whole path of a socket. */
    private static final int MAX_LENGTH = 107 - "/w9999-999999.socket".length();

    private static final Pattern NAME = Pattern.compile("poolmanager-\\d+-\\d+");

    private static final Duration UNMARKED = Duration.ofHours(1);

    private static final long PID = ProcessHandle.current().pid();

    private static final AtomicBoolean SWEPT = new AtomicBoolean();

    private final Path path;

    private final OwnerLock owner;

    private SocketDirectory(Path path) throws IOException {
        this.path = path;
        this.owner = OwnerLock.hold(path);
    }

    /** Creates a directory whose name cannot be guessed, in a place short enough for sockets. */
    static SocketDirectory create() {
        List<Path> places = List.of(Path.of(System.getProperty("java.io.tmpdir")), Path.of("/tmp"));
        SocketDirectory created = createIn(places);
        if (!SWEPT.getAndSet(true)) {
            places.forEach(place -> sweep(place, created.path));
        }
        return created;
    }

    /** In the first of these places that will do. */
    static SocketDirectory createIn(List<Path> places) {
        List<String> refusals = new ArrayList<>();
        IOException problem = null;
        for (Path parent : new LinkedHashSet<>(places)) {
            try {
                return createIn(parent);
            } catch (IOException e) {
                problem = e;
                refusals.add(parent + " (" + e + ")");
            }
        }
        throw new LaunchException(
                "no directory for the sockets of child JVMs can be created, neither in "
                        + String.join(" nor in ", refusals)
                        + ". Set java.io.tmpdir to a writable directory whose path is short: a socket allows "
                        + MAX_LENGTH + " bytes.",
                problem);
    }

    private static SocketDirectory createIn(Path parent) throws IOException {
        Path directory =
                Files.createTempDirectory(parent, "poolmanager-" + PID + "-").toAbsolutePath();
        try {
            int length = directory.toString().getBytes(StandardCharsets.UTF_8).length;
            if (length > MAX_LENGTH) {
                throw new IOException("a path of " + length + " bytes is too long");
            }
            return new SocketDirectory(directory);
        } catch (IOException | RuntimeException | Error e) {
            remove(directory);
            throw e;
        }
    }

    Path path() {
        return path;
    }

    boolean exists() {
        return Files.isDirectory(path);
    }

    @Override
    public void close() {
        try {
            owner.close();
        } catch (IOException e) {
            LoggerFactory.getLogger(PoolManager.class).debug("The lock in {} could not be released", path, e);
        }
        remove(path);
    }

    /**
     * Removes what parents left behind in this place that were killed and could not clean up.
     *
     * @param own any directory that this process has created, whose owner is who we are
     */
    static void sweep(Path parent, Path own) {
        try (DirectoryStream<Path> left = Files.newDirectoryStream(parent, "poolmanager-*")) {
            for (Path directory : left) {
                if (OwnerLock.isOfSameUser(directory, own) && isAbandoned(directory)) {
                    remove(directory);
                }
            }
        } catch (IOException | DirectoryIteratorException e) {
            LoggerFactory.getLogger(PoolManager.class).debug("{} could not be swept", parent, e);
        }
    }

    private static boolean isAbandoned(Path directory) {
        if (!NAME.matcher(directory.getFileName().toString()).matches()) {
            return false;
        }
        try {
            return OwnerLock.isMarked(directory) ? OwnerLock.isAbandoned(directory) : isUnmarkedForLong(directory);
        } catch (IOException e) {
            return false; // somebody else's
        }
    }

    /** Between its creation and its mark lie milliseconds: whoever made it died in them. */
    private static boolean isUnmarkedForLong(Path directory) throws IOException {
        Instant changed =
                Files.getLastModifiedTime(directory, LinkOption.NOFOLLOW_LINKS).toInstant();
        return changed.isBefore(Instant.now().minus(UNMARKED));
    }

    /** Removes the directory, but not a crash log in it, which is named in somebody's exception. */
    static void remove(Path directory) {
        try {
            boolean empty = true;
            try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
                for (Path file : files) {
                    if (file.getFileName().toString().startsWith("hs_err")) {
                        empty = false;
                    } else {
                        Files.deleteIfExists(file);
                    }
                }
            }
            if (empty) {
                Files.deleteIfExists(directory);
            }
        } catch (NoSuchFileException e) {
            // Somebody else has removed it.
        } catch (IOException e) {
            LoggerFactory.getLogger(PoolManager.class).warn("The directory {} could not be removed", directory, e);
        }
    }
}
