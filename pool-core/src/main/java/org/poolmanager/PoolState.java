package org.poolmanager;

import java.util.EnumSet;
import java.util.Set;

/**
 * The life of a pool.
 *
 * <pre>
 *                      PAUSED
 *                       │   ▲
 *                       ▼   │
 * NEW ──▶ STARTING ──▶ RUNNING ──▶ DRAINING ──▶ STOPPED
 *           │ │         │   ▲          │ ▲         │
 *           │ │         ▼   │          │ │         └─▶ STARTING or NEW (a stopped pool can be started again)
 *           │ └───────▶ BROKEN ────────┼─┘
 *           └─▶ FAILED ◀───────────────┘
 *                 └─▶ STARTING, NEW or STOPPED
 * </pre>
 *
 * A paused pool can be closed and can break as a running one can; one that broke while it was paused is paused when it works
 * again.
 */
public enum PoolState {
    /** Nothing started: just built, or to be started by its first task, see {@link StartMode#LAZY}. */
    NEW,
    /** Workers are being started for the first time; tasks are accepted and wait. */
    STARTING,
    /** Tasks are accepted and run. */
    RUNNING,
    /** Tasks are accepted and wait: none begins until the pool is resumed, see {@link PoolManager#pause}. */
    PAUSED,
    /**
     * No worker is left, and none could be started: nothing is accepted, and every waiting task has been failed. From time to
     * time one start is tried; when it succeeds, the pool is running again, or paused if it was.
     */
    BROKEN,
    /** Closing: nothing is accepted any more, accepted work runs to its end. */
    DRAINING,
    /** Closed: no worker is left. Results that were not fetched can still be fetched. */
    STOPPED,
    /** No worker could be started, when the pool was started or while it was closing; every waiting task has been failed. */
    FAILED;

    /**
     * The states that may follow this one.
     *
     * @return the legal successors
     */
    public Set<PoolState> successors() {
        return switch (this) {
            case NEW -> EnumSet.of(STARTING, STOPPED);
            case STARTING -> EnumSet.of(RUNNING, BROKEN, FAILED, DRAINING);
            case RUNNING -> EnumSet.of(PAUSED, DRAINING, BROKEN);
            case PAUSED -> EnumSet.of(RUNNING, DRAINING, BROKEN);
            case BROKEN -> EnumSet.of(RUNNING, PAUSED, DRAINING);
            case DRAINING -> EnumSet.of(STOPPED, FAILED);
            case STOPPED, FAILED -> EnumSet.of(STARTING, NEW, STOPPED);
        };
    }

    /**
     * Whether tasks are accepted in this state.
     *
     * @return true while starting, running and paused; one that is NEW accepts a task only if that starts it
     */
    public boolean acceptsTasks() {
        return this == STARTING || this == RUNNING || this == PAUSED;
    }
}
