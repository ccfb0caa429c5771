package org.poolmanager;

import java.io.Closeable;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Lets one in of all who knock at a socket: the one who shows the token, before a single object of his is read. Whoever is
 * silent or slow keeps nobody waiting.
 */
final class Doorkeeper implements Closeable {

    /** Of more than so many at the door, the first must go. A child shows its token as soon as it has knocked. */
    private static final int CROWD = 64;

    /** How long one may take to show it. A child needs no time, but may be stopped in between, by a debugger or a container. */
    private static final long PATIENCE = TimeUnit.SECONDS.toNanos(4);

    private final Path socket;

    private final byte[] token;

    private final Selector selector;

    private final ServerSocketChannel server;

    /** In the order in which they came. */
    private final Deque<Visitor> atTheDoor = new ArrayDeque<>();

    private record Visitor(SocketChannel channel, ByteBuffer shown, long since) {}

    Doorkeeper(Path socket, byte[] token) throws IOException {
        this.socket = socket;
        this.token = token;
        this.selector = Selector.open();
        try {
            this.server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        } catch (IOException | RuntimeException | Error e) {
            selector.close();
            throw e;
        }
    }

    void open() throws IOException {
        server.bind(UnixDomainSocketAddress.of(socket));
        server.configureBlocking(false);
        server.register(selector, SelectionKey.OP_ACCEPT);
    }

    /**
     * Waits for the one with the token and sends all others away.
     *
     * @throws IOException if somebody closes the door meanwhile
     */
    SocketChannel admit() throws IOException {
        SocketChannel guest = null;
        try {
            while (guest == null) {
                selector.select(millisToWait());
                guest = look(); // first, as this JVM may have been stopped itself meanwhile
                sendAwayTheSlow();
            }
        } catch (RuntimeException e) {
            if (selector.isOpen()) {
                throw e;
            }
            throw new IOException("nobody came", e); // what the door's being closed looks like depends on the moment
        } finally {
            for (Visitor stranger : atTheDoor) {
                stranger.channel.close();
            }
        }
        return guest;
    }

    /** Zero, which is for ever, if nobody is at the door. */
    private long millisToWait() {
        Visitor first = atTheDoor.peek();
        return first == null ? 0 : Math.max(1, 1 + (first.since + PATIENCE - System.nanoTime()) / 1_000_000);
    }

    private void sendAwayTheSlow() throws IOException {
        Visitor first;
        while ((first = atTheDoor.peek()) != null && System.nanoTime() - first.since > PATIENCE) {
            atTheDoor.remove();
            first.channel.close();
        }
    }

    private @Nullable SocketChannel look() throws IOException {
        for (Iterator<SelectionKey> keys = selector.selectedKeys().iterator(); keys.hasNext(); keys.remove()) {
            SelectionKey key = keys.next();
            if (!key.isValid()) {
                continue;
            }
            if (key.isAcceptable()) {
                meet(server.accept());
            } else if (showsToken((Visitor) key.attachment())) {
                return (SocketChannel) key.channel();
            }
        }
        return null;
    }

    private void meet(@Nullable SocketChannel newcomer) throws IOException {
        if (newcomer != null) {
            Visitor visitor = new Visitor(newcomer, ByteBuffer.allocate(token.length), System.nanoTime());
            atTheDoor.add(visitor);
            newcomer.configureBlocking(false);
            newcomer.register(selector, SelectionKey.OP_READ, visitor);
            if (atTheDoor.size() > CROWD) {
                atTheDoor.remove().channel.close();
            }
        }
    }

    /** Whether all of it has come; whoever shows something else, or leaves, is sent away. */
    private boolean showsToken(Visitor visitor) throws IOException {
        ByteBuffer shown = visitor.shown;
        boolean left;
        try {
            left = visitor.channel.read(shown) < 0;
        } catch (IOException e) {
            left = true;
        }
        if (!left && shown.hasRemaining()) {
            return false;
        }
        atTheDoor.remove(visitor);
        boolean admitted = !left && isToken(shown);
        if (!admitted) {
            visitor.channel.close();
        }
        return admitted;
    }

    private boolean isToken(ByteBuffer shown) {
        byte[] words = new byte[token.length];
        shown.flip().get(words);
        return MessageDigest.isEqual(token, words);
    }

    /** Also ends a wait in {@link #admit}. */
    @Override
    public void close() throws IOException {
        selector.close();
        server.close();
        Files.deleteIfExists(socket);
    }
}
