package org.poolmanager.worker;

import java.util.concurrent.atomic.AtomicLong;
import org.poolmanager.wire.Failure;
import org.poolmanager.wire.Frame;
import org.poolmanager.wire.FrameType;
import org.poolmanager.wire.Scoreboard;
import org.poolmanager.wire.Thrown;

/** The thread that runs tasks, for those who want something of it while it does. */
final class TaskThread {

    private final Thread thread = Thread.currentThread();

    private final Scoreboard scoreboard;

    /** The task that runs, 0 for none, negative while that task is being interrupted. */
    private final AtomicLong running = new AtomicLong();

    /** To be interrupted as soon as it begins. */
    private volatile long wanted;

    /** Was interrupted. */
    private volatile long interrupted;

    /** The current thread is that which runs tasks. */
    TaskThread(Scoreboard scoreboard) {
        this.scoreboard = scoreboard;
    }

    /** A task has arrived, perhaps for another attempt: what was meant for the one before is not meant for this. */
    void arrived(long task) {
        if (wanted == task) {
            wanted = 0;
        }
    }

    /** A task begins; on its thread, like the next. */
    void begin(long task) {
        if (interrupted != 0) { // a look is cheaper than a write that others see
            interrupted = 0;
        }
        running.set(task);
        if (wanted == task) {
            interrupted = task;
            thread.interrupt();
        }
    }

    /** The task is over. An interrupt meant for it cannot reach the next: it has come by now, or never will. */
    void end(long task) {
        if (!running.compareAndSet(task, 0)) {
            synchronized (this) {
                running.set(0);
            }
        }
        Thread.interrupted();
    }

    synchronized void interrupt(long task) {
        wanted = task;
        if (running.compareAndSet(task, -task)) {
            interrupted = task;
            thread.interrupt();
            running.set(task);
        }
    }

    boolean wasInterrupted(long task) {
        return interrupted == task;
    }

    /** Where it is, if it runs that task. */
    Frame show(long task) {
        Throwable here = new Throwable();
        here.setStackTrace(running.get() == task ? thread.getStackTrace() : new StackTraceElement[0]);
        return Frame.of(FrameType.SHOWN, task, new Failure(Thrown.of(here), null).encode());
    }

    /** This process is well. */
    void answerPing(long number) {
        scoreboard.answerPing(number);
    }
}
