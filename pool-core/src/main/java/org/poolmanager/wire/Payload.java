package org.poolmanager.wire;

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * An encoded object. The tag says what the bytes are, and travels in the header of a frame: so an array of bytes is its own
 * content, and is not copied to get rid of the tag.
 *
 * @param tag one of those of {@link Payloads}
 * @param content the bytes, never changed after construction
 */
@SuppressWarnings("ArrayRecordComponent") // never compared; a copy per task would cost more than the transfer
public record Payload(byte tag, byte[] content) {

    /** No tag of {@link Simple}: the content is missing. */
    static final byte LOST = -1;

    /**
     * What stands for a payload that this JVM's memory did not hold.
     *
     * @param bytes how large it was
     * @return a payload that cannot be decoded, and says why
     */
    static Payload lost(int bytes) {
        return new Payload(
                LOST, ByteBuffer.allocate(Integer.BYTES).putInt(bytes).array());
    }

    /**
     * Whether it stands for one that this JVM's memory did not hold.
     *
     * @return true if there is nothing to decode
     */
    public boolean isLost() {
        return tag == LOST && content.length == Integer.BYTES;
    }

    /**
     * Why there is nothing to decode.
     *
     * @return what to throw for a {@linkplain #isLost lost} payload
     */
    public PayloadException loss() {
        return new PayloadException(
                "its " + ByteBuffer.wrap(content).getInt()
                        + " bytes do not fit into the memory of the JVM that was to take them"
                        + " (pid " + ProcessHandle.current().pid() + ", heap of at most "
                        + Runtime.getRuntime().maxMemory() + " bytes); give that JVM a larger heap (-Xmx), lower"
                        + " max-payload, or send a file name instead",
                null);
    }

    /**
     * How much of a limit it takes: the tag counts.
     *
     * @return its bytes
     */
    public int size() {
        return content.length + 1;
    }

    /**
     * For where there is no frame.
     *
     * @return the tag and the content in one array
     */
    public byte[] toBytes() {
        byte[] bytes = new byte[size()];
        bytes[0] = tag;
        System.arraycopy(content, 0, bytes, 1, content.length);
        return bytes;
    }

    /**
     * The payload of what {@link Payloads#pack} has made.
     *
     * @param packed a payload, or a number
     * @return that, or the number's
     */
    public static Payload ofPacked(Object packed) {
        return packed instanceof Payload payload ? payload : Simple.ofNumber(Simple.tag(packed), packed);
    }

    /**
     * Back from there.
     *
     * @param bytes what {@link #toBytes} made
     * @return the payload, with a content of its own
     * @throws PayloadException if there is not even a tag
     */
    public static Payload of(byte[] bytes) throws PayloadException {
        if (bytes.length == 0) {
            throw new PayloadException("an empty payload is no object", null);
        }
        return new Payload(bytes[0], Arrays.copyOfRange(bytes, 1, bytes.length));
    }
}
