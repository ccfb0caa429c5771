package org.poolmanager.benchmarks;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

/** What can be measured alone. */
enum Group {
    TRIVIAL(Options::withManyRounds, TrivialTasks::measure),
    CPU(CpuTasks::measure),
    GUARDS(Options::withManyRounds, Guards::measure),
    LATENCY(OneInFlight::measure),
    PAYLOADS(Options::withManyRounds, Payloads::measure),
    START(Options::withFewWarmups, WorkerStart::measure),
    FAULTS(Options::withFewWarmups, Faults::measure),
    ORPHANS(Options::withFewWarmups, Orphans::measure),
    IDLE(Options::withFewWarmups, Idle::measure),
    LOGS(LogRecords::measure),
    MIXED(Options::withFewWarmups, MixedTasks::measure),
    SCALING(Scaling::measure),
    PEERS(Options::withManyWarmups, Peers::measure);

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
    private final UnaryOperator<Options> amount;

    @SuppressWarnings("ImmutableEnumChecker") // the same
    private final Measurement measurement;

    Group(Measurement measurement) {
        this(UnaryOperator.identity(), measurement);
    }

    Group(UnaryOperator<Options> amount, Measurement measurement) {
        this.amount = amount;
        this.measurement = measurement;
    }

    String id() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** How much of it is measured. */
    Options options(Options given) {
        return amount.apply(given);
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
