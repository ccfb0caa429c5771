package org.poolmanager;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A consistent snapshot of a pool, taken from memory in microseconds under the pool's lock: no worker is asked.
 *
 * <p>At every moment {@code tasks.submitted = completed + failed + timedOut + crashed + cancelled + running +
 * queue.size}.
 *
 * @param state the pool's state
 * @param since when it got into that state
 * @param workers how many workers do what
 * @param queue the tasks that wait
 * @param tasks what has become of all tasks since the pool was built
 * @param throughput tasks that got an outcome, per second
 * @param resultsWaiting results of {@code put} that nobody has fetched yet
 * @param workerList each worker
 * @param restarts how many workers went away and had to be replaced
 * @param recycles how many workers were replaced although nothing was wrong with them, see {@link RecyclePolicy}
 * @param quarantined how many tasks are in quarantine
 * @param logs log records that workers sent
 * @param lastFailure the last task or worker that went wrong, if any
 */
public record PoolStats(
        PoolState state,
        Instant since,
        Workers workers,
        Queue queue,
        Tasks tasks,
        Throughput throughput,
        int resultsWaiting,
        List<Worker> workerList,
        long restarts,
        long recycles,
        int quarantined,
        Logs logs,
        @Nullable Failure lastFailure) {

    /**
     * Whether the pool goes on with fewer workers than it should have. So it is for a moment where a worker is replaced, and
     * for longer where none can be started in its place.
     *
     * @return true if the pool is running or paused, and fewer workers are live than there should be
     */
    public boolean isDegraded() {
        return (state == PoolState.RUNNING || state == PoolState.PAUSED) && workers.live() < workers.target();
    }

    /**
     * Workers by what they do.
     *
     * @param target how many there should be
     * @param idle ready, without a task
     * @param busy running a task
     * @param starting on their way
     * @param abandoned threads that did not heed the interrupt that ended their task, and still run; none in process
     *     isolation. Their names end with {@code -abandoned}
     */
    public record Workers(int target, int idle, int busy, int starting, int abandoned) {

        /**
         * Workers that could run a task or do.
         *
         * @return idle and busy ones
         */
        public int live() {
            return idle + busy;
        }
    }

    /**
     * Tasks that wait, those handed to a worker ahead of time included.
     *
     * @param size how many wait
     * @param capacity how many may wait while all workers are busy
     * @param remaining how many more may wait
     * @param oldest how long the task that waits longest in the queue has waited, if any does
     */
    public record Queue(
            int size, int capacity, int remaining, @Nullable Duration oldest) {}

    /**
     * Counters, never reset.
     *
     * @param submitted accepted
     * @param completed returned a value
     * @param failed threw, or could not travel
     * @param timedOut ended by a limit
     * @param crashed lost with their worker
     * @param cancelled cancelled, cleared, or ended by closing
     * @param running in a worker's hands now
     * @param rejected not accepted, so in none of the others
     * @param retried attempts that failed and were followed by another, so in none of the others
     */
    public record Tasks(
            long submitted,
            long completed,
            long failed,
            long timedOut,
            long crashed,
            long cancelled,
            long running,
            long rejected,
            long retried) {

        /**
         * Tasks that have an outcome.
         *
         * @return all ends together
         */
        public long finished() {
            return completed + failed + timedOut + crashed + cancelled;
        }
    }

    /**
     * Outcomes per second.
     *
     * @param oneMinute over the last minute, or since the start if that is shorter
     * @param fiveMinutes over the last five minutes, likewise
     */
    public record Throughput(double oneMinute, double fiveMinutes) {}

    /**
     * Log records of workers, and lines that they printed, since the pool was built. In thread isolation there are none:
     * a task's records are logged where they arise.
     *
     * @param replayed handed to the loggers here
     * @param dropped lost because these did not keep up, see {@link LogOverflow}
     * @param lastDropped when the last of these was lost, null if none ever was
     * @param levels the same by level, the least severe first; lines printed to standard output are of level INFO, those to
     *     standard error of level WARN
     */
    public record Logs(
            long replayed, long dropped, @Nullable Instant lastDropped, List<Level> levels) {

        /**
         * Records of one level.
         *
         * @param level the level's name, such as {@code WARN}
         * @param replayed handed to the loggers here
         * @param dropped lost
         */
        public record Level(String level, long replayed, long dropped) {}
    }

    /**
     * One worker.
     *
     * @param id its number, from 1
     * @param generation how often it has been started
     * @param pid its process id, -1 if it has none now
     * @param state what it does
     * @param startedAt when it became ready, null before that
     * @param startTime how long that took
     * @param tasks how many tasks it has ended, over all generations
     * @param failures how many of those failed, ran out of time or crashed
     * @param task the task it runs, if any
     * @param lastExit how its previous generation ended, if it did
     */
    public record Worker(
            int id,
            int generation,
            long pid,
            WorkerState state,
            @Nullable Instant startedAt,
            @Nullable Duration startTime,
            long tasks,
            long failures,
            @Nullable Current task,
            @Nullable Exit lastExit) {}

    /**
     * The task a worker runs.
     *
     * @param id the task's number in the pool, from 1
     * @param startedAt when it was handed to the free worker
     * @param elapsed how long ago that is
     */
    public record Current(long id, Instant startedAt, Duration elapsed) {}

    /**
     * How a worker ended.
     *
     * @param at when
     * @param reason why
     * @param exitCode the process's exit value, if it had one
     * @param message in words
     */
    public record Exit(
            Instant at, WorkerExit reason, @Nullable Integer exitCode, String message) {}

    /**
     * Something that went wrong.
     *
     * @param at when
     * @param taskId the task's number in the pool, from 1
     * @param type {@code TASK_FAILED}, {@code TASK_TIMED_OUT} or {@code WORKER_CRASHED}
     * @param message in words
     */
    public record Failure(Instant at, long taskId, String type, String message) {}
}
