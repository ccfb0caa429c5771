package org.poolmanager;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Makes {@link PoolStats} of a pool's books. Under the pool's lock. */
final class Snapshot {

    private Snapshot() {}

    static PoolStats of(
            PoolSettings settings, Life life, Board board, int abandoned, int resultsWaiting, PoolStats.Logs logs) {
        long now = System.nanoTime();
        int idle = 0;
        int busy = 0;
        int starting = 0;
        long running = 0;
        List<PoolStats.Worker> list = new ArrayList<>();
        for (Slot slot : board.slots()) {
            idle += slot.state == WorkerState.IDLE ? 1 : 0;
            busy += slot.state == WorkerState.BUSY ? 1 : 0;
            starting += slot.state == WorkerState.STARTING ? 1 : 0;
            running += slot.inFlight.isEmpty() ? 0 : 1;
            list.add(worker(slot, now));
        }
        int queued = (int) (board.unfinished() - running);
        return new PoolStats(
                life.state(),
                life.since(),
                new PoolStats.Workers(board.staff().size(), idle, busy, starting, abandoned),
                queue(settings, board, queued, now),
                board.tally().tasks(running),
                board.tally().throughput(now),
                resultsWaiting,
                List.copyOf(list),
                board.tally().restarts,
                board.tally().recycles,
                board.quarantine().size(),
                logs,
                board.tally().lastFailure());
    }

    private static PoolStats.Queue queue(PoolSettings settings, Board board, int queued, long now) {
        Task oldest = oldest(board);
        int remaining = Math.min(board.staff().capacity() - board.unfinished(), settings.queueSize());
        return new PoolStats.Queue(
                queued,
                settings.queueSize(),
                Math.max(0, remaining),
                oldest == null ? null : Duration.ofNanos(now - oldest.acceptedAt));
    }

    /** The task that has waited longest, in the queue or behind another in a worker's hands. */
    private static @Nullable Task oldest(Board board) {
        Task oldest = board.queue().peek();
        for (Slot slot : board.slots()) {
            for (Task task : slot.inFlight) {
                if (task.startedAt == 0) {
                    if (oldest == null || task.acceptedAt - oldest.acceptedAt < 0) {
                        oldest = task;
                    }
                    break;
                }
            }
        }
        return oldest;
    }

    private static PoolStats.Worker worker(Slot slot, long now) {
        Worker worker = slot.worker;
        Task head = slot.inFlight.peek();
        return new PoolStats.Worker(
                slot.id,
                slot.generation,
                worker == null ? -1 : worker.pid(),
                slot.state,
                slot.readyAt,
                slot.startTime,
                slot.history.tasks,
                slot.history.failures,
                current(head, now),
                slot.history.lastExit);
    }

    private static PoolStats.@Nullable Current current(@Nullable Task task, long now) {
        if (task == null) {
            return null;
        }
        Duration elapsed = Duration.ofNanos(Math.max(0, now - task.startedAt));
        return new PoolStats.Current(task.id, Instant.now().minus(elapsed), elapsed);
    }
}
