package org.poolmanager.wire;

import java.io.IOException;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * A few pages of memory that a child and its parent share: what the child has begun and finished, readable after its
 * death; the parent's word that it may begin nothing more; and the buffer that the child writes its frames from, so that
 * an answer that was finished is not lost when the child dies before it is sent.
 *
 * <pre>
 *  0  begun      how many tasks have begun                      written by the child
 *  8  finished   how many tasks have ended                      written by the child
 * 16  task       id of the task that began last, 0 for none     written by the child
 * 24  doomed     1: begin nothing                               written by the parent
 * 32  base       bytes of the stream before the buffer          written by the child
 * 40  end        bytes of the stream up to its last whole frame written by the child
 * 48  progress   when the task that runs reported it, 0: never written by the child
 * 56  pong       the last sign of life that was asked for      written by the child
 * 64  buffer     frames on their way                            written by the child
 * </pre>
 *
 * <p>{@link #begin} and {@link #doom} each write their own word, fence, and read the other's: whatever the order, a
 * task that the parent does not see begun does not run.
 */
public final class Scoreboard {

    private static final int BUFFER_BYTES = 64 * 1024;

    private static final int BEGUN = 0;

    private static final int FINISHED = 8;

    private static final int TASK = 16;

    private static final int DOOMED = 24;

    private static final int BASE = 32;

    private static final int END = 40;

    private static final int PROGRESS = 48;

    private static final int PONG = 56;

    private static final int BUFFER = 64;

    private static final int SIZE = BUFFER + BUFFER_BYTES;

    private final ByteBuffer page;

    private Scoreboard(ByteBuffer page) {
        this.page = page;
    }

    /**
     * Creates the page.
     *
     * @param file where; must not exist
     * @return the parent's side of it
     * @throws IOException if it cannot be created
     */
    public static Scoreboard create(Path file) throws IOException {
        try (FileChannel channel = PrivateFile.create(file)) {
            // Written, not left sparse: a full disk is told now, and not by a crash at the first task.
            ByteBuffer zeros = ByteBuffer.allocate(SIZE);
            while (zeros.hasRemaining()) {
                channel.write(zeros);
            }
            return new Scoreboard(channel.map(FileChannel.MapMode.READ_WRITE, 0, SIZE));
        }
    }

    /**
     * Opens the page.
     *
     * @param file what the parent created
     * @return the child's side of it
     * @throws IOException if it cannot be opened
     */
    public static Scoreboard open(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            return new Scoreboard(LastingMap.of(channel, SIZE));
        }
    }

    /**
     * The child is about to run a task.
     *
     * @param task its id
     * @return false if the parent forbade it; then the task counts as not begun
     */
    public boolean begin(long task) {
        long count = page.getLong(BEGUN);
        page.putLong(TASK, task);
        page.putLong(BEGUN, count + 1);
        VarHandle.fullFence();
        if (page.getLong(DOOMED) == 0) {
            return true;
        }
        page.putLong(BEGUN, count);
        return false;
    }

    /** The child has the outcome of the task that it began last. */
    public void finish() {
        page.putLong(PROGRESS, 0);
        VarHandle.releaseFence();
        page.putLong(FINISHED, page.getLong(FINISHED) + 1);
    }

    /** The task that runs gets on. */
    public void progress() {
        page.putLong(PROGRESS, System.nanoTime() | 1); // 0 has another meaning
    }

    /**
     * When the task that runs said so last.
     *
     * @return the moment on the child's clock, 0 if it never did
     */
    public long progressAt() {
        VarHandle.acquireFence();
        return page.getLong(PROGRESS);
    }

    /**
     * The child is well.
     *
     * @param number of the question
     */
    public void answerPing(long number) {
        page.putLong(PONG, number);
    }

    /**
     * The last sign of life.
     *
     * @return the number of its question, 0 if there was none
     */
    public long pong() {
        VarHandle.acquireFence();
        return page.getLong(PONG);
    }

    /** The parent forbids further tasks. */
    public void doom() {
        page.putLong(DOOMED, 1);
        VarHandle.fullFence();
    }

    /** The parent takes that back. */
    public void pardon() {
        page.putLong(DOOMED, 0);
        VarHandle.fullFence();
    }

    /**
     * Whether further tasks are forbidden.
     *
     * @return true after {@link #doom}
     */
    public boolean isDoomed() {
        VarHandle.acquireFence();
        return page.getLong(DOOMED) != 0;
    }

    /**
     * How many tasks have begun.
     *
     * @return the count since this child's start
     */
    public long begun() {
        VarHandle.acquireFence();
        return page.getLong(BEGUN);
    }

    /**
     * How many tasks have ended.
     *
     * @return the count since this child's start
     */
    public long finished() {
        VarHandle.acquireFence();
        return page.getLong(FINISHED);
    }

    /**
     * The task that began last.
     *
     * @return its id, 0 for none
     */
    public long task() {
        VarHandle.acquireFence();
        return page.getLong(TASK);
    }

    /**
     * The task that runs at this moment.
     *
     * @return its id, 0 if none does
     */
    public long running() {
        return begun() > finished() ? task() : 0;
    }

    /** The buffer that the child's frames are written from. */
    ByteBuffer buffer() {
        return page.slice(BUFFER, BUFFER_BYTES);
    }

    /** The child has put whole frames into the buffer up to here, and sent what lay before the buffer. */
    void written(long base, int position) {
        VarHandle.releaseFence();
        page.putLong(BASE, base);
        VarHandle.releaseFence();
        page.putLong(END, base + position);
    }

    /**
     * What a dead child had written and not sent.
     *
     * @param received how many bytes of its stream have arrived
     * @return the bytes that follow, up to the last whole frame
     */
    ByteBuffer unsent(long received) {
        VarHandle.acquireFence();
        long base = page.getLong(BASE);
        long end = page.getLong(END);
        if (base < 0 || received < base || end <= received || end - base < 0 || end - base > BUFFER_BYTES) {
            return ByteBuffer.allocate(0);
        }
        return page.slice(BUFFER + (int) (received - base), (int) (end - received));
    }
}
