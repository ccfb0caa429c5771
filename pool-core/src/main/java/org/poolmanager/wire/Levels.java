package org.poolmanager.wire;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInput;
import java.io.DataInputStream;
import java.io.DataOutput;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.Map;

/** Levels of captured loggers on the wire: logger name to the level's number in SLF4J. */
public final class Levels {

    private static final int MAX_LOGGERS = 100_000;

    private Levels() {}

    /**
     * Levels as a payload.
     *
     * @param levels level by logger name
     * @return the bytes
     */
    public static byte[] encode(Map<String, Integer> levels) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try {
            write(levels, new DataOutputStream(bytes));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    /**
     * Levels from a payload.
     *
     * @param payload the bytes
     * @return level by logger name
     * @throws IOException if the bytes are damaged
     */
    public static Map<String, Integer> decode(byte[] payload) throws IOException {
        return read(new DataInputStream(new ByteArrayInputStream(payload)));
    }

    static void write(Map<String, Integer> levels, DataOutput out) throws IOException {
        out.writeInt(levels.size());
        for (Map.Entry<String, Integer> entry : levels.entrySet()) {
            out.writeUTF(entry.getKey());
            out.writeInt(entry.getValue());
        }
    }

    static Map<String, Integer> read(DataInput in) throws IOException {
        int count = in.readInt();
        if (count < 0 || count > MAX_LOGGERS) {
            throw new ProtocolException(count + " loggers");
        }
        Map<String, Integer> levels = new LinkedHashMap<>();
        for (int i = 0; i < count; i++) {
            String logger = in.readUTF();
            levels.put(logger, in.readInt());
        }
        return levels;
    }
}
