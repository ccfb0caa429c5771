package org.poolmanager;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
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

    /** The worker of this lane; written by its thread, read by those that pump its output. */
    private volatile @Nullable Worker worker;

    Lane(Engine engine, Slot slot) {
        this.engine = engine;
        this.slot = slot;
    }

    @Override
    public void run() {
        try {
            Worker next;
            while ((next = engine.nextWorker(slot, this)) != null) {
                worker = next;
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
    public void answered(List<Answer> answers) {
        Worker from = worker;
        if (from != null && !answers.isEmpty()) {
            engine.board().answered(slot, from, answers);
        }
    }

    @Override
    public void recalled(long request, long[] tasks) {
        Worker from = worker;
        if (from != null) {
            engine.board().recalled(slot, from, request, tasks);
        }
    }

    @Override
    public void logged(long task, LogEvent event) {
        Worker from = worker;
        if (from != null) {
            engine.replay().replay(event, slot.id, from.pid(), task == 0 ? -1 : task);
        }
    }

    @Override
    public void printed(boolean error, String line) {
        Worker from = worker;
        MDC.put("pool", engine.settings().name());
        MDC.put("worker", Integer.toString(slot.id));
        if (from != null) {
            MDC.put("pid", Long.toString(from.pid()));
            long task = from.task();
            if (task != 0) {
                MDC.put("task", Long.toString(task));
            }
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
}
