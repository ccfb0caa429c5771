package org.poolmanager;

import org.jspecify.annotations.Nullable;

/** What one task may take, in nanoseconds; {@link Nanos#NEVER} where it is not limited. */
record TaskLimits(long queue, long soft, long run) {

    static TaskLimits of(Limits.Tasks limits) {
        return new TaskLimits(Nanos.limit(limits.queue()), Nanos.limit(limits.soft()), Nanos.limit(limits.run()));
    }

    /** These, and what the caller of a task has set instead. */
    TaskLimits with(TaskOptions own) {
        return own == TaskOptions.defaults()
                ? this
                : new TaskLimits(
                        first(own.queueTimeout(), queue),
                        first(own.softTimeout(), soft),
                        first(own.taskTimeout(), run));
    }

    private static long first(java.time.@Nullable Duration own, long otherwise) {
        return own == null ? otherwise : Nanos.limit(own);
    }

    /** When something is to be done for the first time, once it runs. */
    long first() {
        return Math.min(soft, run);
    }
}
