package org.poolmanager.wire;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import org.jspecify.annotations.Nullable;

/** Takes frames apart. Checks every length before it allocates. One thread owns it. */
public final class FrameReader {

    private static final int BUFFER_BYTES = 64 * 1024;

    /** Log records and descriptions of exceptions have bounds of their own, whatever the limit for payloads is. */
    private static final int MIN_LIMIT = 32 << 20;

    private static final String CLOSED_WITHIN = "channel closed within a frame";

    private final ReadableByteChannel channel;

    private final long limit;

    private final ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_BYTES).limit(0);

    /**
     * A reader.
     *
     * @param channel where frames come from; its read waits
     * @param maxPayload how many bytes a task or a result may have
     */
    public FrameReader(ReadableByteChannel channel, int maxPayload) {
        this.channel = channel;
        this.limit = Math.max((long) maxPayload + TaskContext.MAX_BYTES, MIN_LIMIT);
    }

    /**
     * Waits for the next frame. A task or an answer that this JVM's memory does not hold is skipped, and stands there with a
     * {@linkplain Payload#lost lost} payload: it is one frame that is missing, and the stream is as good as before.
     *
     * @return the frame, or null if the other side closed between two frames
     * @throws ProtocolException if what came is no frame
     * @throws IOException if the channel broke, within a frame included
     */
    public @Nullable Frame next() throws IOException {
        if (!fill(Frame.HEADER_BYTES)) {
            return null;
        }
        int length = buffer.getInt() - (Frame.HEADER_BYTES - Frame.LENGTH_BYTES);
        FrameType type = FrameType.of(buffer.get());
        int kind = buffer.get();
        byte tag = buffer.get();
        long id = buffer.getLong();
        int aux = buffer.getInt();
        if (length < 0 || length > limit) {
            throw new ProtocolException("frame of type " + type + " claims " + length + " bytes");
        }
        // Others have no objects, whatever their tag says.
        if (length == Simple.size(tag) && (type == FrameType.TASK || type == FrameType.ANSWER)) {
            if (!fill(length)) {
                throw new EOFException(CLOSED_WITHIN);
            }
            return Frame.ofNumber(type, kind, tag, id, aux, Simple.take(tag, buffer));
        }
        byte[] payload = allocate(length);
        if (payload != null) {
            read(payload);
            return new Frame(type, kind, tag, id, aux, payload);
        }
        return lost(type, kind, id, aux, length);
    }

    private Frame lost(FrameType type, int kind, long id, int aux, int length) throws IOException {
        skip(length);
        Payload lost = Payload.lost(length);
        return switch (type) {
            case TASK -> new Frame(type, 0, lost.tag(), id, aux, lost.content());
            case ANSWER -> new Frame(type, kind, lost.tag(), id, aux, lost.content());
            default ->
                throw new ProtocolException(
                        "frame of type " + type + " of " + length + " bytes, for which there is no memory");
        };
    }

    /** Null if there is no memory for so much. What can never be had is not tried: a JVM may be told to end itself then. */
    private static byte @Nullable [] allocate(int length) {
        if (length > BUFFER_BYTES && length > Runtime.getRuntime().maxMemory()) {
            return null;
        }
        try {
            return new byte[length];
        } catch (OutOfMemoryError e) {
            return null;
        }
    }

    /**
     * Whether a further frame can be had without waiting.
     *
     * @return true if the whole of one is in the buffer
     */
    public boolean hasBuffered() {
        return buffer.remaining() >= Frame.HEADER_BYTES
                && buffer.remaining() - Frame.LENGTH_BYTES >= buffer.getInt(buffer.position());
    }

    private void read(byte[] target) throws IOException {
        int at = 0;
        while (at < target.length) {
            if (!buffer.hasRemaining() && !fill(1)) {
                throw new EOFException(CLOSED_WITHIN);
            }
            int count = Math.min(buffer.remaining(), target.length - at);
            buffer.get(target, at, count);
            at += count;
        }
    }

    private void skip(int length) throws IOException {
        int left = length;
        while (left > 0) {
            if (!buffer.hasRemaining() && !fill(1)) {
                throw new EOFException(CLOSED_WITHIN);
            }
            int count = Math.min(buffer.remaining(), left);
            buffer.position(buffer.position() + count);
            left -= count;
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
                    throw new EOFException(CLOSED_WITHIN);
                }
                return false;
            }
        }
        return true;
    }
}
