package org.poolmanager.worker;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Says on standard error which code has called {@code System.exit}, for the error of the task that is lost by it. */
final class LastWords {

    private LastWords() {}

    /** For a shutdown hook: the threads that have called for the exit wait for it. */
    static void sayWhoExits() {
        Thread.getAllStackTraces().forEach(LastWords::sayIfExiting);
    }

    private static void sayIfExiting(Thread thread, StackTraceElement[] stack) {
        boolean exits = Arrays.stream(stack)
                .anyMatch(frame -> frame.getClassName().equals("java.lang.Shutdown")
                        && frame.getMethodName().equals("exit"));
        if (!exits) {
            return;
        }
        Arrays.stream(stack)
                .dropWhile(frame -> !frame.getClassName().equals("java.lang.Shutdown"))
                .dropWhile(LastWords::isOfExit)
                .findFirst()
                .filter(caller -> !isExpected(caller))
                .ifPresent(caller ->
                        say("System.exit was called by thread '" + thread.getName() + "' at " + place(caller)));
    }

    private static String place(StackTraceElement frame) {
        return frame.getClassName() + "." + frame.getMethodName() + "(" + frame.getFileName() + ":"
                + frame.getLineNumber() + ")";
    }

    private static boolean isOfExit(StackTraceElement frame) {
        String type = frame.getClassName();
        return type.equals("java.lang.Shutdown") || type.equals("java.lang.Runtime") || type.equals("java.lang.System");
    }

    /** A worker that ends in good order, or whose start has failed; a signal. */
    private static boolean isExpected(StackTraceElement caller) {
        return caller.getClassName().equals(WorkerMain.class.getName())
                || caller.getClassName().startsWith("java.lang.Terminator");
    }

    /** Not by System.err, whose lock somebody may hold who waits for this exit. */
    @SuppressWarnings("resource") // it is not ours to close
    private static void say(String words) {
        try {
            new FileOutputStream(FileDescriptor.err)
                    .write((words + System.lineSeparator()).getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            // Nobody listens.
        }
    }
}
