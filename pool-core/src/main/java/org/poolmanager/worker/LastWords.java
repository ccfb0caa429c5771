package org.poolmanager.worker;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Says on standard error which code has called {@code System.exit}, for the error of the task that is lost by it. Somebody
 * waits for that error, and this JVM may have made no lambda yet and put no strings together by {@code +}, which take the
 * same machinery: so there are none here.
 */
final class LastWords {

    private LastWords() {}

    /** For a shutdown hook: the threads that have called for the exit wait for it. */
    static void sayWhoExits() {
        for (Map.Entry<Thread, StackTraceElement[]> entry :
                Thread.getAllStackTraces().entrySet()) {
            StackTraceElement caller = callerOfExit(entry.getValue());
            if (caller != null && !isExpected(caller)) {
                say(new StringBuilder("System.exit was called by thread '")
                        .append(entry.getKey().getName())
                        .append("' at ")
                        .append(caller.getClassName())
                        .append('.')
                        .append(caller.getMethodName())
                        .append('(')
                        .append(caller.getFileName())
                        .append(':')
                        .append(caller.getLineNumber())
                        .append(')')
                        .append(System.lineSeparator()));
            }
        }
    }

    /** Null if the thread does not wait for an exit that it has called for. */
    private static @Nullable StackTraceElement callerOfExit(StackTraceElement[] stack) {
        boolean exits = false;
        for (StackTraceElement frame : stack) {
            if (exits && !isOfExit(frame)) {
                return frame;
            }
            exits |= frame.getClassName().equals("java.lang.Shutdown")
                    && frame.getMethodName().equals("exit");
        }
        return null;
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
    private static void say(StringBuilder words) {
        try {
            new FileOutputStream(FileDescriptor.err).write(words.toString().getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            // Nobody listens.
        }
    }
}
