package org.poolmanager.wire;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the thread that hands in a task knows beside the task, and the worker is to know while the task runs. On the wire
 * it stands before the argument, in frames whose kind says so:
 *
 * <pre>
 *  int bytes of the context | int headers | (text name | text value) ... | int entries | (text key | text value) ... | argument
 * </pre>
 *
 * @param mdc entries of the mapped diagnostic context
 * @param headers of a trace, with the names of the propagation in use
 */
public record TaskContext(Map<String, String> mdc, Map<String, String> headers) {

    /** Nothing to know: it takes no bytes, and no time. */
    public static final TaskContext NONE = new TaskContext(Map.of(), Map.of());

    /** More of it does not travel: entries that would exceed it are left out. */
    static final int MAX_BYTES = 64 * 1024;

    private static final int MAX_ENTRIES = 1024;

    private static final int PRESENT = 1;

    /** Makes the maps unchangeable. */
    public TaskContext {
        mdc = Map.copyOf(mdc);
        headers = Map.copyOf(headers);
    }

    /**
     * A context.
     *
     * @param mdc as SLF4J gives it: null if there is none, perhaps with null values, which are left out
     * @return the context
     */
    public static TaskContext of(@Nullable Map<String, ? extends @Nullable String> mdc) {
        return of(mdc, Map.of());
    }

    /**
     * A context with headers.
     *
     * @param mdc as SLF4J gives it: null if there is none, perhaps with null values, which are left out
     * @param headers of a trace
     * @return the context
     */
    public static TaskContext of(@Nullable Map<String, ? extends @Nullable String> mdc, Map<String, String> headers) {
        Map<String, String> present = mdc == null || mdc.isEmpty() ? Map.of() : present(mdc);
        return present.isEmpty() && headers.isEmpty() ? NONE : new TaskContext(present, headers);
    }

    private static Map<String, String> present(Map<String, ? extends @Nullable String> mdc) {
        Map<String, String> present = new HashMap<>();
        for (Map.Entry<String, ? extends @Nullable String> entry : mdc.entrySet()) {
            String value = entry.getValue();
            if (value != null) {
                present.put(entry.getKey(), value);
            }
        }
        return present;
    }

    /**
     * Whether there is nothing to know.
     *
     * @return true if so
     */
    public boolean isEmpty() {
        return mdc.isEmpty() && headers.isEmpty();
    }

    /**
     * The kind of frames whose payload was made by {@link #before}.
     *
     * @return 0 if there is nothing before the argument
     */
    public int kind() {
        return isEmpty() ? 0 : PRESENT;
    }

    /**
     * Puts the context before an argument.
     *
     * @param argument an encoded argument
     * @return the payload of the task's frame; the argument itself if there is no context
     */
    public Payload before(Payload argument) {
        if (isEmpty()) {
            return argument;
        }
        byte[] context = encode();
        byte[] content = argument.content();
        byte[] both = Arrays.copyOf(context, Math.addExact(context.length, content.length));
        System.arraycopy(content, 0, both, context.length, content.length);
        return new Payload(argument.tag(), both);
    }

    /**
     * Undoes {@link #before}.
     *
     * @param both what this context was put before
     * @return the encoded argument
     */
    public Payload strip(Payload both) {
        if (isEmpty()) {
            return both;
        }
        byte[] content = both.content();
        int begin = Integer.BYTES + ByteBuffer.wrap(content).getInt();
        return new Payload(both.tag(), Arrays.copyOfRange(content, begin, content.length));
    }

    /**
     * The context of the same work when it is done again for somebody else.
     *
     * @param later what the other one knows
     * @return the MDC of both, with the other's entries where both have one, and the other's headers
     */
    public TaskContext continuedBy(TaskContext later) {
        Map<String, String> both = new HashMap<>(mdc);
        both.putAll(later.mdc);
        return of(both, later.headers);
    }

    private byte[] encode() {
        int room = MAX_BYTES - 2 * Integer.BYTES;
        byte[] first = encode(headers, room);
        byte[] second = encode(mdc, room - (first.length - Integer.BYTES));
        return ByteBuffer.allocate(Integer.BYTES + first.length + second.length)
                .putInt(first.length + second.length)
                .put(first)
                .put(second)
                .array();
    }

    private static byte[] encode(Map<String, String> map, int room) {
        ByteArrayOutputStream entries = new ByteArrayOutputStream();
        int count = 0;
        try {
            for (Map.Entry<String, String> entry : map.entrySet()) {
                ByteArrayOutputStream one = new ByteArrayOutputStream();
                DataOutputStream texts = new DataOutputStream(one);
                Thrown.writeText(texts, entry.getKey());
                Thrown.writeText(texts, entry.getValue());
                if (entries.size() + one.size() <= room && count < MAX_ENTRIES) {
                    one.writeTo(entries);
                    count++;
                }
            }
        } catch (IOException impossible) {
            throw new UncheckedIOException("writing to memory", impossible);
        }
        return ByteBuffer.allocate(Integer.BYTES + entries.size())
                .putInt(count)
                .put(entries.toByteArray())
                .array();
    }

    /**
     * The context in a task's frame.
     *
     * @param task the frame
     * @return its context
     * @throws IOException if the bytes are damaged
     */
    public static TaskContext of(Frame task) throws IOException {
        if (task.kind() != PRESENT) {
            return NONE;
        }
        DataInputStream in = new DataInputStream(new ByteArrayInputStream(task.payload(), Integer.BYTES, length(task)));
        Map<String, String> headers = decode(in);
        return new TaskContext(decode(in), headers);
    }

    private static Map<String, String> decode(DataInputStream in) throws IOException {
        int count = Thrown.readCount(in, MAX_ENTRIES);
        Map<String, String> map = new HashMap<>();
        for (int i = 0; i < count; i++) {
            map.put(Thrown.readText(in, MAX_BYTES), Thrown.readText(in, MAX_BYTES));
        }
        return map;
    }

    /**
     * The argument in a task's frame.
     *
     * @param task the frame
     * @return its argument, for {@link Payloads#unpack}
     * @throws IOException if the bytes are damaged
     */
    public static Object argument(Frame task) throws IOException {
        byte[] payload = task.payload();
        return task.kind() != PRESENT
                ? task.packed()
                : new Payload(task.tag(), Arrays.copyOfRange(payload, Integer.BYTES + length(task), payload.length));
    }

    private static int length(Frame task) throws IOException {
        byte[] payload = task.payload();
        int length =
                payload.length < Integer.BYTES ? -1 : ByteBuffer.wrap(payload).getInt();
        if (length < 0 || length > Math.min(MAX_BYTES, payload.length - Integer.BYTES)) {
            throw new ProtocolException("context of " + length + " bytes");
        }
        return length;
    }
}
