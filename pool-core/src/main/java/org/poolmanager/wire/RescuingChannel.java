package org.poolmanager.wire;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import org.jspecify.annotations.Nullable;

/**
 * A child's connection that ends only when everything the child had finished has been read: when the connection breaks,
 * what lay unsent in the child's buffer follows.
 */
public final class RescuingChannel implements ReadableByteChannel {

    private final ReadableByteChannel connection;

    private final Scoreboard scoreboard;

    private long received;

    /** Null until the connection has ended. */
    private @Nullable ByteBuffer rest;

    /**
     * A connection with its rescue.
     *
     * @param connection what the child writes its frames to, of which none has been read
     * @param scoreboard the child's
     */
    public RescuingChannel(ReadableByteChannel connection, Scoreboard scoreboard) {
        this.connection = connection;
        this.scoreboard = scoreboard;
    }

    @Override
    public int read(ByteBuffer target) throws IOException {
        if (rest == null) {
            int count = readConnection(target);
            if (count >= 0) {
                received += count;
                return count;
            }
            rest = scoreboard.unsent(received);
        }
        int count = Math.min(rest.remaining(), target.remaining());
        if (count == 0) {
            return -1;
        }
        target.put(rest.slice(rest.position(), count));
        rest.position(rest.position() + count);
        return count;
    }

    private int readConnection(ByteBuffer target) {
        try {
            return connection.read(target);
        } catch (IOException e) {
            return -1; // a killed peer's connection may end like this as well
        }
    }

    @Override
    public boolean isOpen() {
        return connection.isOpen();
    }

    @Override
    public void close() throws IOException {
        connection.close();
    }
}
