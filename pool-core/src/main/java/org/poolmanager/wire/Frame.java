package org.poolmanager.wire;

import org.jspecify.annotations.Nullable;

/**
 * One message.
 *
 * <pre>
 *  0       4      5      6     7              15         19
 *  +-------+------+------+-----+---------------+----------+---------------+
 *  | length| type | kind | tag |      id       |   aux    |  payload ...  |
 *  +-------+------+------+-----+---------------+----------+---------------+
 *  length = bytes after the length field, big endian like everything else
 * </pre>
 *
 * @param type what it is
 * @param kind a code whose meaning depends on the type
 * @param tag that of the {@link Payload}, if its content is one
 * @param id whom it speaks of
 * @param aux a number whose meaning depends on the type
 * @param payload its content, never changed after construction
 * @param number what its content says, if that is a number of {@link Payloads#pack}; the payload is empty then
 */
@SuppressWarnings("ArrayRecordComponent") // never compared; a copy per task would cost more than the transfer
public record Frame(
        FrameType type,
        byte kind,
        byte tag,
        long id,
        int aux,
        byte[] payload,
        @Nullable Object number) {

    static final int LENGTH_BYTES = 4;

    static final int HEADER_BYTES = LENGTH_BYTES + 15;

    private static final byte[] NOTHING = {};

    /** A frame whose content is bytes. */
    public Frame(FrameType type, int kind, byte tag, long id, int aux, byte[] payload) {
        this(type, (byte) kind, tag, id, aux, payload, null);
    }

    static Frame ofNumber(FrameType type, int kind, byte tag, long id, int aux, Object number) {
        return new Frame(type, (byte) kind, tag, id, aux, NOTHING, number);
    }

    /**
     * A frame whose content is an object.
     *
     * @param type what it is
     * @param kind a code whose meaning depends on the type
     * @param id whom it speaks of
     * @param aux a number whose meaning depends on the type
     * @param packed what {@link Payloads#pack} made
     * @return the frame
     */
    public static Frame of(FrameType type, int kind, long id, int aux, Object packed) {
        return packed instanceof Payload payload
                ? new Frame(type, kind, payload.tag(), id, aux, payload.content())
                : ofNumber(type, kind, Simple.tag(packed), id, aux, packed);
    }

    /**
     * A frame without payload.
     *
     * @param type what it is
     * @param id whom it speaks of
     * @return the frame
     */
    public static Frame of(FrameType type, long id) {
        return new Frame(type, 0, (byte) 0, id, 0, NOTHING);
    }

    /**
     * A frame with a payload and nothing else.
     *
     * @param type what it is
     * @param id whom it speaks of
     * @param payload its content
     * @return the frame
     */
    public static Frame of(FrameType type, long id, byte[] payload) {
        return new Frame(type, 0, (byte) 0, id, 0, payload);
    }

    /**
     * Its content, where that is an object.
     *
     * @return what {@link Payloads#unpack} takes
     */
    public Object packed() {
        return number == null ? new Payload(tag, payload) : number;
    }
}
