package org.poolmanager.benchmarks;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A {@link StartProgram} seen from outside, with a class path like that of an application: the pool is a jar, where the
 * benchmarks themselves run from directories, of which no JVM makes an archive.
 */
final class PackagedStart implements AutoCloseable {

    private final Path directory = Files.createTempDirectory("packaged");

    private final String classPath;

    private final Process program;

    private final BufferedReader answers;

    /** What is a jar. */
    enum Form {
        /** All of it, as in production. */
        EVERYTHING,
        /** All but the application's own classes, as in an IDE or a test run by Maven. */
        LIBRARIES
    }

    PackagedStart(Form form) throws IOException {
        Path own = form == Form.LIBRARIES ? ownClasses() : null;
        classPath = Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
                .map(Path::of)
                .filter(Files::exists)
                .map(entry -> entry.equals(own) ? entry.toString() : packed(entry))
                .collect(Collectors.joining(File.pathSeparator));
        Path archives = directory.resolve("archives");
        program = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Dpoolmanager.cache-directory=" + archives,
                        "-cp",
                        classPath,
                        StartProgram.class.getName(),
                        archives.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        answers = new BufferedReader(new InputStreamReader(program.getInputStream(), StandardCharsets.UTF_8));
        next(); // it is trained
    }

    private static Path ownClasses() {
        return Path.of(URI.create(PackagedStart.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toString()));
    }

    String classPath() {
        return classPath;
    }

    /** Has the program do that, and says how many milliseconds it took. */
    double millis(StartProgram.Request request) throws IOException {
        program.getOutputStream().write((request + "\n").getBytes(StandardCharsets.UTF_8));
        program.getOutputStream().flush();
        return Double.parseDouble(next());
    }

    private String next() throws IOException {
        String line = answers.readLine();
        if (line == null) {
            throw new IOException("the program that starts workers from jars has ended");
        }
        return line;
    }

    private String packed(Path entry) {
        if (!Files.isDirectory(entry)) {
            return entry.toString();
        }
        Path jar = directory.resolve("classes-" + entry.toString().hashCode() + ".jar");
        try (OutputStream out = Files.newOutputStream(jar);
                JarOutputStream jarOut = new JarOutputStream(out);
                Stream<Path> files = Files.walk(entry)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                jarOut.putNextEntry(new JarEntry(entry.relativize(file).toString()));
                Files.copy(file, jarOut);
            }
            return jar.toString();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() throws IOException {
        program.getOutputStream().close(); // it ends then
        try {
            program.waitFor();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        try (Stream<Path> left = Files.walk(directory)) {
            for (Path path : left.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }
}
