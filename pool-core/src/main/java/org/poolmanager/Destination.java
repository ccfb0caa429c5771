package org.poolmanager;

import java.util.List;

/** Where a task's outcome goes: to {@code get}, to one {@code map} call, or to a future. */
interface Destination {

    /** Whether it takes one more task. Called under the pool's lock. */
    default boolean hasRoom() {
        return true;
    }

    /** Gives the task its index. Called under the pool's lock, in the order of acceptance. */
    void accepted(Task task);

    /** Takes ended tasks, each once, not under the pool's lock. The list is the caller's. */
    void deliver(List<Task> tasks);
}
