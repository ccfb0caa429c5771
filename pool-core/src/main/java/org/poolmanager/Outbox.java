package org.poolmanager;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;
import org.poolmanager.wire.Frame;
import org.poolmanager.wire.FrameType;
import org.poolmanager.wire.FrameWriter;

/**
 * Frames on their way to one child. Whoever appends also writes, unless somebody is writing already: that thread then
 * takes the new frames along. While enough tasks are on the way, further ones are left for the thread that reads the
 * answers, so that many travel in one write.
 */
final class Outbox {

    private static final int ENOUGH_ON_THE_WAY = 8;

    private static final int MAX_HELD_BACK = 64;

    /** Guarded by this, like all below. */
    private final Deque<Frame> frames = new ArrayDeque<>();

    private @Nullable FrameWriter writer;

    private boolean writing;

    private boolean urgent;

    /** Tasks written, and neither answered nor given back. */
    private int onTheWay;

    synchronized void open(FrameWriter to) {
        writer = to;
    }

    synchronized void add(Frame frame) {
        frames.add(frame);
        urgent |= frame.type() != FrameType.TASK;
    }

    /** So many tasks have been answered or given back; what was held back for that moment is written. */
    void done(int count) throws IOException {
        synchronized (this) {
            onTheWay -= count;
            urgent |= !frames.isEmpty();
        }
        flush();
    }

    void flush() throws IOException {
        FrameWriter to;
        synchronized (this) {
            to = writer;
            if (to == null || writing || frames.isEmpty() || canWait()) {
                return;
            }
            writing = true;
        }
        boolean done = false;
        try {
            while (!done) {
                Frame next = next();
                if (next == null) {
                    to.flush();
                    done = finishedWriting();
                } else {
                    to.write(next);
                }
            }
        } finally {
            if (!done) {
                close();
            }
        }
    }

    private boolean canWait() {
        return !urgent && onTheWay >= ENOUGH_ON_THE_WAY && frames.size() < MAX_HELD_BACK;
    }

    private synchronized @Nullable Frame next() {
        Frame frame = frames.poll();
        if (frame != null && frame.type() == FrameType.TASK) {
            onTheWay++;
        }
        return frame;
    }

    private synchronized boolean finishedWriting() {
        if (frames.isEmpty()) {
            writing = false;
            urgent = false;
            return true;
        }
        return false;
    }

    /** The child is gone, or going: nothing more is written. */
    synchronized void close() {
        writer = null;
        frames.clear();
    }
}
