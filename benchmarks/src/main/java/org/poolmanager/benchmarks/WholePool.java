package org.poolmanager.benchmarks;

import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Measures whole pools beside their peers, all of them in turn in one run, and prints a Markdown table. Absolute numbers
 * depend on the machine and on who else uses it; the ratios are what counts.
 */
public final class WholePool {

    private WholePool() {}

    /**
     * Measures everything.
     *
     * @param args {@code name=value}, see {@link Options}
     * @throws Exception if a measurement fails; then there is no table
     */
    public static void main(String[] args) throws Exception {
        Options options = Options.parse(args);
        Report report = new Report();
        progress("trivial tasks");
        TrivialTasks.measure(options, report);
        progress("50 µs tasks");
        CpuTasks.measure(options, report);
        progress("one task in flight");
        OneInFlight.measure(options, report);
        progress("1 MiB payloads");
        Payloads.measure(options, report);

        String text = Machine.describe(options, args) + report.table();
        System.out.println(text);
        Files.writeString(file(), text);
    }

    private static void progress(String what) {
        System.err.println("measuring " + what + " …");
    }

    /** In the build directory that this class was compiled to, wherever the run was started. */
    private static Path file() throws URISyntaxException {
        return Path.of(WholePool.class
                        .getProtectionDomain()
                        .getCodeSource()
                        .getLocation()
                        .toURI())
                .resolveSibling("whole-pool.md");
    }
}
