package org.poolmanager.wire;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInput;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.StreamCorruptedException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One log record as it travels from a worker to the parent. Its message is formatted, its key-values are text, so
 * nothing of the worker's own classes travels.
 *
 * <p>It is bounded: the message is cut at {@value #MAX_MESSAGE} characters and every other text at {@value #MAX_TEXT},
 * each with a mark that says so; of the MDC, the markers and the key-values at most {@value #MAX_ENTRIES} are kept.
 *
 * @param logger name of the logger; {@code "ROOT"} is the root logger
 * @param level as in {@code org.slf4j.event.Level.toInt()}: 0 trace, 10 debug, 20 info, 30 warn, 40 error
 * @param instant when it was logged
 * @param thread name of the thread that logged it
 * @param message the formatted message
 * @param mdc the mapped diagnostic context of that moment
 * @param markers the names of the markers and of the markers they refer to, outermost first
 * @param keyValues the key-values in their order
 * @param thrown the exception logged with it, if any
 */
public record LogEvent(
        String logger,
        int level,
        Instant instant,
        String thread,
        String message,
        Map<String, String> mdc,
        List<String> markers,
        List<Map.Entry<String, String>> keyValues,
        @Nullable Thrown thrown) {

    static final int MAX_MESSAGE = 1024 * 1024;
    static final int MAX_TEXT = 64 * 1024;
    static final int MAX_ENTRIES = 1024;

    private static final int TYPICAL_SIZE = 256;

    public LogEvent {
        mdc = Map.copyOf(mdc);
        markers = List.copyOf(markers);
        keyValues = List.copyOf(keyValues);
    }

    /** A record of this thread and this moment, of a message alone and perhaps an exception. */
    public static LogEvent of(String logger, int level, String message, @Nullable Throwable thrown) {
        return new LogEvent(
                logger,
                level,
                Instant.now(),
                Thread.currentThread().getName(),
                message,
                Map.of(),
                List.of(),
                List.of(),
                thrown == null ? null : Thrown.of(thrown));
    }

    /** The bytes that {@link #decode} reads. */
    public byte[] encode() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(TYPICAL_SIZE);
        try {
            write(new DataOutputStream(bytes));
        } catch (IOException impossible) {
            throw new UncheckedIOException("writing to memory", impossible);
        }
        return bytes.toByteArray();
    }

    /** The level in the bytes of one record; -1 if they are damaged. */
    public static int level(byte[] bytes) {
        int at = bytes.length < Integer.BYTES ? -1 : ByteBuffer.wrap(bytes).getInt();
        return at < 0 || at > bytes.length - 2 * Integer.BYTES
                ? -1
                : ByteBuffer.wrap(bytes).getInt(Integer.BYTES + at);
    }

    /**
     * Reads the bytes of one record, and believes no length before it is checked.
     *
     * @throws IOException if these are not exactly the bytes of one record
     */
    public static LogEvent decode(byte[] bytes) throws IOException {
        DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes));
        LogEvent event = read(in);
        if (in.available() > 0) {
            throw new StreamCorruptedException(in.available() + " bytes after the end of a log record");
        }
        return event;
    }

    private void write(DataOutputStream out) throws IOException {
        writeCut(out, logger);
        out.writeInt(level);
        out.writeLong(instant.getEpochSecond());
        out.writeInt(instant.getNano());
        writeCut(out, thread);
        Thrown.writeText(out, Thrown.cut(message, MAX_MESSAGE));
        writeEntries(out, mdc.entrySet());
        writeMarkers(out);
        writeEntries(out, keyValues);
        out.writeBoolean(thrown != null);
        if (thrown != null) {
            thrown.write(out);
        }
    }

    private static LogEvent read(DataInput in) throws IOException {
        return new LogEvent(
                Thrown.readText(in, MAX_TEXT),
                in.readInt(),
                readInstant(in),
                Thrown.readText(in, MAX_TEXT),
                Thrown.readText(in, MAX_MESSAGE),
                toMap(readEntries(in)),
                readMarkers(in),
                readEntries(in),
                in.readBoolean() ? Thrown.read(in) : null);
    }

    private static Instant readInstant(DataInput in) throws IOException {
        try {
            return Instant.ofEpochSecond(in.readLong(), in.readInt());
        } catch (DateTimeException | ArithmeticException e) {
            StreamCorruptedException corrupted = new StreamCorruptedException("no instant: " + e.getMessage());
            corrupted.initCause(e);
            throw corrupted;
        }
    }

    private static void writeCut(DataOutputStream out, String text) throws IOException {
        Thrown.writeText(out, Thrown.cut(text, MAX_TEXT));
    }

    private void writeMarkers(DataOutputStream out) throws IOException {
        List<String> kept = markers.size() > MAX_ENTRIES ? markers.subList(0, MAX_ENTRIES) : markers;
        out.writeInt(kept.size());
        for (String marker : kept) {
            writeCut(out, marker);
        }
    }

    private static List<String> readMarkers(DataInput in) throws IOException {
        int count = Thrown.readCount(in, MAX_ENTRIES);
        List<String> markers = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            markers.add(Thrown.readText(in, MAX_TEXT));
        }
        return markers;
    }

    private static void writeEntries(DataOutputStream out, Iterable<Map.Entry<String, String>> entries)
            throws IOException {
        ByteArrayOutputStream kept = new ByteArrayOutputStream();
        DataOutputStream texts = new DataOutputStream(kept);
        int count = 0;
        for (Map.Entry<String, String> entry : entries) {
            if (count == MAX_ENTRIES) {
                break;
            }
            writeCut(texts, entry.getKey());
            writeCut(texts, entry.getValue());
            count++;
        }
        out.writeInt(count);
        kept.writeTo(out);
    }

    private static List<Map.Entry<String, String>> readEntries(DataInput in) throws IOException {
        int count = Thrown.readCount(in, MAX_ENTRIES);
        List<Map.Entry<String, String>> entries = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            entries.add(Map.entry(Thrown.readText(in, MAX_TEXT), Thrown.readText(in, MAX_TEXT)));
        }
        return entries;
    }

    private static Map<String, String> toMap(List<Map.Entry<String, String>> entries) {
        Map<String, String> map = new HashMap<>();
        for (Map.Entry<String, String> entry : entries) {
            map.put(entry.getKey(), entry.getValue());
        }
        return map;
    }
}
