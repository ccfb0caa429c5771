package org.poolmanager;

/** What {@link PoolManager#start()} does: how long it waits, and when the workers are started. */
public enum StartMode {
    /** The workers are started, and waited for. A start that fails is thrown, and leaves nothing behind. */
    EAGER,
    /**
     * The workers are started, and not waited for: the pool is {@link PoolState#STARTING}, tasks are accepted and wait. If
     * none becomes ready, the pool is {@link PoolState#BROKEN}, which is logged, and goes on trying.
     */
    BACKGROUND,
    /**
     * Nothing is started: the pool is {@link PoolState#NEW} and open. The first task that it is given, in whatever way,
     * starts it as {@link #BACKGROUND} does.
     */
    LAZY
}
