package org.poolmanager.wire;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import org.jspecify.annotations.Nullable;

/**
 * Collects frames in one direct buffer and writes them together: a system call per batch, not per frame. It never waits:
 * a frame that does not fit is filled in as the buffer empties, and the buffer empties as the channel takes it. Not
 * thread-safe; its owner guards it.
 */
public final class FrameWriter {

    private static final int BUFFER_BYTES = 64 * 1024;

    private static final int SMALL_BYTES = 1024;

    private final WritableByteChannel channel;

    private final ByteBuffer buffer;

    /** The same bytes, for writing them. */
    private final ByteBuffer out;

    private final @Nullable Scoreboard scoreboard;

    /** Bytes of the stream before the buffer. */
    private long base;

    /** How much of the buffer has been written. */
    private int written;

    /** The frame that is being filled in, null between two frames. */
    private @Nullable Frame current;

    private boolean headerFilled;

    private int payloadFilled;

    /** Where the frame begins in the buffer, and whether a part of it has left the buffer. */
    private int frameStart;

    private boolean frameLeft;

    /**
     * A writer with a buffer of its own.
     *
     * @param channel where the frames go
     */
    public FrameWriter(WritableByteChannel channel) {
        this(channel, ByteBuffer.allocateDirect(BUFFER_BYTES), null);
    }

    /**
     * A writer whose buffer survives the death of this process.
     *
     * @param channel where the frames go
     * @param scoreboard where the buffer is
     */
    public FrameWriter(WritableByteChannel channel, Scoreboard scoreboard) {
        this(channel, scoreboard.buffer(), scoreboard);
    }

    private FrameWriter(WritableByteChannel channel, ByteBuffer buffer, @Nullable Scoreboard scoreboard) {
        this.channel = channel;
        this.buffer = buffer;
        this.out = buffer.duplicate();
        this.scoreboard = scoreboard;
    }

    /**
     * Begins a frame. The one before must be complete.
     *
     * @param frame what to send
     */
    public void begin(Frame frame) {
        current = frame;
        headerFilled = false;
        payloadFilled = 0;
        frameStart = buffer.position();
        frameLeft = false;
    }

    /**
     * Takes back the frame that is being filled in, after an error in the midst of it.
     *
     * @return false if a part of it has been sent: then the stream is beyond repair
     */
    public boolean takeBack() {
        if (current != null && !frameLeft) {
            buffer.position(frameStart);
            current = null;
        }
        return current == null;
    }

    /**
     * How much has been sent.
     *
     * @return bytes since the beginning of the stream
     */
    public long sent() {
        return base + written;
    }

    /**
     * Fills in as much of the frame as the buffer takes.
     *
     * @return whether all of it is in; if not, {@link #flush} makes room
     */
    public boolean fill() {
        Frame frame = current;
        if (frame == null) {
            return true;
        }
        Object number = frame.number();
        if (number != null) {
            return put(frame.type(), frame.kind(), frame.tag(), frame.id(), frame.aux(), number);
        }
        byte[] payload = frame.payload();
        if (!headerFilled) {
            if (buffer.remaining() < Frame.HEADER_BYTES) {
                return false;
            }
            header(frame.type(), frame.kind(), frame.tag(), frame.id(), frame.aux(), payload.length);
            headerFilled = true;
        }
        int count = Math.min(buffer.remaining(), payload.length - payloadFilled);
        buffer.put(payload, payloadFilled, count);
        payloadFilled += count;
        if (payloadFilled < payload.length) {
            return false;
        }
        complete();
        return true;
    }

    /**
     * Fills in a small frame, without an object for it, if the buffer takes all of it.
     *
     * @param type what it is
     * @param kind a code whose meaning depends on the type
     * @param packed its content, which {@link Payloads#pack} made
     * @param id whom it speaks of
     * @return false if nothing was done: it is large, there is no room, or another frame is not complete
     */
    public boolean put(FrameType type, int kind, Object packed, long id) {
        if (current != null) {
            return false;
        }
        if (!(packed instanceof Payload payload)) {
            return put(type, kind, Simple.tag(packed), id, 0, packed);
        }
        byte[] content = payload.content();
        if (content.length > SMALL_BYTES || buffer.remaining() < Frame.HEADER_BYTES + content.length) {
            return false;
        }
        header(type, kind, payload.tag(), id, 0, content.length);
        buffer.put(content);
        complete();
        return true;
    }

    private boolean put(FrameType type, int kind, byte tag, long id, int aux, Object number) {
        int size = Simple.size(tag);
        assert size >= 0 : number + " is no number";
        if (buffer.remaining() < Frame.HEADER_BYTES + size) {
            return false;
        }
        header(type, kind, tag, id, aux, size);
        Simple.put(tag, number, buffer);
        complete();
        return true;
    }

    private void header(FrameType type, int kind, byte tag, long id, int aux, int length) {
        buffer.putInt(Frame.HEADER_BYTES - Frame.LENGTH_BYTES + length);
        buffer.put((byte) type.ordinal()).put((byte) kind).put(tag);
        buffer.putLong(id).putInt(aux);
    }

    private void complete() {
        current = null;
        if (scoreboard != null) {
            scoreboard.written(base, buffer.position());
        }
    }

    /**
     * Whether the next frame may begin.
     *
     * @return true between two frames
     */
    public boolean isBetweenFrames() {
        return current == null;
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
     * Writes what the channel takes now.
     *
     * @return whether the buffer is empty
     * @throws IOException if the channel is broken
     */
    public boolean flush() throws IOException {
        out.limit(buffer.position()).position(written);
        channel.write(out);
        written = out.position();
        frameLeft |= current != null && written > frameStart;
        if (written < buffer.position()) {
            return false;
        }
        // The bytes stay where they are until all have been written: after a death, the reader must find them.
        base += written;
        written = 0;
        frameStart = 0;
        buffer.clear();
        return true;
    }
}
