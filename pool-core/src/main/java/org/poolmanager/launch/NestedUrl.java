package org.poolmanager.launch;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * A URL that points into an archive, in one of the forms {@code jar:nested:/app.jar/!BOOT-INF/lib/x.jar!/} (Spring Boot
 * since 3.2), {@code jar:file:/app.jar!/BOOT-INF/lib/x.jar!/} (before) and {@code jar:file:/x.jar!/}.
 *
 * @param archive the outer file
 * @param entry the name of a jar, or of a directory, in the archive; empty for the archive itself
 */
record NestedUrl(Path archive, String entry) {

    private static final String NESTED = "jar:nested:";
    private static final String FILE = "jar:file:";

    /** Returns null if the URL has none of these forms. */
    static @Nullable NestedUrl parse(String url) {
        if (url.startsWith(NESTED)) {
            return split(url.substring(NESTED.length()), "/!");
        }
        if (url.startsWith(FILE)) {
            return split(url.substring(FILE.length()), "!/");
        }
        return null;
    }

    private static @Nullable NestedUrl split(String location, String separator) {
        int end = location.indexOf(separator);
        if (end < 0) {
            return null;
        }
        String entry = location.substring(end + separator.length());
        int inner = entry.indexOf("!/");
        return new NestedUrl(
                LoaderWalk.fileOf("file:" + location.substring(0, end)), inner < 0 ? entry : entry.substring(0, inner));
    }
}
