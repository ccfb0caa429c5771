package org.poolmanager.wire;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import org.jspecify.annotations.Nullable;

/**
 * Takes frames apart. Checks every length before it allocates. One thread owns it.
 */
public final class FrameReader {

    private static final int BUFFER_BYTES = 64 * 1024;

    private final ReadableByteChannel channel;

    private final int maxPayload;

    private final ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_BYTES).limit(0);

    /** The payload that arrives in parts, and how much of it is there. */
    private byte @Nullable [] large;

    private int largeFilled;

    private long largeId;

    /**
     * A reader.
     *
     * @param channel where frames come from, blocking
     * @param maxPayload how many bytes a payload may have
     */
    public FrameReader(ReadableByteChannel channel, int maxPayload) {
        this.channel = channel;
        this.maxPayload = maxPayload;
    }

    /**
     * Waits for the next frame.
     *
     * @return the frame, or null if the other side closed between two frames
     * @throws ProtocolException if what came is no frame
     * @throws IOException if the channel broke, within a frame included
     */
    public @Nullable Frame next() throws IOException {
        while (true) {
            if (!fill(Frame.HEADER_BYTES)) {
                return null;
            }
            int length = buffer.getInt() - (Frame.HEADER_BYTES - Frame.LENGTH_BYTES);
            FrameType type = FrameType.of(buffer.get());
            int kind = buffer.get();
            long id = buffer.getLong();
            int aux = buffer.getInt();
            if (length < 0 || length > Frame.CHUNK) {
                throw new ProtocolException("frame of type " + type + " claims " + length + " bytes");
            }
            if (type == FrameType.PART) {
                part(id, aux, length);
            } else if (large != null) {
                return new Frame(type, kind, id, aux, lastPart(large, id, length));
            } else {
                byte[] payload = new byte[length];
                read(payload, 0, length);
                return new Frame(type, kind, id, aux, payload);
            }
        }
    }

    /**
     * Whether a further frame can probably be had without waiting.
     *
     * @return true if at least a header is in the buffer
     */
    public boolean hasBuffered() {
        return buffer.remaining() >= Frame.HEADER_BYTES;
    }

    private void part(long id, int total, int length) throws IOException {
        if (large == null) {
            if (total <= Frame.CHUNK || total > maxPayload) {
                throw new ProtocolException("payload of " + total + " bytes announced, " + maxPayload + " are allowed");
            }
            large = new byte[total];
            largeFilled = 0;
            largeId = id;
        }
        if (id != largeId || large.length != total || length == 0 || largeFilled + length >= total) {
            throw new ProtocolException("part of " + length + " bytes does not fit");
        }
        read(large, largeFilled, length);
        largeFilled += length;
    }

    private byte[] lastPart(byte[] whole, long id, int length) throws IOException {
        if (id != largeId || largeFilled + length != whole.length) {
            throw new ProtocolException("last part of " + length + " bytes does not fit");
        }
        read(whole, largeFilled, length);
        large = null;
        return whole;
    }

    private void read(byte[] target, int from, int length) throws IOException {
        int at = from;
        int end = from + length;
        while (at < end) {
            if (!buffer.hasRemaining() && !fill(1)) {
                throw new EOFException("channel closed within a frame");
            }
            int count = Math.min(buffer.remaining(), end - at);
            buffer.get(target, at, count);
            at += count;
        }
    }

    /** Makes so many bytes available; false at an end of stream before the first of them. */
    private boolean fill(int bytes) throws IOException {
        while (buffer.remaining() < bytes) {
            buffer.compact();
            int count = channel.read(buffer);
            buffer.flip();
            if (count < 0) {
                if (buffer.hasRemaining()) {
                    throw new EOFException("channel closed within a frame");
                }
                return false;
            }
        }
        return true;
    }
}
