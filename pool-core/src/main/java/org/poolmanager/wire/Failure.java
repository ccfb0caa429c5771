package org.poolmanager.wire;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.jspecify.annotations.Nullable;

/**
 * An exception on its way to the parent: always as data, and as the exception itself where that can be serialized.
 *
 * @param thrown what is known of it whatever happens
 * @param original the encoded exception, null if it cannot travel
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record Failure(Thrown thrown, byte @Nullable [] original) {

    /**
     * Describes an exception.
     *
     * @param problem what was thrown
     * @param payloads how things travel
     * @return its description; making it never fails
     */
    public static Failure of(Throwable problem, Payloads payloads) {
        Thrown thrown = Thrown.of(problem);
        try {
            return new Failure(thrown, payloads.byJava().encode(problem).toBytes());
        } catch (PayloadException | RuntimeException | StackOverflowError | LinkageError e) {
            return new Failure(thrown, null);
        }
    }

    /**
     * As a payload.
     *
     * @return the bytes
     */
    public byte[] encode() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(1024);
        DataOutputStream out = new DataOutputStream(bytes);
        try {
            thrown.write(out);
            out.writeInt(original == null ? -1 : original.length);
            if (original != null) {
                out.write(original);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    /**
     * From a payload.
     *
     * @param payload the bytes
     * @return what they describe
     * @throws IOException if they are damaged
     */
    public static Failure decode(byte[] payload) throws IOException {
        ByteArrayInputStream bytes = new ByteArrayInputStream(payload);
        DataInputStream in = new DataInputStream(bytes);
        Thrown thrown = Thrown.read(in);
        int length = in.readInt();
        if (length > bytes.available()) {
            throw new ProtocolException("an exception of " + length + " bytes in a payload of " + payload.length);
        }
        return new Failure(thrown, length < 0 ? null : in.readNBytes(length));
    }

    /**
     * The exception, rebuilt if possible.
     *
     * @param payloads how things travel
     * @return the exception itself, or a stand-in that prints the same
     */
    public Throwable rebuild(Payloads payloads) {
        if (original != null) {
            try {
                if (payloads.byJava().decode(Payload.of(original)) instanceof Throwable rebuilt) {
                    return rebuilt;
                }
            } catch (PayloadException | RuntimeException | StackOverflowError | LinkageError e) {
                // Missing or refused here: the stand-in says all that is known.
                return thrown.toThrowable();
            }
        }
        return thrown.toThrowable();
    }
}
