package org.poolmanager.benchmarks;

import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.poolmanager.benchmarks.Series.Ratio;

/** The results of one group. */
final class Report {

    private static final String NONE = "–";

    private final Pictures pictures;

    private final StringBuilder rows = new StringBuilder();

    private final StringBuilder below = new StringBuilder();

    Report(Pictures pictures) {
        this.pictures = pictures;
    }

    Pictures pictures() {
        return pictures;
    }

    /**
     * Adds a row.
     *
     * @param name what was measured
     * @param figure which figure of it
     * @param ours what we reached
     * @param baseline what it is compared with
     * @param goal what is to be reached, null if the row is there to be known only
     */
    void add(String name, Figure figure, Series ours, Series baseline, @Nullable Goal goal) {
        Ratio ratio = ours.dividedBy(baseline, figure);
        String text = String.format(Locale.ROOT, "%.2f (%.2f – %.2f)", ratio.median(), ratio.least(), ratio.most());
        double value = ours.median(figure);
        add(name, figure.text(value), figure.text(baseline.median(figure)), text);
        judge(goal, goal != null && goal.absolute() ? value : ratio.median());
    }

    /** The same with the least of all rounds, for what the scheduler can make slower by any factor but not faster. */
    void addLeast(String name, Figure figure, Series ours, Series baseline, @Nullable Goal goal) {
        double ratio = ours.least(figure) / baseline.least(figure);
        String text = String.format(Locale.ROOT, "%.2f", ratio);
        add(name, figure.text(ours.least(figure)), figure.text(baseline.least(figure)), text);
        judge(goal, ratio);
    }

    /** Adds a row of what is compared with nothing. */
    void addAlone(String name, Figure figure, Series ours, @Nullable Goal goal) {
        String range = figure.text(ours.least(figure)) + " – " + figure.text(ours.most(figure));
        add(name, figure.text(ours.median(figure)), NONE, range);
        judge(goal, ours.median(figure));
    }

    /** Adds what stands below the table: a table of its own, or a picture. */
    void append(String markdown) {
        below.append('\n').append(markdown);
    }

    private void add(String... cells) {
        rows.append("| ").append(String.join(" | ", cells)).append(' ');
    }

    private void judge(@Nullable Goal goal, double value) {
        if (goal == null) {
            add(NONE, NONE, NONE);
        } else {
            add(goal.text(goal.must()), goal.text(goal.aim()), goal.verdict(value));
        }
        rows.append("|\n");
    }

    /** Everything that was added, as Markdown. */
    String markdown() {
        return rows.length() == 0 ? below.toString() : table() + below;
    }

    private String table() {
        return """
                | Figure | Ours | Baseline | Ratio (range of rounds) | Must | Aim | Reached |
                |---|---|---|---|---|---|---|
                """ + rows;
    }
}
