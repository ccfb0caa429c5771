package org.poolmanager;

import java.util.function.Supplier;

/**
 * Runs a pool that its user has never started for as long as calls need it: the first of them starts it, the last
 * closes it.
 */
final class Borrowers {

    private final Supplier<PoolState> state;

    private final Start start;

    private final Runnable close;

    private volatile boolean decidedByUser;

    /** Guarded by this, which is held while the pool starts or ends for its borrowers. */
    private int borrowers;

    /** Starts the pool. */
    interface Start {

        void run() throws InterruptedException;
    }

    Borrowers(Supplier<PoolState> state, Start start, Runnable close) {
        this.state = state;
        this.start = start;
        this.close = close;
    }

    /** The user has started or closed the pool: from now on the user alone decides when it runs. */
    void userDecides() {
        decidedByUser = true;
    }

    /** Whether the caller has borrowed the pool, and must give it back. */
    synchronized boolean borrow() throws InterruptedException {
        if (borrowers == 0) {
            if (decidedByUser || !canStart()) {
                return false;
            }
            start.run();
        }
        borrowers++;
        return true;
    }

    private boolean canStart() {
        return switch (state.get()) {
            case NEW, STOPPED, FAILED -> true;
            default -> false;
        };
    }

    synchronized void giveBack() {
        borrowers--;
        if (borrowers == 0 && !decidedByUser) {
            close.run();
        }
    }
}
