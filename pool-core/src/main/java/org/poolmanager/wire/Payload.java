package org.poolmanager.wire;

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
