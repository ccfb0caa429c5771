package org.poolmanager.launch;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;

/**
 * Tells directories of living JVMs from those of dead ones. A file lock ends with its process, whatever ends that, and
 * holds across containers that share a temporary directory, where process ids do not: there each parent has the id 1.
 */
public final class OwnerLock implements AutoCloseable {

    private static final String PREFIX = ".owner-";
    private static final String OF_THIS_JVM = PREFIX + ProcessHandle.current().pid() + "-"
            + ProcessHandle.current()
                    .info()
                    .startInstant()
                    .orElse(Instant.EPOCH)
                    .toEpochMilli();

    private final FileChannel channel;

    private OwnerLock(FileChannel channel) {
        this.channel = channel;
    }

    /**
     * Marks a directory as this JVM's, until the lock is closed, or forgotten, or the JVM ends.
     *
     * @param directory a new one, in which nobody else can write
     * @throws IOException if that cannot be, for example where the file system has no locks; the directory has no mark then
     */
    public static OwnerLock hold(Path directory) throws IOException {
        Path unlocked = Files.createTempFile(directory, ".new", null); // for its owner alone, whatever the umask says
        FileChannel channel = FileChannel.open(unlocked, StandardOpenOption.WRITE);
        try {
            if (channel.tryLock() == null) { // which heeds no interrupt, unlike a wait for it
                throw new IOException("a new file is locked: " + unlocked);
            }
            // Only now does the name say that the lock counts.
            Files.move(unlocked, directory.resolve(OF_THIS_JVM));
            return new OwnerLock(channel);
        } catch (IOException | RuntimeException | Error e) {
            channel.close();
            throw e;
        }
    }

    /**
     * Whether there is such a directory, no link to one, and it is of the same user.
     *
     * @param own any directory that this process has created, whose owner is who we are
     */
    public static boolean isOfSameUser(Path directory, Path own) {
        try {
            return Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)
                    && Files.getOwner(directory, LinkOption.NOFOLLOW_LINKS).equals(Files.getOwner(own));
        } catch (IOException e) {
            return false; // its owner has just removed it
        }
    }

    /**
     * Whether somebody has marked the directory.
     *
     * @throws IOException if it cannot be read
     */
    public static boolean isMarked(Path directory) throws IOException {
        try (DirectoryStream<Path> marks = Files.newDirectoryStream(directory, PREFIX + "*")) {
            return marks.iterator().hasNext();
        }
    }

    /**
     * Whether the directory is marked and the JVM that did so is gone.
     *
     * @throws IOException if it cannot be read, or belongs to somebody else
     */
    public static boolean isAbandoned(Path directory) throws IOException {
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
        if (!Files.isRegularFile(mark, LinkOption.NOFOLLOW_LINKS)) {
            return false; // to open a pipe would be to wait for its other end
        }
        try (FileChannel channel = FileChannel.open(mark, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS)) {
            return channel.tryLock() != null;
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
