package org.poolmanager.launch;

import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import java.util.jar.Manifest;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What an archive must fit: the Java installation, the options that a JVM compares, and the jars at the head of the class
 * path. A JVM archives no class that comes after a directory of classes, but does not mind directories behind the jars.
 *
 * @param kind what the JVM can take its classes from
 * @param id stands for all of it, as a part of a file's name
 * @param jars the head of the class path
 * @param options those of the user's options that count
 */
record ArchiveKey(ArchiveKind kind, String id, List<Path> jars, List<String> options) {

    private static final Pattern COUNTS = Pattern.compile(
            "-XX:[+-]Use\\w*GC|-XX:[+-]Use(CompressedOops|CompressedClassPointers|CompactObjectHeaders)"
                    + "|-XX:(ObjectAlignmentInBytes|MaxHeapSize|MaxRAM|MaxRAMPercentage)=.*|-Xmx.*"
                    + "|--(add-opens|add-exports|add-modules|enable-native-access)=.*|--enable-preview",
            Pattern.DOTALL);

    /** They choose an archive themselves, may hide other options, or change classes before an archive could serve. */
    private static final Pattern EXCLUDES = Pattern.compile(
            "-Xshare:.*|-XX:.*(SharedArchive|ArchiveClasses|SharedClassList|DumpLoadedClassList|AOT).*"
                    + "|-XX:(Flags|VMOptionsFile)=.*|@.*|-(javaagent|agentlib|agentpath):.*|-Xrun.*|-Xbootclasspath.*"
                    + "|--(patch-module|limit-modules|upgrade-module-path|module-path).*|-Djava\\.system\\.class\\.loader=.*"
                    + "|--(add-opens|add-exports|add-modules|enable-native-access)",
            Pattern.DOTALL);

    private static final Set<String> OPTIONS_OF_THE_ENVIRONMENT =
            Set.of("JAVA_TOOL_OPTIONS", "_JAVA_OPTIONS", "JDK_JAVA_OPTIONS", "JDK_AOT_VM_OPTIONS");

    private static final String CLASS_FILE = ArchiveKey.class.getName().replace('.', '/') + ".class";

    /** Jars that were looked into before, by path, size, age, and when the system last saw a change of them. */
    private static final Map<String, Content> KNOWN = new ConcurrentHashMap<>();

    /** Makers of images and packages set times of the first days of Unix or DOS, and the same for each version. */
    private static final Instant FIRST_REAL_TIME = Instant.parse("1990-01-01T00:00:00Z");

    /**
     * What matters of a jar: where its manifest leads, whether it holds this library, and, if its time says nothing, the
     * check sums of what it holds.
     */
    private record Content(List<Path> classPath, boolean library, String sums) {

        static Content of(Path jar) throws IOException {
            try (JarFile file = new JarFile(jar.toFile(), false)) {
                Manifest manifest = file.getManifest();
                String urls =
                        manifest == null ? null : manifest.getMainAttributes().getValue(Attributes.Name.CLASS_PATH);
                List<Path> paths = new ArrayList<>();
                for (String url : urls == null || urls.isBlank()
                        ? new String[0]
                        : urls.strip().split("\\s+")) {
                    URI resolved = jar.toUri().resolve(url);
                    if ("file".equals(resolved.getScheme())) {
                        paths.add(Path.of(resolved));
                    }
                }
                return new Content(List.copyOf(paths), file.getEntry(CLASS_FILE) != null, sums(jar, file));
            } catch (IllegalArgumentException e) {
                throw new IOException("cannot follow the manifest of " + jar, e);
            }
        }

        private static String sums(Path jar, JarFile file) throws IOException {
            boolean isReal = Files.getLastModifiedTime(jar).toInstant().isAfter(FIRST_REAL_TIME);
            return isReal
                    ? ""
                    : file.stream()
                            .map(entry -> Long.toHexString(entry.getCrc()))
                            .collect(Collectors.joining("|"));
        }
    }

    /** Of the best kind that is possible; null where no archive is. */
    static @Nullable ArchiveKey of(Path java, ClassPath classPath, JvmOptions jvm) throws IOException {
        return of(java, classPath, jvm, ArchiveKind.bestFor(release(java), jvm.args()));
    }

    /** Null where no archive is possible. */
    static @Nullable ArchiveKey of(Path java, ClassPath classPath, JvmOptions jvm, ArchiveKind kind)
            throws IOException {
        Path base = baseArchive(java);
        if (base == null
                || jvm.args().stream()
                        .anyMatch(option -> EXCLUDES.matcher(option).matches())
                || jvm.environment().keySet().stream().anyMatch(OPTIONS_OF_THE_ENVIRONMENT::contains)) {
            return null;
        }
        List<Path> jars = new ArrayList<>();
        Set<String> described = new LinkedHashSet<>();
        List<Content> contents = new ArrayList<>();
        for (Path entry : classPath.entries()) {
            if (!describe(entry, described, contents)) {
                break;
            }
            jars.add(entry);
        }
        if (contents.stream().noneMatch(Content::library)) {
            return null; // nobody could train
        }
        List<String> options = jvm.args().stream()
                .filter(option -> COUNTS.matcher(option).matches())
                .toList();
        InheritedFlags.ofThisJvm().stream()
                .filter(option -> COUNTS.matcher(option).matches())
                .forEach(described::add);
        described.addAll(options);
        described.add(attributes(base));
        described.add(release(java));
        described.add(kind.suffix());
        return new ArchiveKey(kind, digest(described), List.copyOf(jars), options);
    }

    /** Adds what a JVM compares of a jar, and of those its manifest leads to; false if one of them is no jar. */
    private static boolean describe(Path entry, Set<String> described, List<Content> contents) throws IOException {
        if (!Files.isRegularFile(entry) || PrivateDirectory.holds(entry)) {
            return false; // what was unpacked for this JVM has another name in the next one
        }
        String attributes = attributes(entry);
        if (!described.add(attributes)) {
            return true;
        }
        String known = attributes + "|" + Files.getAttribute(entry, "unix:ctime");
        Content content = KNOWN.get(known);
        if (content == null) {
            content = Content.of(entry);
            KNOWN.put(known, content);
        }
        contents.add(content);
        described.add(content.sums());
        for (Path next : content.classPath()) {
            if (Files.exists(next) && !describe(next, described, contents)) {
                return false;
            }
        }
        return true;
    }

    /** What the JDK ships, which tells one build of it from another; null if it ships none. */
    private static @Nullable Path baseArchive(Path java) {
        Path home = java.resolveSibling("..").normalize();
        Path archive = home.resolve("lib").resolve("server").resolve("classes.jsa");
        return File.separatorChar == '/' && Files.isRegularFile(archive) ? archive : null;
    }

    private static String release(Path java) throws IOException {
        Path file = java.resolveSibling("..").normalize().resolve("release");
        return Files.isRegularFile(file) ? Files.readString(file, StandardCharsets.ISO_8859_1) : "";
    }

    private static String attributes(Path file) throws IOException {
        BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
        return file + "|" + attributes.size() + "|" + attributes.lastModifiedTime();
    }

    private static String digest(Set<String> described) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            for (String part : described) {
                digest.update(part.getBytes(StandardCharsets.UTF_8));
                digest.update((byte) 0);
            }
            return HexFormat.of().formatHex(digest.digest(), 0, 16);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e); // every JDK has it
        }
    }
}
