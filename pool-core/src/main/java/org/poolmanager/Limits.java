package org.poolmanager;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A pool's time limits. All are measured on the monotonic clock, to the millisecond on a machine that is not overloaded.
 *
 * @param tasks how long a task may wait and run
 * @param workers how long a worker may take to begin and to end, and to give a sign of life
 * @param close how long {@code close} lets accepted work run in a pool that is not a daemon; null: as long as it takes
 */
public record Limits(Tasks tasks, Workers workers, @Nullable Duration close) {

    static final Limits DEFAULT = new Limits(
            new Tasks(null, null, null, null, null),
            new Workers(Duration.ofSeconds(30), null, Duration.ofSeconds(30), Duration.ofSeconds(5)),
            null);

    /**
     * Limits of one task. The time of all but the first begins when a free worker gets the task.
     *
     * @param queue how long it may wait until a worker begins it; null: as long as it takes
     * @param soft when its thread is interrupted; null: never
     * @param run when it is ended with its worker; null: never
     * @param stall how long it may report no progress, once it has reported any, before it is ended with its worker; null:
     *     as long as it likes
     * @param slow when a warning shows where it is; null: never
     */
    public record Tasks(
            @Nullable Duration queue,
            @Nullable Duration soft,
            @Nullable Duration run,
            @Nullable Duration stall,
            @Nullable Duration slow) {}

    /**
     * Limits of one worker.
     *
     * @param start how long it may take until it is ready; default 30 s, because a JVM on an overloaded machine can take
     *     thirty times as long as on an idle one
     * @param init how long the building of its target may take, of which {@code start} then knows nothing; null: as long as
     *     {@code start} leaves
     * @param hang how long the process of a worker that has a task may give no sign of life; default 30 s
     * @param exit how long it may take to end in good order, exit hook included, before it is killed; default 5 s
     */
    public record Workers(Duration start, @Nullable Duration init, Duration hang, Duration exit) {}
}
