package org.poolmanager.launch;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * The words that start a child JVM. Our own options come first, then what the parent has, then what the user wants, so
 * that the user wins; a last option of the same name is the one that counts.
 */
final class CommandLine {

    private static final Pattern COLLECTOR_CHOICE = Pattern.compile(
            "-XX:\\+(Use(Serial|Parallel|ParallelOld|ConcMarkSweep|G1|Z|Shenandoah|Epsilon)GC|AggressiveHeap)"
                    + "|-XX:(Flags|VMOptionsFile)=.*|@.*",
            Pattern.DOTALL);

    /**
     * What a child prints is read as UTF-8, whatever the locale of this machine can express. Before JDK 19 they were named
     * otherwise.
     */
    private static final List<String> OUTPUT_ENCODING = List.of(
            "-Dstdout.encoding=UTF-8",
            "-Dstderr.encoding=UTF-8",
            "-Dsun.stdout.encoding=UTF-8",
            "-Dsun.stderr.encoding=UTF-8");

    private final Path java;
    private final String mainClass;
    private final ClassPath classPath;
    private final List<String> own;
    private final List<String> inherited;
    private final List<String> user;

    /** With options of ours that come last among our own. */
    CommandLine(
            Path java,
            String mainClass,
            ClassPath classPath,
            List<String> userArguments,
            Path directory,
            List<String> further) {
        this.java = java;
        this.mainClass = mainClass;
        this.classPath = classPath;
        this.own = ownOptions(userArguments, directory);
        this.own.addAll(further);
        this.inherited = InheritedFlags.ofThisJvm();
        this.user = userArguments;
    }

    /** What the operating system is given; short enough for any limit, and free of the user's options. */
    List<String> command(Path argumentFile) {
        List<String> command = new ArrayList<>();
        command.add(java.toString());
        command.addAll(own);
        if (usesArgumentFiles()) {
            command.addAll(inherited);
            command.addAll(user);
        }
        command.add("@" + argumentFile);
        command.add(mainClass);
        return command;
    }

    /** What goes into the argument file. */
    List<String> fileArguments() {
        List<String> arguments = new ArrayList<>();
        if (!usesArgumentFiles()) {
            arguments.addAll(inherited);
            arguments.addAll(user);
        }
        arguments.add("-cp");
        arguments.add(classPath.toString());
        return arguments;
    }

    /** For people: as if there were no argument file, without the class path and without secrets. */
    String readable() {
        List<String> words = new ArrayList<>();
        words.add(java.toString());
        words.addAll(own);
        words.addAll(Secrets.masked(inherited));
        words.addAll(Secrets.masked(user));
        words.add("-cp");
        words.add("<" + classPath.entries().size() + " entries>");
        words.add(mainClass);
        return String.join(" ", words);
    }

    /** The launcher does not look for an argument file's name in an argument file. */
    private boolean usesArgumentFiles() {
        return user.stream().anyMatch(argument -> argument.startsWith("@"));
    }

    private static List<String> ownOptions(List<String> userArguments, Path directory) {
        List<String> options = new ArrayList<>();
        // Two collectors end the start of a JVM, even the same choice in a file that we do not read.
        if (userArguments.stream().noneMatch(a -> COLLECTOR_CHOICE.matcher(a).matches())) {
            options.add("-XX:+UseSerialGC");
        }
        // A killed JVM leaves its performance data in the temporary directory.
        options.add("-XX:-UsePerfData");
        options.add("-Xlog:disable");
        options.add("-Xlog:all=warning:stderr");
        options.addAll(OUTPUT_ENCODING);
        options.add("-XX:ErrorFile=" + CrashLog.pattern(directory));
        if (userArguments.stream().noneMatch(CommandLine::decidesOnOutOfMemory)) {
            options.add("-XX:+ExitOnOutOfMemoryError");
        }
        return options;
    }

    private static boolean decidesOnOutOfMemory(String argument) {
        return argument.contains("ExitOnOutOfMemoryError") || argument.contains("CrashOnOutOfMemoryError");
    }
}
