package org.poolmanager.benchmarks;

import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;

/** The other end of a {@link RawSocket}. Ends when its parent closes the connection. */
public final class RawSocketChild {

    private RawSocketChild() {}

    /**
     * Called by {@link RawSocket}.
     *
     * @param args what to do, the size of the buffer, the socket
     * @throws IOException if the connection breaks
     */
    public static void main(String[] args) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocateDirect(Integer.parseInt(args[1]));
        try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(args[2]))) {
            if (args[0].equals("echo")) {
                echo(channel, buffer);
            } else {
                sink(channel, buffer);
            }
        }
    }

    private static void echo(SocketChannel channel, ByteBuffer frame) throws IOException {
        while (RawSocket.readFully(channel, frame.clear())) {
            RawSocket.writeFully(channel, frame.flip());
        }
    }

    private static void sink(SocketChannel channel, ByteBuffer buffer) throws IOException {
        while (RawSocket.readFully(channel, buffer.clear().limit(Long.BYTES))) {
            long left = buffer.getLong(0);
            while (left > 0) {
                int count = channel.read(buffer.clear().limit((int) Math.min(left, buffer.capacity())));
                if (count < 0) {
                    return; // the parent is gone
                }
                left -= count;
            }
            RawSocket.writeFully(channel, buffer.clear().limit(1));
        }
    }
}
