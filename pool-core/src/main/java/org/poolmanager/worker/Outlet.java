package org.poolmanager.worker;

import java.io.IOException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.poolmanager.wire.Connection;
import org.poolmanager.wire.Frame;
import org.poolmanager.wire.FrameWriter;

/**
 * The child's way out. Frames are collected and written together: when nothing more is to be done at once, or 100 µs
 * after the first of them, whichever comes first; the {@link Watch} sees to it that a finished answer does not wait for a
 * long task behind it. A sender waits while the parent does not read, and heeds no interrupt meanwhile: an interrupt is between the task and whoever
 * sent it.
 */
final class Outlet {

    private static final long MAX_DELAY = TimeUnit.MICROSECONDS.toNanos(100);

    /** Whoever waits for the parent to read tries again so often; while this process exits, so many times. */
    private static final long RETRY = TimeUnit.MILLISECONDS.toNanos(5);

    private static final int RETRIES = 100;

    private final Connection connection;

    private final FrameWriter writer;

    /** Knows whose turn it is to read: only that thread learns when the connection takes bytes again. */
    private final Inbox inbox;

    /** Guards the writer and the fields below. */
    private final ReentrantLock lock = new ReentrantLock();

    private final Condition turn = lock.newCondition();

    private final Condition writable = lock.newCondition();

    private long unflushedSince;

    /** A frame is being filled in, perhaps by a thread that waits: nobody else may add to the stream. */
    private boolean busy;

    Outlet(Connection connection, FrameWriter writer, Inbox inbox) {
        this.connection = connection;
        this.writer = writer;
        this.inbox = inbox;
    }

    /** Adds a frame and writes it, with everything before it, unless more is about to follow. */
    void send(Frame frame, boolean moreFollows) {
        boolean unused = send(frame, moreFollows, System.nanoTime());
    }

    /** The same for who has just looked at the clock. Returns whether that took its time: to write, or to wait for who does. */
    boolean send(Frame frame, boolean moreFollows, long now) {
        lock.lock();
        try {
            boolean waits = busy;
            takeTurn();
            try {
                return add(frame, moreFollows, now) || waits;
            } catch (IOException e) {
                WorkerMain.parentIsGone();
                return true;
            } catch (RuntimeException | Error e) {
                // A stack overflow of the task, say, in a log call of its.
                if (!writer.takeBack()) {
                    WorkerMain.parentIsGone();
                }
                throw e;
            } finally {
                giveTurn();
            }
        } finally {
            lock.unlock();
        }
    }

    private boolean add(Frame frame, boolean moreFollows, long now) throws IOException {
        boolean first = !writer.hasUnflushed();
        boolean full = false;
        writer.begin(frame);
        while (!writer.fill()) {
            full = true;
            flushAll();
        }
        if (first) {
            unflushedSince = now;
        }
        boolean due = !moreFollows || now - unflushedSince > MAX_DELAY;
        if (due) {
            flushAll();
        }
        return full || due;
    }

    void flush() {
        lock.lock();
        try {
            if (!busy && !writer.hasUnflushed()) {
                return;
            }
            takeTurn();
            try {
                flushAll();
            } catch (IOException e) {
                WorkerMain.parentIsGone();
            } finally {
                giveTurn();
            }
        } finally {
            lock.unlock();
        }
    }

    /** The connection takes bytes again. Called by the reading thread. */
    void writable() {
        lock.lock();
        try {
            writable.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void takeTurn() {
        while (busy) {
            turn.awaitUninterruptibly();
        }
        busy = true;
    }

    private void giveTurn() {
        busy = false;
        turn.signal();
    }

    private void flushAll() throws IOException {
        int retries = 0;
        long sent = writer.sent();
        while (!writer.flush()) {
            if (writer.sent() != sent) {
                sent = writer.sent();
                retries = 0;
            }
            if (!connection.isReading()) {
                if (retries++ == RETRIES) {
                    throw new IOException("the parent does not read");
                }
                pause();
            } else if (inbox.tryToRead()) {
                awaitWritable();
            } else {
                connection.awaitWritable();
                pause(); // whoever reads may stop at any moment, and then it is for this thread to look
            }
        }
    }

    /** Nobody reads, so nobody would say when more can be written. The frame that is being sent keeps others out. */
    private void awaitWritable() throws IOException {
        lock.unlock();
        try {
            connection.awaitWritableHere();
        } finally {
            inbox.stopReading();
            lock.lock();
        }
    }

    @SuppressWarnings("WaitNotInLoop") // flushAll() is the loop
    private void pause() {
        boolean interrupted = Thread.interrupted();
        try {
            writable.awaitNanos(RETRY);
        } catch (InterruptedException e) {
            interrupted = true;
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    boolean hasUnflushed() {
        lock.lock();
        try {
            return writer.hasUnflushed();
        } finally {
            lock.unlock();
        }
    }

    /** Flushes answers that have waited for too long. */
    void flushLate() {
        lock.lock();
        try {
            if (busy || !writer.hasUnflushed() || System.nanoTime() - unflushedSince < MAX_DELAY) {
                return;
            }
        } finally {
            lock.unlock();
        }
        flush();
    }
}
