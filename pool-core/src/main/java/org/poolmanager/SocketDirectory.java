package org.poolmanager;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.poolmanager.launch.LaunchException;
import org.slf4j.LoggerFactory;

/** The owner-only directory in which a pool meets its children. */
final class SocketDirectory {

    /** The kernel allows 107 bytes for the whole path of a socket. */
    private static final int MAX_LENGTH = 107 - "/w9999-999999.socket".length();

    private static final Pattern NAME = Pattern.compile("poolmanager-(\\d{1,18})-\\d+");

    private static final AtomicBoolean SWEPT = new AtomicBoolean();

    private SocketDirectory() {}

    /** Creates a directory whose name cannot be guessed, in a place short enough for sockets. */
    static Path create() {
        String prefix = "poolmanager-" + ProcessHandle.current().pid() + "-";
        sweep();
        String configured = System.getProperty("java.io.tmpdir");
        IOException problem = null;
        for (Path parent : places()) {
            try {
                Path directory = Files.createTempDirectory(parent, prefix).toAbsolutePath();
                if (directory.toString().getBytes(StandardCharsets.UTF_8).length <= MAX_LENGTH) {
                    return directory;
                }
                Files.delete(directory);
            } catch (IOException e) {
                problem = e;
            }
        }
        throw new LaunchException(
                "no directory for the sockets of child JVMs can be created: neither in " + configured
                        + " (java.io.tmpdir) nor in /tmp, or the path is longer than the " + MAX_LENGTH
                        + " bytes that a socket allows" + (problem == null ? "" : ": " + problem)
                        + ". Set java.io.tmpdir to a short, writable directory.",
                problem);
    }

    /** Removes what parents left behind that were killed and could not clean up. Once in the life of this JVM. */
    private static void sweep() {
        if (SWEPT.getAndSet(true)) {
            return;
        }
        for (Path parent : places()) {
            try (DirectoryStream<Path> left = Files.newDirectoryStream(parent, "poolmanager-*")) {
                for (Path directory : left) {
                    Matcher name = NAME.matcher(directory.getFileName().toString());
                    if (name.matches()
                            && Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)
                            && Files.isWritable(directory)
                            && ProcessHandle.of(Long.parseLong(name.group(1))).isEmpty()) {
                        remove(directory);
                    }
                }
            } catch (IOException e) {
                LoggerFactory.getLogger(PoolManager.class).debug("{} could not be swept", parent, e);
            }
        }
    }

    private static List<Path> places() {
        return List.of(Path.of(System.getProperty("java.io.tmpdir")), Path.of("/tmp")).stream()
                .filter(Files::isDirectory)
                .distinct()
                .toList();
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
        } catch (IOException e) {
            LoggerFactory.getLogger(PoolManager.class).warn("The directory {} could not be removed", directory, e);
        }
    }
}
