package org.poolmanager.wire;

/** How a task ended in the child. The ordinal is the byte on the wire. */
public enum AnswerKind {
    /** It returned; the payload is the encoded result. */
    VALUE,
    /** It threw; the payload is a {@link Failure}. */
    FAILURE,
    /** It could not be decoded, and did not run; the payload is a {@link Failure}. */
    UNREADABLE,
    /** Its result could not be encoded; the payload is a {@link Failure}. */
    UNSERIALIZABLE,
    /** It threw an error after which this JVM ends itself; the payload is a {@link Failure}. */
    FATAL,
    /** It threw after its soft limit had interrupted it; the payload is a {@link Failure}. */
    INTERRUPTED;

    private static final AnswerKind[] ALL = values();

    /**
     * The kind with this code.
     *
     * @param code the byte on the wire
     * @return the kind
     * @throws ProtocolException if there is none
     */
    public static AnswerKind of(int code) throws ProtocolException {
        if (code < 0 || code >= ALL.length) {
            throw new ProtocolException("unknown kind of answer " + code);
        }
        return ALL[code];
    }
}
