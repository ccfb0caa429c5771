package org.poolmanager.worker;

import java.io.IOException;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.poolmanager.wire.AnswerKind;
import org.poolmanager.wire.Connection;
import org.poolmanager.wire.Failure;
import org.poolmanager.wire.Frame;
import org.poolmanager.wire.FrameType;
import org.poolmanager.wire.Payload;
import org.poolmanager.wire.PayloadException;
import org.poolmanager.wire.Payloads;
import org.poolmanager.wire.Scoreboard;
import org.poolmanager.wire.TaskContext;

/** Runs tasks one after the other, on the one thread that user code sees. */
final class TaskLoop {

    private final Reception reception;

    private final Inbox inbox;

    private final Outlet outlet;

    private final Scoreboard scoreboard;

    private final TaskThread thread;

    private final Payloads codec;

    private final PoolProcess<@Nullable Object, @Nullable Object> process;

    private final TaskMdc mdc;

    private boolean hasHeaders;

    private boolean fit = true;

    /** How long the last task took. */
    private int nanos = Integer.MAX_VALUE;

    /** When the last task ended, or a wait for the next one or for the socket behind it. */
    private long now;

    TaskLoop(
            Reception reception,
            Inbox inbox,
            Outlet outlet,
            Scoreboard scoreboard,
            TaskThread thread,
            Payloads codec,
            PoolProcess<@Nullable Object, @Nullable Object> process,
            TaskMdc mdc) {
        this.reception = reception;
        this.inbox = inbox;
        this.outlet = outlet;
        this.scoreboard = scoreboard;
        this.thread = thread;
        this.codec = codec;
        this.process = process;
        this.mdc = mdc;
    }

    /**
     * Works until nothing more comes.
     *
     * @return false if an error has left this JVM unfit for further tasks
     */
    boolean run() {
        now = System.nanoTime();
        boolean more = true;
        while (more) {
            more = runNext();
        }
        return fit;
    }

    /** Runs one task; a method of its own, so that a worker that waits holds on to none. */
    private boolean runNext() {
        Frame task = inbox.poll();
        if (task == null) {
            task = reception.next(nanos < Connection.SHORT_TASK);
            now = System.nanoTime();
        }
        if (task == null) {
            return false;
        }
        while (!scoreboard.begin(task.id())) {
            inbox.awaitPardon(scoreboard);
            now = System.nanoTime();
        }
        thread.begin(task.id());
        Frame answer = answer(task, now);
        thread.end(task.id());
        fit = answer.kind() != AnswerKind.FATAL.ordinal();
        if (outlet.send(answer, fit && inbox.hasMore(), now)) {
            now = System.nanoTime();
        }
        scoreboard.finish();
        return fit;
    }

    private Frame answer(Frame task, long start) {
        Object argument;
        try {
            argument = codec.unpack(TaskContext.argument(task));
            enter(TaskContext.of(task));
        } catch (PayloadException | IOException | RuntimeException | LinkageError | StackOverflowError e) {
            return failed(task, AnswerKind.UNREADABLE, e, start);
        }
        Object result;
        try {
            result = Call.run(process, argument);
        } catch (Throwable e) {
            return failed(task, kind(task, e), e, start);
        } finally {
            leave();
        }
        try {
            return frame(task, AnswerKind.VALUE, codec.pack(result), start);
        } catch (PayloadException | RuntimeException | LinkageError | StackOverflowError e) {
            return failed(task, AnswerKind.UNSERIALIZABLE, e, start);
        }
    }

    private void enter(TaskContext context) {
        mdc.enter(context);
        if (!context.headers().isEmpty()) {
            TaskHeaders.set(context.headers());
            hasHeaders = true;
        }
    }

    private void leave() {
        mdc.leave();
        if (hasHeaders) {
            TaskHeaders.set(Map.of());
            hasHeaders = false;
        }
    }

    private AnswerKind kind(Frame task, Throwable problem) {
        if (problem instanceof VirtualMachineError && !(problem instanceof StackOverflowError)) {
            return AnswerKind.FATAL;
        }
        return thread.wasInterrupted(task.id()) ? AnswerKind.INTERRUPTED : AnswerKind.FAILURE;
    }

    private Frame failed(Frame task, AnswerKind kind, Throwable problem, long start) {
        return frame(
                task, kind, new Payload((byte) 0, Failure.of(problem, codec).encode()), start);
    }

    private Frame frame(Frame task, AnswerKind kind, Object packed, long start) {
        now = System.nanoTime();
        nanos = (int) Math.min(now - start, Integer.MAX_VALUE);
        return Frame.of(FrameType.ANSWER, kind.ordinal(), task.id(), nanos, packed);
    }
}
