package org.poolmanager.wire;

import java.io.InvalidObjectException;
import java.util.Collection;
import java.util.IdentityHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Stops the attack of collections in collections: where the same part is shared at each level, each level doubles the
 * time that a hash code takes, so a few hundred bytes keep a reader busy for ever. Sees each object when it has been
 * read, so before it becomes a key of another, and reckons what its hash code costs. Collections hidden in the fields of
 * other classes are not seen: those classes must be allowed first.
 *
 * <p>The time of all hash codes together is limited as well: a set of many parts, each of which is only just fine, is
 * seen when it has asked them all.
 */
final class HashNesting {

    /** A million steps: milliseconds. */
    private static final long ALWAYS_FINE = 1_000_000;

    /** So many times what one hash code may take: honest parts are nested in few levels, or share little. */
    private static final long TOGETHER = 4;

    private final IdentityHashMap<Object, Long> costs = new IdentityHashMap<>();

    private final long limit;

    /** Of all that has been seen, each of which may have been asked for its hash code. */
    private long total;

    /**
     * Reckons.
     *
     * @param bytes how long the input is: more input may cost more
     */
    HashNesting(int bytes) {
        limit = ALWAYS_FINE + 16L * bytes;
    }

    void check(@Nullable Object object) throws InvalidObjectException {
        if (object instanceof Map<?, ?> map) {
            put(object, add(sum(map.keySet()), sum(map.values())));
        } else if (object instanceof Collection<?> collection) {
            put(object, sum(collection));
        } else if (object instanceof Map.Entry<?, ?> entry) {
            put(object, add(cost(entry.getKey()), cost(entry.getValue())));
        }
    }

    /** Refused here, and not when it becomes a key: a set that is being read asks its elements before it is seen itself. */
    private void put(Object object, long cost) throws InvalidObjectException {
        if (cost > limit) {
            throw new InvalidObjectException(
                    "collections nested so that a hash code takes " + cost + " steps are refused as an attack");
        }
        total = add(total, cost);
        if (total > TOGETHER * limit) {
            throw new InvalidObjectException("collections nested so that all their hash codes take " + total
                    + " steps are refused as an attack");
        }
        costs.put(object, cost);
    }

    private long sum(Iterable<?> parts) {
        long sum = 1;
        for (Object part : parts) {
            sum = add(sum, cost(part));
        }
        return sum;
    }

    private long cost(@Nullable Object part) {
        return part == null ? 1 : costs.getOrDefault(part, 1L);
    }

    private static long add(long a, long b) {
        return Math.min(Long.MAX_VALUE / 4, a + b);
    }
}
