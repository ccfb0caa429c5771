package org.poolmanager;

import java.io.PrintStream;
import java.time.Duration;
import java.util.Locale;
import java.util.Objects;
import java.util.function.Consumer;

/**
 * Shows the progress of one call on one line of a terminal, over and over, and ends the line with the call:
 * {@code 1,240 of 10,000 (12 %), 3 failed, 523/s, 17 s left}. Called by one thread.
 */
public final class ProgressLine implements Consumer<Progress> {

    private final PrintStream out;

    private int width;

    /**
     * A line.
     *
     * @param out where to, usually {@code System.err}
     */
    public ProgressLine(PrintStream out) {
        this.out = Objects.requireNonNull(out, "'out' must not be null");
    }

    @Override
    public void accept(Progress progress) {
        String text = text(progress);
        // What the line before had more is wiped out.
        out.print("\r" + text + " ".repeat(Math.max(0, width - text.length())));
        width = text.length();
        if (progress.ended()) {
            out.println();
        }
        out.flush();
    }

    /**
     * The words of the line, for those who show them elsewhere.
     *
     * @param progress how far it is
     * @return for instance {@code 1,240 of 10,000 (12 %), 3 failed, 523/s, 17 s left}
     */
    public static String text(Progress progress) {
        StringBuilder text = new StringBuilder(String.format(Locale.ROOT, "%,d", progress.done()));
        if (progress.total() < 0) {
            text.append(" done");
        } else {
            text.append(String.format(Locale.ROOT, " of %,d", progress.total()));
            if (progress.total() > 0) {
                text.append(" (")
                        .append(100 * progress.done() / progress.total())
                        .append(" %)");
            }
        }
        if (progress.failed() > 0) {
            text.append(String.format(Locale.ROOT, ", %,d failed", progress.failed()));
        }
        double rate = progress.perSecond();
        text.append(String.format(Locale.ROOT, rate < 10 ? ", %.1f/s" : ", %,.0f/s", rate));
        if (progress.ended()) {
            text.append(", took ").append(words(progress.elapsed()));
        } else {
            progress.left()
                    .ifPresent(left -> text.append(", ").append(words(left)).append(" left"));
        }
        return text.toString();
    }

    private static String words(Duration duration) {
        long seconds = Math.round(duration.toMillis() / 1e3);
        if (seconds < 60) {
            return seconds + " s";
        }
        if (seconds < 3600) {
            return seconds / 60 + " min " + seconds % 60 + " s";
        }
        return seconds / 3600 + " h " + seconds % 3600 / 60 + " min";
    }
}
