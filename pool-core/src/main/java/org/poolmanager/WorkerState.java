package org.poolmanager;

/** What one worker of a pool is doing. */
public enum WorkerState {
    /** Being started or restarted. */
    STARTING,
    /** Ready, without a task. */
    IDLE,
    /** Running a task. */
    BUSY,
    /** Told to end, or being killed: it gets no further task. */
    STOPPING,
    /** Gone, and not (yet) being restarted. */
    DOWN
}
