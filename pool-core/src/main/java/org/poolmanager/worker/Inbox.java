package org.poolmanager.worker;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.poolmanager.wire.Frame;
import org.poolmanager.wire.Scoreboard;

/**
 * Tasks that have arrived in the child and have not begun, and whose turn it is to read further ones: that of the task
 * thread while it has nothing to do, and that of the {@link Watch} while a task runs.
 */
final class Inbox {

    private final Deque<Frame> tasks = new ArrayDeque<>();

    private boolean closed;

    private boolean abandoned;

    /** Somebody reads. */
    private boolean reading;

    /** The task thread has nothing to do. */
    private boolean idle;

    /** There was more behind the task that was given out last. Of the task thread. */
    private boolean more;

    /** How often somebody has read. */
    private long reads;

    /** How many tasks have been given out. */
    private long given;

    private @Nullable Runnable watchAlarm;

    // ---- tasks ----

    synchronized void addAll(List<Frame> arrived) {
        if (!abandoned) {
            tasks.addAll(arrived);
            notifyAll();
        }
    }

    /** The next task, null if there is none now. */
    synchronized @Nullable Frame poll() {
        Frame task = tasks.poll();
        idle = task == null;
        more = !tasks.isEmpty();
        if (task != null) {
            given++;
            wakeWatch();
        }
        return task;
    }

    /**
     * Whether a task waits, for the task thread; true also if all that waited has been called back since. While short tasks
     * follow each other, it takes no lock.
     */
    boolean hasMore() {
        return more || !isEmpty();
    }

    private synchronized boolean isEmpty() {
        return tasks.isEmpty();
    }

    /** Whether nothing more will come. */
    synchronized boolean isFinished() {
        return closed && !abandoned && tasks.isEmpty();
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
    synchronized void awaitPardon(Scoreboard scoreboard) {
        while (scoreboard.isDoomed()) {
            pause();
        }
    }

    /** An interrupt is meant for a task, and none is running. */
    @SuppressWarnings("WaitNotInLoop") // the callers are the loops
    private void pause() {
        try {
            wait();
        } catch (InterruptedException e) {
            // It has come too late.
        }
    }

    // ---- whose turn it is to read ----

    /** Takes the turn, if nobody has it. */
    synchronized boolean tryToRead() {
        if (reading || abandoned) {
            return false;
        }
        reading = true;
        return true;
    }

    /**
     * Takes the turn for the task thread, unless something has come since it looked: whoever brought that has given the
     * turn back meanwhile, and nothing further may ever come.
     */
    synchronized boolean tryToReadMore() {
        return tasks.isEmpty() && !closed && tryToRead();
    }

    /** Takes the turn if the task thread has begun no task since so many had been given out, and is not idle. */
    synchronized boolean tryToReadBeside(long task) {
        return !idle && given == task && tryToRead();
    }

    /** Takes the turn if nobody has read since somebody had so often, and the task thread is not idle. */
    synchronized boolean tryToReadAfter(long count) {
        return !idle && reads == count && tryToRead();
    }

    synchronized void stopReading() {
        reading = false;
        reads++;
        notifyAll();
    }

    synchronized long reads() {
        return reads;
    }

    /** Waits until there is a task, or the turn to read is free. */
    synchronized void awaitReader() {
        while (tasks.isEmpty() && (reading || abandoned)) {
            pause();
        }
    }

    // ---- the watch ----

    synchronized long given() {
        return given;
    }

    synchronized boolean isIdle() {
        return idle;
    }

    /** Somebody may be needed to flush, or to read beside a task. */
    synchronized void wakeWatch() {
        Runnable alarm = watchAlarm;
        if (alarm != null) {
            watchAlarm = null;
            alarm.run();
        }
    }

    /** Lets the watch sleep until the task thread has something to do. */
    synchronized void sleepWhileIdle() throws InterruptedException {
        if (idle) {
            watchAlarm = this::notifyAll;
            while (watchAlarm != null) {
                wait();
            }
        }
    }

    /** Has something done when the watch is needed before the task that runs now is over, or just after it. */
    synchronized boolean wakeBy(Runnable alarm, long task) {
        if (given == task && !idle) {
            watchAlarm = alarm;
            return true;
        }
        return false;
    }

    synchronized void forgetAlarm() {
        watchAlarm = null;
    }
}
