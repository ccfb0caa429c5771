package org.poolmanager;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.poolmanager.wire.PayloadException;

/**
 * One {@code stream} call, or a {@code map} call with options: its own tasks and outcomes, whatever else the pool does. It
 * has no thread: the consumer's thread reads the source, leaves tasks in the line for room, and takes outcomes, so nothing
 * goes on when the consumer has left.
 */
final class StreamCall<T extends @Nullable Object, R extends @Nullable Object> implements Destination, Pull<R> {

    private static final int MAX_CHUNK = 64;

    /** The standard bound, where the pool's is no bound for a source without end. */
    private static final int MAX_STANDARD_BOUND = 1024;

    /** What a map leaves in the line beyond what the pool takes, so that the pool never waits for it. */
    private static final int MAX_RESERVE = 128;

    private final Engine engine;

    private final Borrowers borrowers;

    private final Iterable<? extends T> source;

    private final boolean ordered;

    private final int bound;

    /** How many elements are read in one go. More than one only where the next is there for sure. */
    private final int chunk;

    private final TaskLimits limits;

    private final @Nullable Meter meter;

    private final Supply supply;

    /** Of the consumer's thread, like all up to the next remark. */
    private @Nullable Iterator<? extends T> elements;

    private long nextIndex;

    private boolean begun;

    /** Guarded by the lock, unlike the others. */
    private boolean borrowed;

    private boolean exhausted;

    /** What ended the feeding: thrown once everything before it has been taken. */
    private @Nullable Throwable failure;

    /** No monitor: a virtual thread that waits for one would hold its carrier before JDK 24. */
    private final ReentrantLock lock = new BriefLock();

    private final Condition changed = lock.newCondition();

    /** Guarded by the lock, like all below. Ordered: every task not taken. Unordered: those that are done. */
    private final TaskQueue line = new TaskQueue();

    /** Not done; kept only when the line does not have them. */
    private final Set<Task> unfinished = new HashSet<>();

    /** Read, and not taken. */
    private int held;

    private boolean closed;

    /** The pool was closed before all that had been read was accepted. */
    private boolean incomplete;

    private StreamCall(
            Engine engine,
            Borrowers borrowers,
            Iterable<? extends T> source,
            MapOptions options,
            boolean ordered,
            int reserve) {
        this.engine = engine;
        this.borrowers = borrowers;
        this.source = source;
        this.ordered = ordered;
        this.bound = options.bufferOr(Math.min(engine.capacity(), MAX_STANDARD_BOUND) + reserve);
        this.chunk = source instanceof Collection ? Math.min(MAX_CHUNK, Math.max(1, bound / 4)) : 1;
        this.limits = engine.limits(options.tasks());
        this.meter = options.listener() == null
                ? null
                : new Meter(engine.settings().name(), total(source, options), options.listener());
        this.supply = new Supply(engine.life(), this::refused);
    }

    /** For a consumer who takes outcomes one by one. */
    static <T extends @Nullable Object, R extends @Nullable Object> StreamCall<T, R> toStream(
            Engine engine, Borrowers borrowers, Iterable<? extends T> source, MapOptions options) {
        return new StreamCall<>(engine, borrowers, source, options, options.ordered(), 0);
    }

    /** For {@link #all}. Taken as they are done, so that a slow element does not hold up the others. */
    static <T extends @Nullable Object, R extends @Nullable Object> StreamCall<T, R> toList(
            Engine engine, Borrowers borrowers, Iterable<? extends T> source, MapOptions options) {
        int reserve = Math.min(MAX_RESERVE, engine.capacity());
        return new StreamCall<>(engine, borrowers, source, options, false, reserve);
    }

    private static long total(Iterable<?> source, MapOptions options) {
        return options.total() < 0 && source instanceof Collection<?> known ? known.size() : options.total();
    }

    // ---- the pool's side ----

    @Override
    public void accepted(Task task) {
        // It has its index and its place; that it has an id now is all that matters.
    }

    @Override
    public void deliver(List<Task> tasks) {
        lock.lock();
        try {
            for (Task task : tasks) {
                task.delivered = true;
                if (meter != null) {
                    meter.count(task.ending().kind());
                }
                if (!ordered) {
                    unfinished.remove(task);
                    line.add(task);
                }
            }
            if (closed) {
                line.clear();
            }
            if (isReady() || meter != null) {
                changed.signalAll();
            }
        } finally {
            lock.unlock();
        }
    }

    /** The pool takes nothing more: what has not been accepted never comes. Called under the pool's lock. */
    private void refused() {
        lock.lock();
        try {
            int before = unfinished.size() + line.size();
            line.removeIf(StreamCall::neverComes);
            unfinished.removeIf(StreamCall::neverComes);
            int gone = before - unfinished.size() - line.size();
            held -= gone;
            incomplete |= gone > 0;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private static boolean neverComes(Task task) {
        return !task.hasId() && !task.delivered;
    }

    private boolean isReady() {
        lock.lock();
        try {
            Task first = line.peek();
            return first != null && first.delivered;
        } finally {
            lock.unlock();
        }
    }

    // ---- the consumer's side ----

    /** All outcomes there will be; then throws what ended the source, if something did. */
    List<Outcome<R>> all(boolean inOrder) throws InterruptedException {
        List<Outcome<R>> outcomes = new ArrayList<>();
        try {
            Outcome<R> outcome;
            while ((outcome = next()) != null) {
                outcomes.add(outcome);
            }
        } finally {
            close();
        }
        if (inOrder) {
            outcomes.sort(Comparator.comparingLong(Outcome::index));
        }
        return outcomes;
    }

    @Override
    public @Nullable Outcome<R> next() throws InterruptedException {
        if (!begun && !begin()) {
            return null;
        }
        Task task;
        do {
            refill();
            if (meter != null) {
                meter.tellIfDue();
            }
            task = take();
        } while (task == null && awaitMore());
        if (task == null) {
            end();
            return null;
        }
        return engine.unpacker().open(task);
    }

    /** Returns false if this was closed before, or meanwhile. */
    private boolean begin() throws InterruptedException {
        begun = true;
        if (isClosed()) {
            return false;
        }
        boolean lent = borrowers.borrow();
        lock.lock();
        try {
            if (!closed) {
                borrowed = lent;
                return true;
            }
        } finally {
            lock.unlock();
        }
        if (lent) {
            borrowers.giveBack();
        }
        return false;
    }

    private boolean isClosed() {
        lock.lock();
        try {
            return closed;
        } finally {
            lock.unlock();
        }
    }

    /** Reads ahead: up to the bound while the consumer has nothing to take, else two for each one taken. */
    private void refill() {
        for (int read = 0; !exhausted && (read < 2 || !isReady()); read += chunk) {
            int room = room();
            if (room < Math.min(chunk, bound)) {
                return;
            }
            deposit(read());
        }
    }

    private int room() {
        lock.lock();
        try {
            return closed ? 0 : bound - held;
        } finally {
            lock.unlock();
        }
    }

    private List<Task> read() {
        List<Task> tasks = new ArrayList<>(chunk);
        try {
            if (elements == null) {
                elements = source.iterator();
            }
            while (tasks.size() < chunk && elements.hasNext()) {
                tasks.add(pack(elements.next()));
            }
            if (tasks.size() < chunk) {
                endFeeding(null);
            }
        } catch (RuntimeException | Error e) {
            endFeeding(e);
        }
        return tasks;
    }

    private Task pack(T element) {
        long index = nextIndex++;
        try {
            Task task = engine.task(element, limits, this);
            task.index = index;
            return task;
        } catch (PayloadException e) {
            return engine.unsendable(index, this, e);
        }
    }

    private void endFeeding(@Nullable Throwable why) {
        exhausted = true;
        failure = why;
        elements = null;
    }

    private void deposit(List<Task> tasks) {
        List<Task> sendable = hold(tasks);
        if (sendable.isEmpty()) {
            engine.board().entrance().forget(tasks); // it may have been closed meanwhile
        }
        try {
            engine.board().entrance().deposit(supply, sendable);
        } catch (RuntimeException | Error e) {
            if (failure == null) {
                endFeeding(e);
            } else {
                failure.addSuppressed(e);
            }
            engine.board().entrance().withdraw(supply, sendable);
            refused();
        }
    }

    /** Gives each task its place. Returns those that are to run; the others could not be sent, and are done. */
    private List<Task> hold(List<Task> tasks) {
        lock.lock();
        try {
            if (closed) {
                return List.of();
            }
            List<Task> sendable = new ArrayList<>(tasks.size());
            for (Task task : tasks) {
                held++;
                boolean done = task.state == Task.State.DONE;
                if (done) {
                    task.delivered = true;
                    if (meter != null) {
                        meter.count(task.ending().kind());
                    }
                } else {
                    sendable.add(task);
                }
                if (ordered || done) {
                    line.add(task);
                } else {
                    unfinished.add(task);
                }
            }
            return sendable;
        } finally {
            lock.unlock();
        }
    }

    private @Nullable Task take() {
        lock.lock();
        try {
            if (!isReady()) {
                return null;
            }
            held--;
            return line.remove();
        } finally {
            lock.unlock();
        }
    }

    /** Waits until there is something to look at; false if there is nothing to wait for. */
    private boolean awaitMore() throws InterruptedException {
        lock.lock();
        try {
            if (held == 0 || closed) {
                return !exhausted && !closed;
            }
            engine.refuseToWait("a stream");
            while (held > 0 && !closed && !isReady()) {
                long nanos = meter == null ? Long.MAX_VALUE : meter.nanosUntilDue();
                if (nanos == 0) {
                    break;
                }
                if (nanos == Long.MAX_VALUE) {
                    changed.await();
                } else {
                    long unused = changed.awaitNanos(nanos);
                }
            }
            return true;
        } finally {
            lock.unlock();
        }
    }

    private void end() {
        Throwable why = failure == null && isIncomplete() ? closedTooEarly() : failure;
        failure = null;
        close();
        if (why instanceof Error error) {
            throw error;
        }
        if (why instanceof RuntimeException unchecked) {
            throw unchecked;
        }
    }

    private boolean isIncomplete() {
        lock.lock();
        try {
            return incomplete && !closed;
        } finally {
            lock.unlock();
        }
    }

    private Throwable closedTooEarly() {
        try {
            engine.board().entrance().deposit(supply, List.of());
            return new IllegalStateException("Pool '" + engine.settings().name() + "' was closed meanwhile");
        } catch (RuntimeException e) {
            return e; // as deposit says it
        }
    }

    /** Nothing more is fed, what has not begun is cancelled, and nothing is held any more. */
    @Override
    public void close() {
        engine.board().entrance().withdraw(supply, List.of());
        List<Task> abandoned;
        boolean lent;
        lock.lock();
        try {
            if (closed) {
                return;
            }
            closed = true;
            lent = borrowed;
            borrowed = false;
            abandoned = new ArrayList<>(ordered ? line : unfinished);
            line.clear();
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        endFeeding(null);
        boolean interrupted = Thread.interrupted(); // to wait for the answers of workers that have prefetched
        try {
            engine.board().cancellation().cancelUnbegun(abandoned);
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt(); // kept, and no reason to wait for what still runs
            }
            if (lent) {
                borrowers.giveBack();
            }
        }
        if (meter != null) {
            meter.end();
        }
    }
}
