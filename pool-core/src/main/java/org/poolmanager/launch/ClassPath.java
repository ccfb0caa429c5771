package org.poolmanager.launch;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Where a child JVM finds the classes that the parent has. Immutable; all entries are absolute. */
public final class ClassPath {

    private final List<Path> entries;

    private ClassPath(List<Path> entries) {
        this.entries = List.copyOf(entries);
    }

    /**
     * The class path on which a child JVM sees the classes that the class loader of {@code anchor} sees, and this
     * library, whose jar comes first if it is one. Understands directories and jars given on the command line, in an argument file or in the manifest of a
     * jar, URL class loaders, the module path (its modules become class path entries), and executable jars and wars of
     * Spring Boot. Of the latter the libraries and classes are unpacked into a private temporary directory: once per
     * JVM and archive, deleted when the JVM exits.
     *
     * @throws LaunchException if a class loader does not tell where its classes are, or an archive cannot be unpacked
     */
    public static ClassPath of(Class<?> anchor) {
        return checked(new LoaderWalk()
                .from(anchor.getClassLoader())
                .from(ClassPath.class.getClassLoader())
                .entries());
    }

    /**
     * Exactly these jars and directories, which must include this library. Relative paths are taken from the parent's
     * working directory.
     *
     * @throws LaunchException if there is no entry, or one contains the path separator
     */
    public static ClassPath ofEntries(List<Path> entries) {
        List<Path> absolute = new ArrayList<>();
        for (Path entry : entries) {
            absolute.add(entry.toAbsolutePath());
        }
        return checked(absolute);
    }

    public List<Path> entries() {
        return entries;
    }

    /** Whether its jars and directories are still there that were unpacked for it, and might have been tidied up. */
    public boolean isComplete() {
        return entries.stream().filter(PrivateDirectory::holds).allMatch(Files::exists);
    }

    private static ClassPath checked(List<Path> entries) {
        if (entries.isEmpty()) {
            throw new LaunchException("The class path of a child JVM must not be empty. " + LoaderWalk.REMEDY);
        }
        for (Path entry : entries) {
            if (entry.toString().contains(File.pathSeparator)) {
                throw new LaunchException("The class path entry '" + entry + "' contains '" + File.pathSeparator
                        + "', which separates class path entries: move it. " + LoaderWalk.REMEDY);
            }
        }
        return new ClassPath(entries);
    }

    /** In the form of the {@code -cp} option. */
    @Override
    public String toString() {
        return String.join(
                File.pathSeparator, entries.stream().map(Path::toString).toList());
    }
}
