package org.poolmanager;

import java.util.concurrent.locks.ReentrantLock;
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

    /** Held while the pool starts or ends for its borrowers. */
    private final ReentrantLock lock = new ReentrantLock();

    /** Guarded by the lock. */
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
    boolean borrow() throws InterruptedException {
        lock.lock();
        try {
            if (borrowers == 0) {
                if (decidedByUser || !canStart()) {
                    return false;
                }
                start.run();
            }
            borrowers++;
            return true;
        } finally {
            lock.unlock();
        }
    }

    private boolean canStart() {
        return switch (state.get()) {
            case NEW, STOPPED, FAILED -> true;
            default -> false;
        };
    }

    void giveBack() {
        lock.lock();
        try {
            borrowers--;
            if (borrowers == 0 && !decidedByUser) {
                close.run();
            }
        } finally {
            lock.unlock();
        }
    }
}
