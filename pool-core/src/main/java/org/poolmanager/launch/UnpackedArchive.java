package org.poolmanager.launch;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.Enumeration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/**
 * The classes and libraries of an executable jar or war, unpacked into a private directory. A nested jar costs every
 * child more CPU at start than unpacking costs once, and its classes cannot come from a class-data archive. What somebody
 * who tidies up has removed of it is unpacked again for the children to come.
 */
final class UnpackedArchive {

    private static final Pattern WANTED = Pattern.compile("(BOOT-INF|WEB-INF)/classes/.*|.*\\.jar");
    private static final Map<Key, Unpacked> DIRECTORIES = new HashMap<>();

    private UnpackedArchive() {}

    /**
     * Where the jar or directory to which a URL points lies on disk.
     *
     * @param directory that of the URL's archive
     * @throws LaunchException if the archive has no such entry
     */
    static Path in(Path directory, NestedUrl nested) {
        Path entry = directory.resolve(nested.entry());
        if (!Files.exists(entry)) {
            throw new LaunchException("The archive " + nested.archive() + " has no jar or class directory '"
                    + nested.entry() + "', although its class loader uses it. " + LoaderWalk.REMEDY);
        }
        return entry;
    }

    /**
     * Where an archive is unpacked; the same place for every call until the archive changes, or a jar or directory of it is
     * no longer there. It looks for all of these, so it is asked once for a class path and not for each entry.
     *
     * @throws LaunchException if the archive cannot be read, or the temporary directory cannot be written
     */
    static Path directoryOf(Path archive) {
        synchronized (DIRECTORIES) {
            try {
                Key key = Key.of(archive);
                Unpacked unpacked = DIRECTORIES.get(key);
                if (unpacked == null || !unpacked.isComplete()) {
                    unpacked = unpackIntoNewDirectory(archive);
                    DIRECTORIES.put(key, unpacked);
                }
                return unpacked.directory;
            } catch (IOException | IllegalStateException e) {
                throw new LaunchException(
                        "Cannot unpack " + archive + " into a directory under "
                                + System.getProperty("java.io.tmpdir") + " (property java.io.tmpdir): " + e + ". "
                                + LoaderWalk.REMEDY,
                        e);
            }
        }
    }

    private static Unpacked unpackIntoNewDirectory(Path archive) throws IOException {
        Path directory = PrivateDirectory.create();
        try {
            unpack(archive, directory);
            return Unpacked.in(directory);
        } catch (IOException | RuntimeException e) {
            PrivateDirectory.delete(directory);
            throw e;
        }
    }

    private static void unpack(Path archive, Path directory) throws IOException {
        try (ZipFile zip = new ZipFile(archive.toFile())) {
            Enumeration<? extends ZipEntry> entries = zip.entries();
            while (entries.hasMoreElements()) {
                ZipEntry entry = entries.nextElement();
                if (WANTED.matcher(entry.getName()).matches()) {
                    unpack(zip, entry, directory);
                }
            }
        }
    }

    private static void unpack(ZipFile zip, ZipEntry entry, Path directory) throws IOException {
        Path target = directory.resolve(entry.getName()).normalize();
        if (!target.startsWith(directory)) {
            throw new IOException("the entry '" + entry.getName() + "' would be written outside of the directory");
        }
        if (entry.isDirectory()) {
            Files.createDirectories(target);
            return;
        }
        Files.createDirectories(target.getParent());
        try (InputStream content = zip.getInputStream(entry)) {
            Files.copy(content, target);
        }
    }

    /**
     * What has been made of an archive.
     *
     * @param parts its jars and directories
     */
    private record Unpacked(Path directory, Set<Path> parts) {

        static Unpacked in(Path directory) throws IOException {
            try (Stream<Path> all = Files.walk(directory)) {
                return new Unpacked(
                        directory,
                        all.filter(path -> path.toString().endsWith(".jar") || Files.isDirectory(path))
                                .collect(Collectors.toSet()));
            }
        }

        /** All of it, so that no class path has a part of it from here and another from a later directory. */
        boolean isComplete() {
            return parts.stream().allMatch(Files::exists);
        }
    }

    private record Key(Path archive, long size, FileTime modified) {

        static Key of(Path archive) throws IOException {
            BasicFileAttributes attributes = Files.readAttributes(archive, BasicFileAttributes.class);
            return new Key(archive.toRealPath(), attributes.size(), attributes.lastModifiedTime());
        }
    }
}
