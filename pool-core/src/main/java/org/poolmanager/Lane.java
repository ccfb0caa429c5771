package org.poolmanager;

import java.time.Duration;
import java.util.List;
import org.poolmanager.Ending.Answer;
import org.poolmanager.wire.LogEvent;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

/**
 * The thread that owns one slot: it starts a worker, passes on what the worker says until it is gone, and starts the
 * next, for as long as the pool wants one.
 */
final class Lane implements Runnable, Worker.Sink {

    private static final Logger LOG = LoggerFactory.getLogger(PoolManager.class);

    private static final Logger STDOUT = LoggerFactory.getLogger("org.poolmanager.worker.stdout");

    private static final Logger STDERR = LoggerFactory.getLogger("org.poolmanager.worker.stderr");

    private final Engine engine;

    private final Slot slot;

    Lane(Engine engine, Slot slot) {
        this.engine = engine;
        this.slot = slot;
    }

    @Override
    public void run() {
        try {
            Worker next;
            while ((next = engine.nextWorker(slot, this)) != null) {
                live(next);
            }
        } catch (InterruptedException e) {
            // Nobody interrupts a lane but the end of this JVM.
        } finally {
            engine.laneEnded(slot);
        }
    }

    private void live(Worker next) throws InterruptedException {
        WorkerEnd end;
        try {
            long begin = System.nanoTime();
            next.start();
            engine.ready(slot, next, Duration.ofNanos(System.nanoTime() - begin));
            end = next.serve();
        } catch (WorkerStartException e) {
            engine.startFailed(slot, e);
            return;
        } catch (RuntimeException | Error e) {
            LOG.error(
                    "The thread of worker {} of pool '{}' failed",
                    slot.id,
                    engine.settings().name(),
                    e);
            end = next.giveUp(e);
        }
        engine.gone(slot, next, end);
    }

    @Override
    public void answered(Worker from, List<Answer> answers) {
        if (!answers.isEmpty()) {
            engine.board().answered(slot, from, answers);
        }
    }

    @Override
    public void recalled(Worker from, long request, long[] tasks) {
        engine.board().recalled(slot, from, request, tasks);
    }

    @Override
    public void logged(Worker from, long task, LogEvent event) {
        engine.replay().replay(event, slot.id, from.pid(), task == 0 ? -1 : task);
    }

    @Override
    public void printed(Worker from, boolean error, String line) {
        MDC.put("pool", engine.settings().name());
        MDC.put("worker", Integer.toString(slot.id));
        MDC.put("pid", Long.toString(from.pid()));
        if (from.task() != 0) {
            MDC.put("task", Long.toString(from.task()));
        }
        try {
            if (error) {
                STDERR.warn(line);
            } else {
                STDOUT.info(line);
            }
        } finally {
            MDC.clear();
        }
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
