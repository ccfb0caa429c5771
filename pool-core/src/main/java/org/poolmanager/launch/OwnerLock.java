package org.poolmanager.launch;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * Tells directories of living JVMs from those of dead ones. A file lock ends with its process, whatever ends that, and
 * holds across containers that share a temporary directory, where process ids do not.
 */
final class OwnerLock {

    private static final String PREFIX = ".owner-";
    private static final String OF_THIS_JVM = PREFIX + ProcessHandle.current().pid() + "-"
            + ProcessHandle.current()
                    .info()
                    .startInstant()
                    .orElse(Instant.EPOCH)
                    .toEpochMilli();

    /** Never closed: the end of the JVM is what releases the locks. */
    private static final List<FileChannel> HELD = new ArrayList<>();

    private OwnerLock() {}

    /** Where the file system has no locks, the directory stays unmarked and nobody else will remove it. */
    static synchronized void hold(Path directory) {
        Path unlocked = directory.resolve(".new");
        try {
            FileChannel channel = FileChannel.open(unlocked, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
            HELD.add(channel);
            if (channel.tryLock() != null) {
                // Only now does the name say that the lock counts.
                Files.move(unlocked, directory.resolve(OF_THIS_JVM));
            }
        } catch (IOException e) {
            // See above: without a mark.
        }
    }

    /** The directories beside this one, of the same kind and user, whose JVM is gone. */
    static List<Path> withoutOwner(Path directory) {
        List<Path> found = new ArrayList<>();
        try (DirectoryStream<Path> siblings =
                Files.newDirectoryStream(directory.resolveSibling(""), PrivateDirectory.PREFIX + "*")) {
            for (Path sibling : siblings) {
                if (isOfSameUser(sibling, directory) && isAbandoned(sibling)) {
                    found.add(sibling);
                }
            }
        } catch (IOException | DirectoryIteratorException e) {
            // Tidying up after others must not hinder this JVM.
        }
        return found;
    }

    private static boolean isOfSameUser(Path sibling, Path directory) throws IOException {
        return Files.isDirectory(sibling, LinkOption.NOFOLLOW_LINKS)
                && Files.getOwner(sibling, LinkOption.NOFOLLOW_LINKS).equals(Files.getOwner(directory));
    }

    private static boolean isAbandoned(Path directory) throws IOException {
        try (DirectoryStream<Path> marks = Files.newDirectoryStream(directory, PREFIX + "*")) {
            for (Path mark : marks) {
                // Closing any channel of a file releases all locks that this process has on it.
                if (!mark.getFileName().toString().equals(OF_THIS_JVM)) {
                    return canBeLocked(mark);
                }
            }
        }
        return false;
    }

    private static boolean canBeLocked(Path mark) throws IOException {
        try (FileChannel channel = FileChannel.open(mark, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS)) {
            return channel.tryLock() != null;
        }
    }
}
