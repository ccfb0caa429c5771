package org.poolmanager.benchmarks;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Measures whole pools beside their peers, all of them in turn in one run, and prints Markdown tables. Absolute numbers
 * depend on the machine and on who else uses it; the ratios are what counts.
 */
public final class WholePool {

    private WholePool() {}

    /**
     * Measures everything, or the groups that the system property {@code benchmarks.only} names. With
     * {@code benchmarks.page} set, the tables also replace those of that page, and the pictures are put beside it.
     *
     * @param args {@code name=value}, see {@link Options}
     * @throws Exception if a measurement fails; groups that were measured before it are written
     */
    public static void main(String[] args) throws Exception {
        Options given = Options.parse(args);
        Page page = page();
        for (Group group : Group.parse(System.getProperty("benchmarks.only", ""))) {
            System.err.println("measuring " + group.id() + " …");
            Options options = group.options(given);
            Report report = new Report(page.pictures(group));
            long start = System.nanoTime();
            group.measure(options, report);
            String text = Machine.describe(options) + report.markdown();
            System.out.println("## " + group.id() + "\n\n" + text);
            System.err.printf("%s took %.0f s%n", group.id(), (System.nanoTime() - start) / 1e9);
            page.put(group, text);
        }
    }

    private static Page page() throws URISyntaxException, IOException {
        String given = System.getProperty("benchmarks.page", "");
        if (!given.isBlank()) {
            return Page.existing(Path.of(given));
        }
        // The build directory that this class was compiled to, wherever the run was started.
        Path classes = Path.of(WholePool.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toURI());
        Path file = classes.resolveSibling("performance.md");
        Files.writeString(file, Page.empty());
        return Page.existing(file);
    }
}
