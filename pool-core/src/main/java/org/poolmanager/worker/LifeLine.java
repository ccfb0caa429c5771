package org.poolmanager.worker;

import java.io.FileInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Standard input, which the parent holds open for as long as it lives: when it ends, this process ends at once.
 *
 * <p>A JVM that exits waits 300 ms for threads that are blocked in native code, as a read is. So the life line changes
 * hands when an exit begins: from then on, until the last shutdown hook is done, it looks for its parent now and then.
 */
final class LifeLine implements Runnable {

    private static final long LOOK = TimeUnit.MILLISECONDS.toNanos(100);

    private final FileChannel input;

    /** Set when an exit begins, not before: the first process handle of a JVM costs a tenth of its start. */
    private volatile Optional<ProcessHandle> parent = Optional.empty();

    private volatile boolean leaving;

    LifeLine(FileInputStream input) {
        this.input = input.getChannel();
    }

    /** Holds on to the parent until this process ends. */
    @Override
    public void run() {
        try {
            ByteBuffer nothing = ByteBuffer.allocate(16);
            while (input.read(nothing) >= 0) {
                nothing.clear();
            }
        } catch (IOException e) {
            // As good as its end, unless this process is leaving.
            while (leaving && ProcessHandle.current().parent().equals(parent)) {
                LockSupport.parkNanos(LOOK);
            }
        }
        WorkerMain.parentIsGone();
    }

    /** This process has begun to exit. */
    void leave() throws IOException {
        parent = ProcessHandle.current().parent();
        leaving = true;
        input.close();
    }
}
