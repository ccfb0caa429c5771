package org.poolmanager.benchmarks;

import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;

/** A channel into memory and out of it again. */
final class MemoryChannel implements ReadableByteChannel, WritableByteChannel {

    private final ByteBuffer content;

    private int readPosition;

    MemoryChannel(int capacity) {
        content = ByteBuffer.allocateDirect(capacity);
    }

    /** Forgets everything. */
    void clear() {
        content.clear();
        readPosition = 0;
    }

    /** Everything can be read again. */
    void rewind() {
        readPosition = 0;
    }

    @Override
    public int write(ByteBuffer source) {
        int count = source.remaining();
        content.put(source);
        return count;
    }

    @Override
    public int read(ByteBuffer target) {
        int count = Math.min(target.remaining(), content.position() - readPosition);
        target.put(content.slice(readPosition, count));
        readPosition += count;
        return count == 0 ? -1 : count;
    }

    @Override
    public boolean isOpen() {
        return true;
    }

    @Override
    public void close() {}
}
