package org.poolmanager.wire;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.Serializable;
import java.net.URL;
import java.net.URLClassLoader;
import java.util.function.Function;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class BareLambdaTest {

    /** A function that can travel. */
    interface Shout extends Function<String, String>, Serializable {}

    private static final Shout ANONYMOUS = new Shout() {
        private static final long serialVersionUID = 1L;

        @Override
        public String apply(String word) {
            return word;
        }
    };

    private static final ClassLoader LOADER = BareLambdaTest.class.getClassLoader();

    @Test
    @DisplayName("C076: what has captured nothing arrives as the same function, by its names alone")
    void travels() throws Exception {
        assertThat(copy(word -> word + "!").apply("a")).isEqualTo("a!");
        assertThat(copy(String::toUpperCase).apply("a")).isEqualTo("A");
        assertThat(copy(String::new).apply("a")).isEqualTo("a");
        assertThat(copy(BareLambdaTest::twice).apply("a")).isEqualTo("aa");
    }

    private static String twice(String word) {
        return word + word;
    }

    private static Shout copy(Shout shout) throws PayloadException {
        byte[] names = BareLambda.encode(shout);
        assertThat(names).isNotNull();
        return (Shout) BareLambda.decode(names, LOADER);
    }

    @Test
    @DisplayName("Whatever holds a value, is no lambda or cannot be serialized is left to Java serialization")
    void others() {
        String end = "?" + LOADER.hashCode();
        Shout capturing = word -> word + end;
        Function<String, String> plain = word -> word;
        assertThat(BareLambda.encode(capturing)).isNull();
        assertThat(BareLambda.encode(ANONYMOUS)).isNull();
        assertThat(BareLambda.encode(plain)).isNull();
    }

    @Test
    @DisplayName("A class that is missing is named like one that Java serialization misses")
    void missing() throws Exception {
        Shout shout = word -> word;
        byte[] names = BareLambda.encode(shout);
        assertThat(names).isNotNull();
        try (URLClassLoader empty = new URLClassLoader(new URL[0], ClassLoader.getPlatformClassLoader())) {
            assertThatExceptionOfType(PayloadException.class)
                    .isThrownBy(() -> BareLambda.decode(names, empty))
                    .withMessage(JavaSerialization.missing(BareLambdaTest.class.getName()));
        }
    }

    @Test
    @DisplayName("A class that does not know the function says so, and where it belongs")
    void unknown() {
        Shout shout = BareLambdaTest::twice;
        byte[] names = BareLambda.encode(shout);
        assertThat(names).isNotNull();
        byte[] others = new String(names, ISO_8859_1).replace("twice", "other").getBytes(ISO_8859_1);
        assertThatExceptionOfType(PayloadException.class)
                .isThrownBy(() -> BareLambda.decode(others, LOADER))
                .withMessageStartingWith("a function of " + BareLambdaTest.class.getName() + " cannot be read: ");
    }
}
