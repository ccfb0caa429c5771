package org.poolmanager;

/** Where a task's outcome goes: to {@code get}, to one {@code map} call, or to a future. */
interface Destination {

    /** Gives the task its index. Called under the pool's lock, in the order of acceptance. */
    void accepted(Task task);

    /** Takes the ended task. Called once, not under the pool's lock. */
    void deliver(Task task);
}
