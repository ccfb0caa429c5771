package org.poolmanager;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** What this JVM has open. */
final class Descriptors {

    private Descriptors() {}

    /** How many descriptors, without those of class files, which a JVM opens when it comes to them. */
    static int open() throws IOException {
        int count = 0;
        try (DirectoryStream<Path> descriptors = Files.newDirectoryStream(Path.of("/proc/self/fd"))) {
            for (Path descriptor : descriptors) {
                count += isCounted(descriptor) ? 1 : 0;
            }
        }
        return count;
    }

    private static boolean isCounted(Path descriptor) throws IOException {
        try {
            String target = Files.readSymbolicLink(descriptor).toString();
            return !target.endsWith(".jar") && !target.endsWith("/modules");
        } catch (NoSuchFileException e) {
            return false; // the one that this look took
        }
    }
}
