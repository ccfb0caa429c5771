package org.poolmanager.wire;

import java.io.DataInput;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a child must know to start. Travels over its standard input, so that nothing of it is on a command line.
 *
 * @param token proves to the parent that the connection comes from this child
 * @param socket path of the parent's socket
 * @param scoreboard path of the shared page
 * @param pool name of the pool
 * @param worker number of the worker
 * @param maxPayload how many bytes a payload may have
 * @param codec name of the codec of static arguments, tasks and results
 * @param target the target
 * @param levels levels of the captured loggers
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record StartConfig(
        byte[] token,
        String socket,
        String scoreboard,
        String pool,
        int worker,
        int maxPayload,
        String codec,
        Target target,
        Map<String, Integer> levels) {

    /** How many bytes a token has. */
    public static final int TOKEN_BYTES = 32;

    private static final int MAGIC = 0x504F4F4C;

    /**
     * What runs in the worker.
     *
     * @param className the worker class, null for a function
     * @param lambda the names of a {@link BareLambda}, null for anything else
     * @param function another function, encoded, else null
     * @param staticArgs the encoded static arguments
     */
    public record Target(
            @Nullable String className,
            byte @Nullable [] lambda,
            byte @Nullable [] function,
            List<byte[]> staticArgs) {}

    /**
     * Sends the configuration.
     *
     * @param stream the child's standard input, left open
     * @throws IOException if the child does not read it
     */
    public void write(OutputStream stream) throws IOException {
        DataOutputStream out = new DataOutputStream(stream);
        out.writeInt(MAGIC);
        out.write(token);
        out.writeUTF(socket);
        out.writeUTF(scoreboard);
        out.writeUTF(pool);
        out.writeInt(worker);
        out.writeInt(maxPayload);
        out.writeUTF(codec);
        out.writeBoolean(target.className != null);
        if (target.className != null) {
            out.writeUTF(target.className);
        }
        writeOptional(target.lambda, out);
        writeOptional(target.function, out);
        out.writeInt(target.staticArgs.size());
        for (byte[] arg : target.staticArgs) {
            writeBytes(arg, out);
        }
        Levels.write(levels, out);
        out.flush();
    }

    /**
     * Receives the configuration. The peer is the parent that started this process, so its lengths are trusted.
     *
     * @param in this process's standard input
     * @return the configuration
     * @throws IOException if it is not one
     */
    public static StartConfig read(DataInputStream in) throws IOException {
        if (in.readInt() != MAGIC) {
            throw new ProtocolException("this program is started by a pool, not by hand");
        }
        byte[] token = in.readNBytes(TOKEN_BYTES);
        String socket = in.readUTF();
        String scoreboard = in.readUTF();
        String pool = in.readUTF();
        int worker = in.readInt();
        int maxPayload = in.readInt();
        String codec = in.readUTF();
        String className = in.readBoolean() ? in.readUTF() : null;
        byte[] lambda = readOptional(in);
        byte[] function = readOptional(in);
        int count = in.readInt();
        List<byte[]> staticArgs = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            staticArgs.add(readBytes(in));
        }
        Target target = new Target(className, lambda, function, staticArgs);
        return new StartConfig(token, socket, scoreboard, pool, worker, maxPayload, codec, target, Levels.read(in));
    }

    private static void writeOptional(byte @Nullable [] bytes, DataOutputStream out) throws IOException {
        out.writeBoolean(bytes != null);
        if (bytes != null) {
            writeBytes(bytes, out);
        }
    }

    private static byte @Nullable [] readOptional(DataInput in) throws IOException {
        return in.readBoolean() ? readBytes(in) : null;
    }

    private static void writeBytes(byte[] bytes, DataOutputStream out) throws IOException {
        out.writeInt(bytes.length);
        out.write(bytes);
    }

    private static byte[] readBytes(DataInput in) throws IOException {
        byte[] bytes = new byte[in.readInt()];
        in.readFully(bytes);
        return bytes;
    }
}
