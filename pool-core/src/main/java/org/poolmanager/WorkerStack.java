package org.poolmanager;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where a worker is.
 *
 * @param worker its number, from 1
 * @param pid its process id, -1 if it has none now
 * @param task the number in the pool of the task that it runs, from 1; null if it runs none
 * @param frames the stack of the thread that runs the task, the innermost call first; empty if it runs none
 */
public record WorkerStack(int worker, long pid, @Nullable Long task, List<StackTraceElement> frames) {

    /** Makes the list unchangeable. */
    public WorkerStack {
        frames = List.copyOf(frames);
    }
}
