package org.poolmanager.worker;

import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;
import org.poolmanager.wire.Frame;
import org.poolmanager.wire.Scoreboard;

/** Tasks that have arrived in the child and have not begun. Filled by the reading thread, emptied by the task thread. */
final class Inbox {

    /** Guarded by this. */
    private final Deque<Frame> tasks = new ArrayDeque<>();

    private boolean closed;

    private boolean abandoned;

    synchronized void add(Frame task) {
        if (!abandoned) {
            tasks.add(task);
            notifyAll();
        }
    }

    /** Waits for the next task; null when nothing more will come. */
    synchronized @Nullable Frame take() throws InterruptedException {
        while (tasks.isEmpty()) {
            if (closed && !abandoned) {
                return null;
            }
            wait();
        }
        return tasks.poll();
    }

    synchronized boolean isEmpty() {
        return tasks.isEmpty();
    }

    /** Takes out everything that has not begun. */
    synchronized long[] removeAll() {
        long[] ids = new long[tasks.size()];
        for (int i = 0; i < ids.length; i++) {
            ids[i] = tasks.remove().id();
        }
        notifyAll();
        return ids;
    }

    /** Takes nothing more, and gives nothing more out: this process is leaving. */
    synchronized void abandon() {
        tasks.clear();
        abandoned = true;
    }

    synchronized void close() {
        closed = true;
        notifyAll();
    }

    /** Waits until the parent allows tasks again, or kills this process; it sends a frame when it allows them. */
    synchronized void awaitPardon(Scoreboard scoreboard) throws InterruptedException {
        while (scoreboard.isDoomed()) {
            wait();
        }
    }
}
