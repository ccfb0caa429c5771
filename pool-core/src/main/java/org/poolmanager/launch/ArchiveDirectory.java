package org.poolmanager.launch;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * Where archives lie from one JVM to the next. A JVM runs what it finds in an archive and crashes if that is damaged, so
 * the directory must belong to this user alone, and each archive's name says what its content must add up to.
 */
final class ArchiveDirectory {

    /** System property of the parent: the directory, instead of the one below the user's caches. */
    static final String PROPERTY = "poolmanager.cache-directory";

    /** An empty file that says: this cannot be archived. */
    private static final String HOPELESS = ".none";

    private static final String UNFINISHED = ".new";

    private static final String ALL = Stream.concat(
                    Stream.of(ArchiveKind.values()).map(ArchiveKind::suffix), Stream.of(HOPELESS, UNFINISHED))
            .collect(Collectors.joining(",", "*{", "}"));

    private static final Set<PosixFilePermission> OWNER_ONLY = PosixFilePermissions.fromString("rwx------");

    /** Nobody has started with it for so long: the class path or the JDK has changed. */
    private static final Duration MAX_AGE = Duration.ofDays(30);

    private static final Duration MAX_UNFINISHED = Duration.ofHours(1);

    private static final long MAX_BYTES = 512L << 20;

    private static final Duration TOUCH = Duration.ofDays(1);

    /** Archives that this JVM has found intact, and their state at that time. */
    private static final Map<Path, String> INTACT = new ConcurrentHashMap<>();

    /** Those whose JVM crashed, by key: not to be tried again by this JVM. */
    private static final Set<String> DISTRUSTED = ConcurrentHashMap.newKeySet();

    private final Path path;

    private ArchiveDirectory(Path path) {
        this.path = path;
    }

    /**
     * Opens or creates it, at the first place where it can be safe.
     *
     * @param own any directory that this process has created, whose owner is who we are
     * @return null if there is no such place
     */
    static @Nullable ArchiveDirectory open(Path own) throws IOException {
        Object me = Files.getOwner(own);
        for (Path candidate : candidates()) {
            try {
                create(candidate);
                PosixFileAttributes attributes =
                        Files.readAttributes(candidate, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
                if (attributes.isDirectory()
                        && attributes.owner().equals(me)
                        && OWNER_ONLY.containsAll(attributes.permissions())
                        && Files.isWritable(candidate)) {
                    return new ArchiveDirectory(candidate);
                }
            } catch (IOException | UnsupportedOperationException e) {
                // The next one, or none.
            }
        }
        return null;
    }

    private static List<Path> candidates() {
        String chosen = System.getProperty(PROPERTY);
        if (chosen != null) {
            return List.of(Path.of(chosen).toAbsolutePath());
        }
        String temporary =
                "poolmanager-cache-" + System.getProperty("user.name", "").replaceAll("\\W", "_");
        return List.of(
                userCaches().resolve("poolmanager").toAbsolutePath(),
                Path.of(System.getProperty("java.io.tmpdir"), temporary).toAbsolutePath());
    }

    private static Path userCaches() {
        String configured = System.getenv("XDG_CACHE_HOME");
        if (configured != null && configured.startsWith("/")) {
            return Path.of(configured);
        }
        Path home = Path.of(System.getProperty("user.home", "."));
        Path ofMac = home.resolve("Library").resolve("Caches");
        return Files.isDirectory(ofMac) ? ofMac : home.resolve(".cache");
    }

    private static void create(Path directory) throws IOException {
        if (Files.exists(directory, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        var ownerOnly = PosixFilePermissions.asFileAttribute(OWNER_ONLY);
        Path parent = directory.getParent();
        if (parent != null) {
            Files.createDirectories(parent, ownerOnly);
        }
        try {
            Files.createDirectory(directory, ownerOnly);
        } catch (FileAlreadyExistsException e) {
            // Another JVM was faster; it is looked at like any other.
        }
    }

    /** An intact archive, or null. A damaged one is removed. */
    @Nullable
    Path find(ArchiveKey key) throws IOException {
        if (DISTRUSTED.contains(key.id())) {
            return null;
        }
        for (Path archive : files(archivesOf(key))) {
            if (isIntact(archive, key.kind())) {
                touch(archive);
                return archive;
            }
            Files.deleteIfExists(archive);
        }
        return null;
    }

    /** Whether it makes no sense to train. */
    boolean isHopeless(ArchiveKey key) {
        return DISTRUSTED.contains(key.id()) || hasFailed(key);
    }

    /** Whether a training has shown that it cannot be made here. */
    boolean hasFailed(ArchiveKey key) {
        return Files.exists(path.resolve(key.id() + HOPELESS));
    }

    void setHopeless(ArchiveKey key) throws IOException {
        Files.deleteIfExists(path.resolve(key.id() + HOPELESS));
        Files.createFile(path.resolve(key.id() + HOPELESS));
    }

    /** Takes in what a training has made; other JVMs see all of it or nothing. */
    void publish(ArchiveKey key, Path trained) throws IOException {
        Path copy = Files.createTempFile(path, key.id(), UNFINISHED);
        try {
            Files.copy(trained, copy, StandardCopyOption.REPLACE_EXISTING);
            Path archive = path.resolve(key.id() + "-" + sum(copy) + key.kind().suffix());
            Files.move(copy, archive, StandardCopyOption.ATOMIC_MOVE);
            for (Path other : files(archivesOf(key))) {
                if (!other.equals(archive)) {
                    Files.deleteIfExists(other); // made at the same time; who is about to use it starts without
                }
            }
        } finally {
            Files.deleteIfExists(copy);
        }
        sweep();
    }

    /** A JVM has started without it: whoever makes one more like this would make it in vain. */
    static void refuse(Path archive) throws IOException {
        Path mark = archive.resolveSibling(idOf(archive) + HOPELESS);
        if (!Files.exists(mark)) {
            Files.createFile(mark);
        }
        Files.deleteIfExists(archive);
    }

    private static String idOf(Path archive) {
        String name = archive.getFileName().toString();
        return name.substring(0, name.indexOf('-'));
    }

    /** A JVM has crashed with it. */
    static void distrust(Path archive) {
        DISTRUSTED.add(idOf(archive));
        try {
            Files.deleteIfExists(archive);
        } catch (IOException e) {
            // At least this JVM does not use it any more.
        }
    }

    private void sweep() throws IOException {
        long room = MAX_BYTES;
        List<Path> latestFirst = new ArrayList<>(files(ALL));
        latestFirst.sort(Comparator.comparing(ArchiveDirectory::modified).reversed());
        for (Path file : latestFirst) {
            boolean unfinished = file.toString().endsWith(UNFINISHED);
            room -= Files.size(file);
            Instant oldest = Instant.now().minus(unfinished ? MAX_UNFINISHED : MAX_AGE);
            if (room < 0 || modified(file).toInstant().isBefore(oldest)) {
                Files.deleteIfExists(file);
            }
        }
    }

    private List<Path> files(String glob) throws IOException {
        List<Path> found = new ArrayList<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(path, glob)) {
            for (Path file : files) {
                if (Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
                    found.add(file);
                }
            }
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
        return found;
    }

    private static String archivesOf(ArchiveKey key) {
        return key.id() + "-*" + key.kind().suffix();
    }

    private static boolean isIntact(Path archive, ArchiveKind kind) throws IOException {
        String state = state(archive);
        if (state.equals(INTACT.get(archive))) {
            return true;
        }
        if (!archive.getFileName().toString().endsWith("-" + sum(archive) + kind.suffix())) {
            return false;
        }
        INTACT.put(archive, state);
        return true;
    }

    /** Says that it is in use, for {@link #sweep}. */
    private static void touch(Path archive) throws IOException {
        Instant now = Instant.now();
        if (modified(archive).toInstant().isBefore(now.minus(TOUCH))) {
            Files.setLastModifiedTime(archive, FileTime.from(now));
            INTACT.put(archive, state(archive));
        }
    }

    private static String state(Path file) throws IOException {
        BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
        return attributes.size() + "|" + attributes.lastModifiedTime() + "|" + attributes.fileKey();
    }

    private static FileTime modified(Path file) {
        try {
            return Files.getLastModifiedTime(file);
        } catch (IOException e) {
            return FileTime.from(Instant.EPOCH); // removed by another JVM
        }
    }

    private static String sum(Path file) throws IOException {
        CRC32C sum = new CRC32C();
        long size = 0;
        ByteBuffer buffer = ByteBuffer.allocateDirect(1 << 16);
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS)) {
            while (channel.read(buffer) >= 0) {
                buffer.flip();
                size += buffer.remaining();
                sum.update(buffer);
                buffer.clear();
            }
        }
        return Long.toHexString(size) + "-" + Long.toHexString(sum.getValue());
    }
}
