package org.poolmanager.wire;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Payloads of values that need no codec. A pool of small tasks does little else, so nothing is allocated but the payload,
 * and each content is copied once; that of an array of bytes not at all. Both sides are on one machine, so arrays are in
 * its order.
 */
final class Simple {

    /** What follows is the codec's. */
    static final byte OBJECT = 0;

    private static final byte NULL = 1;
    private static final byte TRUE = 2;
    private static final byte FALSE = 3;
    private static final byte BYTE = 4;
    private static final byte SHORT = 5;
    private static final byte CHAR = 6;
    private static final byte INT = 7;
    private static final byte LONG = 8;
    private static final byte FLOAT = 9;
    private static final byte DOUBLE = 10;

    /** A string whose characters have eight bits. */
    private static final byte LATIN = 11;

    private static final byte STRING = 12;
    private static final byte BYTES = 13;
    private static final byte BOOLEANS = 14;
    private static final byte SHORTS = 15;
    private static final byte CHARS = 16;
    private static final byte INTS = 17;
    private static final byte LONGS = 18;
    private static final byte FLOATS = 19;
    private static final byte DOUBLES = 20;

    /** What follows was written by Java serialization, whatever the codec. */
    static final byte JAVA = 21;

    private static final byte[] NOTHING = {};
    private static final Payload ENCODED_NULL = new Payload(NULL, NOTHING);

    private Simple() {}

    /**
     * The payload of a simple value. An array of bytes is the content itself, and not a copy.
     *
     * @return null if the value is not simple
     * @throws PayloadException if it takes more than max bytes
     */
    static @Nullable Payload encode(@Nullable Object value, int max) throws PayloadException {
        if (value == null) {
            return ENCODED_NULL;
        }
        byte number = tag(value);
        if (number != OBJECT) {
            return ofNumber(number, value);
        }
        Class<?> type = value.getClass();
        if (type == String.class) {
            return ofString((String) value, max);
        }
        if (type == byte[].class) {
            byte[] bytes = (byte[]) value;
            checkFits(bytes.length, value, max);
            return new Payload(BYTES, bytes);
        }
        return type.isArray() ? ofArray(type, value, max) : null;
    }

    // ---- numbers: written and read where the bytes are, without a payload ----

    /** The tag of a number, a character or a truth value; {@link #OBJECT} for all other values. */
    static byte tag(Object value) {
        Class<?> type = value.getClass();
        if (type == Integer.class) {
            return INT;
        }
        if (type == String.class) { // the most frequent of the others
            return OBJECT;
        }
        if (type == Long.class) {
            return LONG;
        }
        if (type == Double.class) {
            return DOUBLE;
        }
        if (type == Boolean.class) {
            return (Boolean) value ? TRUE : FALSE;
        }
        if (type == Float.class) {
            return FLOAT;
        }
        if (type == Character.class) {
            return CHAR;
        }
        if (type == Short.class) {
            return SHORT;
        }
        return type == Byte.class ? BYTE : OBJECT;
    }

    /** How many bytes such a value takes beside its tag; -1 for a tag of other values. */
    static int size(byte tag) {
        return switch (tag) {
            case TRUE, FALSE -> 0;
            case BYTE, SHORT, CHAR, INT, FLOAT -> Integer.BYTES;
            case LONG, DOUBLE -> Long.BYTES;
            default -> -1;
        };
    }

    static void put(byte tag, Object number, ByteBuffer to) {
        switch (tag) {
            case INT -> to.putInt((Integer) number);
            case LONG -> to.putLong((Long) number);
            case DOUBLE -> to.putDouble((Double) number);
            case FLOAT -> to.putFloat((Float) number);
            case CHAR -> to.putInt((Character) number);
            case SHORT -> to.putInt((Short) number);
            case BYTE -> to.putInt((Byte) number);
            default -> {
                // A truth value is its tag.
            }
        }
    }

    /** What {@link #put} has put there. */
    static Object take(byte tag, ByteBuffer from) {
        return switch (tag) {
            case INT -> from.getInt();
            case LONG -> from.getLong();
            case DOUBLE -> from.getDouble();
            case FLOAT -> from.getFloat();
            case CHAR -> (char) from.getInt();
            case SHORT -> (short) from.getInt();
            case BYTE -> (byte) from.getInt();
            default -> tag == TRUE;
        };
    }

    static Payload ofNumber(byte tag, Object number) {
        byte[] content = new byte[size(tag)];
        put(tag, number, ByteBuffer.wrap(content));
        return new Payload(tag, content);
    }

    // ---- arrays and strings ----

    private static @Nullable Payload ofArray(Class<?> type, Object value, int max) throws PayloadException {
        if (type == int[].class) {
            int[] from = (int[]) value;
            byte[] bytes = room(4L * from.length, value, max);
            buffer(bytes).asIntBuffer().put(from);
            return new Payload(INTS, bytes);
        }
        if (type == long[].class) {
            long[] from = (long[]) value;
            byte[] bytes = room(8L * from.length, value, max);
            buffer(bytes).asLongBuffer().put(from);
            return new Payload(LONGS, bytes);
        }
        if (type == double[].class) {
            double[] from = (double[]) value;
            byte[] bytes = room(8L * from.length, value, max);
            buffer(bytes).asDoubleBuffer().put(from);
            return new Payload(DOUBLES, bytes);
        }
        if (type == float[].class) {
            float[] from = (float[]) value;
            byte[] bytes = room(4L * from.length, value, max);
            buffer(bytes).asFloatBuffer().put(from);
            return new Payload(FLOATS, bytes);
        }
        return ofRareArray(type, value, max);
    }

    private static @Nullable Payload ofRareArray(Class<?> type, Object value, int max) throws PayloadException {
        if (type == char[].class) {
            char[] from = (char[]) value;
            byte[] bytes = room(2L * from.length, value, max);
            buffer(bytes).asCharBuffer().put(from);
            return new Payload(CHARS, bytes);
        }
        if (type == short[].class) {
            short[] from = (short[]) value;
            byte[] bytes = room(2L * from.length, value, max);
            buffer(bytes).asShortBuffer().put(from);
            return new Payload(SHORTS, bytes);
        }
        if (type == boolean[].class) {
            boolean[] from = (boolean[]) value;
            byte[] bytes = room(from.length, value, max);
            for (int i = 0; i < from.length; i++) {
                bytes[i] = from[i] ? TRUE : FALSE;
            }
            return new Payload(BOOLEANS, bytes);
        }
        return null;
    }

    @SuppressWarnings("deprecation") // drops the upper byte of each character, and there is none
    private static Payload ofString(String value, int max) throws PayloadException {
        int length = value.length();
        if (isLatin(value)) {
            byte[] bytes = room(length, value, max);
            value.getBytes(0, length, bytes, 0);
            return new Payload(LATIN, bytes);
        }
        byte[] bytes = room(2L * length, value, max);
        buffer(bytes).asCharBuffer().put(value); // and not by a charset, which would replace half a surrogate pair
        return new Payload(STRING, bytes);
    }

    private static boolean isLatin(String value) {
        for (int i = 0; i < value.length(); i++) {
            if (value.charAt(i) > 0xFF) {
                return false;
            }
        }
        return true;
    }

    /**
     * The value of a payload that is not the codec's. An array of bytes is the content itself.
     *
     * @throws PayloadException if it is damaged
     */
    static @Nullable Object decode(Payload payload) throws PayloadException {
        byte[] content = payload.content();
        int size = size(payload.tag());
        if (size >= 0) {
            if (content.length != size) {
                throw new PayloadException(
                        "tag " + payload.tag() + " with " + content.length + " bytes, not " + size, null);
            }
            return take(payload.tag(), ByteBuffer.wrap(content));
        }
        return switch (payload.tag()) {
            case NULL -> null;
            case LATIN -> new String(content, StandardCharsets.ISO_8859_1);
            case STRING -> buffer(content).asCharBuffer().toString();
            case BYTES -> content;
            default -> toArray(payload);
        };
    }

    private static Object toArray(Payload payload) throws PayloadException {
        ByteBuffer content = buffer(payload.content());
        int size = content.remaining();
        switch (payload.tag()) {
            case INTS -> {
                int[] array = new int[size / 4];
                content.asIntBuffer().get(array);
                return array;
            }
            case LONGS -> {
                long[] array = new long[size / 8];
                content.asLongBuffer().get(array);
                return array;
            }
            case DOUBLES -> {
                double[] array = new double[size / 8];
                content.asDoubleBuffer().get(array);
                return array;
            }
            case FLOATS -> {
                float[] array = new float[size / 4];
                content.asFloatBuffer().get(array);
                return array;
            }
            case CHARS -> {
                char[] array = new char[size / 2];
                content.asCharBuffer().get(array);
                return array;
            }
            case SHORTS -> {
                short[] array = new short[size / 2];
                content.asShortBuffer().get(array);
                return array;
            }
            case BOOLEANS -> {
                boolean[] array = new boolean[size];
                for (int i = 0; i < size; i++) {
                    array[i] = payload.content()[i] == TRUE;
                }
                return array;
            }
            default -> throw new PayloadException("no object has the tag " + payload.tag(), null);
        }
    }

    private static byte[] room(long contentSize, Object value, int max) throws PayloadException {
        checkFits(contentSize, value, max);
        return new byte[(int) contentSize];
    }

    /** The tag counts. */
    private static void checkFits(long contentSize, Object value, int max) throws PayloadException {
        if (contentSize >= max) {
            throw Payloads.tooLarge(value, (contentSize + 1) + " bytes, ", max);
        }
    }

    private static ByteBuffer buffer(byte[] content) {
        return ByteBuffer.wrap(content).order(ByteOrder.nativeOrder());
    }
}
