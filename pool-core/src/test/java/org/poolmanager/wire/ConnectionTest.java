package org.poolmanager.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("A connection")
class ConnectionTest {

    @Test
    @Timeout(20)
    @DisplayName(
            "says that there is nothing to read when a read has just taken all there was, though it was full of it")
    void filledExactly(@TempDir Path home) throws Exception {
        UnixDomainSocketAddress address = UnixDomainSocketAddress.of(home.resolve("s"));
        try (ServerSocketChannel door =
                        ServerSocketChannel.open(StandardProtocolFamily.UNIX).bind(address);
                SocketChannel peer = SocketChannel.open(address);
                Connection connection = new Connection(door.accept(), () -> {})) {
            peer.write(ByteBuffer.wrap(new byte[16]));
            assertThat(connection.read(ByteBuffer.allocate(16))).isEqualTo(16);

            assertThat(connection.awaitReadable(1)).isFalse();

            peer.write(ByteBuffer.wrap(new byte[16]));
            assertThat(connection.read(ByteBuffer.allocate(16))).isEqualTo(16);
            assertThat(connection.awaitReadable(0)).as("and does not wait").isFalse();

            peer.write(ByteBuffer.wrap(new byte[1]));
            assertThat(connection.awaitReadable(10_000)).isTrue();
            assertThat(connection.read(ByteBuffer.allocate(16))).isEqualTo(1);
        }
    }
}
