package org.poolmanager.launch;

import java.io.File;
import java.io.IOException;
import java.lang.module.ModuleReference;
import java.lang.module.ResolvedModule;
import java.net.URI;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Collects class path entries from class loaders and their parents. The URLs of the loaders are the truth: the property
 * {@code java.class.path} alone is wrong in executable jars, exploded archives and some test runners.
 */
final class LoaderWalk {

    static final String REMEDY =
            "Set the class path of the workers yourself: classPath(...) of the builder, or the property jvm.class-path.";

    private final Set<Path> entries = new LinkedHashSet<>();
    private final Set<Path> unpacked = new LinkedHashSet<>();
    private final Map<Path, Path> directories = new HashMap<>();

    /** A null loader, that of the JDK's own classes, adds nothing. */
    LoaderWalk from(@Nullable ClassLoader start) {
        ClassLoader loader = start;
        while (loader != null && !loader.equals(ClassLoader.getPlatformClassLoader())) {
            if (loader instanceof URLClassLoader) {
                addUrls((URLClassLoader) loader);
            }
            if (loader.equals(ClassLoader.getSystemClassLoader())) {
                addSystemClassPath();
                addModules();
                return this;
            }
            if (!(loader instanceof URLClassLoader)) {
                throw new LaunchException("The class loader " + describe(loader)
                        + " does not tell where its classes are, so no child JVM can load them. " + REMEDY);
            }
            loader = loader.getParent();
        }
        return this;
    }

    /**
     * In the order in which they were found, each one once, but this library's jar before all others. A worker's start looks
     * for classes of ours only, which are nowhere else, and directories behind a jar leave that jar an archive of classes.
     */
    List<Path> entries() {
        Set<Path> found = new LinkedHashSet<>();
        OwnJar.find().map(this::asListed).ifPresent(found::add);
        found.addAll(entries);
        // The archive's own root holds only Boot's launcher, and the archive may be replaced while the parent runs.
        found.removeAll(unpacked);
        return List.copyOf(found);
    }

    /** By the name that it has on the class path, where links may lead to it. */
    private Path asListed(Path file) {
        return entries.stream().filter(entry -> isSame(entry, file)).findFirst().orElse(file);
    }

    private static boolean isSame(Path one, Path other) {
        try {
            return Files.isSameFile(one, other);
        } catch (IOException e) {
            return false; // one of them is not there
        }
    }

    private void addUrls(URLClassLoader loader) {
        for (URL url : loader.getURLs()) {
            NestedUrl nested = NestedUrl.parse(url.toString());
            if (nested != null && nested.entry().isEmpty()) {
                entries.add(nested.archive());
            } else if (nested != null) {
                Path directory = directories.computeIfAbsent(nested.archive(), UnpackedArchive::directoryOf);
                entries.add(UnpackedArchive.in(directory, nested));
                unpacked.add(nested.archive());
            } else if (url.getProtocol().equals("file")) {
                entries.add(fileOf(url.toString()));
            } else {
                throw new LaunchException("The class loader " + describe(loader) + " loads classes from " + url
                        + ", where no child JVM can read them. " + REMEDY);
            }
        }
    }

    private void addSystemClassPath() {
        String classPath = System.getProperty("java.class.path", "");
        if (classPath.isEmpty()) {
            return;
        }
        for (String entry : classPath.split(File.pathSeparator, -1)) {
            entries.add(Path.of(entry).toAbsolutePath().normalize());
        }
    }

    private void addModules() {
        if (System.getProperty("jdk.module.path") == null) {
            return;
        }
        ModuleLayer.boot().configuration().modules().stream()
                .map(ResolvedModule::reference)
                .map(ModuleReference::location)
                .flatMap(Optional::stream)
                .filter(location -> "file".equals(location.getScheme()))
                .map(Path::of)
                .sorted()
                .forEach(entries::add);
    }

    /** Loaders are often given URLs that are no legal URIs, such as one with a blank in it. */
    static Path fileOf(String fileUrl) {
        try {
            return Path.of(URI.create(fileUrl)).toAbsolutePath();
        } catch (IllegalArgumentException e) {
            return Path.of(fileUrl.substring("file:".length())).toAbsolutePath();
        }
    }

    private static String describe(ClassLoader loader) {
        String name = loader.getName();
        return loader.getClass().getName() + (name == null ? "" : " '" + name + "'");
    }
}
