package org.poolmanager.worker;

import java.io.IOException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.poolmanager.wire.Frame;
import org.poolmanager.wire.FrameWriter;

/**
 * The child's way out. Frames are collected and written together: when nothing more is to be done at once, or 100 µs
 * after the first of them, whichever comes first, so that a finished answer never waits for the task behind it.
 */
final class Outlet {

    private static final long MAX_DELAY = TimeUnit.MICROSECONDS.toNanos(100);

    private final FrameWriter writer;

    /** Guards the writer and the fields below. */
    private final ReentrantLock lock = new ReentrantLock();

    private final Condition unflushed = lock.newCondition();

    private long unflushedSince;

    private boolean flusherWaits;

    Outlet(FrameWriter writer) {
        this.writer = writer;
        Thread flusher = new Thread(this::flushLate, "poolmanager-flusher");
        flusher.setDaemon(true);
        flusher.start();
    }

    /** Adds a frame and writes it, with everything before it, unless more is about to follow. */
    void send(Frame frame, boolean moreFollows) throws IOException {
        lock.lock();
        try {
            boolean first = !writer.hasUnflushed();
            writer.write(frame);
            if (!moreFollows) {
                writer.flush();
                return;
            }
            long now = System.nanoTime();
            if (first) {
                unflushedSince = now;
            } else if (now - unflushedSince > MAX_DELAY) {
                writer.flush();
                return;
            }
            if (flusherWaits) {
                unflushed.signal();
            }
        } finally {
            lock.unlock();
        }
    }

    void flush() throws IOException {
        lock.lock();
        try {
            writer.flush();
        } finally {
            lock.unlock();
        }
    }

    private void flushLate() {
        lock.lock();
        try {
            while (true) {
                while (!writer.hasUnflushed()) {
                    flusherWaits = true;
                    unflushed.await();
                }
                flusherWaits = false;
                long left = unflushedSince + MAX_DELAY - System.nanoTime();
                if (left > 0) {
                    unflushed.awaitNanos(left);
                } else {
                    writer.flush();
                }
            }
        } catch (InterruptedException | IOException e) {
            WorkerMain.parentIsGone();
        } finally {
            lock.unlock();
        }
    }
}
