package org.poolmanager;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.poolmanager.Slot.Role;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Replaces workers although nothing is wrong with them. The replacement has books and a lane of its own. It is started
 * while its predecessor serves, waits on the bench until that one has neither a task nor one to come, and takes its place
 * among the slots; so there are never more than {@code size} that serve, and, unless a worker is used up faster than
 * another can be started, never fewer. All of it is guarded by the pool's lock.
 */
final class Recycler {

    private static final Logger LOG = LoggerFactory.getLogger(PoolManager.class);

    private static final long LONGEST_INTERVAL = TimeUnit.SECONDS.toNanos(1);

    private static final long SHORTEST_INTERVAL = TimeUnit.MILLISECONDS.toNanos(20);

    /** Why a worker is to be replaced. */
    enum Due {
        TASKS,
        AGE,
        IDLE,
        MEMORY,
        REQUEST
    }

    private final PoolSettings settings;

    private final RecyclePolicy policy;

    private final Life life;

    private final Board board;

    private final Clock clock;

    private final Consumer<Slot> startLane;

    /** Replacements that do not serve yet, and workers that have been replaced and are not gone yet. */
    private final List<Slot> bench = new ArrayList<>();

    Recycler(PoolSettings settings, Life life, Board board, Clock clock, Consumer<Slot> startLane) {
        this.settings = settings;
        this.policy = settings.recycle();
        this.life = life;
        this.board = board;
        this.clock = clock;
        this.startLane = startLane;
    }

    /** A run of the pool begins. */
    void begin() {
        if (policy.needsLooks()) {
            clock.every(interval(), this::lookAtAll);
        }
    }

    List<Slot> bench() {
        return bench;
    }

    /** A generation begins: how much it may do. */
    void allot(Slot slot) {
        slot.share = 1 - policy.jitter() * ThreadLocalRandom.current().nextDouble();
        Integer most = policy.maxTasks();
        slot.quota = most == null ? Long.MAX_VALUE : Math.max(1, (long) (most * slot.share));
    }

    /** A worker was handed a task, has answered one, or has given some back. */
    void look(Slot slot) {
        if (slot.surplus) {
            board.staff().look(slot);
            return;
        }
        if (slot.role != Role.SERVING || !slot.isLive()) {
            return;
        }
        if (slot.inFlight.isEmpty() && (slot.isUsedUp() || slot.leaving)) {
            succeed(slot);
        } else if (slot.successor == null && slot.isSoonUsedUp()) {
            prepare(slot, Due.TASKS);
        }
    }

    /** A replacement is ready: its predecessor gets no further task, unless it is to do what it may. */
    void ready(Slot spare) {
        spare.state = WorkerState.IDLE;
        Slot old = board.staff().slot(spare.id);
        if (old.due == Due.TASKS) {
            look(old);
        } else {
            makeWay(old);
        }
    }

    private void makeWay(Slot old) {
        old.leaving = true;
        if (old.inFlight.size() > 1) {
            board.recall(old);
        }
        look(old);
    }

    /** A worker is gone, by itself or not; what stands by for it steps in. */
    void gone(Slot slot) {
        if (slot.surplus) {
            board.staff().gone(slot);
        } else if (slot.role == Role.SERVING && slot.successor != null) {
            promote(slot, slot.successor);
        } else if (slot.role == Role.SPARE) {
            board.staff().slot(slot.id).leaving = false; // it serves on until there is another
        }
    }

    void laneEnded(Slot slot) {
        bench.remove(slot);
    }

    /** Has each worker that is ready now replaced, a few at a time. Returns how many these are. */
    int replaceAll() {
        int outdated = 0;
        for (Slot slot : board.slots()) {
            if (slot.isLive() && !slot.surplus) {
                slot.outdated = true;
                outdated++;
                if (slot.successor != null) {
                    hurry(slot, slot.successor);
                }
            }
        }
        replaceNext();
        return outdated;
    }

    private void hurry(Slot old, Slot spare) {
        old.due = Due.REQUEST;
        if (spare.state == WorkerState.IDLE) {
            ready(spare);
        }
    }

    /** Those without a task come first: they hold up nobody. */
    void replaceNext() {
        if (life.state().acceptsTasks()) {
            board.slots().stream()
                    .filter(slot -> slot.outdated && !slot.surplus && slot.isLive() && slot.successor == null)
                    .sorted(Comparator.comparingInt(slot -> slot.inFlight.size()))
                    .forEach(slot -> prepare(slot, Due.REQUEST));
        }
    }

    private void prepare(Slot slot, Due due) {
        long spares = bench.stream().filter(other -> other.role == Role.SPARE).count();
        if (spares < Math.max(1, board.staff().size() / 4)) {
            slot.due = due;
            startSpare(slot);
        }
    }

    private void startSpare(Slot slot) {
        Slot spare = slot.next();
        bench.add(spare);
        try {
            startLane.accept(spare);
            slot.successor = spare;
        } catch (RuntimeException | Error e) {
            bench.remove(spare);
            board.consequences()
                    .log(() -> LOG.warn(
                            "Pool '{}' could not make a thread for the replacement of worker {}{}",
                            settings.name(),
                            slot.id,
                            Texts.scarcity(e),
                            e));
        }
    }

    /** Without a replacement, the lane of the old one starts the next. */
    private void succeed(Slot old) {
        if (old.due == null) {
            old.due = Due.TASKS;
        }
        if (old.successor == null) {
            startSpare(old);
        }
        if (old.successor != null) {
            promote(old, old.successor);
        }
        retire(old, WorkerExit.RECYCLED);
    }

    private void promote(Slot old, Slot spare) {
        bench.remove(spare);
        spare.role = Role.SERVING;
        board.staff().replace(old, spare);
        old.role = Role.RETIRED;
        old.successor = null;
        bench.add(old);
        replaceNext();
    }

    /** Asks a worker without a task to end, and ends it if that takes too long. */
    void retire(Slot old, WorkerExit why) {
        Worker worker = old.worker;
        assert worker != null;
        old.state = WorkerState.STOPPING;
        old.endedBecause = why;
        worker.stop();
        Duration limit = settings.limits().workers().exit();
        clock.at(Nanos.of(limit), () -> killLate(old, worker, why, limit));
    }

    private void killLate(Slot old, Worker worker, WorkerExit why, Duration limit) {
        life.lock.lock();
        try {
            if (!old.isServedBy(worker) || old.endedBecause != why) {
                return;
            }
            board.consequences().kill(worker);
            board.consequences()
                    .log(() -> LOG.warn(
                            "Worker {} of pool '{}' (pid {}), which was replaced, has not ended within its exit-timeout of"
                                    + " {} and is killed. Most likely its close() takes longer: let it do less, or raise"
                                    + " exit-timeout",
                            old.id,
                            settings.name(),
                            worker.pid(),
                            Texts.seconds(limit)));
        } finally {
            board.release();
        }
    }

    // ---- what shows by looking ----

    private long interval() {
        long shortest = Stream.of(policy.maxAge(), policy.idleTimeout())
                .mapToLong(limit -> limit == null ? Long.MAX_VALUE : Nanos.of(limit) / 4)
                .min()
                .orElse(Long.MAX_VALUE);
        return Math.max(SHORTEST_INTERVAL, Math.min(shortest, LONGEST_INTERVAL));
    }

    /** Those that have lived longest come first. */
    private void lookAtAll() {
        List<Worker> workers;
        life.lock.lock();
        try {
            workers = board.slots().stream()
                    .filter(Slot::isLive)
                    .sorted(Comparator.comparingLong(slot -> slot.readyNanos))
                    .map(slot -> slot.worker)
                    .toList();
        } finally {
            life.lock.unlock();
        }
        for (Worker worker : workers) {
            long bytes = policy.maxMemory() == null ? -1 : worker.residentBytes(); // without the lock: it is a file
            life.lock.lock();
            try {
                board.slots().stream()
                        .filter(slot -> slot.isServedBy(worker) && slot.isLive() && !slot.surplus)
                        .findFirst()
                        .ifPresent(slot -> judge(slot, bytes));
            } finally {
                board.release();
            }
        }
    }

    private void judge(Slot slot, long bytes) {
        Due due = due(slot, bytes, System.nanoTime());
        if (due == null) {
            return;
        }
        Slot spare = slot.successor;
        if (spare == null) {
            prepare(slot, due);
        } else if (slot.due == Due.TASKS) { // it may be long until it has used those up
            slot.due = due;
            if (spare.isLive()) {
                makeWay(slot);
            }
        }
    }

    private @Nullable Due due(Slot slot, long bytes, long now) {
        long age = now - slot.readyNanos;
        if (isOver(age, policy.maxAge(), slot)) {
            return Due.AGE;
        }
        if (slot.state == WorkerState.IDLE
                && slot.answered > 0
                && isOver(now - slot.idleSince, policy.idleTimeout(), slot)) {
            return Due.IDLE;
        }
        Long most = policy.maxMemory();
        return most != null && bytes > most && age >= Nanos.of(policy.minLife()) ? Due.MEMORY : null;
    }

    private static boolean isOver(long nanos, @Nullable Duration limit, Slot slot) {
        return limit != null && nanos >= Nanos.of(limit) * slot.share;
    }
}
