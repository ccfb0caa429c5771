package org.poolmanager;

import java.util.concurrent.TimeUnit;

/** Tasks that wait in a worker behind a long one while another worker is idle: they are called back. */
final class Hostages {

    /** A task that has run for so long holds up those prefetched behind it. */
    private static final long HOSTAGE_NANOS = TimeUnit.MICROSECONDS.toNanos(500);

    /** When to look again: short tasks are done by then, and a timer for each few of them would cost more than they do. */
    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

    private final Life life;

    private final Board board;

    private final Clock clock;

    private boolean armed;

    Hostages(Life life, Board board, Clock clock) {
        this.life = life;
        this.board = board;
        this.clock = clock;
    }

    /** The clock starts anew: what was armed with the last one is not armed any more. */
    void reset() {
        armed = false;
    }

    /** Calls them back, if there are any. Under the pool's lock. */
    void free() {
        if (!board.queue().isEmpty() || board.slots().size() == 1) {
            return;
        }
        Slot victim = null;
        boolean idle = false;
        for (Slot slot : board.slots()) {
            idle |= slot.state == WorkerState.IDLE;
            if (slot.inFlight.size() > 1
                    && !slot.isRecalling()
                    && (victim == null || headStart(slot) < headStart(victim))) {
                victim = slot;
            }
        }
        if (victim == null || !idle) {
            return;
        }
        long age = System.nanoTime() - headStart(victim);
        if (age >= HOSTAGE_NANOS) {
            board.recall(victim);
        } else {
            lookLater();
        }
    }

    /** Calls them back later, if there are any then. Under the pool's lock. */
    void lookLater() {
        if (!armed) {
            clock.at(LOOK_NANOS, this::look);
            armed = true;
        }
    }

    private static long headStart(Slot slot) {
        return slot.inFlight.element().startedAt;
    }

    private void look() {
        life.lock.lock();
        try {
            armed = false;
            free();
        } finally {
            board.release();
        }
    }
}
