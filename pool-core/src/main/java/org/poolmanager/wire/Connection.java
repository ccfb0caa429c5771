package org.poolmanager.wire;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.CancelledKeyException;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.channels.WritableByteChannel;
import java.util.concurrent.TimeUnit;

/**
 * A socket on which one thread waits for bytes, and any thread writes without ever waiting. A blocking socket will not
 * do: a write would hold up its thread for as long as the peer is stopped, and an interrupt of that thread would close
 * the socket for everybody.
 */
public final class Connection implements ReadableByteChannel, WritableByteChannel {

    private static final long FOREVER = 0;

    private static final long NOT_AT_ALL = -1;

    /** Should the moment be missed, it is looked for again. */
    private static final long AGAIN_MILLIS = 100;

    /** How many nanoseconds a thread looks out for what is about to come before it sleeps: as long as waking it up would take. */
    public static final long LOOK_OUT = TimeUnit.MICROSECONDS.toNanos(30);

    /** After a task of fewer nanoseconds, the next frame is likely to come before a thread could be woken up. */
    public static final long SHORT_TASK = TimeUnit.MICROSECONDS.toNanos(5);

    private final SocketChannel channel;

    private final Selector selector;

    private final SelectionKey key;

    private final Runnable whenWritable;

    private volatile boolean readingStopped;

    private volatile boolean wantsWrite;

    private volatile boolean waiting;

    /** The last read took everything there was. Of the reading thread. */
    private boolean drained;

    /** More is about to come. Of the reading thread. */
    private boolean expecting;

    /**
     * Takes over a connected socket.
     *
     * @param channel the socket
     * @param whenWritable called by the reading thread after {@link #awaitWritable}, once more bytes can be written
     * @throws IOException if the socket is of no use
     */
    public Connection(SocketChannel channel, Runnable whenWritable) throws IOException {
        this.channel = channel;
        this.whenWritable = whenWritable;
        this.selector = Selector.open();
        channel.configureBlocking(false);
        this.key = channel.register(selector, SelectionKey.OP_READ);
    }

    /**
     * Waits for bytes. For one thread only, which nobody else interrupts.
     *
     * @param target where they go, with room
     * @return how many, or -1 at the end
     * @throws IOException if the socket is broken
     */
    @Override
    public int read(ByteBuffer target) throws IOException {
        while (!readingStopped) {
            if (wantsWrite) {
                await(NOT_AT_ALL); // a peer that never stops sending must not starve those who write to it
            }
            if (drained && !readingStopped) { // its wake-up may just have been taken
                if (!(expecting && lookOut())) {
                    await(FOREVER);
                }
                drained = false;
            } else {
                int room = target.remaining();
                int count = channel.read(target);
                drained = count >= 0 && count < room;
                if (count != 0) {
                    return count;
                }
            }
        }
        return -1;
    }

    /**
     * Waits until there are bytes to read. For the reading thread.
     *
     * @param millis how long; 0: as long as it takes; negative: not at all
     * @return whether a read would find something, be it the end; false also after {@link #wakeUp}, and once if it looks as
     *     if there were something and is not
     * @throws IOException if the socket is broken
     */
    public boolean awaitReadable(long millis) throws IOException {
        if (!readingStopped) {
            // A read that filled its buffer has not seen the end of what there is, but there may be nothing more. Then
            // this returns instead of waiting, because the look may have taken somebody's wake-up.
            drained = !await(!drained && millis == FOREVER ? NOT_AT_ALL : millis);
        }
        return !drained || readingStopped;
    }

    /**
     * The same without limit, for who expects something at once: only the thread that has the turn to read, and that
     * nobody ends the wait of by {@link #wakeUp}.
     *
     * @return whether a read would find something, be it the end
     * @throws IOException if the socket is broken
     */
    public boolean awaitReadableSoon() throws IOException {
        if (drained && !readingStopped && lookOut()) {
            drained = false;
            return true;
        }
        return awaitReadable(FOREVER);
    }

    /**
     * Says whether the next bytes are likely to come before a thread could fall asleep and be woken up again. Called by the
     * reading thread.
     *
     * @param soon whether {@link #read} looks out for them for a moment before it sleeps
     */
    public void expectSoon(boolean soon) {
        expecting = soon;
    }

    /** Looks again and again for a moment, each time after everybody else who has something to do. */
    @SuppressWarnings("ThreadPriorityCheck") // nothing relies on it: it is a courtesy
    private boolean lookOut() throws IOException {
        long end = System.nanoTime() + LOOK_OUT;
        do {
            Thread.yield();
            if (await(NOT_AT_ALL)) {
                return true;
            }
        } while (System.nanoTime() - end < 0 && !readingStopped);
        return readingStopped; // its wake-up was taken for nothing
    }

    /** Ends the wait of the reading thread. */
    public void wakeUp() {
        selector.wakeup();
    }

    /**
     * Waits until bytes can be written, or a while. For the thread whose turn it is to read, which does not read
     * meanwhile. An interrupt is kept.
     *
     * @throws IOException if the socket is broken
     */
    public void awaitWritableHere() throws IOException {
        boolean interrupted = Thread.interrupted();
        key.interestOps(SelectionKey.OP_WRITE);
        try {
            await(AGAIN_MILLIS);
        } finally {
            key.interestOps(SelectionKey.OP_READ | (wantsWrite ? SelectionKey.OP_WRITE : 0));
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private boolean await(long millis) throws IOException {
        Thread.interrupted(); // left behind by somebody's callback: with it, nothing would be waited for
        try {
            if (millis < 0) {
                selector.selectNow();
            } else {
                waiting = true;
                try {
                    selector.select(millis);
                } finally {
                    waiting = false;
                }
            }
            return serveWriters();
        } catch (ClosedSelectorException | CancelledKeyException e) {
            throw new IOException("the connection was closed meanwhile", e);
        }
    }

    /** Returns whether there is something to read. */
    private boolean serveWriters() {
        boolean selected = !selector.selectedKeys().isEmpty();
        boolean writable = selected && key.isWritable();
        boolean readable = selected && key.isReadable();
        selector.selectedKeys().clear();
        if (writable && wantsWrite) {
            wantsWrite = false;
            key.interestOpsAnd(~SelectionKey.OP_WRITE);
            whenWritable.run();
        }
        return readable;
    }

    /**
     * Writes what the socket takes at this moment.
     *
     * @param source the bytes
     * @return how many were written, perhaps none
     * @throws IOException if the socket is broken
     */
    @Override
    public int write(ByteBuffer source) throws IOException {
        return channel.write(source);
    }

    /** Has the reading thread call {@code whenWritable} as soon as the socket takes more. */
    public void awaitWritable() {
        try {
            key.interestOpsOr(SelectionKey.OP_WRITE);
            wantsWrite = true;
            selector.wakeup();
        } catch (CancelledKeyException e) {
            // The connection is closed, as the reading thread learns.
        }
    }

    /**
     * Whether the reading thread has taken everything there was, and waits for more.
     *
     * @return false while it has something else to do
     */
    public boolean isWaiting() {
        return waiting;
    }

    /** Ends the reading, though the socket is open: {@link #read} returns -1 from now on. */
    public void stopReading() {
        readingStopped = true;
        selector.wakeup();
    }

    /**
     * Whether anybody still waits for bytes, and for the socket to become writable.
     *
     * @return false after {@link #stopReading}
     */
    public boolean isReading() {
        return !readingStopped;
    }

    @Override
    public boolean isOpen() {
        return channel.isOpen();
    }

    @Override
    public void close() throws IOException {
        try (selector) {
            channel.close();
        }
    }
}
