package org.poolmanager.wire;

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
 */
@SuppressWarnings("ArrayRecordComponent") // never compared; a copy per task would cost more than the transfer
public record Frame(FrameType type, int kind, byte tag, long id, int aux, byte[] payload) {

    static final int LENGTH_BYTES = 4;

    static final int HEADER_BYTES = LENGTH_BYTES + 15;

    private static final byte[] NOTHING = {};

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
     * Its content, where that is an encoded object.
     *
     * @return the payload with its tag
     */
    public Payload tagged() {
        return new Payload(tag, payload);
    }
}
