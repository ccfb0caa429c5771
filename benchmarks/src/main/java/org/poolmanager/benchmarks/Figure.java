package org.poolmanager.benchmarks;

import java.util.Locale;

/** What can be measured. */
enum Figure {
    TASKS_PER_SECOND("%,.0f/s"),
    MEGABYTES_PER_SECOND("%,.0f MB/s"),
    /** Of all processes together, per task. */
    CPU_MICROS("%.2f µs"),
    NANOS("%.1f ns"),
    PERCENT("%.1f %%"),
    /** Second figures of the same. */
    LATER_NANOS("%.1f ns"),
    LATER_PERCENT("%.1f %%"),
    MEDIAN_MICROS("%.1f µs"),
    LEAST_MICROS("%.1f µs"),
    P99_MICROS("%,.0f µs"),
    MILLIS("%.1f ms"),
    /** A second figure of the same event. */
    LATER_MILLIS("%.1f ms"),
    /** Of one core. */
    CPU_PERCENT("%.2f %%"),
    RECORDS_PER_SECOND("%,.0f/s");

    private final String format;

    Figure(String format) {
        this.format = format;
    }

    String text(double value) {
        return String.format(Locale.ROOT, format, value);
    }
}
