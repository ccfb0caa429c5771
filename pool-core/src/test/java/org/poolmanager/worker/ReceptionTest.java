package org.poolmanager.worker;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.poolmanager.wire.Connection;
import org.poolmanager.wire.Frame;
import org.poolmanager.wire.FrameReader;
import org.poolmanager.wire.FrameType;
import org.poolmanager.wire.FrameWriter;
import org.poolmanager.wire.Scoreboard;

@DisplayName("What a child receives")
class ReceptionTest {

    private final Inbox inbox = new Inbox();

    @Test
    @Timeout(20)
    @DisplayName("a recall is answered with what has not begun")
    void recall(@TempDir Path home) throws Exception {
        Frame answer = answerTo(FrameType.RECALL, home);
        assertThat(answer.type()).isEqualTo(FrameType.RECALLED);
        assertThat(answer.id()).isEqualTo(7);
        assertThat(answer.payload())
                .isEqualTo(ByteBuffer.allocate(2 * Long.BYTES)
                        .putLong(1)
                        .putLong(2)
                        .array());
        assertThat(inbox.poll()).isNull();
    }

    @Test
    @Timeout(20)
    @DisplayName("a pardon takes nothing back and is not answered, because more tasks may follow it at once")
    void pardon(@TempDir Path home) throws Exception {
        Frame answer = answerTo(FrameType.PARDON, home);
        assertThat(answer.type()).as("the answer to the next recall").isEqualTo(FrameType.RECALLED);
        assertThat(answer.id()).isEqualTo(8);
        assertThat(inbox.poll()).isNull();
    }

    /** Sends two tasks and that, and then, if that was no recall, a recall. Returns the first that is answered. */
    private Frame answerTo(FrameType type, Path home) throws IOException {
        UnixDomainSocketAddress address = UnixDomainSocketAddress.of(home.resolve("s"));
        try (ServerSocketChannel door =
                        ServerSocketChannel.open(StandardProtocolFamily.UNIX).bind(address);
                SocketChannel parent = SocketChannel.open(address);
                Connection child = new Connection(door.accept(), () -> {})) {
            Scoreboard page = Scoreboard.create(home.resolve("page"));
            Outlet outlet = new Outlet(child, new FrameWriter(child, page), inbox);
            TaskThread thread = new TaskThread(page);
            LogCapture capture = LogCapture.install(Map.of(), event -> {});
            Reception reception = new Reception(child, new FrameReader(child, 1000), inbox, outlet, capture, thread);
            FrameWriter writer = new FrameWriter(parent);
            send(writer, Frame.of(FrameType.TASK, 1), Frame.of(FrameType.TASK, 2), Frame.of(type, 7));
            receive(reception);
            if (type != FrameType.RECALL) {
                send(writer, Frame.of(FrameType.RECALL, 8));
                receive(reception);
            }
            outlet.flush();
            return new FrameReader(parent, 1000).next();
        }
    }

    private void receive(Reception reception) {
        assertThat(inbox.tryToRead()).isTrue();
        reception.read(10_000);
    }

    private static void send(FrameWriter writer, Frame... frames) throws IOException {
        for (Frame frame : frames) {
            writer.begin(frame);
            while (!writer.fill()) {
                writer.flush();
            }
        }
        writer.flush();
    }
}
