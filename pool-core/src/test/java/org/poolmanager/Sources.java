package org.poolmanager;

import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import org.poolmanager.launch.ClassPath;

/** Makes classes that one JVM has and the other has not, or has differently. */
final class Sources {

    private Sources() {}

    /** Compiles a class into a directory of its own, and returns that. */
    static Path compile(Path parent, String className, String source) throws Exception {
        Path directory = Files.createTempDirectory(parent, "classes");
        JavaFileObject file =
                new SimpleJavaFileObject(
                        URI.create("string:///" + className.replace('.', '/') + ".java"), JavaFileObject.Kind.SOURCE) {
                    @Override
                    public CharSequence getCharContent(boolean ignoreEncodingErrors) {
                        return source;
                    }
                };
        List<String> options =
                List.of("-d", directory.toString(), "-cp", ownClassPath().toString(), "-proc:none");
        boolean compiled = ToolProvider.getSystemJavaCompiler()
                .getTask(null, null, null, options, null, List.of(file))
                .call();
        if (!compiled) {
            throw new AssertionError("does not compile: " + source);
        }
        return directory;
    }

    /** The class path of these tests, with more behind it. */
    static List<Path> classPathWith(Path directory) {
        List<Path> entries = new ArrayList<>(ownClassPath().entries());
        entries.add(directory);
        return entries;
    }

    private static ClassPath ownClassPath() {
        return ClassPath.of(Sources.class);
    }
}
