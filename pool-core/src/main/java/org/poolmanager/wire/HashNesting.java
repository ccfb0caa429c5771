package org.poolmanager.wire;

import java.io.InvalidObjectException;
import java.util.Collection;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Stops the attack of collections in collections: where the same part is shared at each level, each level doubles the
 * time that a hash code takes, so a few hundred bytes keep a reader busy for ever. Sees each object when it has been
 * read, so before it becomes a key of another, and reckons what its hash code costs. Collections hidden in the fields of
 * other classes are not seen: those classes must be allowed first.
 */
final class HashNesting {

    /** A million steps: milliseconds. */
    private static final long ALWAYS_FINE = 1_000_000;

    private final IdentityHashMap<Object, Long> costs = new IdentityHashMap<>();

    private final long limit;

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
            long keys = sum(map.keySet());
            refuse(keys);
            costs.put(object, add(keys, sum(map.values())));
        } else if (object instanceof Collection<?> collection) {
            long parts = sum(collection);
            if (object instanceof Set<?>) {
                refuse(parts);
            }
            costs.put(object, parts);
        } else if (object instanceof Map.Entry<?, ?> entry) {
            costs.put(object, add(cost(entry.getKey()), cost(entry.getValue())));
        }
    }

    private void refuse(long cost) throws InvalidObjectException {
        if (cost > limit) {
            throw new InvalidObjectException(
                    "collections nested so that a hash code takes " + cost + " steps are refused as an attack");
        }
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
