package org.poolmanager.wire;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/** Files that only their owner may read and write, whatever the umask says. */
public final class PrivateFile {

    private static final Set<StandardOpenOption> NEW =
            Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.READ, StandardOpenOption.WRITE);

    private PrivateFile() {}

    /**
     * Creates one. Where the file system has no such permissions, those of its directory must do.
     *
     * @param file where; must not exist
     * @return a channel to read and write it
     * @throws IOException if it cannot be created
     */
    public static FileChannel create(Path file) throws IOException {
        return FileChannel.open(file, NEW, permissions(file));
    }

    private static FileAttribute<?>[] permissions(Path file) {
        return file.getFileSystem().supportedFileAttributeViews().contains("posix")
                ? new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))
                }
                : new FileAttribute<?>[0];
    }
}
