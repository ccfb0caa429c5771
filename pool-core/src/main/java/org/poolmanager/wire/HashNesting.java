package org.poolmanager.wire;

import java.io.InvalidObjectException;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Hashtable;
import java.util.IdentityHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Stops the attack of sets in sets: each level doubles the time that a hash code takes, so a few hundred bytes keep a
 * reader busy for ever. Sees each object when it has been read, so before it becomes a key of another.
 */
final class HashNesting {

    /** A million hash codes: milliseconds. */
    private static final int MAX_LEVELS = 20;

    private final IdentityHashMap<Object, Integer> levels = new IdentityHashMap<>();

    void check(@Nullable Object object) throws InvalidObjectException {
        if (object instanceof HashSet<?> set) {
            put(object, 1 + highest(set));
        } else if (object instanceof HashMap<?, ?> map) {
            put(object, 1 + highest(map.keySet()));
        } else if (object instanceof Hashtable<?, ?> table) {
            put(object, 1 + highest(table.keySet()));
        } else if (object instanceof Collection<?> others && !levels.isEmpty()) {
            put(object, highest(others));
        }
    }

    private void put(Object object, int level) throws InvalidObjectException {
        if (level > MAX_LEVELS) {
            throw new InvalidObjectException("sets nested in sets " + level + " levels deep are refused as an attack");
        }
        if (level > 0) {
            levels.put(object, level);
        }
    }

    private int highest(Iterable<?> parts) {
        int highest = 0;
        if (!levels.isEmpty()) {
            for (Object part : parts) {
                highest = Math.max(highest, levels.getOrDefault(part, 0));
            }
        }
        return highest;
    }
}
