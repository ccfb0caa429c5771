package org.poolmanager.benchmarks;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/**
 * How much is measured.
 *
 * @param rounds measured rounds, 5 at least for a table that is published
 * @param warmups rounds before them that count for nothing
 * @param tasks trivial tasks in one {@code map}
 * @param millis a round repeats its work until so many milliseconds have passed
 * @param probes tasks one after the other in one round of a latency measurement
 * @param payloads tasks of 1 MiB in one {@code map}
 */
record Options(int rounds, int warmups, int tasks, int millis, int probes, int payloads) {

    private static final Options DEFAULT = new Options(9, 10, 100_000, 250, 3_000, 32);

    static Options parse(String... args) {
        Map<String, Integer> given = new HashMap<>();
        for (String arg : args) {
            String[] parts = arg.split("=", 2);
            if (parts.length != 2 || !parts[1].matches("[1-9][0-9]{0,8}")) {
                throw new IllegalArgumentException("'" + arg + "' is not name=number");
            }
            given.put(parts[0], Integer.valueOf(parts[1]));
        }
        Options options = new Options(
                take(given, "rounds", DEFAULT.rounds),
                take(given, "warmups", DEFAULT.warmups),
                take(given, "tasks", DEFAULT.tasks),
                take(given, "millis", DEFAULT.millis),
                take(given, "probes", DEFAULT.probes),
                take(given, "payloads", DEFAULT.payloads));
        if (!given.isEmpty()) {
            throw new IllegalArgumentException(
                    "unknown " + given.keySet() + "; there are rounds, warmups, tasks, millis, probes and payloads");
        }
        return options;
    }

    private static int take(Map<String, Integer> given, String name, int otherwise) {
        Integer value = given.remove(name);
        return value == null ? otherwise : value;
    }

    Duration roundTime() {
        return Duration.ofMillis(millis);
    }
}
