package org.poolmanager.wire;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import org.jspecify.annotations.Nullable;

/**
 * Collects frames in one direct buffer and writes them together: a system call per batch, not per frame. Not
 * thread-safe; its owner guards it.
 */
public final class FrameWriter {

    private static final int BUFFER_BYTES = 64 * 1024;

    private final WritableByteChannel channel;

    private final ByteBuffer buffer;

    private final @Nullable Scoreboard scoreboard;

    /** Bytes sent so far. */
    private long sent;

    /**
     * A writer with a buffer of its own.
     *
     * @param channel where the frames go, blocking
     */
    public FrameWriter(WritableByteChannel channel) {
        this.channel = channel;
        this.scoreboard = null;
        this.buffer = ByteBuffer.allocateDirect(BUFFER_BYTES);
    }

    /**
     * A writer whose buffer survives the death of this process.
     *
     * @param channel where the frames go, blocking
     * @param scoreboard where the buffer is
     */
    public FrameWriter(WritableByteChannel channel, Scoreboard scoreboard) {
        this.channel = channel;
        this.scoreboard = scoreboard;
        this.buffer = scoreboard.buffer();
    }

    /**
     * Adds a frame; writes only when the buffer is full.
     *
     * @param frame what to send
     * @throws IOException if the channel is broken
     */
    public void write(Frame frame) throws IOException {
        byte[] payload = frame.payload();
        int from = 0;
        while (payload.length - from > Frame.CHUNK) {
            header(FrameType.PART, 0, frame.id(), payload.length, Frame.CHUNK);
            body(payload, from, Frame.CHUNK);
            from += Frame.CHUNK;
        }
        header(frame.type(), frame.kind(), frame.id(), frame.aux(), payload.length - from);
        body(payload, from, payload.length - from);
        if (scoreboard != null) {
            scoreboard.written(sent, buffer.position());
        }
    }

    /**
     * Whether something waits to be flushed.
     *
     * @return true if the buffer is not empty
     */
    public boolean hasUnflushed() {
        return buffer.position() > 0;
    }

    /**
     * Writes what was added.
     *
     * @throws IOException if the channel is broken
     */
    public void flush() throws IOException {
        buffer.flip();
        while (buffer.hasRemaining()) {
            channel.write(buffer);
        }
        sent += buffer.position();
        buffer.clear();
    }

    private void header(FrameType type, int kind, long id, int aux, int length) throws IOException {
        if (buffer.remaining() < Frame.HEADER_BYTES) {
            flush();
        }
        buffer.putInt(Frame.HEADER_BYTES - Frame.LENGTH_BYTES + length);
        buffer.put((byte) type.ordinal()).put((byte) kind);
        buffer.putLong(id).putInt(aux);
    }

    private void body(byte[] payload, int from, int length) throws IOException {
        int at = from;
        int end = from + length;
        while (at < end) {
            if (!buffer.hasRemaining()) {
                flush();
            }
            int count = Math.min(buffer.remaining(), end - at);
            buffer.put(payload, at, count);
            at += count;
        }
    }
}
