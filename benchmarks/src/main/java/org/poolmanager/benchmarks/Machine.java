package org.poolmanager.benchmarks;

import java.lang.management.ManagementFactory;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** Where and how a table came about. */
final class Machine {

    private Machine() {}

    static String describe(Options options) {
        return String.format(
                Locale.ROOT,
                """
                %d cores, %s %s %s, load average %.1f at the end; %s %s; %s; %d interleaved rounds after %d to warm up.
                Figures are medians; ratios are taken within each round.

                """,
                Runtime.getRuntime().availableProcessors(),
                System.getProperty("os.name"),
                System.getProperty("os.version"),
                System.getProperty("os.arch"),
                ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage(),
                System.getProperty("java.vm.name"),
                Runtime.version(),
                DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm 'UTC'", Locale.ROOT)
                        .format(ZonedDateTime.now(ZoneOffset.UTC)),
                options.rounds(),
                options.warmups());
    }
}
