package org.poolmanager;

import java.time.Duration;

/** A task was refused because the pool held as many unfinished tasks as it may, for as long as the caller would wait. */
public final class QueueFullException extends PoolException {

    private static final long serialVersionUID = 1L;

    private final int capacity;

    private final Duration waited;

    QueueFullException(String pool, int capacity, Duration waited, String message) {
        super(pool, message, null);
        this.capacity = capacity;
        this.waited = waited;
    }

    /**
     * How many unfinished tasks the pool may hold: its size plus its queue size.
     *
     * @return the bound
     */
    public int capacity() {
        return capacity;
    }

    /**
     * How long the caller waited for room.
     *
     * @return the time waited, zero if the caller did not want to wait
     */
    public Duration waited() {
        return waited;
    }
}
