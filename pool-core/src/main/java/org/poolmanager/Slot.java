package org.poolmanager;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * The board's books on one worker, over all its generations, until a replacement with books of its own takes its place.
 * Guarded by the pool's lock.
 */
final class Slot {

    /** A worker's prefetched tasks should last about so long: longer costs fairness, shorter costs waiting. */
    private static final long WINDOW_NANOS = 500_000;

    /** To wake a worker that sleeps takes about so long, on both sides together. */
    private static final long WAKE_NANOS = 30_000;

    /** To choose a worker for each of so short tasks costs more than one of them being ahead of the others by so much. */
    private static final long LITTLE_NANOS = 5_000;

    /** A task that has run for so long is none of the short ones that this worker has had so far. */
    private static final long SLOW_NANOS = 200_000;

    private static final int MIN_WINDOW = 2;

    private static final int MAX_WINDOW = 1024;

    /** Beside the running task, so many bytes may lie in a worker's inbox. */
    private static final int MAX_PREFETCHED_BYTES = 2 << 20;

    /** What it is to the board. SERVING, or SPARE → SERVING; → RETIRED. */
    enum Role {
        /** Starts, or waits to take its predecessor's place. */
        SPARE,
        /** One of the pool's workers. */
        SERVING,
        /** Another has taken its place. */
        RETIRED
    }

    final int id;

    final SlotHistory history;

    Role role = Role.SERVING;

    /** Sent and not answered, in the order in which they run; the first is running or about to. */
    final TaskQueue inFlight = new TaskQueue();

    WorkerState state = WorkerState.DOWN;

    int generation;

    @Nullable
    Worker worker;

    /** Why the board ended this generation, null while it has not. */
    @Nullable
    WorkerExit endedBecause;

    /** What failed in the board's own work for this generation, which was ended for that; null if nothing has. */
    @Nullable
    Throwable failure;

    @Nullable
    Instant readyAt;

    @Nullable
    Duration startTime;

    long readyNanos;

    /** When it last ran out of tasks. */
    long idleSince;

    int startFailures;

    /** How many generations in a row ended by themselves, soon after their start, and before they had begun a task. */
    int shortLives;

    /** How many tasks this generation has answered. */
    long answered;

    /** How many tasks this generation may answer. */
    long quota = Long.MAX_VALUE;

    /** Which part of its other limits is this generation's. */
    double share = 1;

    /** It is to be replaced, because somebody has asked for fresh workers. */
    boolean outdated;

    /** Why this generation is to be replaced, and by whom, once that is decided. */
    Recycler.@Nullable Due due;

    @Nullable
    Slot successor;

    /** It gets no further task, because its successor is ready. */
    boolean leaving;

    /** It leaves when it has no task, and nobody takes its place, because there are to be fewer workers. */
    boolean surplus;

    long recallsSent;

    long recallsAnswered;

    /** The time keeper's notes on this generation. */
    Vigil vigil = new Vigil();

    /** It is known what has come of the first start of this run of the pool. */
    boolean reported;

    private long pid = -1;

    private long bytesInFlight;

    /** Moving average, 0 while unknown. */
    private long meanNanos;

    private final int maxWindow;

    /** @param prefetch how many tasks it may hold at the most */
    Slot(int id, int prefetch) {
        this(id, new SlotHistory(), prefetch);
    }

    Slot(int id, SlotHistory history, int prefetch) {
        this(id, Math.min(prefetch, MAX_WINDOW), history);
    }

    private Slot(int id, int maxWindow, SlotHistory history) {
        this.id = id;
        this.maxWindow = maxWindow;
        this.history = history;
    }

    /** Books for a replacement. */
    Slot next() {
        Slot spare = new Slot(id, maxWindow, history);
        spare.role = Role.SPARE;
        spare.reported = true;
        return spare;
    }

    /** A new run of the pool begins. */
    void reset() {
        startFailures = 0;
        shortLives = 0;
        reported = false;
        successor = null;
    }

    /** The process of this generation, as soon as it serves. */
    long pid() {
        if (pid < 0 && worker != null) {
            pid = worker.pid();
        }
        return pid;
    }

    boolean isLive() {
        return state == WorkerState.IDLE || state == WorkerState.BUSY;
    }

    /** Whether this is its present generation, and not one whose last words have come too late. */
    @SuppressWarnings("ReferenceEquality") // a generation is its object
    boolean isServedBy(Worker candidate) {
        return worker == candidate;
    }

    boolean isRecalling() {
        return recallsSent > recallsAnswered;
    }

    boolean hasRoomFor(Task task) {
        // Nothing is sent behind a recall: whoever waits for its answer is to know of all that the worker has.
        if (!isLive() || isRecalling() || leaving || surplus || answered + inFlight.size() >= quota) {
            return false;
        }
        Task head = inFlight.peek();
        return head == null || (isWindowOpen() && bytesInFlight - head.bytes() + task.bytes() <= MAX_PREFETCHED_BYTES);
    }

    /** Whether it has run all the tasks that it may. */
    boolean isUsedUp() {
        return answered >= quota;
    }

    /** Whether it will be used up before a replacement that is started now is ready, or not long after. */
    boolean isSoonUsedUp() {
        long left = quota - answered;
        if (left <= 1) {
            return !inFlight.isEmpty();
        }
        return startTime != null
                && meanNanos > 0
                && left <= answered
                && left * (double) meanNanos <= 2.0 * startTime.toNanos();
    }

    /** Whether a further task would begin here before another worker has woken up. */
    boolean isSoonDone(long now) {
        Task head = inFlight.peek();
        return head != null
                && meanNanos > 0
                && inFlight.size() * meanNanos < WAKE_NANOS
                && now - head.startedAt < SLOW_NANOS;
    }

    /** Whether so many tasks are so soon done that it does not matter which worker has them. */
    boolean isLittle(int tasks, long now) {
        Task head = inFlight.peek();
        return head != null && meanNanos > 0 && tasks * meanNanos < LITTLE_NANOS && now - head.startedAt < SLOW_NANOS;
    }

    /** Whether it would have done one more, and what it has, in time. */
    private boolean isWindowOpen() {
        int held = inFlight.size();
        return held < maxWindow && (held < MIN_WINDOW || (meanNanos > 0 && (held + 1) * meanNanos <= WINDOW_NANOS));
    }

    void add(Task task, long now) {
        if (inFlight.isEmpty()) {
            task.startedAt = now;
            state = WorkerState.BUSY;
        }
        if (vigil.task == task.id) {
            vigil.task = 0; // another attempt at it is another thing to look at
        }
        inFlight.add(task);
        bytesInFlight += task.bytes();
        task.state = Task.State.SENT;
        task.slot = this;
    }

    /** Takes the running task off the books, because it is answered. */
    Task removeHead(long nanos, long now) {
        Task head = inFlight.remove();
        bytesInFlight -= head.bytes();
        answered++;
        meanNanos = meanNanos == 0 ? Math.max(1, nanos) : Math.max(1, meanNanos + (nanos - meanNanos) / 8);
        settle(now);
        return head;
    }

    /** Takes a task off the books that has no answer. */
    void remove(Task task, long now) {
        if (inFlight.remove(task)) {
            bytesInFlight -= task.bytes();
            settle(now);
        }
    }

    void count(Outcome.Kind kind) {
        history.tasks++;
        if (kind != Outcome.Kind.COMPLETED) {
            history.failures++;
        }
    }

    /** How many of the tasks in flight the worker has begun; they are the first ones. */
    int begunInFlight(long begun) {
        return (int) Math.max(0, Math.min(begun - answered, inFlight.size()));
    }

    /** Whether the worker has a task of this number. */
    boolean holds(long id) {
        return inFlight.stream().anyMatch(task -> task.id == id);
    }

    boolean isBegun(Task task) {
        if (worker == null) {
            return false;
        }
        int begun = begunInFlight(worker.begun());
        for (Task candidate : inFlight) {
            if (begun-- <= 0) {
                return false;
            }
            if (candidate == task) {
                return true;
            }
        }
        return false;
    }

    private void settle(long now) {
        Task head = inFlight.peek();
        if (head != null && head.startedAt == 0) {
            head.startedAt = now;
        }
        if (head == null && state == WorkerState.BUSY) {
            state = WorkerState.IDLE;
            idleSince = now;
        }
    }

    /** A new generation begins; what it does is unknown again. */
    void begin(Worker next) {
        if (!inFlight.isEmpty()) {
            throw new IllegalStateException("worker " + id + " is started anew while tasks are in its books");
        }
        generation = ++history.generations;
        bytesInFlight = 0;
        pid = -1;
        worker = next;
        state = WorkerState.STARTING;
        endedBecause = null;
        failure = null;
        vigil = new Vigil();
        readyAt = null;
        startTime = null;
        meanNanos = 0;
        answered = 0;
        recallsSent = 0;
        recallsAnswered = 0;
        due = null;
        outdated = false;
        leaving = false;
    }
}
