package org.poolmanager.boot.events;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.poolmanager.PoolEvent;
import org.poolmanager.PoolListener;

/**
 * The last things that happened to one pool. Of what may happen hundreds of thousands of times per second, one record is
 * made per second and type; it counts the others. Safe for use by many threads.
 */
final class PoolHistory implements PoolListener {

    private static final long INTERVAL = Duration.ofSeconds(1).toNanos();

    private final String pool;

    private final int capacity;

    /** The oldest first. Guarded by this, like the next. */
    private final Deque<Slot> slots = new ArrayDeque<>();

    /** The last of each frequent type, though it may have left the history meanwhile. */
    private final Map<PoolRecord.Type, Slot> latest = new EnumMap<>(PoolRecord.Type.class);

    PoolHistory(String pool, int capacity) {
        this.pool = pool;
        this.capacity = capacity;
    }

    @Override
    public void onEvent(PoolEvent event) {
        PoolRecord.Type type = Description.type(event);
        if (type != null) {
            record(event, type);
        }
    }

    private synchronized void record(PoolEvent event, PoolRecord.Type type) {
        if (!isRepeated(type)) {
            add(new Slot(Description.describe(event, type, pool), System.nanoTime()));
        }
    }

    synchronized void operated(String message) {
        PoolRecord.Type type = PoolRecord.Type.OPERATION;
        add(new Slot(new PoolRecord(Instant.now(), type, pool, null, null, null, message, null), System.nanoTime()));
    }

    private boolean isRepeated(PoolRecord.Type type) {
        Slot last = latest.get(type);
        if (last == null || System.nanoTime() - last.nanos >= INTERVAL) {
            return false;
        }
        last.told = last.told.repeatedOnceMore();
        return true;
    }

    private void add(Slot slot) {
        if (slots.size() >= capacity) {
            slots.remove();
        }
        slots.add(slot);
        if (slot.told.type().isFrequent()) {
            latest.put(slot.told.type(), slot);
        }
    }

    /** The last records, the newest last; all types if none is given. */
    synchronized List<PoolRecord> last(PoolRecord.@Nullable Type type, int limit) {
        Deque<PoolRecord> found = new ArrayDeque<>();
        for (var newest = slots.descendingIterator(); newest.hasNext() && found.size() < limit; ) {
            PoolRecord told = newest.next().told;
            if (type == null || told.type() == type) {
                found.addFirst(told);
            }
        }
        return List.copyOf(found);
    }

    private static final class Slot {

        private final long nanos;

        private PoolRecord told;

        private Slot(PoolRecord told, long nanos) {
            this.told = told;
            this.nanos = nanos;
        }
    }
}
