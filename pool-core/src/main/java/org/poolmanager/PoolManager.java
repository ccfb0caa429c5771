package org.poolmanager;

import java.lang.ref.Reference;
import java.lang.reflect.UndeclaredThrowableException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.Optional;
import java.util.Spliterator;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.poolmanager.Shutdown.End;
import org.poolmanager.wire.PayloadException;
import org.poolmanager.worker.Args;
import org.poolmanager.worker.PoolProcess;
import org.poolmanager.worker.Target;
import org.poolmanager.worker.TaskFunction;
import org.poolmanager.worker.TaskFunction2;
import org.poolmanager.worker.TaskFunction3;
import org.slf4j.Logger;

/**
 * A pool of workers that run tasks in child JVMs, or in threads of this one.
 *
 * <p><b>Closing:</b> a pool is a <em>daemon</em> unless told otherwise: {@link #close()} ends whatever is outstanding,
 * so get the results you want before you leave the {@code try} block. With {@code daemon(false)} close lets all
 * accepted work finish first.
 *
 * <pre>{@code
 * try (var pool = PoolManager.builder((Integer x) -> x * x).start()) {
 *     for (int i = 0; i < 10; i++) {
 *         pool.put(i);
 *     }
 *     List<Integer> squares = pool.getAll();
 * }
 * }</pre>
 *
 * <p>All methods may be called from any thread. At most {@code size + queueSize} tasks are unfinished at a time. Each
 * accepted task has exactly one outcome; a task that kills its worker costs nothing but itself. Methods that wait throw
 * {@link IllegalStateException} as soon as the pool is closed and {@link PoolBrokenException} as soon as it is beyond
 * repair; called on one of the pool's own threads (from a listener, a dependent of a future, or an appender of
 * workers' log records) they are refused rather than wait for themselves.
 *
 * <p>SLF4J's MDC of the thread that hands in a task is the MDC of the task. Records of a task are logged here before its
 * outcome is visible, unless the loggers here do not keep up, see {@link PoolManagerBuilder#loggers}.
 *
 * <p>A pool lives until it is closed. One that is dropped, so that nothing refers to it any more, says so in the log with
 * the place of its creation, finishes what it has accepted, and closes itself: a safety net, not a way to close.
 *
 * @param <T> what a task is
 * @param <R> what a task becomes
 */
public final class PoolManager<T extends @Nullable Object, R extends @Nullable Object> implements AutoCloseable {

    private final String worker;

    private final Engine engine;

    private final AtomicInteger feeders = new AtomicInteger();

    private final Borrowers borrowers = new Borrowers(this::state, this::open, this::shut);

    PoolManager(PoolSettings settings, Engine.Parts parts) {
        this.worker = parts.target().name();
        try {
            this.engine = new Engine(settings, parts);
        } catch (PayloadException e) {
            throw PoolManagerBuilder.cannotTravel(parts.target(), e);
        }
        DroppedPool.watch(this, engine);
    }

    // ---- building ----

    /**
     * A pool whose workers are instances of a class.
     *
     * @param worker the class; its constructor takes the {@link PoolManagerBuilder#staticArgs static arguments}
     * @return a builder
     * @param <T> what a task is
     * @param <R> what a task becomes
     */
    public static <T extends @Nullable Object, R extends @Nullable Object> PoolManagerBuilder<T, R> builder(
            Class<? extends PoolProcess<T, R>> worker) {
        return new PoolManagerBuilder<>(Target.ofClass(worker, List.of()));
    }

    /**
     * A pool that applies a function to each task.
     *
     * @param function travels to each worker once, so it may capture serializable values only
     * @return a builder
     * @param <T> what a task is
     * @param <R> what a task becomes
     */
    public static <T extends @Nullable Object, R extends @Nullable Object> PoolManagerBuilder<T, R> builder(
            TaskFunction<T, R> function) {
        return new PoolManagerBuilder<>(Target.ofFunction(function, List.of()));
    }

    /**
     * A pool that applies a function of two arguments: {@code pool.put(Args.of(10, 20))}.
     *
     * @param function the function
     * @return a builder
     * @param <A> the first argument
     * @param <B> the second argument
     * @param <R> what a task becomes
     */
    public static <A extends @Nullable Object, B extends @Nullable Object, R extends @Nullable Object>
            PoolManagerBuilder<Args.Two<A, B>, R> builder(TaskFunction2<A, B, R> function) {
        return new PoolManagerBuilder<>(Target.ofFunction(function, List.of()));
    }

    /**
     * A pool that applies a function to each task and to a static argument.
     *
     * @param function the function
     * @param staticArgument its second argument, sent once per worker start
     * @return a builder
     * @param <T> what a task is
     * @param <S> the static argument
     * @param <R> what a task becomes
     */
    public static <T extends @Nullable Object, S extends @Nullable Object, R extends @Nullable Object>
            PoolManagerBuilder<T, R> builder(TaskFunction2<T, S, R> function, S staticArgument) {
        return new PoolManagerBuilder<>(Target.ofFunction(function, listOf(staticArgument)));
    }

    /**
     * A pool that applies a function of three arguments: {@code pool.put(Args.of(1, 2, 3))}.
     *
     * @param function the function
     * @return a builder
     * @param <A> the first argument
     * @param <B> the second argument
     * @param <C> the third argument
     * @param <R> what a task becomes
     */
    public static <
                    A extends @Nullable Object,
                    B extends @Nullable Object,
                    C extends @Nullable Object,
                    R extends @Nullable Object>
            PoolManagerBuilder<Args.Three<A, B, C>, R> builder(TaskFunction3<A, B, C, R> function) {
        return new PoolManagerBuilder<>(Target.ofFunction(function, List.of()));
    }

    /**
     * A pool that applies a function to two arguments of each task and to a static one.
     *
     * @param function the function
     * @param staticArgument its third argument, sent once per worker start
     * @return a builder
     * @param <A> the first argument
     * @param <B> the second argument
     * @param <S> the static argument
     * @param <R> what a task becomes
     */
    public static <
                    A extends @Nullable Object,
                    B extends @Nullable Object,
                    S extends @Nullable Object,
                    R extends @Nullable Object>
            PoolManagerBuilder<Args.Two<A, B>, R> builder(TaskFunction3<A, B, S, R> function, S staticArgument) {
        return new PoolManagerBuilder<>(Target.ofFunction(function, listOf(staticArgument)));
    }

    /**
     * A pool that applies a function to each task and to two static arguments.
     *
     * @param function the function
     * @param first its second argument, sent once per worker start
     * @param second its third argument, likewise
     * @return a builder
     * @param <T> what a task is
     * @param <S1> the first static argument
     * @param <S2> the second static argument
     * @param <R> what a task becomes
     */
    public static <
                    T extends @Nullable Object,
                    S1 extends @Nullable Object,
                    S2 extends @Nullable Object,
                    R extends @Nullable Object>
            PoolManagerBuilder<T, R> builder(TaskFunction3<T, S1, S2, R> function, S1 first, S2 second) {
        return new PoolManagerBuilder<>(Target.ofFunction(function, listOf(first, second)));
    }

    private static List<@Nullable Object> listOf(@Nullable Object... values) {
        return java.util.Arrays.asList(values);
    }

    // ---- about the pool ----

    /**
     * The pool's name.
     *
     * @return as built
     */
    public String name() {
        return settings().name();
    }

    /**
     * What runs the tasks.
     *
     * @return the name of the worker class, or of the class that declares the function
     */
    public String worker() {
        return worker;
    }

    /**
     * The pool's tasks that killed their worker too often, see {@link PoolManagerBuilder#quarantine}.
     *
     * @return a view, which holds nothing if there is no quarantine
     */
    public Quarantine<R> quarantine() {
        return new Quarantine<>(engine);
    }

    /**
     * What the pool was built with.
     *
     * @return the settings
     */
    public PoolSettings settings() {
        return engine.settings();
    }

    /**
     * The pool's state.
     *
     * @return the state at this moment
     */
    public PoolState state() {
        return engine.state();
    }

    /**
     * A consistent snapshot of all numbers. Takes microseconds and asks no worker.
     *
     * @return the numbers at this moment
     */
    public PoolStats stats() {
        return engine.stats();
    }

    /**
     * Whether any worker is alive at this moment. Exact, not cached.
     *
     * @return true if a worker is idle or busy
     */
    public boolean isAlive() {
        return stats().workers().live() > 0;
    }

    // ---- life cycle ----

    /**
     * Starts the workers and waits until each of them is ready or has failed to start (five times, if this JVM has run out
     * of descriptors, threads or the like), unless {@link PoolManagerBuilder#startMode} says otherwise. A pool that is closed
     * or has failed can be started again.
     *
     * @return this
     * @throws PoolStartException if none became ready, or the calling thread was interrupted, which it stays; nothing is
     *     left running
     * @throws IllegalStateException if the pool is running or closing, or another thread closed it meanwhile
     */
    public PoolManager<T, R> start() {
        return start(settings().startMode());
    }

    /**
     * The same in another mode. So a pool that waits for its first task can be started before that.
     *
     * @param mode whether to wait for the workers, and when to start them
     * @return this
     * @throws PoolStartException as above; thrown in the mode {@link StartMode#EAGER}, else logged
     * @throws IllegalStateException as above
     */
    public PoolManager<T, R> start(StartMode mode) {
        Objects.requireNonNull(mode, "'mode' must not be null");
        borrowers.userDecides();
        try {
            engine.start(mode);
            return this;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new PoolStartException(name(), "Pool '" + name() + "' was interrupted while it started", e);
        }
    }

    private void open() throws InterruptedException {
        engine.start(StartMode.EAGER);
    }

    /**
     * Lets no further task begin until {@link #resume}. Tasks are accepted as ever, up to the usual number, and wait; those
     * that run go on to their end; those that workers hold and have not begun come back, and are first in the queue.
     * When this returns, no task begins any more: it waits for the workers to give back what they hold, for a second at
     * the most, should a process be stopped. Called on one of the pool's own threads it does not wait for that.
     *
     * <p>Limits go on: a task that waits for longer than its {@code queue-timeout} is ended, and one that runs, by its own.
     * Workers are replaced as ever, and may break the pool; it is paused when it works again. Whoever waits for a result
     * goes on waiting. Closing ends the pause: {@link #close} of a daemon cancels what waits, and {@link #join}, or a close
     * of one that is no daemon, lets it run. Pausing a paused pool does nothing.
     *
     * @throws IllegalStateException unless the pool is running or paused
     */
    public void pause() {
        engine.board().pause().begin();
    }

    /**
     * Lets tasks begin again. Does nothing if the pool is running.
     *
     * @throws IllegalStateException unless the pool is paused or running
     */
    public void resume() {
        engine.board().pause().end();
    }

    /**
     * Replaces every worker that is ready now by a fresh one, one after the other, as a {@link RecyclePolicy} would: the
     * replacement is started first, the task that runs is finished, those behind it run elsewhere, and no task notices. A
     * quarter of the workers, one at least, are replaced at a time, those without a task first; a long task delays its own
     * worker's replacement, and those after it. Does not wait: {@link PoolStats#recycles()} counts what is done.
     *
     * @return how many workers will be replaced
     * @throws IllegalStateException unless the pool is running or paused
     */
    public int recycle() {
        return engine.board().operator().recycle();
    }

    /**
     * Changes the number of workers. Further ones are started now, and take tasks when they are ready. If there are to be
     * fewer, those with the highest numbers get no further task and leave when they have none: the task that one runs is
     * finished, those behind it run elsewhere. So does the number of unfinished tasks that are accepted change, which is
     * {@code size} and {@code queueSize} together. Does not wait. It holds, also over a restart of this pool, until it is
     * changed again.
     *
     * @param size from 1 to {@link PoolManagerBuilder#maxSize}
     * @throws IllegalArgumentException if it is not
     * @throws IllegalStateException unless the pool is running or paused
     */
    public void resize(int size) {
        engine.board().staff().resize(size);
    }

    /**
     * Kills one worker and has it replaced. The task that it runs ends with a {@link WorkerCrashedException} whose
     * {@link WorkerCrashedException#reason()} is {@link WorkerExit#OPERATOR}, unless a {@link RetryPolicy} runs it again after
     * crashes; what else the worker holds runs elsewhere. It does not bring a task closer to {@link #quarantine}. In
     * thread isolation the thread is interrupted and left to itself.
     *
     * @param id the worker's number, from 1
     * @return false if that worker is not ready at this moment: it is being started, or is ending already
     * @throws NoSuchElementException if there is no worker of that number
     */
    public boolean killWorker(int id) {
        return engine.board().operator().kill(id);
    }

    /**
     * Asks one worker where the task is that it runs. That holds up nothing: another thread of the worker answers, in a
     * millisecond or two.
     *
     * @param id the worker's number, from 1
     * @param limit how long to wait for the answer
     * @return the stack, empty if the worker runs no task, or only such as are over before it can answer
     * @throws NoSuchElementException if there is no worker of that number
     * @throws TimeoutException if it does not answer in time; most likely its process is stopped
     * @throws InterruptedException if interrupted
     */
    public WorkerStack workerStack(int id, Duration limit) throws TimeoutException, InterruptedException {
        engine.refuseToWait("an answer of a worker");
        return engine.board().operator().stack(id, limit);
    }

    /**
     * Accepts nothing any more, lets all accepted work run to its end whatever {@code daemon} says, and returns when
     * the last worker is gone.
     *
     * @throws InterruptedException if interrupted; the pool stays closed for new tasks and goes on with the accepted
     */
    public void join() throws InterruptedException {
        borrowers.userDecides();
        engine.refuseToWait("its end");
        engine.shutdown().close(End.DRAIN, null);
    }

    /**
     * The same with a limit: stops accepting, and waits so long for accepted work. If it is not done by then the pool
     * goes on with it, and this can be called again.
     *
     * @param limit how long to wait
     * @return true if the last worker is gone
     * @throws InterruptedException if interrupted
     */
    public boolean join(Duration limit) throws InterruptedException {
        engine.refuseToWait("its end");
        boolean done = engine.shutdown().awaitWork(limit);
        if (done) {
            join();
        }
        return done;
    }

    /**
     * Ends the pool and waits until its last worker is gone. A daemon pool cancels outstanding work; one that is not
     * lets it finish, for as long as its {@code close-timeout} allows. Results can still be fetched afterwards. Closing
     * a closed pool does nothing.
     *
     * <p>If the calling thread is interrupted, all workers are killed, what is outstanding is cancelled, and the
     * interrupt is kept. On one of the pool's own threads this returns at once and the pool closes in the background.
     */
    @Override
    public void close() {
        close(settings().limits().close());
    }

    /**
     * The same as {@link #close()} with another {@code close-timeout}.
     *
     * @param limit how long accepted work may run in a pool that is not a daemon, null: as long as it takes
     */
    public void close(@Nullable Duration limit) {
        borrowers.userDecides();
        shut(limit);
    }

    /** Kills all workers at once, cancels everything outstanding, and waits until the last worker is gone. */
    public void terminate() {
        borrowers.userDecides();
        engine.shutdown().closeForSure(End.TERMINATE, null);
    }

    private void shut() {
        shut(settings().limits().close());
    }

    private void shut(@Nullable Duration limit) {
        engine.shutdown().closeForSure(settings().daemon() ? End.CANCEL : End.DRAIN, limit);
    }

    // ---- putting and getting ----

    /**
     * Puts a task, waiting for room as long as it takes.
     *
     * @param task the task
     * @throws InterruptedException if interrupted; then the task never runs
     * @throws TaskSerializationException if the task cannot travel to a child JVM
     * @throws IllegalStateException if the pool is not open
     */
    public void put(T task) throws InterruptedException {
        put(task, TaskOptions.defaults());
    }

    /**
     * The same with options.
     *
     * @param task the task
     * @param options limits of this task
     * @throws InterruptedException if interrupted; then the task never runs
     */
    public void put(T task, TaskOptions options) throws InterruptedException {
        accept(pack(task, options, engine.results()), Long.MAX_VALUE);
    }

    /**
     * Puts a task, waiting for room for a while.
     *
     * @param task the task
     * @param limit how long to wait; zero: not at all
     * @throws QueueFullException if there was no room in time; then the task never runs
     * @throws InterruptedException if interrupted; then the task never runs
     * @throws TaskSerializationException if the task cannot travel to a child JVM
     * @throws IllegalStateException if the pool is not open
     */
    public void put(T task, Duration limit) throws InterruptedException {
        if (!accept(pack(task, TaskOptions.defaults(), engine.results()), Nanos.of(limit))) {
            throw engine.texts().full(stats(), limit);
        }
    }

    /**
     * Puts a task if there is room now.
     *
     * @param task the task
     * @return false if there is none; then the task never runs
     * @throws TaskSerializationException if the task cannot travel to a child JVM
     * @throws IllegalStateException if the pool is not open
     */
    public boolean offer(T task) {
        return engine.board().entrance().offer(pack(task, TaskOptions.defaults(), engine.results()));
    }

    /** A pool is not dropped while somebody waits for room in it: this object's last use comes behind the wait. */
    private boolean accept(Task task, long waitNanos) throws InterruptedException {
        try {
            return engine.board().entrance().accept(task, waitNanos);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    private Task pack(T task, TaskOptions options, Destination destination) {
        try {
            return engine.task(task, engine.limits(options), destination);
        } catch (PayloadException e) {
            throw engine.texts().refused(new TaskRef(name(), -1), e);
        }
    }

    /**
     * Puts all elements of a source from a thread of its own. May be called again, also while others feed.
     *
     * @param source read by the feeding thread
     * @return the number of elements put, when all are; cancelling it stops the feeding
     * @throws IllegalStateException if the pool is not open
     */
    public CompletableFuture<Long> putAsync(Iterable<? extends T> source) {
        if (!engine.isOpen()) {
            throw new IllegalStateException("Pool '" + name() + "' is " + state() + " and accepts nothing");
        }
        Feeder feeder = new Feeder(engine, source, "pool-" + name() + "-feeder-" + feeders.incrementAndGet());
        feeder.start();
        return feeder;
    }

    /**
     * Waits until every source given to {@link #putAsync} has been put or has failed.
     *
     * @throws InterruptedException if interrupted
     */
    public void joinAsync() throws InterruptedException {
        engine.results().awaitFeeders();
    }

    /**
     * Gets a result of a task that was put, waiting as long as it takes: the next one in the order of putting if the
     * pool is ordered, else the next one that is done.
     *
     * @return the result, which may be null
     * @throws NoSuchElementException if nothing is outstanding
     * @throws TaskException if that task failed
     * @throws InterruptedException if interrupted; no result is lost
     */
    @SuppressWarnings("NullAway") // a wait without limit ends with a task
    public R get() throws InterruptedException {
        return this.<R>open(engine.results().take(Long.MAX_VALUE)).get();
    }

    /**
     * The same with a limit.
     *
     * @param limit how long to wait
     * @return the result, which may be null
     * @throws TimeoutException if none came in time; it can be had later
     * @throws NoSuchElementException if nothing is outstanding
     * @throws TaskException if that task failed
     * @throws InterruptedException if interrupted; no result is lost
     */
    public R get(Duration limit) throws InterruptedException, TimeoutException {
        Task task = engine.results().take(Nanos.of(limit));
        if (task == null) {
            throw new TimeoutException("No result of pool '" + name() + "' within " + Texts.seconds(limit));
        }
        return this.<R>open(task).get();
    }

    /**
     * Gets an outcome if there is one now.
     *
     * @return the outcome, empty if none is there
     */
    public Optional<Outcome<R>> poll() {
        Task task = engine.results().poll();
        return task == null ? Optional.empty() : Optional.of(open(task));
    }

    /**
     * Gets the results of everything that was put and not fetched, waiting for it, feeders included. If a feeder's
     * source failed, throws what it threw, once, and leaves all results to the next call.
     *
     * @return the results, in the order in which {@link #get()} gives them
     * @throws TaskException the failure with the lowest index, others suppressed, once everything has its outcome
     * @throws InterruptedException if interrupted; no result is lost
     */
    public List<R> getAll() throws InterruptedException {
        Results.All all = engine.results().takeAll();
        if (all.feederFailure != null) {
            engine.results().giveBack(all.tasks);
            throwUnchecked(all.feederFailure);
        }
        List<Outcome<R>> outcomes = new ArrayList<>(all.tasks.size());
        for (Task task : all.tasks) {
            outcomes.add(open(task));
        }
        return MapCall.values(outcomes);
    }

    /**
     * The same, lazily, and with outcomes instead of exceptions: takes one outcome when it is asked for one, and ends
     * when everything that was put has been fetched and no feeder is left. Then, if a feeder's source failed, it throws
     * what that threw, once. What the consumer leaves can still be fetched; closing it does nothing.
     *
     * @return the outcomes, in the order in which {@link #get()} gives them. If interrupted it throws a
     *     {@link java.util.concurrent.CancellationException} and keeps the interrupt; no outcome is lost
     */
    public Stream<Outcome<R>> outcomes() {
        Pull<R> pull = new Pull<>() {

            @Override
            public @Nullable Outcome<R> next() throws InterruptedException {
                Outcome<R> outcome = nextOutcome();
                if (outcome == null) {
                    Throwable failure = engine.results().takeFeederFailure();
                    if (failure != null) {
                        throwUnchecked(failure);
                    }
                }
                return outcome;
            }

            @Override
            public void close() {}
        };
        return Pull.stream(pull, Spliterator.NONNULL | order(settings().ordered()), outcome -> outcome);
    }

    private @Nullable Outcome<R> nextOutcome() throws InterruptedException {
        try {
            Task task = engine.results().take(Long.MAX_VALUE);
            assert task != null;
            return open(task);
        } catch (NoSuchElementException e) {
            return null;
        }
    }

    private static void throwUnchecked(Throwable failure) {
        if (failure instanceof RuntimeException unchecked) {
            throw unchecked;
        }
        if (failure instanceof Error error) {
            throw error;
        }
        if (failure != null) {
            throw new UndeclaredThrowableException(failure);
        }
    }

    private <S extends @Nullable Object> Outcome<S> open(Task task) {
        return engine.unpacker().open(task);
    }

    // ---- map, stream and submit ----

    /**
     * Applies the pool to each element, feeding it while results come in. Each call has its own results, so many
     * threads may call this at once. A pool that you have neither started nor closed is started for the call and
     * closed behind it; of several such calls at once, the first starts it and the last closes it.
     *
     * <p>If the source throws, what was read before runs to its end, and the source's own exception is thrown.
     *
     * @param input the elements, read on the calling thread
     * @return the results in input order
     * @throws TaskException the failure with the lowest index, others suppressed, once every element has its outcome
     * @throws InterruptedException if interrupted; elements that have not begun are cancelled
     */
    public List<R> map(Iterable<? extends T> input) throws InterruptedException {
        return map(input, MapOptions.defaults());
    }

    /**
     * The same with options.
     *
     * @param input the elements, read on the calling thread
     * @param options order, bound, progress
     * @return the results, in input order unless the options say otherwise
     * @throws TaskException the failure with the lowest index, others suppressed, once every element has its outcome
     * @throws InterruptedException if interrupted; elements that have not begun are cancelled
     */
    public List<R> map(Iterable<? extends T> input, MapOptions options) throws InterruptedException {
        if (!options.arePlain()) {
            return MapCall.values(mapOutcomes(input, options));
        }
        return borrowed(() -> MapCall.<T, R>values(engine, input, options.tasks()));
    }

    /**
     * The same as {@link #map(Iterable)}, with every element's outcome instead of the first exception.
     *
     * @param input the elements, read on the calling thread
     * @return the outcomes in input order
     * @throws InterruptedException if interrupted; elements that have not begun are cancelled
     */
    public List<Outcome<R>> mapOutcomes(Iterable<? extends T> input) throws InterruptedException {
        return mapOutcomes(input, MapOptions.defaults());
    }

    /**
     * The same with options.
     *
     * @param input the elements, read on the calling thread
     * @param options order, bound, progress
     * @return the outcomes, in input order unless the options say otherwise; {@link Outcome#index()} is the place in
     *     the input
     * @throws InterruptedException if interrupted; elements that have not begun are cancelled
     */
    public List<Outcome<R>> mapOutcomes(Iterable<? extends T> input, MapOptions options) throws InterruptedException {
        if (!options.arePlain()) {
            return StreamCall.<T, R>toList(engine, borrowers, input, options).all(options.ordered());
        }
        return borrowed(() -> MapCall.<T, R>outcomes(engine, input, options.tasks()));
    }

    /** A call that works on a pool that was not started, which it starts and closes. */
    private interface Borrowing<V> {

        V call() throws InterruptedException;
    }

    private <V> V borrowed(Borrowing<V> body) throws InterruptedException {
        boolean borrowed = borrowers.borrow();
        boolean interrupted = false;
        try {
            return body.call();
        } catch (InterruptedException e) {
            interrupted = true;
            throw e;
        } finally {
            if (borrowed) {
                giveBack(interrupted);
            }
            Reference.reachabilityFence(this);
        }
    }

    /** Who is interrupted does not wait for what still runs. */
    private void giveBack(boolean interrupted) {
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        borrowers.giveBack();
        if (interrupted) {
            Thread.interrupted(); // the exception says it
        }
    }

    /**
     * Applies the pool to each element, lazily: reads the source only as far ahead as the bound of the options allows,
     * holds no more results than that, and goes on only while the stream is consumed. The source may be infinite.
     *
     * <p>Everything happens on the thread that consumes the stream, the reading of the source included: a source that
     * blocks holds back results that are ready ({@link #putAsync} with {@link #outcomes()} does not). A parallel stream
     * does not make the pool faster, and is consumed one by one as well.
     *
     * <p>The stream is over after its last element, and after an exception of the source or of a task. Whoever leaves
     * earlier, by a short-circuit or an exception of their own, feeds nothing more; {@link Stream#close} then cancels
     * what was fed and has not begun, and closes the pool if this stream has started it, as {@link #map(Iterable)} does. So
     * use it in a {@code try} block:
     *
     * <pre>{@code
     * try (Stream<Page> pages = pool.stream(urls)) {
     *     pages.filter(Page::isGood).limit(10).forEach(this::show);
     * }
     * }</pre>
     *
     * @param source the elements; of a stream: {@code stream::iterator}
     * @return the results in input order. Consuming it throws the {@link TaskException} of an element that failed, when
     *     it is that element's turn; what the source threw, behind the results of all elements before; and a
     *     {@link java.util.concurrent.CancellationException} if interrupted, with the interrupt kept
     */
    public Stream<R> stream(Iterable<? extends T> source) {
        return stream(source, MapOptions.defaults());
    }

    /**
     * The same with options.
     *
     * @param source the elements
     * @param options order, bound, progress
     * @return the results, in input order unless the options say otherwise
     */
    public Stream<R> stream(Iterable<? extends T> source, MapOptions options) {
        return Pull.stream(call(source, options), order(options.ordered()), Outcome::get);
    }

    /**
     * The same as {@link #stream(Iterable)}, with outcomes instead of exceptions: one element's failure does not end it.
     *
     * @param source the elements
     * @return the outcomes in input order
     */
    public Stream<Outcome<R>> streamOutcomes(Iterable<? extends T> source) {
        return streamOutcomes(source, MapOptions.defaults());
    }

    /**
     * The same with options.
     *
     * @param source the elements
     * @param options order, bound, progress
     * @return the outcomes, in input order unless the options say otherwise; {@link Outcome#index()} is the place in
     *     the source
     */
    public Stream<Outcome<R>> streamOutcomes(Iterable<? extends T> source, MapOptions options) {
        return Pull.stream(call(source, options), order(options.ordered()) | Spliterator.NONNULL, outcome -> outcome);
    }

    private StreamCall<T, R> call(Iterable<? extends T> source, MapOptions options) {
        Objects.requireNonNull(source, "'source' must not be null");
        return StreamCall.toStream(engine, borrowers, source, options);
    }

    private static int order(boolean ordered) {
        return ordered ? Spliterator.ORDERED : 0;
    }

    /**
     * Submits a task, waiting for room as long as it takes.
     *
     * @param task the task
     * @return its future, which fails with a {@link TaskException}. Cancelling it with {@code true} kills and replaces
     *     the worker of a running task; with {@code false} it cancels a task that has not begun, and no other
     * @throws InterruptedException if interrupted; then the task never runs
     * @throws TaskSerializationException if the task cannot travel to a child JVM
     * @throws IllegalStateException if the pool is not open
     */
    public CompletableFuture<R> submit(T task) throws InterruptedException {
        return submit(task, TaskOptions.defaults());
    }

    /**
     * The same with options.
     *
     * @param task the task
     * @param options limits of this task
     * @return its future, as above
     * @throws InterruptedException if interrupted; then the task never runs
     */
    public CompletableFuture<R> submit(T task, TaskOptions options) throws InterruptedException {
        TaskFuture<R> future = new TaskFuture<>(engine);
        accept(followed(task, options, future), Long.MAX_VALUE);
        return future;
    }

    /**
     * The same, waiting for room for a while.
     *
     * @param task the task
     * @param limit how long to wait; zero: not at all
     * @return its future, as above
     * @throws QueueFullException if there was no room in time; then the task never runs
     * @throws InterruptedException if interrupted; then the task never runs
     */
    public CompletableFuture<R> submit(T task, Duration limit) throws InterruptedException {
        TaskFuture<R> future = new TaskFuture<>(engine);
        if (!accept(followed(task, TaskOptions.defaults(), future), Nanos.of(limit))) {
            throw engine.texts().full(stats(), limit);
        }
        return future;
    }

    private Task followed(T task, TaskOptions options, TaskFuture<R> future) {
        Task submitted = pack(task, options, future);
        future.follow(submitted);
        return submitted;
    }

    /**
     * The pool as an {@link ExecutorService}: its workers run callables and runnables of any kind beside the pool's own
     * tasks, in the same queue and under the same limits. The target is not asked. In child JVMs a callable and its
     * result travel, so both must be serializable, results are equal and not the same, and a result's class must be one
     * that {@link PoolManagerBuilder#allow} lets in. A lambda is serializable if it is cast:
     * {@code executor.submit((Callable<Integer> & Serializable) () -> 6 * 7)}.
     *
     * <p>It keeps the contract of the interface, with these answers to what that leaves open:
     * <ul>
     *   <li>A full pool makes {@code submit}, {@code execute} and {@code invoke…} wait for room. An interrupt of that
     *       wait, a full pool on one of the pool's own threads, a callable that cannot travel, and a pool that is not
     *       open throw {@link java.util.concurrent.RejectedExecutionException}.
     *   <li>What a callable threw is the cause of the {@link java.util.concurrent.ExecutionException}; where the worker
     *       crashed or a limit ended the task, the cause is a {@link TaskException}.
     *   <li>{@code cancel} is that of {@link #submit(Object)}'s future.
     *   <li>{@code shutdown} closes the pool, not the adapter alone: nothing more is accepted, everything accepted, whoever
     *       gave it, runs to its end, whatever {@code daemon} says, and this JVM stays up until then.
     *       {@code shutdownNow} kills what runs, and returns what was given to this adapter and never began; the
     *       futures of these are cancelled, so that nobody waits for them.
     *   <li>What fails in {@code execute} is logged.
     * </ul>
     *
     * @return an adapter; {@code close()} of a newer JDK shuts it down and waits
     */
    public ExecutorService asExecutorService() {
        return new PoolExecutor(engine, this::endInBackground);
    }

    private void endInBackground(End how) {
        borrowers.userDecides();
        // No daemon: what has been accepted is to run, even when the last other thread has ended.
        engine.shutdown().startCloser(how, null, false);
    }

    /**
     * Cancels every task that has not begun. Feeders go on.
     *
     * @return how many tasks that were
     */
    public int clearTasks() {
        return engine.board().cancellation().clear();
    }

    // ---- loggers and listeners ----

    /**
     * Adds a logger to those whose records are passed here from the workers. One that is there already changes nothing.
     *
     * @param logger its name, {@code "ROOT"} for the root logger
     * @throws IllegalStateException if the pool has been started
     */
    public void addLogger(String logger) {
        PoolManagerBuilder.checkLogger(logger);
        engine.changeLoggers(names -> names.add(logger));
    }

    /**
     * The same by logger.
     *
     * @param logger the logger
     * @throws IllegalStateException if the pool has been started
     */
    public void addLogger(Logger logger) {
        addLogger(logger.getName());
    }

    /**
     * Removes a logger.
     *
     * @param logger its name
     * @throws NoSuchElementException if it is not one of the pool's
     * @throws IllegalStateException if the pool has been started
     */
    public void removeLogger(String logger) {
        engine.changeLoggers(names -> {
            if (!names.remove(logger)) {
                throw new NoSuchElementException(
                        "Pool '" + name() + "' has no logger '" + logger + "'; it has " + names);
            }
        });
    }

    /**
     * The same by logger.
     *
     * @param logger the logger
     * @throws NoSuchElementException if it is not one of the pool's
     * @throws IllegalStateException if the pool has been started
     */
    public void removeLogger(Logger logger) {
        removeLogger(logger.getName());
    }

    /**
     * Adds a listener.
     *
     * @param listener hears what happens from now on
     */
    public void addListener(PoolListener listener) {
        engine.events().add(listener);
    }

    /**
     * Removes a listener.
     *
     * @param listener hears nothing any more
     */
    public void removeListener(PoolListener listener) {
        engine.events().remove(listener);
    }

    /**
     * Has tasks followed from the thread that hands them in to their outcome.
     *
     * @param observer follows tasks that are handed in from now on; null: nobody does
     */
    public void observe(@Nullable TaskObserver observer) {
        engine.observers().observe(observer);
    }

    @Override
    public String toString() {
        return "PoolManager[" + name() + ", " + state() + ", " + worker() + "]";
    }
}
