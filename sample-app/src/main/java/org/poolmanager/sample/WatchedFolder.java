package org.poolmanager.sample;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A folder with three more inside: what is being worked on, what went well and what did not. */
final class WatchedFolder {

    private final Path folder;

    private final Path working;

    private final Path done;

    private final Path failed;

    private final Duration settle;

    /** The files that may still be growing, as they were when they were first seen like that. */
    private Map<Path, Look> unsettled = new HashMap<>();

    WatchedFolder(Path folder, Duration settle) {
        this.folder = folder.toAbsolutePath().normalize();
        this.working = this.folder.resolve("working");
        this.done = this.folder.resolve("done");
        this.failed = this.folder.resolve("failed");
        this.settle = settle;
    }

    /** Creates what is missing, and puts back what an earlier run was killed over. */
    void prepare() throws IOException {
        for (Path directory : List.of(folder, working, done, failed)) {
            Files.createDirectories(directory);
        }
        for (Path left : files(working)) {
            move(left, folder);
        }
    }

    Path path() {
        return folder;
    }

    /** Returns the files that have not changed for long enough to be complete. */
    List<Path> complete() throws IOException {
        Map<Path, Look> changing = new HashMap<>();
        List<Path> complete = new ArrayList<>();
        for (Path file : files(folder)) {
            Look now = Look.at(file);
            Look before = unsettled.getOrDefault(file, now);
            if (!before.isLike(now)) {
                changing.put(file, now);
            } else if (now.nanos - before.nanos < settle.toNanos()) {
                changing.put(file, before);
            } else {
                complete.add(file);
            }
        }
        unsettled = changing;
        return complete;
    }

    /** Whether there are files that may be complete after another while. */
    boolean isUnsettled() {
        return !unsettled.isEmpty();
    }

    /** Moves the file out of its sender's reach. */
    Path claim(Path file) throws IOException {
        return move(file, working);
    }

    void putAway(Path file, boolean wentWell) throws IOException {
        move(file, wentWell ? done : failed);
    }

    private static List<Path> files(Path directory) throws IOException {
        List<Path> files = new ArrayList<>();
        try (DirectoryStream<Path> all = Files.newDirectoryStream(directory)) {
            for (Path path : all) {
                // No links: whoever may write here must not get to read the rest of the machine.
                if (Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS) && !Files.isHidden(path)) {
                    files.add(path);
                }
            }
        }
        return files;
    }

    /** Never overwrites: a second {@code a.pdf} becomes {@code a (2).pdf}. */
    private static synchronized Path move(Path file, Path directory) throws IOException {
        String name = String.valueOf(file.getFileName());
        int dot = name.lastIndexOf('.') > 0 ? name.lastIndexOf('.') : name.length();
        Path target = directory.resolve(name);
        for (int copy = 2; Files.exists(target, LinkOption.NOFOLLOW_LINKS); copy++) {
            target = directory.resolve(name.substring(0, dot) + " (" + copy + ")" + name.substring(dot));
        }
        return Files.move(file, target);
    }

    /** A file at a moment. */
    private record Look(long size, FileTime modified, long nanos) {

        static Look at(Path file) throws IOException {
            try {
                BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
                return new Look(attributes.size(), attributes.lastModifiedTime(), System.nanoTime());
            } catch (NoSuchFileException e) {
                return new Look(-1, FileTime.fromMillis(0), System.nanoTime());
            }
        }

        boolean isLike(Look other) {
            return size == other.size && modified.equals(other.modified);
        }
    }
}
