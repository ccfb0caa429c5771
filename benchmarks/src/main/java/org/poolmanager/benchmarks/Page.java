package org.poolmanager.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A Markdown page with a part for each group and JDK between two markers; only these parts are replaced. What stands
 * around them is written by people.
 */
final class Page {

    private static final String JDK = "jdk" + Runtime.version().feature();

    private final Path file;

    private Page(Path file) {
        this.file = file;
    }

    static Page existing(Path file) throws IOException {
        if (!Files.isRegularFile(file)) {
            throw new IOException("There is no page " + file.toAbsolutePath());
        }
        return new Page(file.toAbsolutePath());
    }

    /** A page of markers only. */
    static String empty() {
        StringBuilder text = new StringBuilder();
        for (Group group : Group.values()) {
            text.append(begin(group)).append('\n').append(end(group)).append("\n\n");
        }
        return text.toString();
    }

    private static String begin(Group group) {
        return "<!-- begin " + JDK + " " + group.id() + " -->";
    }

    private static String end(Group group) {
        return "<!-- end " + JDK + " " + group.id() + " -->";
    }

    /** Where pictures of a group are written. */
    Pictures pictures(Group group) {
        return new Pictures(file.resolveSibling("performance"), JDK + "-" + group.id());
    }

    void put(Group group, String text) throws IOException {
        String page = Files.readString(file);
        int begin = page.indexOf(begin(group));
        int end = page.indexOf(end(group));
        if (begin < 0 || end < begin) {
            System.err.println(file + " has no part for " + JDK + " " + group.id() + ": not written");
            return;
        }
        String before = page.substring(0, begin + begin(group).length());
        Files.writeString(file, before + "\n\n" + text.strip() + "\n\n" + page.substring(end));
    }
}
