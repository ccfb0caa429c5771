package org.poolmanager.benchmarks;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A bare child JVM at the other end of a Unix-domain socket: the best that a pool with such sockets could do. The child is
 * a {@link RawSocketChild}.
 */
final class RawSocket implements AutoCloseable {

    /** What large payloads are copied through. */
    static final int CHUNK = 256 * 1024;

    private final SocketChannel channel;

    private final Process child;

    private final ByteBuffer buffer;

    private RawSocket(SocketChannel channel, Process child, int bufferBytes) {
        this.channel = channel;
        this.child = child;
        this.buffer = ByteBuffer.allocateDirect(bufferBytes);
    }

    /** The child sends back every frame of this size. */
    static RawSocket toEcho(int frameBytes) throws IOException {
        return toEcho(frameBytes, List.of());
    }

    /** The same, with a program that starts the child. */
    static RawSocket toEcho(int frameBytes, List<String> by) throws IOException {
        return connect(by, frameBytes, "echo", Integer.toString(frameBytes));
    }

    /** The child reads so many bytes as it is told, and then says so. */
    static RawSocket toSink() throws IOException {
        return connect(List.of(), CHUNK, "sink", Integer.toString(CHUNK));
    }

    private static RawSocket connect(List<String> by, int bufferBytes, String role, String size) throws IOException {
        Path directory = Files.createTempDirectory("raw");
        Path socket = directory.resolve("s");
        try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            server.bind(UnixDomainSocketAddress.of(socket));
            List<String> command = new ArrayList<>(by);
            command.addAll(List.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-XX:+UseSerialGC",
                    "-cp",
                    System.getProperty("java.class.path"),
                    RawSocketChild.class.getName(),
                    role,
                    size,
                    socket.toString()));
            Process child = new ProcessBuilder(command).inheritIO().start();
            // Nobody waits for a child that could not start.
            var unused = child.onExit().thenRun(() -> closeQuietly(server));
            return new RawSocket(server.accept(), child, bufferBytes);
        } finally {
            Files.deleteIfExists(socket);
            Files.deleteIfExists(directory);
        }
    }

    private static void closeQuietly(ServerSocketChannel server) {
        try {
            server.close();
        } catch (IOException e) {
            System.err.println(server + " could not be closed: " + e);
        }
    }

    /** Sends a frame and waits until it is back. */
    int pingPong() throws IOException {
        writeFully(channel, buffer.clear());
        readFully(channel, buffer.clear());
        return buffer.position();
    }

    /** Sends so many bytes and waits until the last is read. */
    long send(long bytes) throws IOException {
        writeFully(channel, buffer.clear().putLong(bytes).flip());
        for (long left = bytes; left > 0; left -= buffer.limit()) {
            writeFully(channel, buffer.clear().limit((int) Math.min(left, CHUNK)));
        }
        readFully(channel, buffer.clear().limit(1));
        return bytes;
    }

    static void writeFully(SocketChannel channel, ByteBuffer from) throws IOException {
        while (from.hasRemaining()) {
            channel.write(from);
        }
    }

    static boolean readFully(SocketChannel channel, ByteBuffer into) throws IOException {
        while (into.hasRemaining()) {
            if (channel.read(into) < 0) {
                return false;
            }
        }
        return true;
    }

    @Override
    public void close() throws IOException {
        channel.close();
        child.destroy();
    }
}
