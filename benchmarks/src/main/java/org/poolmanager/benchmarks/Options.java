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
 * @param largest bytes of the largest payload
 * @param idle milliseconds for which idle processes are watched in one round
 */
record Options(int rounds, int warmups, int tasks, int millis, int probes, int payloads, int largest, int idle) {

    private static final Options DEFAULT = new Options(5, 6, 100_000, 250, 3_000, 32, 64 << 20, 4_000);

    /** Where compiled code makes no difference, so many rounds are enough to warm up. */
    private static final int FEW_WARMUPS = 1;

    /** Until no more code of a pool is compiled that makes trivial tasks: some five seconds of it. */
    private static final int MANY_WARMUPS = 16;

    /** What differs by little more than the rounds do takes so many. */
    private static final int MANY_ROUNDS = 15;

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
                take(given, "rounds", Integer.getInteger("benchmarks.rounds", DEFAULT.rounds)),
                take(given, "warmups", DEFAULT.warmups),
                take(given, "tasks", DEFAULT.tasks),
                take(given, "millis", DEFAULT.millis),
                take(given, "probes", DEFAULT.probes),
                take(given, "payloads", DEFAULT.payloads),
                take(given, "largest", DEFAULT.largest),
                take(given, "idle", DEFAULT.idle));
        if (!given.isEmpty()) {
            throw new IllegalArgumentException("unknown " + given.keySet()
                    + "; there are rounds, warmups, tasks, millis, probes, payloads, largest and idle");
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

    Options withRounds(int measured) {
        return with(measured, warmups);
    }

    Options withFewWarmups() {
        return with(rounds, Math.min(warmups, FEW_WARMUPS));
    }

    Options withManyWarmups() {
        return with(rounds, Math.max(warmups, MANY_WARMUPS));
    }

    Options withManyRounds() {
        return with(Math.max(rounds, MANY_ROUNDS), Math.max(warmups, MANY_WARMUPS));
    }

    private Options with(int measured, int before) {
        return new Options(measured, before, tasks, millis, probes, payloads, largest, idle);
    }
}
