package org.poolmanager.boot.events;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.poolmanager.boot.PoolRegistration;
import org.poolmanager.boot.PoolRegistrationListener;

/** Keeps the last things that happened to each pool of the application, in memory. */
public class PoolHistories implements PoolRegistrationListener {

    private final int capacity;

    private final Map<String, TaskTimes> times = new ConcurrentHashMap<>();

    private final Map<String, PoolHistory> pools = new ConcurrentHashMap<>();

    /**
     * Histories of pools that it is told of.
     *
     * @param capacity how many records are kept of each pool, at least 1; the oldest go
     */
    public PoolHistories(int capacity) {
        if (capacity < 1) {
            throw new IllegalArgumentException("'poolmanager.events.capacity' must be at least 1, but is " + capacity);
        }
        this.capacity = capacity;
    }

    @Override
    public void poolRegistered(PoolRegistration registration) {
        // A lazy pool that could not be started is made anew for its next user, and its history goes on.
        registration
                .pool()
                .addListener(pools.computeIfAbsent(registration.name(), name -> new PoolHistory(name, capacity)));
        registration.pool().addListener(times.computeIfAbsent(registration.name(), name -> new TaskTimes()));
    }

    /**
     * How long a pool's tasks took lately.
     *
     * @param pool the pool's bean name
     * @return percentiles; null if there is no such pool
     */
    public @Nullable PoolTiming timing(String pool) {
        TaskTimes known = times.get(pool);
        return known == null ? null : known.timing();
    }

    /**
     * Somebody has done something to a pool.
     *
     * @param pool the pool's bean name
     * @param message what and who, in words
     */
    public void operated(String pool, String message) {
        pools.computeIfAbsent(pool, name -> new PoolHistory(name, capacity)).operated(message);
    }

    /**
     * The last records of a pool.
     *
     * @param pool the pool's bean name
     * @param type what they are to be; null: anything
     * @param limit how many at the most
     * @return the newest last; empty if there is no such pool
     */
    public List<PoolRecord> last(String pool, PoolRecord.@Nullable Type type, int limit) {
        PoolHistory history = pools.get(pool);
        return history == null ? List.of() : history.last(type, limit);
    }
}
