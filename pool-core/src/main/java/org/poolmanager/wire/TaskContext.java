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
 *  int bytes of the context | int entries | (text key | text value) ... | argument
 * </pre>
 *
 * @param mdc entries of the mapped diagnostic context
 */
public record TaskContext(Map<String, String> mdc) {

    /** Nothing to know: it takes no bytes, and no time. */
    public static final TaskContext NONE = new TaskContext(Map.of());

    /** More of it does not travel: entries that would exceed it are left out. */
    static final int MAX_BYTES = 64 * 1024;

    private static final int MAX_ENTRIES = 1024;

    private static final int PRESENT = 1;

    /** Makes the map unchangeable. */
    public TaskContext {
        mdc = Map.copyOf(mdc);
    }

    /**
     * A context.
     *
     * @param mdc as SLF4J gives it: null if there is none, perhaps with null values, which are left out
     * @return the context
     */
    public static TaskContext of(@Nullable Map<String, ? extends @Nullable String> mdc) {
        if (mdc == null || mdc.isEmpty()) {
            return NONE;
        }
        Map<String, String> present = new HashMap<>();
        for (Map.Entry<String, ? extends @Nullable String> entry : mdc.entrySet()) {
            String value = entry.getValue();
            if (value != null) {
                present.put(entry.getKey(), value);
            }
        }
        return present.isEmpty() ? NONE : new TaskContext(present);
    }

    /**
     * Whether there is nothing to know.
     *
     * @return true if so
     */
    public boolean isEmpty() {
        return mdc.isEmpty();
    }

    /**
     * The kind of frames whose payload was made by {@link #before}.
     *
     * @return 0 if there is nothing before the argument
     */
    public int kind() {
        return mdc.isEmpty() ? 0 : PRESENT;
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

    private byte[] encode() {
        ByteArrayOutputStream entries = new ByteArrayOutputStream();
        int count = 0;
        try {
            for (Map.Entry<String, String> entry : mdc.entrySet()) {
                ByteArrayOutputStream one = new ByteArrayOutputStream();
                DataOutputStream texts = new DataOutputStream(one);
                Thrown.writeText(texts, entry.getKey());
                Thrown.writeText(texts, entry.getValue());
                if (entries.size() + one.size() <= MAX_BYTES - 2 * Integer.BYTES && count < MAX_ENTRIES) {
                    one.writeTo(entries);
                    count++;
                }
            }
        } catch (IOException impossible) {
            throw new UncheckedIOException("writing to memory", impossible);
        }
        return ByteBuffer.allocate(2 * Integer.BYTES + entries.size())
                .putInt(Integer.BYTES + entries.size())
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
        int count = Thrown.readCount(in, MAX_ENTRIES);
        Map<String, String> mdc = new HashMap<>();
        for (int i = 0; i < count; i++) {
            mdc.put(Thrown.readText(in, MAX_BYTES), Thrown.readText(in, MAX_BYTES));
        }
        return new TaskContext(mdc);
    }

    /**
     * The argument in a task's frame.
     *
     * @param task the frame
     * @return its encoded argument
     * @throws IOException if the bytes are damaged
     */
    public static Payload argument(Frame task) throws IOException {
        byte[] payload = task.payload();
        return task.kind() != PRESENT
                ? task.tagged()
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
