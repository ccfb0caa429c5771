package org.poolmanager;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * When workers are replaced by fresh ones although nothing is wrong with them: what leaks, leaks for a bounded time. No
 * task notices: the one that runs is finished, those behind it run elsewhere, and the replacement is started first and
 * takes over when it is ready. The worker's {@code close()} is called, within {@code exit-timeout}. No more than {@code size}
 * tasks ever run at a time; for a while there are more processes than that, because a quarter of the workers, one at
 * least, may have a replacement waiting. Immutable: each method with an argument gives a changed copy.
 *
 * @param maxTasks how many tasks a worker runs at the most, exactly kept: one that has run them before its replacement is
 *     ready ends all the same. Null: any number
 * @param maxAge how long a worker lives, counted from when it was ready; null: as long as it likes
 * @param idleTimeout how long a worker that has run tasks may be without one; null: as long as it likes
 * @param maxMemory how many bytes of memory a worker's process may have resident, looked at once a second on Linux;
 *     elsewhere, and for threads, it does nothing. Null: any number
 * @param minLife how long a worker lives at the least, whatever its memory; default 10 s
 * @param jitter by which part, at random, each worker's tasks, age and idle time are shortened, so that workers which
 *     start together are not replaced together; from 0 to 1, default 0.1
 */
public record RecyclePolicy(
        @Nullable Integer maxTasks,
        @Nullable Duration maxAge,
        @Nullable Duration idleTimeout,
        @Nullable Long maxMemory,
        Duration minLife,
        double jitter) {

    /** Workers are never recycled. */
    static final RecyclePolicy OFF = new RecyclePolicy(null, null, null, null, Duration.ofSeconds(10), 0.1);

    /**
     * Checks every value.
     *
     * @throws IllegalArgumentException naming the option and the value
     */
    public RecyclePolicy {
        if (maxTasks != null && maxTasks < 1) {
            throw PoolManagerBuilder.wrong("recycle.max-tasks", maxTasks, "must be at least 1");
        }
        if (maxAge != null) {
            PoolManagerBuilder.positive("recycle.max-age", maxAge);
        }
        if (idleTimeout != null) {
            PoolManagerBuilder.positive("recycle.idle-timeout", idleTimeout);
        }
        if (maxMemory != null && maxMemory < 1) {
            throw PoolManagerBuilder.wrong("recycle.max-memory", maxMemory, "must be at least 1 byte");
        }
        if (minLife.isNegative()) {
            throw PoolManagerBuilder.wrong("recycle.min-life", minLife, "must not be negative");
        }
        if (!(jitter >= 0 && jitter <= 1)) {
            throw PoolManagerBuilder.wrong("recycle.jitter", jitter, "must be from 0 to 1");
        }
    }

    /**
     * A worker is replaced when it has run so many tasks.
     *
     * @param tasks at least 1
     * @return a changed copy
     */
    public RecyclePolicy maxTasks(int tasks) {
        return new RecyclePolicy(tasks, maxAge, idleTimeout, maxMemory, minLife, jitter);
    }

    /**
     * A worker is replaced when it has been ready for so long.
     *
     * @param age more than zero
     * @return a changed copy
     */
    public RecyclePolicy maxAge(Duration age) {
        return new RecyclePolicy(maxTasks, age, idleTimeout, maxMemory, minLife, jitter);
    }

    /**
     * A worker that has run tasks is replaced when it has had none for so long.
     *
     * @param idle more than zero
     * @return a changed copy
     */
    public RecyclePolicy idleTimeout(Duration idle) {
        return new RecyclePolicy(maxTasks, maxAge, idle, maxMemory, minLife, jitter);
    }

    /**
     * A worker is replaced when its process has so many bytes resident.
     *
     * @param bytes at least 1
     * @return a changed copy
     */
    public RecyclePolicy maxMemory(long bytes) {
        return new RecyclePolicy(maxTasks, maxAge, idleTimeout, bytes, minLife, jitter);
    }

    /**
     * A worker is not replaced for its memory before it has been ready for so long.
     *
     * @param life not negative
     * @return a changed copy
     */
    public RecyclePolicy minLife(Duration life) {
        return new RecyclePolicy(maxTasks, maxAge, idleTimeout, maxMemory, life, jitter);
    }

    /**
     * Each worker's limits are shortened by a random part of up to this.
     *
     * @param part from 0 to 1
     * @return a changed copy
     */
    public RecyclePolicy jitter(double part) {
        return new RecyclePolicy(maxTasks, maxAge, idleTimeout, maxMemory, minLife, part);
    }

    /**
     * Whether workers are never recycled.
     *
     * @return true if there is no limit
     */
    public boolean isOff() {
        return maxTasks == null && !needsLooks();
    }

    /** Whether somebody has to look at the workers from time to time. */
    boolean needsLooks() {
        return maxAge != null || idleTimeout != null || maxMemory != null;
    }
}
