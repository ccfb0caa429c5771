package org.poolmanager.benchmarks;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/** What can be measured alone. */
enum Group {
    TRIVIAL(TrivialTasks::measure),
    CPU(CpuTasks::measure),
    GUARDS(Guards::measure),
    LATENCY(OneInFlight::measure),
    PAYLOADS(Payloads::measure),
    START((options, report) -> WorkerStart.measure(options.withFewWarmups(), report)),
    FAULTS((options, report) -> Faults.measure(options.withFewWarmups(), report)),
    ORPHANS((options, report) -> Orphans.measure(options.withFewWarmups(), report)),
    IDLE((options, report) -> Idle.measure(options.withFewWarmups(), report)),
    LOGS(LogRecords::measure),
    MIXED((options, report) -> MixedTasks.measure(options.withFewWarmups(), report)),
    SCALING(Scaling::measure),
    PEERS(Peers::measure);

    /** Measures a group. */
    @FunctionalInterface
    interface Measurement {
        /**
         * Measures.
         *
         * @param options how much
         * @param report takes the results
         * @throws Exception if it cannot be measured
         */
        void take(Options options, Report report) throws Exception;
    }

    @SuppressWarnings("ImmutableEnumChecker") // a reference to a method without state
    private final Measurement measurement;

    Group(Measurement measurement) {
        this.measurement = measurement;
    }

    String id() {
        return name().toLowerCase(Locale.ROOT);
    }

    void measure(Options options, Report report) throws Exception {
        measurement.take(options, report);
    }

    /** The groups of a list of names with commas, all if it is empty. */
    static Set<Group> parse(String names) {
        if (names.isBlank()) {
            return EnumSet.allOf(Group.class);
        }
        return Arrays.stream(names.split(","))
                .map(name -> valueOf(name.strip().toUpperCase(Locale.ROOT)))
                .collect(Collectors.toCollection(() -> EnumSet.noneOf(Group.class)));
    }
}
