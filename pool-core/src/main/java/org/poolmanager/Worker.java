package org.poolmanager;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.poolmanager.Ending.Answer;

/**
 * One generation of a worker: a child JVM or a thread. Its lane calls {@link #start} and {@link #serve}; the board sends
 * tasks to it in between.
 */
interface Worker {

    /** Starts it and waits until it is ready for tasks. */
    void start() throws WorkerStartException, InterruptedException;

    /** Passes on what it says, until it is gone for good. */
    WorkerEnd serve() throws InterruptedException;

    /** The process it runs in, -1 before there is one. */
    long pid();

    /** Appends tasks to what it gets next. Called under the pool's lock; does not wait. */
    void send(List<Task> tasks);

    /**
     * Asks for everything back that has not begun. Like {@link #send}.
     *
     * @return the ids of those tasks, if they are back at once; null: {@link Sink#recalled} will answer
     */
    long @Nullable [] recall(long request);

    /** Hands over what was appended. Not under the pool's lock; waits for nobody. */
    void flush();

    /**
     * Forbids it to begin another task, if it is still at the one after those already answered.
     *
     * @param answered how many of its tasks have been answered
     * @return whether it is now held at that task, or before it; false: it has finished it, and nothing is forbidden
     */
    boolean holdAfter(long answered);

    /**
     * When it began a task, or this moment if it is about to.
     *
     * @return 0 if it does not know better than the board does
     */
    default long begunAt(long task) {
        return 0;
    }

    /** Interrupts the thread that runs a task, unless that task is over. Like {@link #send}. */
    void interrupt(long task);

    /**
     * Asks where the thread is that runs a task. Like {@link #send}.
     *
     * @return its stack, if that is known at once; null: {@link Sink#shown} will answer, unless the worker cannot
     */
    @Nullable
    List<StackTraceElement> stack(long task);

    /** When the task that it runs last reported progress, on this JVM's clock; 0: never. */
    long progressAt();

    /** Asks for a sign of life. Like {@link #send}. */
    default void ping(long number) {}

    /** Whether it has given that sign; true also if it may have and nobody has had the time to look. */
    default boolean isHeard(long number) {
        return true;
    }

    /** How many tasks it has begun. */
    long begun();

    /** How many bytes its process has in memory, -1 if that is not known, or it has no process of its own. */
    default long residentBytes() {
        return -1;
    }

    /** The id of the task that it runs or ran last, 0 for none: what it prints is most likely that task's. */
    long task();

    /** Asks it to end in good order once it has nothing left to do. */
    void stop();

    /** Ends it because its lane cannot go on with it, waits for that, and lets go of everything that it has. */
    WorkerEnd giveUp(Throwable why) throws InterruptedException;

    /** Ends it now. Does not wait. Before {@link #start} it makes the start fail. */
    void kill();

    /** What a worker's words are passed to, on its lane's thread; printed ones on the threads that read its output. */
    interface Sink {

        void answered(Worker from, List<Answer> answers);

        void recalled(Worker from, long request, long[] tasks);

        void shown(Worker from, long task, List<StackTraceElement> stack);

        void logged(Worker from, long task, byte[] event);

        void printed(Worker from, boolean error, String line);

        /** The exit hook of a worker that ends in good order threw. */
        void closeFailed(Worker from, Throwable problem);
    }
}
