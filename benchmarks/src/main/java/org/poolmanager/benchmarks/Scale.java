package org.poolmanager.benchmarks;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/** The same work at several sizes of one thing, measured in turn; neighbours are compared. */
final class Scale {

    /** Neighbours that differ by so much need an explanation. */
    private static final double CLIFF = 2;

    private final String name;

    private final String title;

    private final Figure figure;

    private final Turns turns;

    private final List<String> labels = new ArrayList<>();

    private final List<Series> series = new ArrayList<>();

    Scale(String name, String title, Figure figure, Options options) {
        this.name = name;
        this.title = title;
        this.figure = figure;
        this.turns = new Turns(options);
    }

    void add(String label, Turns.Turn turn) {
        labels.add(label);
        series.add(turns.add(turn));
    }

    void measure(Report report) throws Exception {
        System.err.println("  " + name + " …");
        turns.run();
        StringBuilder table = new StringBuilder("**" + title + "**\n\n")
                .append("| | Median | Range of rounds | Ratio to the row above | |\n|---|---|---|---|---|\n");
        for (int i = 0; i < labels.size(); i++) {
            Series here = series.get(i);
            table.append(String.format(
                    "| %s | %s | %s – %s | %s |%n",
                    labels.get(i),
                    figure.text(here.median(figure)),
                    figure.text(here.least(figure)),
                    figure.text(here.most(figure)),
                    i == 0
                            ? "– | "
                            : compare(here.dividedBy(series.get(i - 1), figure).median())));
        }
        report.append(table.toString());
        draw(report);
    }

    private static String compare(double ratio) {
        String flag = ratio <= 1 / CLIFF ? "**cliff**" : ratio >= CLIFF ? "jump" : "";
        return String.format(Locale.ROOT, "%.2f | %s", ratio, flag);
    }

    private void draw(Report report) throws IOException {
        List<Pictures.Bar> bars = IntStream.range(0, labels.size())
                .mapToObj(i -> {
                    double median = series.get(i).median(figure);
                    return new Pictures.Bar(labels.get(i), median, figure.text(median));
                })
                .toList();
        report.append(report.pictures().bars(name, title, bars));
    }
}
