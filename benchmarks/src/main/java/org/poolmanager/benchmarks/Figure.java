package org.poolmanager.benchmarks;

import java.util.Locale;

/** What can be measured. */
enum Figure {
    TASKS_PER_SECOND("%,.0f/s"),
    MEGABYTES_PER_SECOND("%,.0f MB/s"),
    /** Of all processes together, per task. */
    CPU_MICROS("%.2f µs"),
    MEDIAN_MICROS("%.1f µs"),
    LEAST_MICROS("%.1f µs");

    private final String format;

    Figure(String format) {
        this.format = format;
    }

    String text(double value) {
        return String.format(Locale.ROOT, format, value);
    }
}
