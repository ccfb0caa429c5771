package org.poolmanager;

import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.poolmanager.wire.PayloadException;
import org.poolmanager.wire.TaskContext;

/** One kind of workers: all that differs between child JVMs and threads. */
interface Workers {

    /**
     * Prepares what all workers share. Called before the first worker of a run, with the captured loggers' names.
     *
     * @return what to warn of, null for nothing
     */
    @Nullable
    String open(Set<String> loggers);

    /** Makes a worker; nothing runs yet. */
    Worker create(int id, int generation, Worker.Sink sink);

    /** How many threads were left to themselves and still run. */
    default int abandoned() {
        return 0;
    }

    /**
     * The end of a run; no worker is left. Called under the pool's lock.
     *
     * @return gives back what {@link #open} took, which may take its time; nothing that is opened afterwards
     */
    default Runnable detach() {
        return () -> {};
    }

    /** Makes a task, with its context, fit for the way to a worker, in the caller's thread. */
    @Nullable
    Object pack(@Nullable Object task, TaskContext context) throws PayloadException;

    /** Makes what was packed with one context fit for another. */
    default @Nullable Object repack(@Nullable Object packed, TaskContext from, TaskContext to) {
        return packed;
    }

    /** How many bytes of what was packed travel. */
    default int size(@Nullable Object packed) {
        return 0;
    }

    /** Makes a result fit for the consumer, in the consumer's thread. */
    @Nullable
    Object unpack(@Nullable Object raw) throws PayloadException;

    /**
     * Whether what a task threw is of one of these classes, or a subclass of one.
     *
     * @param raw as the worker sent it
     * @param names of classes
     */
    boolean isAny(@Nullable Object raw, Set<String> names);

    /** Whether it is one of these classes, or a subclass of one. */
    static boolean isAny(Class<?> type, Set<String> names) {
        for (Class<?> each = type; each != null; each = each.getSuperclass()) {
            if (names.contains(each.getName())) {
                return true;
            }
        }
        return false;
    }

    /** What the task threw, likewise. */
    Throwable problem(@Nullable Object raw);
}
