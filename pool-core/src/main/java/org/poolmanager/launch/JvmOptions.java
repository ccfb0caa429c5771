package org.poolmanager.launch;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the user chooses about a child JVM.
 *
 * @param javaHome the Java installation to use, or null for the one that runs the parent
 * @param args options of the JVM; they come after the library's own, so they win
 * @param environment variables added to the inherited ones, or replacing them
 * @param workingDirectory where the child runs, or null for the working directory of the parent
 * @param shareClasses whether children take classes from an archive that the library makes for their class path and
 *     keeps for later starts, so that they start faster; they start as usual wherever that is not possible
 */
public record JvmOptions(
        @Nullable Path javaHome,
        List<String> args,
        Map<String, String> environment,
        @Nullable Path workingDirectory,
        boolean shareClasses) {

    private static final JvmOptions DEFAULTS = new JvmOptions(null, List.of(), Map.of(), null);

    /**
     * @throws IllegalArgumentException if an argument or a variable is null, contains a NUL character, or an argument or
     *     the name of a variable is empty
     */
    public JvmOptions {
        args.forEach(JvmOptions::checkArgument);
        environment.forEach(JvmOptions::checkVariable);
        args = List.copyOf(args);
        environment = Map.copyOf(environment);
    }

    /**
     * The same with {@code shareClasses}.
     *
     * @throws IllegalArgumentException likewise
     */
    public JvmOptions(
            @Nullable Path javaHome,
            List<String> args,
            Map<String, String> environment,
            @Nullable Path workingDirectory) {
        this(javaHome, args, environment, workingDirectory, true);
    }

    /** The running Java installation, the parent's working directory, no further options or variables, shared classes. */
    public static JvmOptions defaults() {
        return DEFAULTS;
    }

    /**
     * The same options, with or without a shared archive of classes.
     *
     * @param share the new value
     */
    public JvmOptions withShareClasses(boolean share) {
        return new JvmOptions(javaHome, args, environment, workingDirectory, share);
    }

    JvmOptions withArgs(List<String> other) {
        return new JvmOptions(javaHome, other, environment, workingDirectory, shareClasses);
    }

    private static void checkArgument(@Nullable String argument) {
        if (argument == null || argument.isEmpty()) {
            throw new IllegalArgumentException("'args' must not contain a null or empty argument");
        }
        if (argument.indexOf('\0') >= 0) {
            throw new IllegalArgumentException("'args' must not contain a NUL character");
        }
    }

    private static void checkVariable(@Nullable String name, @Nullable String value) {
        if (name == null || name.isEmpty() || name.indexOf('=') >= 0 || name.indexOf('\0') >= 0) {
            throw new IllegalArgumentException("'environment' contains an illegal name: '" + name + "'");
        }
        if (value == null || value.indexOf('\0') >= 0) {
            throw new IllegalArgumentException("'environment' contains an illegal value for '" + name + "'");
        }
    }

    /** Values that may be secret are left out. */
    @Override
    public String toString() {
        return "JvmOptions[javaHome=" + javaHome + ", args=" + Secrets.masked(args) + ", environment="
                + environment.keySet() + ", workingDirectory=" + workingDirectory + ", shareClasses=" + shareClasses
                + "]";
    }
}
