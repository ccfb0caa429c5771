package org.poolmanager;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.File;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.poolmanager.wire.Frame;
import org.poolmanager.wire.FrameReader;
import org.poolmanager.wire.FrameType;
import org.poolmanager.wire.FrameWriter;
import org.poolmanager.wire.StartConfig;
import org.poolmanager.worker.WorkerMain;

/** A child that knows the token, and answers its first task with what is no frame. */
final class RogueChild {

    private RogueChild() {}

    /** What it sends. */
    enum Nonsense {
        UNKNOWN_TYPE(frame(15, 99)),
        NEGATIVE_LENGTH(frame(-1, FrameType.ANSWER.ordinal())),
        TWO_GIGABYTES(frame(Integer.MAX_VALUE, FrameType.ANSWER.ordinal())),
        FRAME_OF_A_PARENT(frame(15, FrameType.TASK.ordinal())),
        WEB_PAGE("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n".getBytes(StandardCharsets.US_ASCII)),
        RANDOM(random());

        private final byte[] bytes;

        Nonsense(byte[] bytes) {
            this.bytes = bytes;
        }

        byte[] bytes() {
            return bytes;
        }

        private static byte[] frame(int length, int type) {
            return ByteBuffer.allocate(19).putInt(length).put((byte) type).array();
        }

        private static byte[] random() {
            byte[] bytes = new byte[1000];
            new Random(42).nextBytes(bytes);
            return bytes;
        }
    }

    /** The first that is started is honest, the next are not, one for each nonsense; all others are honest again. */
    public static void main(String[] args) throws Exception {
        int launch = 0;
        while (!new File(args[0], "launch" + launch).createNewFile()) {
            launch++;
        }
        if (launch == 0 || launch > Nonsense.values().length) {
            WorkerMain.main(new String[0]);
        } else {
            behaveBadly(Nonsense.values()[launch - 1]);
        }
    }

    private static void behaveBadly(Nonsense nonsense) throws IOException {
        StartConfig config = StartConfig.read(new DataInputStream(System.in));
        SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
        channel.connect(UnixDomainSocketAddress.of(config.socket()));
        channel.write(ByteBuffer.wrap(config.token()));
        ByteArrayOutputStream ready = new ByteArrayOutputStream();
        FrameWriter writer = new FrameWriter(Channels.newChannel(ready));
        writer.begin(Frame.of(FrameType.READY, System.nanoTime()));
        writer.fill();
        writer.flush();
        channel.write(ByteBuffer.wrap(ready.toByteArray()));
        FrameReader reader = new FrameReader(channel, config.maxPayload());
        Frame frame = reader.next();
        while (frame != null && frame.type() != FrameType.TASK) {
            frame = reader.next();
        }
        org.poolmanager.wire.Scoreboard.open(java.nio.file.Path.of(config.scoreboard()))
                .begin(frame.id());
        channel.write(ByteBuffer.wrap(nonsense.bytes));
        reader.next(); // until it is killed
    }
}
