package org.poolmanager.sample;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** What senders call their files, made fit to be shown and logged. */
final class FileNames {

    private static final int LONGEST = 200;

    private FileNames() {}

    static String clean(@Nullable String sent) {
        String name = Objects.requireNonNullElse(sent, "");
        name = name.substring(Math.max(name.lastIndexOf('/'), name.lastIndexOf('\\')) + 1);
        name = name.replaceAll("\\p{C}", "?").strip();
        if (name.isEmpty()) {
            return "unnamed";
        }
        return name.length() <= LONGEST ? name : name.substring(name.length() - LONGEST);
    }
}
