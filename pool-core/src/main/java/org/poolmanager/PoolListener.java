package org.poolmanager;

/**
 * Hears what happens in a pool. Called on the pool's own threads, never under its lock, so it may call the pool; it
 * must not block. What it throws is logged and changes nothing.
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
