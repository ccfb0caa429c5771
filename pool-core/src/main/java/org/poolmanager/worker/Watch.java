package org.poolmanager.worker;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.poolmanager.wire.Connection;

/**
 * Does what the task thread has no time for while a long task runs: it reads what comes in, and flushes answers that would
 * wait for the end of that task. While tasks are short it only looks on, once a millisecond: then the task thread does all
 * of this itself, and no task costs a change of threads. When there is nothing to look after, it sleeps.
 */
final class Watch implements Runnable {

    private static final long ROUND_MILLIS = 1;

    private static final long ROUND = TimeUnit.MILLISECONDS.toNanos(ROUND_MILLIS);

    /** After so many rounds of one state the next change of it is worth waking up for. */
    private static final int PATIENCE = 20;

    private final Inbox inbox;

    private final Outlet outlet;

    private final Reception reception;

    private final Connection connection;

    Watch(Inbox inbox, Outlet outlet, Reception reception, Connection connection) {
        this.inbox = inbox;
        this.outlet = outlet;
        this.reception = reception;
        this.connection = connection;
    }

    @Override
    public void run() {
        try {
            while (connection.isReading()) {
                round();
            }
        } catch (InterruptedException e) {
            WorkerMain.parentIsGone(); // nobody interrupts this thread
        } catch (RuntimeException | Error e) {
            System.err.println("The watch over this worker's tasks has failed: " + e);
            WorkerMain.parentIsGone(); // without it, a long task could not be called to account
        }
    }

    private void round() throws InterruptedException {
        for (int round = 0; inbox.isIdle(); round++) {
            if (round < PATIENCE || outlet.hasUnflushed()) {
                LockSupport.parkNanos(ROUND);
            } else {
                inbox.sleepWhileIdle();
            }
            outlet.flushLate();
        }
        long task = inbox.given();
        long reads = inbox.reads();
        LockSupport.parkNanos(ROUND);
        outlet.flushLate();
        for (int round = 0; inbox.tryToReadBeside(task); round++) {
            // In this order: who adds a frame after that look finds the alarm set.
            boolean sleeps = round >= PATIENCE && inbox.wakeBy(connection::wakeUp, task) && !outlet.hasUnflushed();
            reception.read(sleeps ? Reception.FOREVER : ROUND_MILLIS);
            inbox.forgetAlarm();
            outlet.flushLate();
        }
        if (inbox.tryToReadAfter(reads)) {
            reception.read(Reception.NOT_AT_ALL);
        }
    }
}
