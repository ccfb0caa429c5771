package org.poolmanager;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.poolmanager.Outcome.Kind;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** How a pool ends: by whom and how often ever it is closed, it comes to the same end, and nothing starts behind it. */
final class Shutdown {

    private static final Logger LOG = LoggerFactory.getLogger(PoolManager.class);

    /** For a killed worker to be gone. */
    private static final Duration LAST_WAIT = Duration.ofSeconds(10);

    /** How a pool ends. */
    enum End {
        /** Accepted work runs to its end first. */
        DRAIN,
        /** Accepted work is cancelled; workers without work end in good order. */
        CANCEL,
        /** Everything is killed. */
        TERMINATE
    }

    private final PoolSettings settings;

    private final Life life;

    private final Board board;

    /** Gives back all that the pool has taken, once its last worker is gone; may be called again. Under the lock. */
    private final Runnable cleanUp;

    /** Nobody waits for lanes any more: one of them may be in System.exit, and wait for whoever waits for it. */
    private boolean abandoned;

    Shutdown(PoolSettings settings, Life life, Board board, Runnable cleanUp) {
        this.settings = settings;
        this.life = life;
        this.board = board;
        this.cleanUp = cleanUp;
    }

    /**
     * Ends the pool and waits until its last worker is gone. On a thread of the pool's own, which the end would wait
     * for, it happens in the background.
     *
     * @param end how
     * @param drainLimit how long accepted work may run, null: as long as it takes
     */
    void close(End end, @Nullable Duration drainLimit) throws InterruptedException {
        if (PoolThread.isOf(life)) {
            closeInBackground(end, drainLimit);
            return;
        }
        life.lock.lockInterruptibly();
        try {
            closeLocked(end, drainLimit);
        } finally {
            board.release();
        }
    }

    /** The same, whatever happens: an interrupt cuts it short by killing, and is kept. */
    void closeForSure(End end, @Nullable Duration drainLimit) {
        boolean interrupted = false;
        boolean done = false;
        End now = end;
        while (!done) {
            try {
                close(now, drainLimit);
                done = true;
            } catch (InterruptedException e) {
                interrupted = true;
                now = End.TERMINATE;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    void closeInBackground(End end, @Nullable Duration drainLimit) {
        startCloser(end, drainLimit, true);
    }

    /**
     * Closes the pool in a thread of its own, which has no more of its caller than a {@link PoolThread}.
     *
     * @param daemon whether the end of the other threads of this JVM need not wait for it
     */
    void startCloser(End end, @Nullable Duration drainLimit, boolean daemon) {
        Runnable body = () -> closeForSure(end, drainLimit);
        Thread closer = new Thread(null, body, "pool-" + settings.name() + "-closer", 0, false);
        closer.setContextClassLoader(life.contextLoader);
        closer.setDaemon(daemon);
        closer.start();
    }

    /**
     * Kills everything and waits for nothing: a thread of the pool is in System.exit, which returns when all shutdown
     * hooks have, so a hook that waited for that thread would wait for itself.
     */
    void abandon() {
        life.lock.lock();
        try {
            int unfinished = board.unfinished();
            if (!settings.daemon() && unfinished > 0) {
                board.consequences()
                        .log(() -> LOG.warn(
                                "Pool '{}' cancels its {} unfinished tasks, although it is no daemon: one of its own threads (a"
                                        + " listener, a dependent of a future, or a task in a thread) has called System.exit."
                                        + " Call it on another thread (thenRunAsync)",
                                settings.name(),
                                unfinished));
            }
            stopAccepting();
            cancelAll();
            board.allSlots().forEach(slot -> board.consequences().kill(slot.worker));
            cleanUp.run();
            abandoned = true;
            life.changed.signalAll();
        } finally {
            board.release();
        }
    }

    /** Accepts nothing more, and goes on with what it has until it is closed. */
    void endAccepting() {
        life.lock.lock();
        try {
            stopAccepting();
        } finally {
            board.release();
        }
    }

    /** Stops accepting and waits for accepted work. Returns whether all of it is done. */
    boolean awaitWork(Duration limit) throws InterruptedException {
        life.lock.lockInterruptibly();
        try {
            stopAccepting();
            return awaitWork(Nanos.of(limit));
        } finally {
            board.release();
        }
    }

    private void stopAccepting() {
        if (life.state().acceptsTasks() || life.state() == PoolState.BROKEN) {
            board.move(PoolState.DRAINING, null);
            board.entrance().close(null);
        }
    }

    private boolean awaitWork(long nanos) throws InterruptedException {
        long left = nanos;
        int run = life.run;
        board.passOn();
        while (board.unfinished() > 0 && left > 0 && life.state() == PoolState.DRAINING && life.run == run) {
            left = life.changed.awaitNanos(left);
        }
        return board.unfinished() == 0 || life.run != run;
    }

    /** Under the pool's lock, like all that follows. */
    void closeLocked(End end, @Nullable Duration drainLimit) throws InterruptedException {
        int run = life.run;
        stopAccepting();
        if (end == End.DRAIN && life.state() == PoolState.DRAINING) {
            drain(drainLimit == null ? Long.MAX_VALUE : Nanos.of(drainLimit));
        }
        if (life.run == run && life.state() == PoolState.DRAINING) {
            cancelAll();
            stopWorkers(end);
        }
        if (life.state() == PoolState.FAILED) {
            awaitLanes(LAST_WAIT);
        }
        // Another thread may have closed the pool meanwhile, and a third may have started it again.
        if (life.run == run && life.state() != PoolState.STOPPED) {
            board.move(PoolState.STOPPED, null);
            if (life.lanes == 0) {
                cleanUp.run();
            }
        }
    }

    private void drain(long nanos) throws InterruptedException {
        if (!awaitWork(nanos) && life.state() == PoolState.DRAINING) {
            int unfinished = board.unfinished();
            board.consequences()
                    .log(() -> LOG.warn(
                            "Pool '{}' still has {} unfinished tasks after its close-timeout of {}; they are cancelled",
                            settings.name(),
                            unfinished,
                            Texts.seconds(Duration.ofNanos(nanos))));
        }
    }

    private void cancelAll() {
        for (Slot slot : board.slots()) {
            if (slot.worker != null && !slot.inFlight.isEmpty()) {
                slot.worker.holdAfter(Long.MAX_VALUE);
                slot.endedBecause = WorkerExit.SHUTDOWN;
                board.consequences().kill(slot.worker);
            }
        }
        board.endAll(
                Kind.CANCELLED,
                task -> new CancellationException(task.describe() + " was cancelled because its pool was closed"
                        + (settings.daemon() ? " (daemon pools do not wait for outstanding work)" : "")));
    }

    private void stopWorkers(End end) throws InterruptedException {
        for (Slot slot : board.allSlots()) {
            Worker worker = slot.worker;
            if (worker == null) {
                continue;
            }
            if (end == End.TERMINATE) {
                board.consequences().kill(worker);
            } else if (slot.state == WorkerState.IDLE) {
                worker.stop();
            } else if (slot.state != WorkerState.STOPPING) {
                board.consequences().kill(worker);
            }
            if (slot.role != Slot.Role.RETIRED) {
                slot.endedBecause = WorkerExit.SHUTDOWN;
            }
            slot.state = WorkerState.STOPPING;
        }
        int run = life.run;
        if (!awaitLanes(
                        end == End.TERMINATE
                                ? LAST_WAIT
                                : settings.limits().workers().exit())
                && life.run == run
                && !abandoned) {
            killLate();
            awaitLanes(LAST_WAIT);
        }
    }

    private void killLate() {
        List<Slot> late =
                board.allSlots().stream().filter(slot -> slot.worker != null).toList();
        if (late.isEmpty()) {
            return; // it is the last log records that take their time
        }
        board.consequences()
                .log(() -> LOG.warn(
                        "Workers {} of pool '{}' have not ended within its exit-timeout of {} and are killed. Most likely their"
                                + " close() takes longer: let it do less, or raise exit-timeout",
                        late.stream().map(slot -> Integer.toString(slot.id)).collect(Collectors.joining(", ")),
                        settings.name(),
                        Texts.seconds(settings.limits().workers().exit())));
        late.forEach(slot -> board.consequences().kill(slot.worker));
    }

    /** Waits until all workers of a pool that starts no others are gone. */
    boolean awaitLanes() throws InterruptedException {
        return awaitLanes(LAST_WAIT);
    }

    private boolean awaitLanes(Duration patience) throws InterruptedException {
        long left = Nanos.of(patience);
        int run = life.run;
        board.passOn();
        while (life.lanes > 0 && left > 0 && life.run == run && !abandoned) {
            left = life.changed.awaitNanos(left);
        }
        return life.lanes == 0 || life.run != run;
    }
}
