package org.poolmanager;

/** Why a worker went away. */
public enum WorkerExit {
    /** By itself: the task exited, halted, crashed, or something outside killed it. */
    CRASH,
    /** Its heap or other memory was exhausted. */
    OUT_OF_MEMORY,
    /** It was killed because its task ran over its limit. */
    TIMEOUT,
    /** It was killed because its task had stopped reporting progress. */
    STALLED,
    /** It was killed because its process gave no sign of life. */
    HUNG,
    /** It was killed because its running task was cancelled. */
    CANCELLED,
    /** It was killed by hand, see {@link PoolManager#killWorker}. */
    OPERATOR,
    /** It was replaced by a fresh one, see {@link RecyclePolicy} and {@link PoolManager#recycle}. */
    RECYCLED,
    /** It left because the pool was made smaller, see {@link PoolManager#resize}. */
    RESIZED,
    /** It ended because the pool is closing. */
    SHUTDOWN
}
