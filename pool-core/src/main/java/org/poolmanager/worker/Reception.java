package org.poolmanager.worker;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.poolmanager.wire.Connection;
import org.poolmanager.wire.Frame;
import org.poolmanager.wire.FrameReader;
import org.poolmanager.wire.FrameType;
import org.poolmanager.wire.Levels;

/** Takes in what the parent sends, for whoever has the turn to read. */
final class Reception {

    static final long FOREVER = 0;

    static final long NOT_AT_ALL = -1;

    private static final long SOON = -2;

    private final Connection connection;

    private final FrameReader frames;

    private final Inbox inbox;

    private final Outlet outlet;

    private final LogCapture capture;

    private final TaskThread thread;

    /** What has been read and not passed on; empty between two turns. Of who has the turn to read. */
    private final List<Frame> tasks = new ArrayList<>();

    private volatile boolean leaving;

    Reception(
            Connection connection,
            FrameReader frames,
            Inbox inbox,
            Outlet outlet,
            LogCapture capture,
            TaskThread thread) {
        this.connection = connection;
        this.frames = frames;
        this.inbox = inbox;
        this.outlet = outlet;
        this.capture = capture;
        this.thread = thread;
    }

    /**
     * Waits for the next task, reading itself as long as nobody else does; null when nothing more will come.
     *
     * @param soon whether one is likely to come at once, if any does
     */
    @Nullable
    Frame next(boolean soon) {
        while (true) {
            Frame task = inbox.poll();
            if (task != null || inbox.isFinished()) {
                return task;
            }
            outlet.flush(); // what was left unflushed because more was to be done, and has been called back since
            if (inbox.tryToReadMore()) {
                read(soon ? SOON : FOREVER);
            } else {
                inbox.awaitReader();
            }
        }
    }

    /**
     * Reads what has come and gives the turn back. Only for who has the turn.
     *
     * @param millis how long to wait for the first byte, or {@link #FOREVER}, or {@link #NOT_AT_ALL}
     */
    void read(long millis) {
        List<Frame> answers = List.of();
        try {
            if (frames.hasBuffered() || isReadable(millis)) {
                answers = takeIn();
            }
        } catch (IOException | RuntimeException | Error e) {
            if (!leaving) {
                System.err.println("The connection to the parent broke: " + e);
                WorkerMain.parentIsGone();
            }
        } finally {
            inbox.stopReading();
        }
        // Not before the turn is given back: a sender may have to wait for whoever reads.
        for (Frame answer : answers) {
            outlet.send(answer, false);
        }
    }

    private boolean isReadable(long millis) throws IOException {
        return millis == SOON ? connection.awaitReadableSoon() : connection.awaitReadable(millis);
    }

    private List<Frame> takeIn() throws IOException {
        List<Frame> answers = new ArrayList<>(0);
        do {
            Frame frame = frames.next();
            if (frame == null) {
                if (!leaving) {
                    WorkerMain.parentIsGone();
                }
                return answers;
            }
            if (frame.type() == FrameType.TASK) {
                thread.arrived(frame.id());
                tasks.add(frame);
            } else {
                passOnTasks();
                accept(frame, answers);
            }
        } while (frames.hasBuffered());
        passOnTasks();
        return answers;
    }

    private void passOnTasks() {
        inbox.addAll(tasks);
        tasks.clear();
    }

    private void accept(Frame frame, List<Frame> answers) throws IOException {
        switch (frame.type()) {
            case RECALL -> answers.add(recalled(frame.id(), inbox.removeAll()));
            case PARDON -> {
                // Whoever waits for it looks when the turn to read is given back.
            }
            case LEVELS -> capture.levels(Levels.decode(frame.payload()));
            case STOP -> inbox.close();
            case PING -> thread.answerPing(frame.id());
            case INTERRUPT -> thread.interrupt(frame.id());
            case SHOW -> answers.add(thread.show(frame.id()));
            default -> throw new IOException("a parent does not send " + frame.type());
        }
    }

    private static Frame recalled(long request, long[] ids) {
        ByteBuffer payload = ByteBuffer.allocate(ids.length * Long.BYTES);
        payload.asLongBuffer().put(ids);
        return Frame.of(FrameType.RECALLED, request, payload.array());
    }

    /** Whatever happens to the connection from now on is no news. */
    void leave() {
        leaving = true;
        inbox.abandon();
    }
}
