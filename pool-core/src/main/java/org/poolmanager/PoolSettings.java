package org.poolmanager;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.poolmanager.launch.JvmOptions;

/**
 * What a pool was built with, read back from {@link PoolManager#settings()}. Immutable; made by
 * {@link PoolManagerBuilder#build()}, which has checked every value.
 *
 * @param name the pool's name, in error messages, thread names and meters
 * @param isolation where workers run
 * @param size how many workers, until {@link PoolManager#resize} changes that
 * @param maxSize how many workers there may be at the most
 * @param queueSize how many tasks may wait while all workers are busy
 * @param resultSize how many tasks that were put may be unfetched, {@link #UNBOUNDED} for any number
 * @param prefetch how many tasks one worker may hold at the most, the running one included; {@link #UNBOUNDED} for as many
 *     as it is likely to finish in half a millisecond
 * @param ordered whether {@code get} follows the order of {@code put}
 * @param daemon whether {@code close} ends outstanding work (true) or lets it finish (false)
 * @param startMode what {@link PoolManager#start()} does
 * @param loggers names of the loggers whose records are replayed here
 * @param logOverflow what happens to their records when these loggers do not keep up
 * @param limits time limits
 * @param recycle when workers are replaced although nothing is wrong with them
 * @param retry which tasks that did not succeed are run once more
 * @param quarantine which tasks are kept because they killed their worker too often
 * @param restart how long a worker that could not be started waits for its next start
 * @param jvm how child JVMs are started
 * @param wire what may travel between the JVMs
 */
public record PoolSettings(
        String name,
        Isolation isolation,
        int size,
        int maxSize,
        int queueSize,
        int resultSize,
        int prefetch,
        boolean ordered,
        boolean daemon,
        StartMode startMode,
        Set<String> loggers,
        LogOverflow logOverflow,
        Limits limits,
        RecyclePolicy recycle,
        RetryPolicy retry,
        Quarantine quarantine,
        Restart restart,
        JvmOptions jvm,
        Wire wire) {

    /** A size without bound. */
    public static final int UNBOUNDED = Integer.MAX_VALUE;

    /**
     * Checks nothing: the builder has.
     */
    public PoolSettings {
        loggers = Set.copyOf(loggers);
    }

    /**
     * How many tasks may be unfinished at a time, running ones included.
     *
     * @return size plus queue size
     */
    public int capacity() {
        return capacity(size);
    }

    int capacity(int workers) {
        return queueSize > UNBOUNDED - workers ? UNBOUNDED : workers + queueSize;
    }

    PoolSettings withLoggers(Set<String> names) {
        return new PoolSettings(
                name,
                isolation,
                size,
                maxSize,
                queueSize,
                resultSize,
                prefetch,
                ordered,
                daemon,
                startMode,
                names,
                logOverflow,
                limits,
                recycle,
                retry,
                quarantine,
                restart,
                jvm,
                wire);
    }

    /**
     * How long a worker that could not be started waits for its next start.
     *
     * @param backoff after the first failure, doubled by each further one in a row; default 100 ms
     * @param maxBackoff at the most; default 10 s
     */
    public record Restart(Duration backoff, Duration maxBackoff) {

        static final Restart DEFAULT = new Restart(Duration.ofMillis(100), Duration.ofSeconds(10));
    }

    /**
     * Which tasks are kept because they killed their worker too often, see {@link org.poolmanager.Quarantine}.
     *
     * @param after how often, null: none is kept
     * @param size how many are kept, then the oldest go; default 100
     */
    public record Quarantine(@Nullable Integer after, int size) {

        static final Quarantine OFF = new Quarantine(null, 100);
    }

    /**
     * What may travel between the JVMs.
     *
     * @param codec how objects travel: {@code java}, {@code fory}, or the name of a
     *     {@link org.poolmanager.wire.PayloadCodec}
     * @param allow class-name patterns that a worker may send beside the JDK's value types and the target's own
     *     packages, in the syntax of {@link java.io.ObjectInputFilter}: {@code com.acme.model.*}
     * @param maxPayload how many bytes one task or one result may have, encoded
     */
    public record Wire(String codec, List<String> allow, int maxPayload) {

        /** Makes the list unchangeable. */
        public Wire {
            allow = List.copyOf(allow);
        }
    }
}
