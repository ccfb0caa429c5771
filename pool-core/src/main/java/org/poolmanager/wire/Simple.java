package org.poolmanager.wire;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Payloads of values that need no codec: a tag, then the value. A pool of small tasks does little else, so nothing is
 * allocated but the payload, and each content is copied once. Both sides are on one machine, so arrays are in its order.
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

    private static final byte[] ENCODED_NULL = {NULL};
    private static final byte[] ENCODED_TRUE = {TRUE};
    private static final byte[] ENCODED_FALSE = {FALSE};

    private Simple() {}

    /**
     * The payload of a simple value.
     *
     * @return null if the value is not simple
     * @throws PayloadException if it takes more than max bytes
     */
    static byte @Nullable [] encode(@Nullable Object value, int max) throws PayloadException {
        if (value == null) {
            return ENCODED_NULL;
        }
        Class<?> type = value.getClass();
        if (type == Integer.class) {
            return ofInt(INT, (Integer) value);
        }
        if (type == String.class) {
            return ofString((String) value, max);
        }
        if (type == byte[].class) {
            byte[] from = (byte[]) value;
            byte[] bytes = tagged(BYTES, from.length, value, max);
            System.arraycopy(from, 0, bytes, 1, from.length);
            return bytes;
        }
        if (type == Long.class) {
            return ofLong(LONG, (Long) value);
        }
        if (type == Double.class) {
            return ofLong(DOUBLE, Double.doubleToRawLongBits((Double) value));
        }
        if (type == Boolean.class) {
            return (Boolean) value ? ENCODED_TRUE : ENCODED_FALSE;
        }
        return type.isArray() ? ofArray(type, value, max) : ofRareBox(type, value);
    }

    private static byte @Nullable [] ofRareBox(Class<?> type, Object value) {
        if (type == Float.class) {
            return ofInt(FLOAT, Float.floatToRawIntBits((Float) value));
        }
        if (type == Character.class) {
            return ofInt(CHAR, (Character) value);
        }
        if (type == Short.class) {
            return ofInt(SHORT, (Short) value);
        }
        return type == Byte.class ? ofInt(BYTE, (Byte) value) : null;
    }

    private static byte @Nullable [] ofArray(Class<?> type, Object value, int max) throws PayloadException {
        if (type == int[].class) {
            int[] from = (int[]) value;
            byte[] bytes = tagged(INTS, 4L * from.length, value, max);
            content(bytes).asIntBuffer().put(from);
            return bytes;
        }
        if (type == long[].class) {
            long[] from = (long[]) value;
            byte[] bytes = tagged(LONGS, 8L * from.length, value, max);
            content(bytes).asLongBuffer().put(from);
            return bytes;
        }
        if (type == double[].class) {
            double[] from = (double[]) value;
            byte[] bytes = tagged(DOUBLES, 8L * from.length, value, max);
            content(bytes).asDoubleBuffer().put(from);
            return bytes;
        }
        if (type == float[].class) {
            float[] from = (float[]) value;
            byte[] bytes = tagged(FLOATS, 4L * from.length, value, max);
            content(bytes).asFloatBuffer().put(from);
            return bytes;
        }
        return ofRareArray(type, value, max);
    }

    private static byte @Nullable [] ofRareArray(Class<?> type, Object value, int max) throws PayloadException {
        if (type == char[].class) {
            char[] from = (char[]) value;
            byte[] bytes = tagged(CHARS, 2L * from.length, value, max);
            content(bytes).asCharBuffer().put(from);
            return bytes;
        }
        if (type == short[].class) {
            short[] from = (short[]) value;
            byte[] bytes = tagged(SHORTS, 2L * from.length, value, max);
            content(bytes).asShortBuffer().put(from);
            return bytes;
        }
        if (type == boolean[].class) {
            boolean[] from = (boolean[]) value;
            byte[] bytes = tagged(BOOLEANS, from.length, value, max);
            for (int i = 0; i < from.length; i++) {
                bytes[i + 1] = from[i] ? TRUE : FALSE;
            }
            return bytes;
        }
        return null;
    }

    @SuppressWarnings("deprecation") // drops the upper byte of each character, and there is none
    private static byte[] ofString(String value, int max) throws PayloadException {
        int length = value.length();
        if (isLatin(value)) {
            byte[] bytes = tagged(LATIN, length, value, max);
            value.getBytes(0, length, bytes, 1);
            return bytes;
        }
        byte[] bytes = tagged(STRING, 2L * length, value, max);
        content(bytes).asCharBuffer().put(value); // and not by a charset, which would replace half a surrogate pair
        return bytes;
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
     * The value of a payload that does not begin with {@link #OBJECT}.
     *
     * @throws PayloadException if it is damaged
     */
    static @Nullable Object decode(byte[] payload) throws PayloadException {
        return switch (payload[0]) {
            case NULL -> null;
            case TRUE -> true;
            case FALSE -> false;
            case INT -> toInt(payload);
            case LONG -> toLong(payload);
            case DOUBLE -> Double.longBitsToDouble(toLong(payload));
            case FLOAT -> Float.intBitsToFloat(toInt(payload));
            case CHAR -> (char) toInt(payload);
            case SHORT -> (short) toInt(payload);
            case BYTE -> (byte) toInt(payload);
            case LATIN -> new String(payload, 1, payload.length - 1, StandardCharsets.ISO_8859_1);
            case STRING -> content(payload).asCharBuffer().toString();
            case BYTES -> Arrays.copyOfRange(payload, 1, payload.length);
            default -> toArray(payload);
        };
    }

    private static Object toArray(byte[] payload) throws PayloadException {
        ByteBuffer content = content(payload);
        int size = content.remaining();
        switch (payload[0]) {
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
                    array[i] = payload[i + 1] == TRUE;
                }
                return array;
            }
            default -> throw new PayloadException("no object starts with tag " + payload[0], null);
        }
    }

    private static byte[] tagged(byte tag, long contentSize, Object value, int max) throws PayloadException {
        if (contentSize >= max) {
            throw Payloads.tooLarge(value, (contentSize + 1) + " bytes, ", max);
        }
        byte[] bytes = new byte[(int) contentSize + 1];
        bytes[0] = tag;
        return bytes;
    }

    private static ByteBuffer content(byte[] payload) {
        // A slice, because a view of a buffer begins where that stands.
        return ByteBuffer.wrap(payload, 1, payload.length - 1).slice().order(ByteOrder.nativeOrder());
    }

    private static byte[] ofInt(byte tag, int value) {
        return new byte[] {tag, (byte) (value >> 24), (byte) (value >> 16), (byte) (value >> 8), (byte) value};
    }

    private static int toInt(byte[] payload) throws PayloadException {
        checkSize(payload, 5);
        return (payload[1] << 24) | ((payload[2] & 0xFF) << 16) | ((payload[3] & 0xFF) << 8) | (payload[4] & 0xFF);
    }

    private static byte[] ofLong(byte tag, long value) {
        byte[] bytes = new byte[9];
        bytes[0] = tag;
        for (int i = 1; i < 9; i++) {
            bytes[i] = (byte) (value >> (64 - 8 * i));
        }
        return bytes;
    }

    private static long toLong(byte[] payload) throws PayloadException {
        checkSize(payload, 9);
        long value = 0;
        for (int i = 1; i < 9; i++) {
            value = (value << 8) | (payload[i] & 0xFF);
        }
        return value;
    }

    private static void checkSize(byte[] payload, int size) throws PayloadException {
        if (payload.length != size) {
            throw new PayloadException("tag " + payload[0] + " with " + payload.length + " bytes, not " + size, null);
        }
    }
}
