package org.poolmanager.boot.thumbs;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import org.springframework.boot.loader.tools.Library;
import org.springframework.boot.loader.tools.LibraryScope;
import org.springframework.boot.loader.tools.Repackager;

/** Packs the application of this package as Boot's build plugins do. */
final class ExecutableJar {

    private ExecutableJar() {}

    static Path build(Path directory, List<String> classPath) throws IOException {
        String own = ThumbsApplication.class.getPackageName().replace('.', '/');
        Path source = null;
        List<Library> libraries = new ArrayList<>();
        for (String entry : classPath) {
            Path path = Path.of(entry);
            if (!Files.isDirectory(path)) {
                libraries.add(library(path));
            } else if (Files.isDirectory(path.resolve(own))) {
                source = jar(path, own, directory.resolve("thumbs.jar"));
            } else {
                libraries.add(library(jar(path, "", directory.resolve("module-" + libraries.size() + ".jar"))));
            }
        }
        Repackager repackager = new Repackager(Objects.requireNonNull(source).toFile());
        repackager.setMainClass(ThumbsApplication.class.getName());
        File target = directory.resolve("thumbs-app.jar").toFile();
        repackager.repackage(target, callback -> {
            for (Library library : libraries) {
                callback.library(library);
            }
        });
        return target.toPath();
    }

    private static Library library(Path jar) {
        return new Library(jar.toFile(), LibraryScope.COMPILE);
    }

    private static Path jar(Path root, String below, Path target) throws IOException {
        try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(target));
                Stream<Path> files = Files.walk(root.resolve(below))) {
            files.filter(Files::isRegularFile).forEach(file -> {
                try {
                    out.putNextEntry(
                            new JarEntry(root.relativize(file).toString().replace(File.separatorChar, '/')));
                    Files.copy(file, out);
                } catch (IOException ex) {
                    throw new UncheckedIOException(ex);
                }
            });
        }
        return target;
    }
}
