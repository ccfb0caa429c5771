package org.poolmanager.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/** Draws bars as SVG, readable on a light and on a dark page. */
final class Pictures {

    private static final int LABEL = 230;

    private static final int BAR = 380;

    private static final int ROW = 24;

    private static final int TOP = 40;

    private static final int WIDTH = LABEL + BAR + 130;

    private static final String STYLE = """
            <style>
              text { font: 13px sans-serif; fill: #1f2328 } .title { font-weight: bold } rect { fill: #2f6fb5 }
              @media (prefers-color-scheme: dark) { text { fill: #e6edf3 } rect { fill: #6cb0f5 } }
            </style>
            """;

    /**
     * One bar.
     *
     * @param label what it stands for
     * @param value how long it is
     * @param text the value with its unit
     */
    record Bar(String label, double value, String text) {}

    private final Path directory;

    private final String prefix;

    Pictures(Path directory, String prefix) {
        this.directory = directory;
        this.prefix = prefix;
    }

    /** Draws bars and returns the Markdown that shows them. */
    String bars(String name, String title, List<Bar> bars) throws IOException {
        double most = bars.stream().mapToDouble(Bar::value).max().orElse(1);
        StringBuilder svg = new StringBuilder(String.format(
                Locale.ROOT,
                "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" role=\"img\">%n<title>%s</title>%n%s",
                WIDTH,
                TOP + ROW * bars.size() + ROW / 2,
                escape(title),
                STYLE));
        svg.append(String.format("<text class=\"title\" x=\"8\" y=\"22\">%s</text>%n", escape(title)));
        for (int i = 0; i < bars.size(); i++) {
            Bar bar = bars.get(i);
            int y = TOP + ROW * i;
            double width = most > 0 ? BAR * bar.value() / most : 0;
            svg.append(String.format(
                    Locale.ROOT,
                    "<text x=\"%d\" y=\"%d\" text-anchor=\"end\">%s</text>"
                            + "<rect x=\"%d\" y=\"%d\" width=\"%.1f\" height=\"16\"/>"
                            + "<text x=\"%.1f\" y=\"%d\">%s</text>%n",
                    LABEL - 8,
                    y + 13,
                    escape(bar.label()),
                    LABEL,
                    y,
                    width,
                    LABEL + width + 6,
                    y + 13,
                    escape(bar.text())));
        }
        svg.append("</svg>\n");
        Files.createDirectories(directory);
        String file = prefix + "-" + name + ".svg";
        Files.writeString(directory.resolve(file), svg);
        return "![" + title + "](" + directory.getFileName() + "/" + file + ")\n";
    }

    private static String escape(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace("\"", "&quot;");
    }
}
