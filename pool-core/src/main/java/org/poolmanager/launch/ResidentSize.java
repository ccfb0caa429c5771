package org.poolmanager.launch;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** How much of a process is in memory. Known on Linux only. */
public final class ResidentSize {

    private static final String KEY = "VmRSS:";

    private ResidentSize() {}

    /** In bytes; -1 if it is not known here, or the process is gone. */
    public static long of(long pid) {
        try {
            for (String line : Files.readAllLines(Path.of("/proc", Long.toString(pid), "status"))) {
                if (line.startsWith(KEY)) {
                    String kilobytes =
                            line.substring(KEY.length()).replace("kB", "").trim();
                    return Long.parseLong(kilobytes) * 1024;
                }
            }
        } catch (IOException | NumberFormatException e) {
            // Gone, or another system.
        }
        return -1;
    }
}
