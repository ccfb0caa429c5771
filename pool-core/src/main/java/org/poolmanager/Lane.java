package org.poolmanager;

import java.time.Duration;
import java.util.List;
import org.poolmanager.Ending.Answer;
import org.poolmanager.wire.LogEvent;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.spi.LocationAwareLogger;

/**
 * The thread that owns one slot: it starts a worker, passes on what the worker says until it is gone, and starts the
 * next, for as long as the pool wants one.
 */
final class Lane implements Runnable, Worker.Sink {

    private static final Logger LOG = LoggerFactory.getLogger(PoolManager.class);

    private final Engine engine;

    private final Slot slot;

    /** The last record of this lane's workers; of the lane's thread. */
    private long lastRecord;

    Lane(Engine engine, Slot slot) {
        this.engine = engine;
        this.slot = slot;
    }

    @Override
    public void run() {
        try {
            boolean more = true;
            while (more) {
                more = liveNext();
            }
        } finally {
            engine.logs().awaitLast(lastRecord);
            engine.laneEnded(slot);
        }
    }

    /** One generation. Whatever is thrown ends that generation, and never the lane: nobody else serves the slot. */
    private boolean liveNext() {
        Worker next;
        try {
            next = engine.nextWorker(slot, this);
        } catch (InterruptedException e) {
            return true; // nobody here does that: it is meant for no lane
        } catch (RuntimeException | Error e) {
            startFailed(e);
            return true;
        }
        if (next != null) {
            live(next);
        }
        return next != null;
    }

    private void live(Worker next) {
        WorkerEnd end;
        boolean ready = false;
        try {
            long begin = System.nanoTime();
            next.start();
            engine.logs().await(lastRecord);
            ready = true;
            engine.ready(slot, next, Duration.ofNanos(System.nanoTime() - begin));
            end = next.serve();
        } catch (WorkerStartException e) {
            engine.logs().await(lastRecord);
            tellStartFailed(e);
            return;
        } catch (InterruptedException | RuntimeException | Error e) {
            if (!ready) {
                startFailed(e);
                var unused = giveUp(next, e);
                return;
            }
            end = giveUp(next, e);
            report(e);
        }
        engine.logs().await(lastRecord);
        bury(next, end);
    }

    private void startFailed(Throwable why) {
        tellStartFailed(WorkerStartException.ofOurs(engine.texts().notStarted(slot.id, why), why));
    }

    /** Until it succeeds: without it, the pool would wait for this start. */
    private void tellStartFailed(WorkerStartException why) {
        boolean told = false;
        for (int attempt = 1; !told; attempt++) {
            try {
                engine.startFailed(slot, why);
                told = true;
            } catch (RuntimeException | Error e) {
                report(e);
                pause(attempt);
            }
        }
    }

    /** Until it succeeds: its process would be left over, or its thread. */
    private WorkerEnd giveUp(Worker worker, Throwable why) {
        WorkerEnd end = null;
        for (int attempt = 1; end == null; attempt++) {
            try {
                engine.leaves(slot);
                end = worker.giveUp(why);
            } catch (InterruptedException | RuntimeException | Error e) {
                report(e);
                pause(attempt);
            }
        }
        return end;
    }

    /** Until it succeeds: what is in the books of a worker that is gone would be stuck there. */
    private void bury(Worker worker, WorkerEnd end) {
        boolean buried = false;
        for (int attempt = 1; !buried; attempt++) {
            try {
                engine.gone(slot, worker, end);
                buried = true;
            } catch (RuntimeException | Error e) {
                report(e);
                pause(attempt);
            }
        }
    }

    private void pause(int attempt) {
        try {
            engine.pause(attempt);
        } catch (InterruptedException e) {
            // Then it is tried again at once.
        }
    }

    private void report(Throwable problem) {
        try {
            LOG.error(
                    "The thread of worker {} of pool '{}' failed",
                    slot.id,
                    engine.settings().name(),
                    problem);
        } catch (RuntimeException | Error e) {
            // Most likely for the same reason: this lane has its slot to serve.
        }
    }

    @Override
    public void answered(Worker from, List<Answer> answers) {
        if (!answers.isEmpty()) {
            engine.logs().await(lastRecord); // records come before the outcome of their task
            engine.board().answered(slot, from, answers, engine.repeatable(answers));
        }
    }

    @Override
    public void recalled(Worker from, long request, long[] tasks) {
        engine.board().recalled(slot, from, request, tasks);
    }

    @Override
    public void shown(Worker from, long task, List<StackTraceElement> stack) {
        engine.board().shown(slot, from, task, stack);
    }

    @Override
    public void logged(Worker from, long task, byte[] event) {
        lastRecord = add(from, task, event);
    }

    /** Called by the threads that read a worker's output, whose lines no outcome waits for. */
    @Override
    public void printed(Worker from, boolean error, String line) {
        LogEvent event = error
                ? LogEvent.of("org.poolmanager.worker.stderr", LocationAwareLogger.WARN_INT, line, null)
                : LogEvent.of("org.poolmanager.worker.stdout", LocationAwareLogger.INFO_INT, line, null);
        long unused = add(from, from.task(), event.encode());
    }

    private long add(Worker from, long task, byte[] event) {
        return engine.logs().add(new LogQueue.Entry(slot.id, from.pid(), task == 0 ? -1 : task, event));
    }

    @Override
    public void closeFailed(Worker from, Throwable problem) {
        LOG.warn(
                "The close() of worker {} of pool '{}' (pid {}) failed",
                slot.id,
                engine.settings().name(),
                from.pid(),
                problem);
    }
}
