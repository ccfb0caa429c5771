package org.poolmanager.launch;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Starts the children of a test and leaves none of them behind. */
final class Children implements AfterEachCallback {

    private static final long LIMIT_SECONDS = 30;

    private final List<ChildJvm> started = new ArrayList<>();

    @Override
    public void afterEach(ExtensionContext context) {
        started.forEach(ChildJvm::kill);
    }

    ChildJvm start(Path directory, String act, String... arguments) {
        List<String> all = new ArrayList<>(List.of("-Dact=" + act));
        all.addAll(Arrays.asList(arguments));
        return start(directory, ClassPath.of(ChildMain.class), new JvmOptions(null, all, Map.of(), null));
    }

    ChildJvm start(Path directory, ClassPath classPath, JvmOptions options) {
        return start(directory, classPath, options, new StartedPrograms());
    }

    ChildJvm start(Path directory, ClassPath classPath, JvmOptions options, StartedPrograms programs) {
        List<String> arguments = new ArrayList<>(options.args());
        arguments.add("-Dlaunch.directory=" + directory);
        JvmOptions all =
                new JvmOptions(options.javaHome(), arguments, options.environment(), options.workingDirectory());
        ChildJvm child =
                ChildJvm.start(ChildMain.class.getName(), classPath, all, directory, ClassSupply.NONE, programs);
        started.add(child);
        return child;
    }

    /** Starts a child and waits until it says its first line, which is returned. */
    static String firstLine(ChildJvm child) throws IOException {
        return String.valueOf(reader(child).readLine());
    }

    static int exitValue(ChildJvm child) throws Exception {
        return child.onExit().get(LIMIT_SECONDS, TimeUnit.SECONDS);
    }

    static void awaitEnd(ProcessHandle process) throws Exception {
        process.onExit().get(LIMIT_SECONDS, TimeUnit.SECONDS);
    }

    /** Both streams of an ended child, standard output first. */
    static List<String> output(ChildJvm child) throws Exception {
        exitValue(child);
        List<String> lines = new ArrayList<>(reader(child).lines().toList());
        new BufferedReader(new InputStreamReader(child.stderr(), StandardCharsets.UTF_8))
                .lines()
                .forEach(lines::add);
        return lines;
    }

    static ExitReport report(ChildJvm child) throws Exception {
        return ExitReport.of(exitValue(child), child.crashLog(), output(child));
    }

    private static BufferedReader reader(ChildJvm child) {
        return new BufferedReader(new InputStreamReader(child.stdout(), StandardCharsets.UTF_8));
    }
}
