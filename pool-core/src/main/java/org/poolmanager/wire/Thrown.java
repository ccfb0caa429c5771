package org.poolmanager.wire;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.io.StreamCorruptedException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * An exception as it travels between JVMs: as text and frames, so that it arrives even where its class is unknown or
 * cannot be serialized.
 *
 * <p>It is bounded: causes are followed {@value #MAX_DEPTH} levels deep, each exception keeps its first
 * {@value #MAX_FRAMES} frames and {@value #MAX_SUPPRESSED} suppressed exceptions, its message is cut at
 * {@value #MAX_MESSAGE} characters, and the whole tree has at most {@value #MAX_THROWABLES} exceptions and
 * {@value #MAX_FRAMES_IN_ALL} frames. Where something other than frames was left out, a message in square brackets
 * says so.
 *
 * @param type the class name of the exception
 * @param message its message, or what went wrong when it was asked for one
 * @param frames its stack, innermost first
 * @param cause its cause, if any
 * @param suppressed its suppressed exceptions
 */
public record Thrown(
        String type,
        @Nullable String message,
        List<StackTraceElement> frames,
        @Nullable Thrown cause,
        List<Thrown> suppressed) {

    static final int MAX_DEPTH = 32;
    static final int MAX_FRAMES = 1024;
    static final int MAX_FRAMES_IN_ALL = 16 * 1024;
    static final int MAX_SUPPRESSED = 32;
    static final int MAX_THROWABLES = 128;
    static final int MAX_MESSAGE = 64 * 1024;

    private static final int MAX_NAME = 64 * 1024;
    private static final int BYTES_PER_CHAR = 3;

    public Thrown {
        frames = List.copyOf(frames);
        suppressed = List.copyOf(suppressed);
    }

    /** Describes an exception. Never throws, whatever the methods of the exception do. */
    public static Thrown of(Throwable throwable) {
        return new Describer().describe(throwable, 0);
    }

    /** Writes what {@link #read} reads. Meant for instances made by {@link #of}, which keep the bounds. */
    public void write(DataOutput out) throws IOException {
        writeText(out, type);
        writeNullable(out, message);
        out.writeInt(frames.size());
        for (StackTraceElement frame : frames) {
            writeFrame(out, frame);
        }
        out.writeBoolean(cause != null);
        if (cause != null) {
            cause.write(out);
        }
        out.writeInt(suppressed.size());
        for (Thrown each : suppressed) {
            each.write(out);
        }
    }

    /**
     * Reads one exception, and believes no length before it is checked.
     *
     * @throws StreamCorruptedException if these are not the bytes of an exception within the bounds
     */
    public static Thrown read(DataInput in) throws IOException {
        return new Reader(in).read(0);
    }

    /** Makes an exception that looks like the original. */
    public RemoteThrowable toThrowable() {
        return new RemoteThrowable(this, cause == null ? null : cause.toThrowable());
    }

    /** The text, or its first part with a mark that says how many characters are missing. */
    static String cut(String text, int limit) {
        if (text.length() <= limit) {
            return text;
        }
        int end = Character.isHighSurrogate(text.charAt(limit - 1)) ? limit - 1 : limit;
        return text.substring(0, end) + "... [cut, " + (text.length() - end) + " characters]";
    }

    static void writeText(DataOutput out, String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        out.writeInt(bytes.length);
        out.write(bytes);
    }

    /** Reads a text that {@link #cut} may have limited to that many characters and a mark. */
    static String readText(DataInput in, int limit) throws IOException {
        byte[] bytes = new byte[readCount(in, (limit + 64) * BYTES_PER_CHAR)];
        in.readFully(bytes);
        return new String(bytes, StandardCharsets.UTF_8);
    }

    static int readCount(DataInput in, int limit) throws IOException {
        int count = in.readInt();
        if (count < 0 || count > limit) {
            throw new StreamCorruptedException("count " + count + " is outside 0.." + limit);
        }
        return count;
    }

    private static void writeNullable(DataOutput out, @Nullable String text) throws IOException {
        out.writeBoolean(text != null);
        if (text != null) {
            writeText(out, text);
        }
    }

    private static @Nullable String readNullable(DataInput in, int limit) throws IOException {
        return in.readBoolean() ? readText(in, limit) : null;
    }

    private static void writeFrame(DataOutput out, StackTraceElement frame) throws IOException {
        writeNullable(out, frame.getClassLoaderName());
        writeNullable(out, frame.getModuleName());
        writeNullable(out, frame.getModuleVersion());
        writeText(out, frame.getClassName());
        writeText(out, frame.getMethodName());
        writeNullable(out, frame.getFileName());
        out.writeInt(frame.getLineNumber());
    }

    /** Copies one tree of exceptions; asks each of them only what it can answer without throwing. */
    private static final class Describer {

        private final Set<Throwable> seen = Collections.newSetFromMap(new IdentityHashMap<>());
        private int framesLeft = MAX_FRAMES_IN_ALL;

        Thrown describe(Throwable throwable, int depth) {
            String type = throwable instanceof RemoteThrowable remote
                    ? remote.originalType()
                    : throwable.getClass().getName();
            if (seen.contains(throwable)) {
                return mark(type, "[circular reference]");
            }
            if (depth >= MAX_DEPTH || seen.size() >= MAX_THROWABLES) {
                return mark(type, "[cut, too many exceptions]");
            }
            seen.add(throwable);
            Throwable cause = causeOf(throwable);
            return new Thrown(
                    cut(type, MAX_NAME),
                    messageOf(throwable),
                    framesOf(throwable),
                    cause == null ? null : describe(cause, depth + 1),
                    suppressedOf(throwable, depth));
        }

        private static Thrown mark(String type, String text) {
            return new Thrown(cut(type, MAX_NAME), text, List.of(), null, List.of());
        }

        private static @Nullable String messageOf(Throwable throwable) {
            try {
                String message = throwable.getMessage();
                return message == null ? null : cut(message, MAX_MESSAGE);
            } catch (Throwable broken) {
                return "[getMessage() threw " + broken.getClass().getName() + "]";
            }
        }

        private static @Nullable Throwable causeOf(Throwable throwable) {
            try {
                return throwable.getCause();
            } catch (Throwable broken) {
                return broken;
            }
        }

        private List<StackTraceElement> framesOf(Throwable throwable) {
            try {
                StackTraceElement[] all = throwable.getStackTrace();
                int count = Math.min(Math.min(all.length, MAX_FRAMES), framesLeft);
                List<StackTraceElement> frames = new ArrayList<>(count);
                for (int i = 0; i < count; i++) {
                    frames.add(plain(all[i]));
                }
                framesLeft -= count;
                return frames;
            } catch (Throwable broken) {
                return List.of();
            }
        }

        /** Leaves out what a stack trace never prints of a frame, but would print of a frame that was copied. */
        private static StackTraceElement plain(StackTraceElement frame) {
            String loader = frame.getClassLoaderName();
            boolean builtIn = loader == null || loader.equals("app") || loader.equals("platform");
            String module = frame.getModuleName();
            boolean ofJdk = module != null && (module.startsWith("java.") || module.startsWith("jdk."));
            return new StackTraceElement(
                    builtIn ? null : loader,
                    module,
                    ofJdk ? null : frame.getModuleVersion(),
                    frame.getClassName(),
                    frame.getMethodName(),
                    frame.getFileName(),
                    frame.getLineNumber());
        }

        private List<Thrown> suppressedOf(Throwable throwable, int depth) {
            Throwable[] all = throwable.getSuppressed();
            List<Thrown> suppressed = new ArrayList<>(Math.min(all.length, MAX_SUPPRESSED + 1));
            for (int i = 0; i < all.length && i < MAX_SUPPRESSED; i++) {
                suppressed.add(describe(all[i], depth + 1));
            }
            if (all.length > MAX_SUPPRESSED) {
                suppressed.add(mark(
                        Throwable.class.getName(),
                        "[cut, " + (all.length - MAX_SUPPRESSED) + " more suppressed exceptions]"));
            }
            return suppressed;
        }
    }

    /** Reads one tree of exceptions within the same bounds, plus the marks that stand for what was left out. */
    private static final class Reader {

        private final DataInput in;
        private int throwablesLeft = MAX_THROWABLES * (MAX_SUPPRESSED + 2);
        private int framesLeft = MAX_FRAMES_IN_ALL;

        Reader(DataInput in) {
            this.in = in;
        }

        Thrown read(int depth) throws IOException {
            if (depth > MAX_DEPTH || throwablesLeft-- == 0) {
                throw new StreamCorruptedException("too many exceptions in one");
            }
            String type = readText(in, MAX_NAME);
            String message = readNullable(in, MAX_MESSAGE);
            List<StackTraceElement> frames = readFrames();
            Thrown cause = in.readBoolean() ? read(depth + 1) : null;
            int count = readCount(in, MAX_SUPPRESSED + 1);
            List<Thrown> suppressed = new ArrayList<>(count);
            for (int i = 0; i < count; i++) {
                suppressed.add(read(depth + 1));
            }
            return new Thrown(type, message, frames, cause, suppressed);
        }

        private List<StackTraceElement> readFrames() throws IOException {
            int count = readCount(in, Math.min(MAX_FRAMES, framesLeft));
            framesLeft -= count;
            List<StackTraceElement> frames = new ArrayList<>(count);
            for (int i = 0; i < count; i++) {
                frames.add(new StackTraceElement(
                        readNullable(in, MAX_NAME),
                        readNullable(in, MAX_NAME),
                        readNullable(in, MAX_NAME),
                        readText(in, MAX_NAME),
                        readText(in, MAX_NAME),
                        readNullable(in, MAX_NAME),
                        in.readInt()));
            }
            return frames;
        }
    }
}
