package org.poolmanager;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.poolmanager.wire.Connection;
import org.poolmanager.wire.Frame;
import org.poolmanager.wire.FrameType;
import org.poolmanager.wire.FrameWriter;

/**
 * Frames on their way to one child. Whoever appends also writes, unless somebody is writing already: that thread then
 * takes the new frames along. Nobody ever waits here: when the child does not read, the rest is written by the thread
 * that reads from it, as soon as the socket takes more.
 *
 * <p>While enough tasks are on the way, further ones are left for the thread that reads the answers, so that many travel
 * in one write.
 */
final class Outbox {

    private static final int ENOUGH_ON_THE_WAY = 8;

    private static final int MAX_HELD_BACK = 64;

    /** What the thread that writes has taken over. Its own for as long as it writes. */
    private Deque<Frame> batch = new ArrayDeque<>();

    /** Guarded by this, like all below. */
    private Deque<Frame> frames = new ArrayDeque<>();

    /** Added since somebody wrote: in the writer's buffer, then among the frames. */
    private int tasks;

    private @Nullable Connection connection;

    private @Nullable FrameWriter writer;

    /** Somebody writes, or the socket is full and the reading thread is to go on: only then may it touch the writer. */
    private boolean writing;

    private boolean parked;

    private boolean urgent;

    /** Tasks written, and neither answered nor given back. */
    private int onTheWay;

    synchronized void open(Connection to) {
        connection = to;
        writer = new FrameWriter(to);
    }

    /** Called under the pool's lock: small tasks are written into the buffer at once, larger ones are copied later. */
    synchronized void addTasks(List<Task> more) {
        // While somebody writes, the writer is his; and nothing may overtake the frames that wait.
        FrameWriter free = writing || !frames.isEmpty() ? null : writer;
        for (Task task : more) {
            Object packed = task.payload();
            assert packed != null;
            int kind = task.context.kind();
            if (free == null || !free.put(FrameType.TASK, kind, packed, task.id)) {
                free = null;
                frames.add(Frame.of(FrameType.TASK, kind, task.id, 0, packed));
            }
        }
        tasks += more.size();
    }

    /** Adds what is no task, and does not wait for one. */
    synchronized void add(Frame frame) {
        frames.add(frame);
        urgent = true;
    }

    /** So many tasks have been answered or given back; what was held back for that moment is written. */
    void done(int count) {
        synchronized (this) {
            onTheWay -= count;
            urgent |= !isEmpty();
        }
        flush();
    }

    void flush() {
        synchronized (this) {
            if (writer == null || writing || isEmpty() || canWait()) {
                return;
            }
            writing = true;
        }
        write();
    }

    /** The socket takes more. Called by the reading thread. */
    void writable() {
        synchronized (this) {
            if (!parked) {
                return;
            }
            parked = false;
        }
        write();
    }

    private boolean canWait() {
        return !urgent && onTheWay >= ENOUGH_ON_THE_WAY && tasks < MAX_HELD_BACK;
    }

    private boolean isEmpty() {
        return tasks == 0 && frames.isEmpty();
    }

    private void write() {
        FrameWriter to = writer();
        try {
            while (to != null && (hasBegun(to) || takeBatch())) {
                fill(to);
                if (!to.flush()) {
                    park();
                    return;
                }
            }
        } catch (IOException e) {
            close(); // the reading thread sees the end of the connection, and does what is to be done
        } catch (RuntimeException | Error e) {
            breakOff();
            throw e;
        }
    }

    /** The stream is beyond repair: the reading thread shall see its end. */
    private synchronized void breakOff() {
        if (connection != null) {
            try {
                connection.close();
            } catch (IOException e) {
                // Then it is closed as well.
            }
        }
        close();
    }

    private boolean hasBegun(FrameWriter to) {
        return !batch.isEmpty() || !to.isBetweenFrames() || to.hasUnflushed();
    }

    /** Puts frames into the buffer until it is full or there is none. */
    private void fill(FrameWriter to) {
        do {
            if (to.isBetweenFrames()) {
                Frame next = batch.poll();
                if (next == null) {
                    return;
                }
                to.begin(next);
            }
        } while (to.fill());
    }

    private synchronized @Nullable FrameWriter writer() {
        return writer;
    }

    /** Takes over what has been added; false, and another thread may write, if there is nothing. */
    private synchronized boolean takeBatch() {
        urgent = false;
        onTheWay += tasks;
        tasks = 0;
        if (frames.isEmpty()) {
            writing = false;
            return false;
        }
        Deque<Frame> empty = batch;
        batch = frames;
        frames = empty;
        return true;
    }

    private synchronized void park() {
        if (connection != null) {
            parked = true;
            connection.awaitWritable();
        }
    }

    /** The child is gone, or going: nothing more is written. */
    synchronized void close() {
        writer = null;
        connection = null;
        frames.clear();
    }
}
