package org.poolmanager.launch;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * A started child JVM. Safe for use by many threads.
 *
 * <p>The child has the serial collector unless the options choose another one, writes warnings of the JVM to standard
 * error, puts a crash log into the directory it was given, and <em>ends at the first {@code OutOfMemoryError} that the
 * JVM throws</em>, even if a task would catch it ({@code -XX:+ExitOnOutOfMemoryError}): after such an error any thread of
 * the child may be broken. Options that name {@code ExitOnOutOfMemoryError} or {@code CrashOnOutOfMemoryError} decide
 * that for themselves. Errors that Java code throws, and exhausted direct memory, do not trigger it.
 *
 * <p>Debug agents, management ports, heap sizes and log files of the parent are not passed on, whether they came by the
 * command line or by variables like {@code JAVA_TOOL_OPTIONS}; access to modules, assertions, locale, proxies and
 * security settings are.
 */
public final class ChildJvm {

    private static final long INSIST_MILLIS = 20;

    private final Process process;
    private final Path directory;
    private final Path argumentFile;
    private final String commandLine;
    private final ClassSupply supply;
    private final Before before;

    private final CompletableFuture<Integer> exit = new CompletableFuture<>();

    private final CompletableFuture<@Nullable Void> swept = new CompletableFuture<>();

    /** What is laid down before the process is there. */
    private record Before(StartedPrograms programs, Map<Path, FileTime> crashLogs) {}

    private ChildJvm(
            Process process, Path directory, Path argumentFile, String commandLine, ClassSupply supply, Before before) {
        this.process = process;
        this.directory = directory;
        this.argumentFile = argumentFile;
        this.commandLine = commandLine;
        this.supply = supply;
        this.before = before;
    }

    /**
     * Starts a JVM and returns without waiting for it. An option that this JVM refuses shows later: it ends with a
     * non-zero exit value and says why on standard error or standard output.
     *
     * @param directory for the argument file and a crash log; must exist and should belong to its owner alone
     * @throws LaunchException if no process could be started; nothing is left behind
     */
    static ChildJvm start(
            String mainClass, ClassPath classPath, JvmOptions options, Path directory, ClassSupply supply) {
        return start(mainClass, classPath, options, directory, supply, new StartedPrograms());
    }

    static ChildJvm start(
            String mainClass,
            ClassPath classPath,
            JvmOptions options,
            Path directory,
            ClassSupply supply,
            StartedPrograms programs) {
        Path java = JavaBinary.of(options.javaHome());
        checkWorkingDirectory(options.workingDirectory());
        CommandLine line = new CommandLine(java, mainClass, classPath, options.args(), directory, supply.options());
        Path argumentFile = ArgumentFile.write(directory, line.fileArguments());
        Before before = new Before(programs, CrashLog.allIn(directory));
        Process process = null;
        try {
            ProcessBuilder builder = builder(line, options, argumentFile, supply);
            before.programs.mark(builder.environment());
            process = SpareDescriptors.start(builder, argumentFile);
            ChildJvm child = new ChildJvm(process, directory, argumentFile, line.readable(), supply, before);
            child.watch();
            return child;
        } catch (IOException | RuntimeException | Error e) {
            ArgumentFile.delete(argumentFile);
            if (process != null) {
                process.destroyForcibly();
            }
            throw new LaunchException("Cannot start a child JVM: " + e + ". Command: " + line.readable(), e);
        }
    }

    public long pid() {
        return process.pid();
    }

    /** What is written here the child reads from its standard input; it is buffered, so flush it. */
    public OutputStream stdin() {
        return process.getOutputStream();
    }

    /** Must be read to its end, or the child stops when the pipe is full. Its last words stay readable after its end. */
    public InputStream stdout() {
        return process.getInputStream();
    }

    /** Must be read to its end, or the child stops when the pipe is full. Its last words stay readable after its end. */
    public InputStream stderr() {
        return process.getErrorStream();
    }

    /** Completes with the exit value when the process is gone. Cancelling it has no effect on the process. */
    public CompletableFuture<Integer> onExit() {
        return exit.copy();
    }

    public boolean isAlive() {
        return process.isAlive();
    }

    /**
     * Waits until what it had started has been killed as well. That begins when the process is gone, and is a look at all
     * processes of the system, which may be many, and slow to answer.
     *
     * @param limit how long to wait
     * @return false if it was not over in time
     */
    public boolean awaitSweep(Duration limit) throws InterruptedException {
        try {
            swept.get(limit.toNanos(), TimeUnit.NANOSECONDS);
            return true;
        } catch (ExecutionException e) {
            return true; // it got as far as it could
        } catch (TimeoutException e) {
            return false;
        }
    }

    /** Says that the child is running, so that what only its start needed can go. */
    public void started() {
        ArgumentFile.delete(argumentFile);
    }

    /**
     * Kills the child and every process that it has started, directly or not, without a chance to clean up; does not wait
     * for their end. Does nothing to processes that are gone. What the child wrote before stays readable.
     */
    public void kill() {
        if (!tryToKill() && process.isAlive()) {
            inBackground("poolmanager-kill-", this::killForSure);
        }
    }

    /** Process.destroyForcibly would close the streams and with them lose the last words. */
    private boolean tryToKill() {
        // Not the process's own handle: one that was made while no file descriptor was free never fits its process.
        return process.isAlive()
                && ProcessHandle.of(process.pid()).map(ProcessTree::kill).orElse(false);
    }

    /**
     * A JVM without a free file descriptor cannot signal a process, because it cannot look whether it still is the same.
     * The end of its standard input ends a child that is well; for another one it leaves a free descriptor.
     */
    private void killForSure() {
        try {
            boolean ended = process.waitFor(1, TimeUnit.MILLISECONDS); // most likely it was just about to
            if (!ended) {
                letGoOfStdin();
            }
            while (!ended) {
                ended = tryToKill() || process.waitFor(INSIST_MILLIS, TimeUnit.MILLISECONDS);
            }
        } catch (InterruptedException e) {
            tryToKill();
        }
    }

    private void letGoOfStdin() {
        try {
            inBackground("poolmanager-stdin-", this::closeStdin);
        } catch (OutOfMemoryError e) {
            // No thread can be made now; a signal may get through later.
        }
    }

    /** Waits for whoever writes there, and that waits for as long as a stopped child does not read. */
    private void closeStdin() {
        try {
            process.getOutputStream().close();
        } catch (IOException e) {
            // It is closed all the same.
        }
    }

    private void inBackground(String name, Runnable what) {
        Thread thread = new Thread(null, what, name + pid(), 0, false);
        thread.setDaemon(true);
        thread.start();
    }

    /** For people: which archive the child takes classes from. */
    public String classSource() {
        return supply.toString();
    }

    ClassSupply supply() {
        return supply;
    }

    /** For error messages: the options as the JVM got them, values of properties that look like secrets hidden. */
    public String commandLine() {
        return commandLine;
    }

    /** The log that the JVM wrote because it crashed, or null if there is none (yet). */
    public @Nullable Path crashLog() {
        Path crashLog = CrashLog.path(directory, pid());
        try {
            // An earlier child of the same directory may have had the same process id. No clock is asked, as that may
            // be set.
            FileTime written = Files.getLastModifiedTime(crashLog);
            return written.equals(before.crashLogs.get(crashLog)) ? null : crashLog;
        } catch (IOException e) {
            return null;
        }
    }

    @Override
    public String toString() {
        return "child JVM " + pid();
    }

    /** By a thread of its own: Process.onExit needs the common pool, which the user's code may have filled up. */
    private void watch() {
        inBackground("poolmanager-exit-", this::awaitExit);
    }

    /**
     * How the process has ended.
     *
     * @return its exit value, -1 while it runs
     */
    public int exitValue() {
        return process.isAlive() ? -1 : process.exitValue();
    }

    private void awaitExit() {
        boolean ended = false;
        while (!ended) {
            try {
                process.waitFor();
                ended = true;
            } catch (InterruptedException e) {
                // Nobody has a reason to interrupt this thread, and giving up would leave the future open for ever.
            }
        }
        ArgumentFile.delete(argumentFile);
        exit.complete(process.exitValue());
        try {
            before.programs.kill();
        } finally {
            swept.complete(null);
        }
    }

    private static ProcessBuilder builder(CommandLine line, JvmOptions options, Path argumentFile, ClassSupply supply) {
        List<String> command = new ArrayList<>(supply.prefix());
        command.addAll(line.command(argumentFile));
        ProcessBuilder builder = new ProcessBuilder(command);
        ChildEnvironment.apply(builder.environment(), options.environment());
        Path workingDirectory = options.workingDirectory();
        if (workingDirectory != null) {
            builder.directory(workingDirectory.toFile());
        }
        return builder;
    }

    private static void checkWorkingDirectory(@Nullable Path workingDirectory) {
        if (workingDirectory != null && !Files.isDirectory(workingDirectory)) {
            throw new LaunchException("The working directory " + workingDirectory.toAbsolutePath()
                    + (Files.exists(workingDirectory) ? " is not a directory" : " does not exist")
                    + " (set by workingDirectory(...) of the options, or the property jvm.working-directory).");
        }
    }
}
