package org.poolmanager.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StreamCorruptedException;
import java.io.StringWriter;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ThrownTest {

    @Test
    void c070AnExceptionArrivesWithTypeMessageFramesCauseAndSuppressed() throws IOException {
        IllegalStateException original = new IllegalStateException("outer", new IOException("inner"));
        original.addSuppressed(new ArithmeticException());

        RemoteThrowable arrived = travelled(Thrown.of(original)).toThrowable();

        assertThat(arrived.originalType()).isEqualTo("java.lang.IllegalStateException");
        assertThat(arrived).hasMessage("outer").hasToString(original.toString());
        assertThat(arrived.getCause()).hasToString("java.io.IOException: inner");
        assertThat(arrived.getSuppressed()[0]).hasToString("java.lang.ArithmeticException");
    }

    @Test
    void c070TheStackTracePrintsAsTheOriginalWould() throws IOException {
        IllegalStateException original = new IllegalStateException("outer", new IOException("inner"));
        original.addSuppressed(new ArithmeticException("beside"));

        assertThat(printed(travelled(Thrown.of(original)).toThrowable())).isEqualTo(printed(original));
    }

    @Test
    void c070AnExceptionWhoseMethodsThrowIsDescribedAllTheSame() throws IOException {
        Thrown thrown = travelled(Thrown.of(new Broken()));

        assertThat(thrown.type()).isEqualTo(Broken.class.getName());
        assertThat(thrown.message()).isEqualTo("[getMessage() threw java.lang.UnsupportedOperationException]");
        assertThat(thrown.frames()).isEmpty();
        assertThat(thrown.cause()).isNotNull();
    }

    @Test
    void c070CyclicCausesEndWhereTheyMeetThemselves() throws IOException {
        Exception outer = new Exception("outer");
        Exception inner = new Exception("inner", outer);
        outer.initCause(inner);

        Thrown thrown = travelled(Thrown.of(outer));

        assertThat(thrown.toThrowable().getCause().getCause())
                .hasToString("java.lang.Exception: [circular reference]")
                .hasNoCause();
    }

    @Test
    void c070EndlessCausesSuppressedAndFramesAreCut() throws IOException {
        Throwable deep = new Exception("0");
        for (int i = 1; i < 1_000; i++) {
            deep = new Exception(Integer.toString(i), deep);
            for (int j = 0; j < 40; j++) {
                deep.addSuppressed(new Exception("s"));
            }
        }
        StackTraceElement[] frames = new StackTraceElement[5_000];
        Arrays.fill(frames, new StackTraceElement("A", "b", "A.java", 1));
        deep.setStackTrace(frames);

        Thrown thrown = travelled(Thrown.of(deep));

        assertThat(thrown.frames()).hasSize(1024);
        assertThat(thrown.suppressed()).hasSize(33);
        assertThat(thrown.suppressed().get(32).message()).isEqualTo("[cut, 8 more suppressed exceptions]");
        int depth = 0;
        Thrown last = thrown;
        while (last.cause() != null) {
            last = last.cause();
            depth++;
        }
        assertThat(depth).isEqualTo(32);
        assertThat(last.message()).isEqualTo("[cut, too many exceptions]");
    }

    @Test
    void c070ALongMessageIsCutVisibly() throws IOException {
        assertThat(travelled(Thrown.of(new Exception("x".repeat(70_000)))).message())
                .startsWith("xxx")
                .endsWith("xxx... [cut, 4464 characters]");
    }

    @Test
    void c070AStandInThatTravelsOnKeepsTheOriginalType() throws IOException {
        RemoteThrowable once =
                travelled(Thrown.of(new ArithmeticException("by zero"))).toThrowable();

        assertThat(travelled(Thrown.of(once)).type()).isEqualTo("java.lang.ArithmeticException");
    }

    @Test
    void lengthsAreNotBelievedBeforeTheyAreChecked() {
        byte[] hugeName = {0x7f, (byte) 0xff, (byte) 0xff, (byte) 0xff};

        assertThatThrownBy(() -> Thrown.read(new DataInputStream(new ByteArrayInputStream(hugeName))))
                .isInstanceOf(StreamCorruptedException.class)
                .hasMessageContaining("2147483647");
    }

    @Test
    void damagedBytesGiveAnIoExceptionOrAnExceptionNeverAnythingElse() throws IOException {
        byte[] good = bytes(Thrown.of(new IllegalStateException("outer", new IOException("inner"))));
        Random random = new Random(70);
        for (int round = 0; round < 5_000; round++) {
            byte[] bad = Arrays.copyOf(good, random.nextInt(good.length) + 1);
            bad[random.nextInt(bad.length)] = (byte) random.nextInt();
            try {
                Thrown.read(new DataInputStream(new ByteArrayInputStream(bad)));
            } catch (IOException expected) {
                // this is what damaged bytes may give
            }
        }
    }

    private static Thrown travelled(Thrown thrown) throws IOException {
        Thrown read = Thrown.read(new DataInputStream(new ByteArrayInputStream(bytes(thrown))));
        assertThat(read).isEqualTo(thrown);
        return read;
    }

    private static byte[] bytes(Thrown thrown) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        thrown.write(new DataOutputStream(bytes));
        return bytes.toByteArray();
    }

    private static String printed(Throwable throwable) {
        StringWriter text = new StringWriter();
        throwable.printStackTrace(new PrintWriter(text));
        return text.toString();
    }

    private static final class Broken extends Exception {

        @Override
        public String getMessage() {
            throw new UnsupportedOperationException("message");
        }

        @Override
        public synchronized Throwable getCause() {
            throw new UnsupportedOperationException("cause");
        }

        @Override
        public StackTraceElement[] getStackTrace() {
            throw new UnsupportedOperationException("frames");
        }
    }
}
