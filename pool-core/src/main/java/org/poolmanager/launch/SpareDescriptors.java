package org.poolmanager.launch;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Starts processes where there are file descriptors enough for that. A JDK that runs out of them in the midst of that does not
 * close those that it had opened (seen with 17.0.15 and 25), so each further attempt would make it worse.
 */
final class SpareDescriptors {

    /** Five pipes, what a look at the process takes, and what the connection to it will need. */
    private static final int NEEDED = 18;

    private SpareDescriptors() {}

    /**
     * Starts a process if there are enough. One at a time, so that two do not count on the same ones.
     *
     * @param file any that can be read
     */
    static synchronized Process start(ProcessBuilder builder, Path file) throws IOException {
        check(file);
        return builder.start();
    }

    private static void check(Path file) throws IOException {
        List<FileChannel> spare = new ArrayList<>(NEEDED);
        try {
            while (spare.size() < NEEDED) {
                spare.add(FileChannel.open(file));
            }
        } finally {
            for (FileChannel channel : spare) {
                channel.close();
            }
        }
    }
}
