package org.poolmanager.launch;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The file that a JVM writes when it crashes: where it lies, and what its first lines say. */
final class CrashLog {

    private static final String PREFIX = "hs_err_";
    private static final String SUFFIX = ".log";
    private static final int HEAD_LINES = 64;
    private static final int REASON_LINES = 4;

    private CrashLog() {}

    /** For the JVM, which puts its process id in the place of {@code %p}. */
    static String pattern(Path directory) {
        return directory.toAbsolutePath().toString().replace("%", "%%")
                + directory.getFileSystem().getSeparator() + PREFIX + "%p" + SUFFIX;
    }

    static Path path(Path directory, long pid) {
        return directory.toAbsolutePath().resolve(PREFIX + pid + SUFFIX);
    }

    /** Those that are there, and when they were written. */
    static Map<Path, FileTime> allIn(Path directory) {
        Map<Path, FileTime> found = new HashMap<>();
        try (DirectoryStream<Path> logs = Files.newDirectoryStream(directory.toAbsolutePath(), PREFIX + "*" + SUFFIX)) {
            for (Path log : logs) {
                found.put(log, Files.getLastModifiedTime(log));
            }
        } catch (IOException | DirectoryIteratorException e) {
            // Whoever needs the directory will say so.
        }
        return found;
    }

    /** Reason and problematic frame in a few lines, or null if the file cannot be read or says neither. */
    static @Nullable String head(Path crashLog) {
        // Single bytes never fail to decode, and the part that matters is ASCII.
        try (BufferedReader reader = Files.newBufferedReader(crashLog, StandardCharsets.ISO_8859_1)) {
            return head(reader.lines().limit(HEAD_LINES).toList());
        } catch (IOException | UncheckedIOException e) {
            return null;
        }
    }

    private static @Nullable String head(List<String> lines) {
        List<String> head = new ArrayList<>();
        boolean inReason = true;
        boolean inFrame = false;
        for (String line : lines) {
            String text = line.startsWith("#") ? line.substring(1).strip() : "";
            if (text.startsWith("JRE version") || text.startsWith("Possible reasons")) {
                inReason = false;
            } else if (inFrame) {
                head.add("Problematic frame: " + text);
                break;
            } else if (text.startsWith("Problematic frame")) {
                inFrame = true;
            } else if (inReason && !text.isEmpty() && !text.startsWith("A fatal error") && head.size() < REASON_LINES) {
                head.add(text);
            }
        }
        return head.isEmpty() ? null : String.join("\n", head);
    }
}
