package org.poolmanager;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.poolmanager.Ending.Answer;
import org.poolmanager.Outcome.Kind;
import org.poolmanager.Shutdown.End;
import org.poolmanager.wire.AnswerKind;
import org.poolmanager.wire.PayloadException;
import org.poolmanager.wire.TaskContext;
import org.poolmanager.worker.PoolProcess;
import org.poolmanager.worker.Target;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps a pool alive: starts it, and has a lane replace every worker that goes away. What happens to tasks is the
 * {@link Board}'s, how it ends the {@link Shutdown}'s. It outlives the {@link PoolManager} that users hold, and must
 * never refer to it.
 */
final class Engine {

    private static final Logger LOG = LoggerFactory.getLogger(PoolManager.class);

    /** So many failed starts per slot, without one that succeeds, break a pool that has no worker left. */
    private static final int ATTEMPTS = 5;

    /** Workers that end by themselves within it, one after the other and with nothing done, are no longer replaced at once. */
    private static final long SHORT_LIFE = TimeUnit.SECONDS.toNanos(5);

    /** What a pool is made of beside its settings. */
    record Parts(
            Target target,
            @Nullable List<Path> classPath,
            @Nullable Supplier<? extends PoolProcess<?, ?>> factory,
            Collection<PoolListener> listeners,
            boolean exitHook) {}

    /** Changes before the first start only, and then only its loggers. */
    private volatile PoolSettings settings;

    private final Life life;

    private final Observers observers;

    private final Events events;

    private final Texts texts;

    private final Clock clock;

    private final Board board;

    private final Results results;

    private final Workers workers;

    private final Unpacker unpacker;

    private final TaskLimits standard;

    private final LogQueue logs;

    private final Shutdown shutdown;

    private final @Nullable ExitHook exitHook;

    /** This, while it is open. */
    private final AtomicReference<@Nullable Engine> open = new AtomicReference<>();

    /** Guarded by the pool's lock, like the next. */
    private int failedStarts;

    private @Nullable WorkerStartException startProblem;

    /** Whether a caller waits for the first starts, and says what has come of them; else the last of them does. */
    private boolean isAttended;

    Engine(PoolSettings settings, Parts parts) throws PayloadException {
        this.settings = settings;
        String name = settings.name();
        this.life = new Life(name);
        this.texts = new Texts(settings);
        this.observers = new Observers(name, this::failure);
        this.events = new Events(parts.listeners, observers);
        this.clock = new Clock(life, "pool-" + name + "-clock");
        this.board = new Board(settings, life, texts, events, clock, this::startLane);
        this.results = new Results(settings, life, board::lookAgain);
        this.workers = settings.isolation() == Isolation.THREAD
                ? new ThreadWorkers(settings, parts.target, parts.factory, life, observers)
                : new ProcessWorkers(settings, parts.target, parts.classPath, life, clock);
        this.standard = TaskLimits.of(settings.limits().tasks());
        this.unpacker = new Unpacker(workers, texts, name);
        this.logs = new LogQueue(settings, life, events);
        this.shutdown = new Shutdown(settings, life, board, this::cleanUp);
        this.exitHook =
                parts.exitHook ? new ExitHook("pool-" + name + "-shutdown", life.contextLoader, this::endAtExit) : null;
    }

    PoolSettings settings() {
        return settings;
    }

    Life life() {
        return life;
    }

    Board board() {
        return board;
    }

    Results results() {
        return results;
    }

    Events events() {
        return events;
    }

    Observers observers() {
        return observers;
    }

    Texts texts() {
        return texts;
    }

    Unpacker unpacker() {
        return unpacker;
    }

    LogQueue logs() {
        return logs;
    }

    private @Nullable Throwable failure(Task task) {
        return unpacker.open(task).failure();
    }

    /** What holds for tasks of a call. */
    TaskLimits limits(TaskOptions options) {
        return standard.with(options);
    }

    /** A task ready to be accepted, packed in the caller's thread, whose MDC goes with it. */
    Task task(@Nullable Object element, TaskLimits limits, Destination destination) throws PayloadException {
        TaskObservation observation = observers.begin();
        boolean packed = false;
        try {
            TaskContext context = observers.context(observation);
            Task task = newTask(workers.pack(element, context), context, limits, destination);
            task.observation = observation;
            packed = true;
            return task;
        } finally {
            if (!packed) {
                observers.refused(observation);
            }
        }
    }

    private Task newTask(@Nullable Object payload, TaskContext context, TaskLimits limits, Destination destination) {
        return new Task(payload, workers.size(payload), context, limits, destination);
    }

    /** A task from quarantine once more. What follows tasks follows it from here, and not from its first caller. */
    Task again(QuarantineStore.Entry entry, Destination destination) {
        TaskObservation observation = observers.begin();
        boolean made = false;
        try {
            TaskContext context = entry.context();
            if (observation != null) {
                context = context.continuedBy(observers.context(observation));
            }
            Object payload = workers.repack(entry.payload(), entry.context(), context);
            Task task = newTask(payload, context, entry.limits(), destination);
            task.observation = observation;
            made = true;
            return task;
        } finally {
            if (!made) {
                observers.refused(observation);
            }
        }
    }

    // ---- start ----

    void start(StartMode mode) throws InterruptedException {
        refuseToWait("its start");
        life.lock.lockInterruptibly();
        try {
            if (life.state() == PoolState.FAILED) {
                shutdown.awaitLanes();
            }
            if (life.state().acceptsTasks() || life.state() == PoolState.DRAINING || life.lanes > 0) {
                throw new IllegalStateException("Pool '" + settings.name() + "' is "
                        + (life.state() == PoolState.STOPPED
                                ? "STOPPED, but not all of its workers are gone; it can be started again once they are"
                                : "already " + life.state() + "; a pool can be started again once it is closed"));
            }
            switch (mode) {
                case EAGER -> {
                    isAttended = true;
                    begin();
                    awaitFirstStarts();
                }
                case BACKGROUND -> beginUnattended();
                case LAZY -> awaitFirstTask();
            }
        } finally {
            board.release();
        }
    }

    private void awaitFirstTask() {
        if (life.state() != PoolState.NEW) {
            board.move(PoolState.NEW, "it starts with its first task");
        }
        life.awaitFirstTask(this::beginUnattended);
    }

    /** Nobody is there to be thrown at: what goes wrong is logged, and in the pool's state. */
    private void beginUnattended() {
        isAttended = false;
        try {
            begin();
        } catch (PoolStartException e) {
            board.consequences().log(() -> LOG.error("{}", e.getMessage()));
        }
    }

    AtomicReference<@Nullable Engine> whenOpen() {
        return open;
    }

    private void begin() {
        open.set(this);
        clock.start();
        logs.start(settings.loggers());
        board.move(PoolState.STARTING, null);
        life.run++;
        failedStarts = 0;
        startProblem = null;
        openWorkers();
        startLanes();
    }

    private void startLanes() {
        try {
            board.slots().forEach(this::startLane);
        } catch (RuntimeException | Error e) {
            startProblem = new WorkerStartException(
                    "No thread could be made for it: " + e.getMessage() + Texts.scarcity(e), e);
            int wanted = board.staff().size();
            failedStarts = wanted - life.lanes;
            PoolStartException failure = texts.startFailed(failedStarts, wanted, startProblem);
            breakDown(PoolState.FAILED, failure);
            if (life.lanes == 0) {
                cleanUp();
            }
            throw failure;
        }
    }

    private void startLane(Slot slot) {
        new PoolThread(life, "pool-" + settings.name() + "-worker-" + slot.id, new Lane(this, slot)).start();
        life.lanes++;
    }

    private void openWorkers() {
        try {
            board.reset();
            if (exitHook != null) {
                exitHook.add();
            }
            String warning = workers.open(settings.loggers());
            if (warning != null) {
                board.consequences().log(() -> LOG.warn(warning));
            }
        } catch (RuntimeException | Error e) {
            PoolStartException failure = new PoolStartException(
                    settings.name(),
                    "Pool '" + settings.name() + "' could not be started: " + e.getMessage() + Texts.scarcity(e),
                    e);
            breakDown(PoolState.FAILED, failure);
            cleanUp();
            throw failure;
        }
    }

    private void awaitFirstStarts() throws InterruptedException {
        int run = life.run;
        try {
            while (life.state() == PoolState.STARTING && !areFirstStartsOver()) {
                life.changed.await();
            }
        } catch (InterruptedException e) {
            if (life.run == run) {
                shutdown.closeLocked(End.TERMINATE, null);
            }
            throw e;
        }
        if (life.run != run || life.state() != PoolState.STARTING) {
            throw new IllegalStateException("Pool '" + settings.name() + "' was closed while it started");
        }
        PoolStartException failure = firstStartsAreOver(PoolState.FAILED);
        if (failure != null) {
            shutdown.awaitLanes();
            throw failure;
        }
    }

    private boolean haveAllReported() {
        return board.slots().stream().allMatch(slot -> slot.reported);
    }

    /** One of them may be at its second start, and the first that succeeds. */
    private boolean areFirstStartsOver() {
        return haveAllReported()
                && (board.slots().stream().anyMatch(Slot::isLive)
                        || board.slots().stream().noneMatch(slot -> slot.state == WorkerState.STARTING));
    }

    /** Each worker has been started once: one that is ready makes the pool run. Returns why it does not. */
    private @Nullable PoolStartException firstStartsAreOver(PoolState withoutWorkers) {
        if (board.slots().stream().anyMatch(Slot::isLive) || startProblem == null) {
            board.move(PoolState.RUNNING, null);
            return null;
        }
        PoolStartException failure =
                texts.startFailed(slotsThatFailed(), board.staff().size(), startProblem);
        breakDown(withoutWorkers, failure);
        return failure;
    }

    private int slotsThatFailed() {
        return (int)
                board.slots().stream().filter(slot -> slot.startFailures > 0).count();
    }

    /** If nobody waits for the first starts, nobody can give up: the pool goes on trying. */
    private void judgeUnattended() {
        if (!isAttended && life.state() == PoolState.STARTING && areFirstStartsOver()) {
            var unused = firstStartsAreOver(PoolState.BROKEN);
        }
    }

    /** The pool can do nothing more, or nothing for now: everybody who waits is released. */
    private void breakDown(PoolState next, PoolException failure) {
        PoolState from = life.state();
        life.fail(next, failure);
        board.entrance().close(failure);
        board.consequences().publish(new PoolEvent.StateChanged(settings.name(), from, next, failure.getMessage()));
        if (next == PoolState.FAILED) {
            board.allSlots().forEach(slot -> board.consequences().kill(slot.worker));
        } else {
            board.consequences().log(() -> LOG.error("{}", failure.getMessage()));
        }
        board.endAll(
                Kind.FAILED,
                task -> new PoolBrokenException(
                        settings.name(), task.describe() + " cannot run: " + failure.getMessage(), failure));
    }

    // ---- what lanes report ----

    /** Which of these tasks threw what they are to be run again for. Not under the lock: it may load a class. */
    Set<Long> repeatable(List<Answer> answers) {
        Set<String> names = settings.retry().exceptions();
        if (names.isEmpty()) {
            return Set.of();
        }
        return answers.stream()
                .filter(answer -> answer.how() == AnswerKind.FAILURE || answer.how() == AnswerKind.FATAL)
                .filter(answer -> workers.isAny(answer.raw(), names))
                .map(Answer::task)
                .collect(Collectors.toSet());
    }

    /** The worker that the lane is to start next, after a pause if starts have failed; null when it is to end. */
    @Nullable
    Worker nextWorker(Slot slot, Worker.Sink sink) throws InterruptedException {
        life.lock.lock();
        try {
            long begin = System.nanoTime();
            long left;
            while (((left = pauseLeft(slot, begin)) > 0 || isHeldBack(slot)) && isWanted(slot)) {
                if (left > 0) {
                    long unused = life.changed.awaitNanos(left);
                } else {
                    life.changed.await();
                }
            }
            if (!isWanted(slot)) {
                return null;
            }
            Worker next = workers.create(slot.id, slot.history.generations + 1, sink);
            slot.begin(next);
            board.recycler().allot(slot);
            return next;
        } finally {
            life.lock.unlock();
        }
    }

    /** While the pool is broken one slot alone tries; none while it is decided what has come of the first starts. */
    private boolean isHeldBack(Slot slot) {
        return switch (life.state()) {
            case BROKEN -> !slot.equals(board.slots().get(0));
            case STARTING -> haveAllReported();
            default -> false;
        };
    }

    /** Anew at each look: another start that succeeds ends it, if it is for failed starts. */
    private long pauseLeft(Slot slot, long begin) {
        // The first of them is replaced at once: whatever ended it may have been meant for it alone.
        int failures = Math.max(slot.startFailures, slot.shortLives - 1);
        return failures <= 0 ? 0 : pauseNanos(failures) - (System.nanoTime() - begin);
    }

    /** A pause after failures of the pool's own work. */
    void pause(int failures) throws InterruptedException {
        life.lock.lock();
        try {
            long left = pauseNanos(failures);
            while (left > 0) {
                left = life.changed.awaitNanos(left);
            }
        } finally {
            life.lock.unlock();
        }
    }

    private long pauseNanos(int failures) {
        double first = Nanos.of(settings.restart().backoff());
        double most = Nanos.of(settings.restart().maxBackoff());
        return (long) Math.min(first * Math.pow(2, failures - 1.0), most);
    }

    private boolean isWanted(Slot slot) {
        if (slot.role == Slot.Role.RETIRED) {
            return false;
        }
        PoolState state = life.state();
        return state.acceptsTasks()
                || state == PoolState.BROKEN
                || (state == PoolState.DRAINING && board.unfinished() > 0);
    }

    void ready(Slot slot, Worker worker, Duration took) {
        life.lock.lock();
        try {
            slot.startFailures = 0;
            failedStarts = 0;
            slot.readyAt = Instant.now();
            slot.readyNanos = System.nanoTime();
            slot.startTime = took;
            if (life.state() == PoolState.BROKEN) {
                mend();
            }
            if (isWanted(slot)) {
                board.ready(slot);
            } else {
                board.consequences().kill(worker);
            }
            board.consequences()
                    .publish(
                            new PoolEvent.WorkerStarted(settings.name(), slot.id, slot.generation, worker.pid(), took));
            board.consequences()
                    .log(() -> LOG.debug(
                            "Worker {} of pool '{}' (pid {}) is ready after {}",
                            slot.id,
                            settings.name(),
                            worker.pid(),
                            took));
            slot.reported = true;
            judgeUnattended();
            life.changed.signalAll();
        } finally {
            board.release();
        }
    }

    /** A start has succeeded: the others begin anew. */
    private void mend() {
        board.slots().forEach(slot -> slot.startFailures = 0);
        PoolState next = board.pause().stateWhenMended();
        board.move(next, "a worker could be started again");
        board.consequences()
                .log(() -> LOG.info(
                        "Pool '{}' works again: a worker could be started{}",
                        settings.name(),
                        next == PoolState.PAUSED ? ". It is still paused" : ""));
    }

    void startFailed(Slot slot, WorkerStartException problem) {
        life.lock.lock();
        try {
            slot.state = WorkerState.DOWN;
            slot.worker = null;
            if (slot.surplus) {
                return; // nobody waits for it, and it did not fail by itself
            }
            slot.startFailures++;
            failedStarts++;
            if (startProblem == null || life.state() != PoolState.STARTING) {
                startProblem = problem;
            }
            board.consequences()
                    .publish(new PoolEvent.WorkerStartFailed(
                            settings.name(), slot.id, String.valueOf(problem.getMessage())));
            boolean hopeless = failedStarts >= ATTEMPTS * board.staff().size()
                    && board.allSlots().stream().noneMatch(Slot::isLive);
            if (hopeless && (life.state() == PoolState.RUNNING || life.state() == PoolState.PAUSED)) {
                breakDown(PoolState.BROKEN, texts.broken(failedStarts, problem));
            } else if (hopeless && life.state() == PoolState.DRAINING && board.unfinished() > 0) {
                breakDown(PoolState.FAILED, texts.broken(failedStarts, problem));
            }
            if (life.state().acceptsTasks() || life.state() == PoolState.BROKEN) {
                board.consequences()
                        .log(() -> LOG.warn("A start failed in pool '{}': {}", settings.name(), problem.getMessage()));
            }
            // What this JVM lacks may be what the others hold while they start.
            slot.reported |= !problem.isScarce() || slot.startFailures >= ATTEMPTS;
            judgeUnattended();
            life.changed.signalAll();
        } finally {
            board.release();
        }
    }

    /** It gets no further task: its lane cannot go on with it. */
    void leaves(Slot slot) {
        life.lock.lock();
        try {
            if (slot.isLive()) {
                slot.state = WorkerState.STOPPING;
            }
        } finally {
            life.lock.unlock();
        }
    }

    void gone(Slot slot, Worker worker, WorkerEnd last) {
        life.lock.lock();
        try {
            WorkerEnd end = slot.failure == null ? last : last.after(slot.failure);
            WorkerExit why = slot.endedBecause == null ? end.reason() : slot.endedBecause;
            String text = slot.endedBecause == null ? end.text() : texts.ended(slot.endedBecause, slot.due);
            boolean idle = slot.inFlight.isEmpty();
            boolean lived = end.begun() > 0 || System.nanoTime() - slot.readyNanos > SHORT_LIFE;
            boolean byItself = why == WorkerExit.CRASH || why == WorkerExit.OUT_OF_MEMORY;
            board.gone(slot, why == WorkerExit.OPERATOR ? end.wanted() : end); // before all else, because it may fail
            slot.shortLives = byItself && !lived ? slot.shortLives + 1 : 0;
            if (why == WorkerExit.RECYCLED) {
                board.tally().recycles++;
            } else if (why != WorkerExit.SHUTDOWN && why != WorkerExit.RESIZED) {
                board.tally().restarts++;
            }
            slot.worker = null;
            board.recycler().gone(slot);
            Integer code = end.exit() == null ? null : end.exit().exitValue();
            slot.history.lastExit = new PoolStats.Exit(Instant.now(), why, code, text);
            board.consequences().publish(new PoolEvent.WorkerExited(settings.name(), slot.id, worker.pid(), why, text));
            if (byItself) {
                board.consequences()
                        .log(() -> LOG.warn(
                                "Worker {} of pool '{}' (pid {}) is gone{}: {}",
                                slot.id,
                                settings.name(),
                                worker.pid(),
                                idle ? " while it was idle" : "",
                                end.text()));
            }
            life.changed.signalAll();
        } finally {
            board.release();
        }
    }

    void laneEnded(Slot slot) {
        life.lock.lock();
        try {
            slot.state = WorkerState.DOWN;
            slot.worker = null;
            board.recycler().laneEnded(slot);
            if (life.lanes == 1 && isOver()) {
                cleanUp(); // done before this lane is off the books, for which whoever closes or starts the pool waits
            }
        } finally {
            board.release();
        }
        life.lock.lock();
        try {
            life.lanes--;
            life.changed.signalAll();
            if (life.lanes == 0 && isOver()) {
                cleanUp();
            }
        } finally {
            board.release();
        }
    }

    private boolean isOver() {
        return life.state() == PoolState.FAILED || life.state() == PoolState.STOPPED;
    }

    /** Changes the names of captured loggers before the first start. */
    void changeLoggers(Consumer<Set<String>> change) {
        life.lock.lock();
        try {
            if (life.state() != PoolState.NEW) {
                throw new IllegalStateException("Loggers of pool '" + settings.name()
                        + "' cannot change any more: its workers were told at their start. Change them before start()");
            }
            Set<String> names = new TreeSet<>(settings.loggers());
            change.accept(names);
            settings = settings.withLoggers(names);
        } finally {
            life.lock.unlock();
        }
    }

    // ---- end ----

    Shutdown shutdown() {
        return shutdown;
    }

    /** What the end of this JVM does to an open pool. */
    private void endAtExit() {
        if (PoolThread.isExiting(life)) {
            shutdown.abandon();
        } else {
            shutdown.closeForSure(
                    settings.daemon() ? End.TERMINATE : End.DRAIN,
                    settings.limits().close());
        }
    }

    /** Gives back all that the pool has taken; what takes its time is done once the lock is free. May be called again. */
    private void cleanUp() {
        clock.stop();
        board.stop();
        logs.stop();
        board.consequences().close(workers.detach());
        open.set(null);
        if (exitHook != null) {
            exitHook.remove();
        }
    }

    // ---- questions ----

    void refuseToWait(String what) {
        PoolThread.refuseToWait(life, settings.name(), what);
    }

    /** How many tasks may be unfinished at this moment. */
    int capacity() {
        life.lock.lock();
        try {
            return board.staff().capacity();
        } finally {
            life.lock.unlock();
        }
    }

    PoolState state() {
        life.lock.lock();
        try {
            return life.state();
        } finally {
            life.lock.unlock();
        }
    }

    /** Whether tasks are accepted at this moment. */
    boolean isOpen() {
        life.lock.lock();
        try {
            return life.isOpen();
        } finally {
            life.lock.unlock();
        }
    }

    PoolStats stats() {
        int waiting = results.waiting();
        life.lock.lock();
        try {
            return Snapshot.of(settings, life, board, workers.abandoned(), waiting, logs.stats());
        } finally {
            life.lock.unlock();
        }
    }

    /** A task that could not be sent at all, and has its outcome already. */
    Task unsendable(long index, Destination destination, PayloadException why) {
        Task task = new Task(null, 0, TaskContext.NONE, standard, destination);
        task.index = index;
        TaskRef ref = new TaskRef(settings.name(), index);
        task.end(Ending.failed(Kind.FAILED, texts.refused(ref, why)));
        return task;
    }

    /** Waits until the pool is closed or broken; false if it was not in time. */
    boolean awaitEnd(long nanos) throws InterruptedException {
        life.lock.lockInterruptibly();
        try {
            long left = nanos;
            while (life.state() != PoolState.STOPPED && life.state() != PoolState.FAILED) {
                if (left <= 0) {
                    return false;
                }
                refuseToWait("its end");
                left = life.changed.awaitNanos(left);
            }
            return true;
        } finally {
            life.lock.unlock();
        }
    }
}
