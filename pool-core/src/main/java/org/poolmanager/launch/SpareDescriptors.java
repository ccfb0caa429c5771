package org.poolmanager.launch;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Starts processes where there are file descriptors enough for that. A JDK that runs out of them in the midst of that does not
 * close those that it had opened (seen with 17.0.15 and 25), so each further attempt would make it worse.
 */
final class SpareDescriptors {

    /** Five pipes, what a look at the process takes, and what the connection to it will need. */
    private static final int NEEDED = 18;

    /** A start takes milliseconds. One that takes so long hangs, most likely in a directory on a mount that does not answer. */
    private static final long PATIENCE = TimeUnit.SECONDS.toNanos(5);

    /** Who starts a process now, and since when. Guarded by this class. */
    private static @Nullable Object turn;

    private static long since;

    private SpareDescriptors() {}

    /**
     * Starts a process if there are enough. One at a time, so that two do not count on the same ones; but nobody waits for
     * one that hangs.
     *
     * @param file any that can be read
     */
    static Process start(ProcessBuilder builder, Path file) throws IOException {
        Object mine = new Object();
        takeTurn(mine);
        try {
            check(file);
            return builder.start();
        } finally {
            endTurn(mine);
        }
    }

    private static synchronized void takeTurn(Object mine) {
        try {
            long left;
            while (turn != null && (left = since + PATIENCE - System.nanoTime()) > 0) {
                TimeUnit.NANOSECONDS.timedWait(SpareDescriptors.class, left);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // somebody is in a hurry
        }
        turn = mine;
        since = System.nanoTime();
    }

    @SuppressWarnings("ReferenceEquality") // a turn is its object
    private static synchronized void endTurn(Object mine) {
        if (turn == mine) {
            turn = null;
            SpareDescriptors.class.notifyAll();
        }
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
