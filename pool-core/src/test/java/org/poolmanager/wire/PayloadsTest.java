package org.poolmanager.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.InputStream;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayName("Payloads")
class PayloadsTest {

    private static final int LIMIT = 1000;

    private final Payloads payloads = Payloads.java(null, null, LIMIT);

    static List<Object> simple() {
        return new ArrayList<>(Arrays.asList(
                null,
                true,
                false,
                Byte.MIN_VALUE,
                Short.MIN_VALUE,
                '\uFFFE',
                0,
                -1,
                Integer.MIN_VALUE,
                0x12345678,
                Long.MIN_VALUE,
                0x123456789ABCDEFL,
                -1L,
                -0.0f,
                Float.MIN_VALUE,
                -0.0,
                Double.NaN,
                Math.PI,
                "",
                "plain",
                "\u00FF\u0000",
                "ß€",
                "half a pair: \uD83D",
                "\uDE00\uD83D and a whole one: \uD83D\uDE00",
                new byte[] {1, -1},
                new boolean[] {true, false, true},
                new short[] {Short.MIN_VALUE, 3},
                new char[] {'\uD83D', 'x'},
                new int[] {Integer.MIN_VALUE, 5, -5},
                new long[] {Long.MIN_VALUE, 7},
                new float[] {1.5f, Float.NaN},
                new double[] {-0.0, 2.5, Double.NaN},
                new int[0],
                new double[0]));
    }

    @ParameterizedTest
    @MethodSource("simple")
    @DisplayName("simple values come back as they were, without the help of a codec")
    void simpleValues(Object value) throws Exception {
        Payload payload = payloads.encode(value);
        assertThat(payload.tag()).isNotEqualTo(Simple.OBJECT);
        assertThat(Objects.deepEquals(payloads.decode(payload), value)).isTrue();
    }

    @Test
    @DisplayName("simple values take as few bytes as they need")
    void sizes() throws Exception {
        assertThat(payloads.encode(4711).size()).isEqualTo(5);
        assertThat(payloads.encode("abc").size()).isEqualTo(4);
        assertThat(payloads.encode("ab€").size()).isEqualTo(7);
        assertThat(payloads.encode(new long[3]).size()).isEqualTo(25);
    }

    @Test
    @DisplayName("an array of bytes is its own content, on both sides")
    void bytesAreNotCopied() throws Exception {
        byte[] value = {1, 2, 3};
        Payload payload = payloads.encode(value);
        assertThat(payload.content()).isSameAs(value);
        assertThat(payloads.decode(payload)).isSameAs(value);
        assertThat(payloads.decode(Payload.of(payload.toBytes())))
                .isEqualTo(value)
                .isNotSameAs(value);
    }

    @Test
    @DisplayName("the limit holds to the byte, whatever is encoded")
    void limit() throws Exception {
        for (Object fits : List.of("x".repeat(LIMIT - 1), new byte[LIMIT - 1], new long[LIMIT / 8 - 1])) {
            assertThat(payloads.encode(fits).size()).isLessThanOrEqualTo(LIMIT);
        }
        int overhead = payloads.encode(new Object[] {new byte[0]}).size();
        assertThat(payloads.encode(new Object[] {new byte[LIMIT - overhead]}).size())
                .isEqualTo(LIMIT);
        for (Object tooLarge :
                List.of("x".repeat(LIMIT), "€".repeat(LIMIT / 2), new byte[LIMIT], new long[LIMIT / 8], new Object[] {
                    new byte[LIMIT - overhead + 1]
                })) {
            assertThatThrownBy(() -> payloads.encode(tooLarge))
                    .isInstanceOf(PayloadException.class)
                    .hasMessageContaining("more than max-payload (" + LIMIT + " bytes)");
        }
    }

    @Test
    @DisplayName("whatever bytes come, the answer is an object or a PayloadException")
    void damage() throws Exception {
        Random random = new Random(4711);
        for (String codec : List.of(PayloadCodec.JAVA, PayloadCodec.FORY)) {
            Payloads reader = Payloads.of(codec, null, info -> java.io.ObjectInputFilter.Status.ALLOWED, LIMIT);
            List<Object> values = simple();
            values.add(new ArrayList<>(List.of(1, "two", 3.0)));
            for (Object value : values) {
                byte[] good = reader.encode(value).toBytes();
                for (int i = 0; i < 200; i++) {
                    byte[] damaged = Arrays.copyOf(good, i % 5 == 0 ? random.nextInt(good.length + 1) : good.length);
                    if (damaged.length > 0) {
                        damaged[random.nextInt(damaged.length)] = (byte) random.nextInt();
                    }
                    try {
                        reader.decode(Payload.of(damaged));
                    } catch (PayloadException e) {
                        assertThat(e.getMessage()).isNotBlank();
                    }
                }
            }
        }
    }

    @Test
    @DisplayName("an unknown codec is refused with what can be chosen")
    void unknownCodec() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Payloads.of("kryo", null, null, LIMIT))
                .withMessage("'serialization.codec' must be 'java', 'fory' or the class name of a PayloadCodec, but is"
                        + " 'kryo': there is no such class on the class path");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Payloads.of("java.lang.String", null, null, LIMIT))
                .withMessageContaining("that class does not implement org.poolmanager.wire.PayloadCodec");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Payloads.of(Private.class.getName(), null, null, LIMIT))
                .withMessageContaining("it cannot be made by a public constructor without parameters");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Payloads.of(Broken.class.getName(), null, null, LIMIT))
                .withMessageContaining("its constructor failed: java.lang.UnsupportedOperationException: not today");
    }

    static final class Private implements PayloadCodec {

        private Private() {}

        @Override
        public void encode(Object value, OutputStream out) {}

        @Override
        public Object decode(InputStream in) {
            return this;
        }
    }

    public static final class Broken implements PayloadCodec {

        public Broken() {
            throw new UnsupportedOperationException("not today");
        }

        @Override
        public void encode(Object value, OutputStream out) {}

        @Override
        public Object decode(InputStream in) {
            return this;
        }
    }
}
