package org.poolmanager.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.poolmanager.Rounds;

@DisplayName("Frames")
class FrameTest {

    private static final int MAX = 4 << 20;

    private static byte[] written(Frame... frames) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        FrameWriter writer = new FrameWriter(Channels.newChannel(bytes));
        for (Frame frame : frames) {
            write(frame, writer);
        }
        writer.flush();
        return bytes.toByteArray();
    }

    private static void write(Frame frame, FrameWriter writer) throws IOException {
        writer.begin(frame);
        while (!writer.fill()) {
            writer.flush();
        }
    }

    private static FrameReader reader(byte[] bytes) {
        return new FrameReader(Channels.newChannel(new ByteArrayInputStream(bytes)), MAX);
    }

    private static byte[] payload(int size) {
        byte[] payload = new byte[size];
        new Random(size).nextBytes(payload);
        return payload;
    }

    @Test
    @DisplayName("a frame comes back as it was, whatever its size")
    void roundTrip() throws IOException {
        for (int size : new int[] {0, 1, 17, 65_516, 65_517, 65_518, 65_536, 300_000, MAX}) {
            Frame frame = new Frame(FrameType.ANSWER, 2, (byte) 9, Long.MAX_VALUE - size, 123, payload(size));
            FrameReader reader = reader(written(frame, Frame.of(FrameType.BYE, 0)));
            Frame back = reader.next();
            assertThat(back).isNotNull();
            assertThat(back.type()).isEqualTo(FrameType.ANSWER);
            assertThat(back.kind()).isEqualTo((byte) 2);
            assertThat(back.tag()).isEqualTo((byte) 9);
            assertThat(back.id()).isEqualTo(frame.id());
            assertThat(back.aux()).isEqualTo(123);
            assertThat(back.payload()).isEqualTo(frame.payload());
            assertThat(reader.next().type()).isEqualTo(FrameType.BYE);
            assertThat(reader.next()).isNull();
        }
    }

    @Test
    @DisplayName("a small frame that is put into the buffer is as one that is filled in, or is refused as a whole")
    void put() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        FrameWriter writer = new FrameWriter(Channels.newChannel(bytes));
        Frame large = new Frame(FrameType.TASK, 1, (byte) 3, 7, 0, payload(100_000));
        Payload small = new Payload((byte) 9, payload(1024));
        assertThat(writer.put(FrameType.TASK, 1, new Payload((byte) 9, payload(1025)), 1))
                .isFalse();
        writer.begin(large);
        assertThat(writer.fill()).isFalse();
        assertThat(writer.put(FrameType.TASK, 1, small, 2)).as("within a frame").isFalse();
        while (!writer.fill()) {
            writer.flush();
        }
        writer.flush();
        int count = 0;
        while (writer.put(FrameType.TASK, 1, small, count)) {
            count++;
        }
        assertThat(count).isEqualTo(64 * 1024 / (1024 + 19));
        writer.flush();
        assertThat(writer.put(FrameType.TASK, 0, small, count)).isTrue();
        writer.flush();

        byte[] stream = bytes.toByteArray();
        FrameReader reader = reader(stream);
        assertThat(reader.next().payload()).isEqualTo(large.payload());
        for (int i = 0; i <= count; i++) {
            Frame frame = reader.next();
            assertThat(frame.type()).isEqualTo(FrameType.TASK);
            assertThat(frame.kind()).isEqualTo((byte) (i == count ? 0 : 1));
            assertThat(frame.id()).isEqualTo(i);
            assertThat(frame.tag()).isEqualTo(small.tag());
            assertThat(frame.payload()).isEqualTo(small.content());
        }
        assertThat(reader.next()).isNull();
    }

    @Test
    @DisplayName("numbers, characters and truth values are written and read without a payload, as large as with one")
    void numbers() throws Exception {
        Object[] numbers = {
            0,
            -1,
            Integer.MAX_VALUE,
            Long.MIN_VALUE,
            1L,
            0.0,
            -0.0,
            Double.NaN,
            1.5f,
            Float.MIN_VALUE,
            'x',
            '\uD800',
            true,
            false,
            (short) -3,
            Short.MAX_VALUE,
            (byte) -128,
            (byte) 7
        };
        Payloads payloads = Payloads.java(null, null, MAX);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        FrameWriter writer = new FrameWriter(Channels.newChannel(bytes));
        for (int i = 0; i < 10_000; i++) {
            Object number = payloads.pack(numbers[i % numbers.length]);
            assertThat(number).isSameAs(numbers[i % numbers.length]);
            if (i % 3 == 0 || !writer.put(FrameType.TASK, 0, number, i)) {
                write(Frame.of(FrameType.ANSWER, 0, i, i, number), writer);
            }
        }
        writer.flush();
        FrameReader reader = reader(bytes.toByteArray());
        for (int i = 0; i < 10_000; i++) {
            Frame frame = reader.next();
            assertThat(frame.id()).isEqualTo(i);
            assertThat(frame.aux()).isEqualTo(frame.type() == FrameType.ANSWER ? i : 0);
            assertThat(frame.packed()).isEqualTo(numbers[i % numbers.length]);
            assertThat(Payloads.size(frame.packed()))
                    .isEqualTo(payloads.encode(numbers[i % numbers.length]).size());
        }
        assertThat(reader.next()).isNull();
    }

    @Test
    @DisplayName("X04: what says that it is a number, and is no such, is an error of its task alone")
    void x04NoNumber() throws Exception {
        Payloads payloads = Payloads.java(null, null, MAX);
        byte tag = payloads.encode(1).tag();
        FrameReader reader = reader(written(
                new Frame(FrameType.ANSWER, 0, tag, 1, 0, payload(3)),
                new Frame(FrameType.ANSWER, 0, tag, 2, 0, payload(5)),
                Frame.of(FrameType.ANSWER, 0, 3, 0, 42)));
        for (int i = 1; i <= 2; i++) {
            Frame damaged = reader.next();
            assertThat(damaged.id()).isEqualTo(i);
            assertThatThrownBy(() -> payloads.unpack(damaged.packed()))
                    .isInstanceOf(PayloadException.class)
                    .hasMessage("tag " + tag + " with " + (i == 1 ? 3 : 5) + " bytes, not 4");
        }
        assertThat(reader.next().packed()).isEqualTo(42);

        Frame hostile = new Frame(FrameType.TASK, 1, tag, 4, 0, payload(4)); // as if there were a context
        Frame task = reader(written(hostile)).next();
        assertThatThrownBy(() -> TaskContext.of(task)).isInstanceOf(ProtocolException.class);
        assertThatThrownBy(() -> TaskContext.argument(task)).isInstanceOf(ProtocolException.class);
        Frame noTask = reader(written(
                        new Frame(FrameType.RECALLED, 0, payloads.encode(1L).tag(), 5, 0, payload(8))))
                .next();
        assertThat(noTask.payload()).isEqualTo(payload(8));
    }

    @Test
    @DisplayName("X04: a stream cut at any byte is an end, or an error, and never a frame")
    void x04CutAnywhere() throws IOException {
        for (Frame frame : new Frame[] {
            Frame.of(FrameType.LOG, 5, payload(40)),
            Frame.of(FrameType.TASK, 0, 5, 0, 1),
            Frame.of(FrameType.ANSWER, 0, 5, 0, 1L)
        }) {
            byte[] whole = written(frame);
            for (int cut = 0; cut < whole.length; cut++) {
                FrameReader reader = reader(java.util.Arrays.copyOf(whole, cut));
                if (cut == 0) {
                    assertThat(reader.next()).isNull();
                } else {
                    assertThatThrownBy(reader::next).isInstanceOf(EOFException.class);
                }
            }
        }
    }

    @Test
    @DisplayName("X04: lengths are checked before anything is allocated for them")
    void x04Lengths() {
        for (int length : new int[] {-1, Integer.MIN_VALUE, 0, 14, Integer.MAX_VALUE, (32 << 20) + 16}) {
            ByteBuffer frame = ByteBuffer.allocate(19).putInt(length).put((byte) FrameType.TASK.ordinal());
            assertThatThrownBy(() -> reader(frame.array()).next())
                    .isInstanceOf(ProtocolException.class)
                    .hasMessageContaining("claims");
        }
    }

    @Test
    @Tag(Rounds.TAG)
    @DisplayName("X04: random bytes end in an error of the protocol, and nothing else")
    void x04Fuzz() {
        long seed = System.nanoTime();
        System.out.println("X04 seed " + seed);
        Random random = new Random(seed);
        int refused = 0;
        int rounds = Rounds.ofLong(100_000, 20_000);
        for (int round = 0; round < rounds; round++) {
            byte[] bytes = new byte[random.nextInt(200)];
            random.nextBytes(bytes);
            if (round % 2 == 0 && bytes.length > 5) {
                ByteBuffer.wrap(bytes).putInt(15 + random.nextInt(150)).put((byte) random.nextInt(12));
            }
            try {
                FrameReader reader = reader(bytes);
                while (reader.next() != null) {
                    continue;
                }
            } catch (IOException e) {
                assertThat(e).isInstanceOfAny(ProtocolException.class, EOFException.class);
                refused++;
            }
        }
        System.out.println("X04: " + rounds + " streams, " + refused + " of them refused, 0 other failures");
    }

    @Test
    @DisplayName("what a writer had finished and not sent is read from its buffer, and nothing twice")
    void rescue(@TempDir Path directory) throws IOException {
        long seed = System.nanoTime();
        System.out.println("rescue seed " + seed);
        Random random = new Random(seed);
        for (int round = 0; round < 200; round++) {
            Scoreboard parents = Scoreboard.create(directory.resolve("page" + round));
            Scoreboard childs = Scoreboard.open(directory.resolve("page" + round));
            ByteArrayOutputStream sent = new ByteArrayOutputStream();
            FrameWriter writer = new FrameWriter(new Reluctant(Channels.newChannel(sent), random), childs);
            int frames = random.nextInt(40);
            for (int i = 0; i < frames; i++) {
                Frame bytes = Frame.of(FrameType.ANSWER, i, payload(random.nextInt(i % 10 == 0 ? 90_000 : 300)));
                write(i % 3 == 0 ? Frame.of(FrameType.ANSWER, 0, i, 0, (long) i) : bytes, writer);
                if (random.nextInt(5) == 0) {
                    writer.flush();
                }
            }
            FrameReader reader = new FrameReader(
                    new RescuingChannel(Channels.newChannel(new ByteArrayInputStream(sent.toByteArray())), parents),
                    MAX);
            for (int i = 0; i < frames; i++) {
                Frame frame = reader.next();
                assertThat(frame).as("frame %d of round %d", i, round).isNotNull();
                assertThat(frame.id()).isEqualTo(i);
            }
            assertThat(reader.next()).isNull();
        }
    }

    /** Takes as many bytes as it likes, like a socket that does not block. */
    private record Reluctant(WritableByteChannel channel, Random random) implements WritableByteChannel {

        @Override
        public int write(ByteBuffer source) throws IOException {
            ByteBuffer some = source.duplicate();
            some.limit(some.position() + random.nextInt(some.remaining() + 1));
            int count = channel.write(some);
            source.position(source.position() + count);
            return count;
        }

        @Override
        public boolean isOpen() {
            return true;
        }

        @Override
        public void close() {}
    }

    @Test
    @DisplayName("a task begins unless the parent has forbidden it")
    void doom(@TempDir Path directory) throws IOException {
        Scoreboard parents = Scoreboard.create(directory.resolve("page"));
        Scoreboard childs = Scoreboard.open(directory.resolve("page"));
        assertThat(childs.begin(7)).isTrue();
        assertThat(parents.begun()).isEqualTo(1);
        assertThat(parents.task()).isEqualTo(7);
        childs.finish();
        assertThat(parents.finished()).isEqualTo(1);
        parents.doom();
        assertThat(childs.begin(8)).isFalse();
        assertThat(parents.begun()).isEqualTo(1);
        parents.pardon();
        assertThat(childs.begin(8)).isTrue();
        assertThat(parents.begun()).isEqualTo(2);
    }
}
