package org.poolmanager;

/**
 * Hears what happens in a pool. Called on the pool's own threads, never under its lock, so it may call the pool; it
 * must not block. What it throws is logged and changes nothing. What two threads have to tell at about the same time may
 * be heard in either order: that the pool starts, say, and that it runs.
 */
@FunctionalInterface
public interface PoolListener {

    /**
     * Something happened.
     *
     * @param event what
     */
    void onEvent(PoolEvent event);
}
