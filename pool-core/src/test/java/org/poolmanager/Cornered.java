package org.poolmanager;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** In a parent of its own: a pool in a JVM that has little heap left, and workers that send what would do harm. */
final class Cornered {

    static final int LEFT = 10 << 20;

    private static final int CHUNK = 64 << 10;

    private final List<byte[]> hoard = new ArrayList<>();

    /** Takes all of the heap but that. */
    private Cornered() {
        while (left() > LEFT) {
            for (long chunks = (left() - LEFT) / CHUNK; chunks >= 0; chunks--) {
                hoard.add(new byte[CHUNK]);
            }
        }
    }

    private static long left() {
        System.gc();
        Runtime heap = Runtime.getRuntime();
        return heap.maxMemory() - (heap.totalMemory() - heap.freeMemory());
    }

    /** Whether there is more of it than thought. */
    private static boolean hasMore() {
        try {
            return new byte[LEFT].length > 0;
        } catch (OutOfMemoryError e) {
            return false;
        }
    }

    private static Object send(String what) {
        return switch (what) {
            case "bomb" -> bomb();
            case "many" -> many();
            default -> what;
        };
    }

    /** Sets in sets, whose hash codes take for ever. */
    private static Object bomb() {
        Set<Object> root = new HashSet<>();
        Set<Object> a = root;
        Set<Object> b = new HashSet<>();
        for (int i = 0; i < 100; i++) {
            Set<Object> left = new HashSet<>(List.of("x"));
            Set<Object> right = new HashSet<>();
            a.addAll(List.of(left, right));
            b.addAll(List.of(left, right));
            a = left;
            b = right;
        }
        return root;
    }

    /** A set of lists, each of which takes just as long as it may. */
    private static Object many() {
        Object slow = "x";
        for (int i = 0; i < 18; i++) {
            slow = new ArrayList<>(List.of(slow, slow));
        }
        List<List<Object>> parts = new ArrayList<>();
        for (int i = 0; i < 1_000; i++) {
            parts.add(new ArrayList<>(List.of(i)));
        }
        Set<Object> set = new HashSet<>(parts);
        for (List<Object> part : parts) {
            part.add(slow); // too late to be hashed here
        }
        return set;
    }

    /** Says whether there is more heap, what became of each task and how long it took, and what the pool does then. */
    static void run() throws Exception {
        try (var pool = PoolManager.builder(Cornered::send).size(1).start()) {
            List<String> tasks = List.of("bomb", "many", "fine");
            pool.mapOutcomes(tasks); // which loads what it takes
            Cornered cornered = new Cornered();
            say(hasMore());
            for (String task : tasks) {
                long start = System.nanoTime();
                Outcome<Object> outcome = pool.mapOutcomes(List.of(task)).get(0);
                say(Blow.millisSince(start));
                RuntimeException failure = outcome.failure();
                say(failure == null ? outcome.get() : Starving.told(failure));
            }
            say(pool.stats().restarts() + " restarts, " + cornered.hoard.size() * (CHUNK >> 10) + " KiB held");
        }
    }

    private static void say(Object what) {
        System.out.println(Starving.MARK + what);
    }
}
