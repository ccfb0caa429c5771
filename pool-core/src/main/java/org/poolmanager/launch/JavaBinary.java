package org.poolmanager.launch;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Finds the {@code java} command of a Java installation, or says which setting is wrong. */
final class JavaBinary {

    private static final String NAME = File.separatorChar == '\\' ? "java.exe" : "java";

    private JavaBinary() {}

    /**
     * @param javaHome the installation that the user chose, or null for the running one
     * @throws LaunchException if there is no such installation, or its command cannot be executed
     */
    static Path of(@Nullable Path javaHome) {
        if (javaHome != null) {
            return in(javaHome.toAbsolutePath(), "javaHome(...) of the options, or the property jvm.java-home");
        }
        String running = System.getProperty("java.home");
        if (running == null) {
            throw new LaunchException("The parent has no system property java.home, so it does not run in a JVM that"
                    + " can start another one. Set javaHome(...) of the options, or the property jvm.java-home.");
        }
        return in(Path.of(running).toAbsolutePath(), "the system property java.home of the parent");
    }

    private static Path in(Path home, String setting) {
        Path java = home.resolve("bin").resolve(NAME);
        if (!Files.isDirectory(home)) {
            throw new LaunchException("The Java home " + home
                    + (Files.exists(home) ? " is not a directory" : " does not exist") + from(setting));
        }
        if (!Files.isRegularFile(java)) {
            throw new LaunchException("The Java home " + home + " has no bin" + File.separator + NAME + from(setting));
        }
        if (!Files.isExecutable(java)) {
            throw new LaunchException("The Java command " + java + " is not executable" + from(setting));
        }
        return java;
    }

    private static String from(String setting) {
        return " (set by " + setting + ").";
    }
}
