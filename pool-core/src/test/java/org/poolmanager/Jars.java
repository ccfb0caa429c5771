package org.poolmanager;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;

/** The class path of these tests as an application has it that was built: jars only. */
final class Jars {

    private Jars() {}

    /** Directories of classes become jars in the given one; jars stay where they are. */
    static List<Path> ofClassPath(Path directory) throws IOException {
        List<Path> jars = new ArrayList<>();
        for (String entry : System.getProperty("java.class.path").split(":")) {
            Path path = Path.of(entry);
            jars.add(Files.isDirectory(path) ? pack(path, directory.resolve("packed-" + jars.size() + ".jar")) : path);
        }
        return jars;
    }

    private static Path pack(Path classes, Path jar) throws IOException {
        try (OutputStream file = Files.newOutputStream(jar);
                JarOutputStream out = new JarOutputStream(file);
                Stream<Path> tree = Files.walk(classes)) {
            tree.filter(Files::isRegularFile).forEach(path -> {
                try {
                    out.putNextEntry(new JarEntry(classes.relativize(path).toString()));
                    Files.copy(path, out);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
        }
        return jar;
    }
}
