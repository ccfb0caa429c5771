package org.poolmanager;

/** What happens to log records of workers that come faster than the loggers here take them. */
public enum LogOverflow {
    /**
     * The workers wait, so no record is lost. If the loggers here take none at all for 10 s, records are dropped until
     * they take one again: logging never stops a pool for good.
     */
    WAIT,
    /** Records are dropped, and counted in {@link PoolStats#logs()}; workers never wait. */
    DROP
}
