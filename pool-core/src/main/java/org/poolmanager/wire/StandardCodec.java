package org.poolmanager.wire;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The default codec: one tag byte, then a few bytes for null, boxed types, strings and byte arrays; Java serialization
 * for everything else, with an allow-list when it is read.
 */
public final class StandardCodec implements PayloadCodec {

    private static final byte NULL = 0;
    private static final byte INT = 1;
    private static final byte LONG = 2;
    private static final byte DOUBLE = 3;
    private static final byte TRUE = 4;
    private static final byte FALSE = 5;
    private static final byte STRING = 6;
    private static final byte BYTES = 7;
    private static final byte SERIALIZED = 8;

    private static final byte[] ENCODED_NULL = {NULL};
    private static final byte[] ENCODED_TRUE = {TRUE};
    private static final byte[] ENCODED_FALSE = {FALSE};

    private final JavaSerialization java;

    private final int maxPayload;

    /**
     * A codec.
     *
     * @param java how objects without a tag of their own travel
     * @param maxPayload how many bytes one encoded object may have
     */
    public StandardCodec(JavaSerialization java, int maxPayload) {
        this.java = java;
        this.maxPayload = maxPayload;
    }

    @Override
    public byte[] encode(@Nullable Object value) throws PayloadException {
        byte[] bytes = bytesOf(value);
        if (bytes.length > maxPayload) {
            throw tooLarge(value, bytes.length);
        }
        return bytes;
    }

    private byte[] bytesOf(@Nullable Object value) throws PayloadException {
        if (value == null) {
            return ENCODED_NULL;
        }
        Class<?> type = value.getClass();
        if (type == Integer.class) {
            return ByteBuffer.allocate(5).put(INT).putInt((Integer) value).array();
        }
        if (type == String.class) {
            return tagged(STRING, ((String) value).getBytes(StandardCharsets.UTF_16BE), value);
        }
        if (type == Long.class) {
            return ByteBuffer.allocate(9).put(LONG).putLong((Long) value).array();
        }
        if (type == Double.class) {
            return ByteBuffer.allocate(9).put(DOUBLE).putDouble((Double) value).array();
        }
        if (type == Boolean.class) {
            return (Boolean) value ? ENCODED_TRUE : ENCODED_FALSE;
        }
        if (type == byte[].class) {
            return tagged(BYTES, (byte[]) value, value);
        }
        return java.serialize(SERIALIZED, value, maxPayload);
    }

    @Override
    public @Nullable Object decode(byte[] bytes) throws PayloadException {
        if (bytes.length == 0) {
            throw new PayloadException("an empty payload is no object", null);
        }
        return switch (bytes[0]) {
            case NULL -> null;
            case INT -> sized(bytes, 5).getInt();
            case LONG -> sized(bytes, 9).getLong();
            case DOUBLE -> sized(bytes, 9).getDouble();
            case TRUE -> true;
            case FALSE -> false;
            case STRING -> new String(bytes, 1, bytes.length - 1, StandardCharsets.UTF_16BE);
            case BYTES -> Arrays.copyOfRange(bytes, 1, bytes.length);
            case SERIALIZED -> java.deserialize(bytes, 1);
            default -> throw new PayloadException("no object starts with tag " + bytes[0], null);
        };
    }

    private byte[] tagged(byte tag, byte[] content, Object value) throws PayloadException {
        if (content.length >= maxPayload) {
            throw tooLarge(value, content.length + 1L);
        }
        byte[] bytes = new byte[content.length + 1];
        bytes[0] = tag;
        System.arraycopy(content, 0, bytes, 1, content.length);
        return bytes;
    }

    private static ByteBuffer sized(byte[] bytes, int size) throws PayloadException {
        if (bytes.length != size) {
            throw new PayloadException("tag " + bytes[0] + " with " + bytes.length + " bytes, not " + size, null);
        }
        return ByteBuffer.wrap(bytes, 1, size - 1);
    }

    private PayloadException tooLarge(@Nullable Object value, long length) {
        return new PayloadException(
                "an object of " + (value == null ? "null" : value.getClass().getName()) + " takes " + length
                        + " bytes, more than max-payload (" + maxPayload
                        + "); raise it, or send a file name instead",
                null);
    }
}
