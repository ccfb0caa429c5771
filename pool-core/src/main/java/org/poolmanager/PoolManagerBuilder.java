package org.poolmanager;

import java.io.ObjectInputFilter;
import java.io.Serializable;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.poolmanager.launch.JvmOptions;
import org.poolmanager.wire.PayloadCodec;
import org.poolmanager.wire.PayloadException;
import org.poolmanager.worker.PoolProcess;
import org.poolmanager.worker.Target;

/**
 * Collects a pool's settings. Every wrong value is refused at once, or by {@link #build()} where it depends on others,
 * with an {@link IllegalArgumentException} that names the option and the value. Not thread-safe.
 *
 * @param <T> what a task is
 * @param <R> what a task becomes
 */
public final class PoolManagerBuilder<T extends @Nullable Object, R extends @Nullable Object> {

    /** The default of {@link #maxPayload}. */
    static final int DEFAULT_MAX_PAYLOAD = 256 << 20;

    private static final AtomicInteger UNNAMED = new AtomicInteger();

    private Target target;

    private @Nullable String name;

    private Isolation isolation = Isolation.PROCESS;

    private int size = Runtime.getRuntime().availableProcessors();

    private @Nullable Integer maxSize;

    private @Nullable Integer queueSize;

    private int resultSize = PoolSettings.UNBOUNDED;

    private int prefetch = PoolSettings.UNBOUNDED;

    private boolean ordered;

    private boolean daemon = true;

    private StartMode startMode = StartMode.EAGER;

    private final Set<String> loggers = new LinkedHashSet<>();

    private LogOverflow logOverflow = LogOverflow.WAIT;

    private Limits.Tasks taskLimits = Limits.DEFAULT.tasks();

    private Limits.Workers workerLimits = Limits.DEFAULT.workers();

    private @Nullable Duration closeTimeout;

    private RecyclePolicy recycle = RecyclePolicy.OFF;

    private RetryPolicy retry = RetryPolicy.OFF;

    private PoolSettings.Quarantine quarantine = PoolSettings.Quarantine.OFF;

    private PoolSettings.Restart restart = PoolSettings.Restart.DEFAULT;

    private JvmOptions jvm = JvmOptions.defaults();

    private String codec = PayloadCodec.JAVA;

    private final List<String> allow = new ArrayList<>();

    private int maxPayload = DEFAULT_MAX_PAYLOAD;

    private final List<PoolListener> listeners = new ArrayList<>();

    private @Nullable List<Path> classPath;

    private @Nullable Supplier<? extends PoolProcess<T, R>> factory;

    private boolean shutdownHook = true;

    PoolManagerBuilder(Target target) {
        this.target = target;
    }

    /**
     * The pool's name, in errors, thread names and meters.
     *
     * @param poolName not blank; default: {@code pool-1}, {@code pool-2} …
     * @return this
     */
    public PoolManagerBuilder<T, R> name(String poolName) {
        Objects.requireNonNull(poolName, "'name' must not be null");
        if (poolName.isBlank()) {
            throw wrong("name", "'" + poolName + "'", "must not be blank");
        }
        this.name = poolName;
        return this;
    }

    /**
     * Where the workers run.
     *
     * @param where default: {@link Isolation#PROCESS}
     * @return this
     */
    public PoolManagerBuilder<T, R> isolation(Isolation where) {
        this.isolation = Objects.requireNonNull(where, "'isolation' must not be null");
        return this;
    }

    /**
     * How many workers.
     *
     * @param workers at least 1; default: the number of processors when the builder is made
     * @return this
     */
    public PoolManagerBuilder<T, R> size(int workers) {
        if (workers < 1) {
            throw wrong("size", workers, "must be at least 1");
        }
        this.size = workers;
        return this;
    }

    /**
     * Up to how many workers {@link PoolManager#resize} may make it.
     *
     * @param workers at least {@code size}; default: the size
     * @return this
     */
    public PoolManagerBuilder<T, R> maxSize(int workers) {
        if (workers < 1) {
            throw wrong("max-size", workers, "must be at least 1");
        }
        this.maxSize = workers;
        return this;
    }

    /**
     * How many tasks may wait while all workers are busy. {@code size + queueSize} tasks may be unfinished at a time;
     * then {@code put} waits.
     *
     * @param tasks at least 1; default: twice the size; {@link PoolSettings#UNBOUNDED}: {@code put} never waits
     * @return this
     */
    public PoolManagerBuilder<T, R> queueSize(int tasks) {
        if (tasks < 1) {
            throw wrong("queue-size", tasks, "must be at least 1");
        }
        this.queueSize = tasks;
        return this;
    }

    /**
     * How many tasks that were put may be unfetched, unfinished ones included; then {@code put} waits for a
     * {@code get}. So neither results that nobody fetches nor, in an ordered pool, those behind a long task can fill the
     * memory. Does not concern {@code map}, {@code stream} and {@code submit}, whose callers have their own results.
     *
     * @param results at least 1; default: {@link PoolSettings#UNBOUNDED}
     * @return this
     */
    public PoolManagerBuilder<T, R> resultSize(int results) {
        if (results < 1) {
            throw wrong("result-size", results, "must be at least 1");
        }
        this.resultSize = results;
        return this;
    }

    /**
     * How many tasks one worker may hold at the most, the one that it runs included. By default a worker is sent as many as
     * it is likely to finish in half a millisecond, at least 2 and at most 1024: so workers need not wait for their next
     * task, and a task that turned out long gives back those behind it. With 1 no task leaves the queue before a worker
     * is free for it, which costs each worker a round trip between two tasks.
     *
     * @param tasks at least 1; default: {@link PoolSettings#UNBOUNDED}, as described
     * @return this
     */
    public PoolManagerBuilder<T, R> prefetch(int tasks) {
        if (tasks < 1) {
            throw wrong("prefetch", tasks, "must be at least 1");
        }
        this.prefetch = tasks;
        return this;
    }

    /**
     * Whether {@code get} follows the order of {@code put}; {@code map} always does.
     *
     * @param inOrder default: false
     * @return this
     */
    public PoolManagerBuilder<T, R> ordered(boolean inOrder) {
        this.ordered = inOrder;
        return this;
    }

    /**
     * Whether {@code close} ends outstanding work (true) or lets it finish (false).
     *
     * @param endWork default: true
     * @return this
     */
    public PoolManagerBuilder<T, R> daemon(boolean endWork) {
        this.daemon = endWork;
        return this;
    }

    /**
     * What {@link PoolManager#start()} does: whether it waits for the workers, or leaves them to the first task.
     *
     * @param mode default: {@link StartMode#EAGER}
     * @return this
     */
    public PoolManagerBuilder<T, R> startMode(StartMode mode) {
        this.startMode = Objects.requireNonNull(mode, "'start' must not be null");
        return this;
    }

    /**
     * Loggers whose records, and those of loggers below them, are passed from the workers to the loggers of the same
     * name here, whose levels also decide in the workers. Records of a task come before its outcome; while the loggers
     * here do not keep up, an outcome waits 250 ms for them at the most.
     *
     * @param names logger names; {@code "ROOT"} is the root logger
     * @return this
     */
    public PoolManagerBuilder<T, R> loggers(String... names) {
        return loggers(Arrays.asList(names));
    }

    /**
     * The same as {@link #loggers(String...)}. All are added or, if one is null, none.
     *
     * @param names logger names
     * @return this
     */
    public PoolManagerBuilder<T, R> loggers(Collection<String> names) {
        List<String> wanted = List.copyOf(names);
        wanted.forEach(PoolManagerBuilder::checkLogger);
        loggers.addAll(wanted);
        return this;
    }

    /**
     * What happens to records of {@link #loggers} that come faster than the loggers here take them: some 8 MB of them
     * are kept, and then the workers wait, or records are dropped.
     *
     * @param waitOrDrop default: {@link LogOverflow#WAIT}
     * @return this
     */
    public PoolManagerBuilder<T, R> logOverflow(LogOverflow waitOrDrop) {
        this.logOverflow = Objects.requireNonNull(waitOrDrop, "'log-overflow' must not be null");
        return this;
    }

    /**
     * Static arguments of a worker class: its constructor's arguments, once per worker start. A function's static
     * arguments are given beside the function, so that they are checked at compile time.
     *
     * @param args in the constructor's order
     * @return this
     */
    public PoolManagerBuilder<T, R> staticArgs(@Nullable Object... args) {
        if (!target.isClass()) {
            throw new IllegalArgumentException("'static-args' of a function are given beside it:"
                    + " PoolManager.builder(function, staticArgument), so that their types are checked");
        }
        target = target.withStaticArgs(Arrays.asList(args));
        return this;
    }

    /**
     * How long a task may wait until a worker begins it, from the moment it was accepted. One that waits longer never runs,
     * and its outcome is a {@link TaskTimeoutException}.
     *
     * @param limit more than zero; default: none
     * @return this
     */
    public PoolManagerBuilder<T, R> queueTimeout(Duration limit) {
        Duration queue = positive("queue-timeout", limit);
        Limits.Tasks t = taskLimits;
        taskLimits = new Limits.Tasks(queue, t.soft(), t.run(), t.stall(), t.slow());
        return this;
    }

    /**
     * When the thread of a task is interrupted, once, so that the task can end itself in good order before
     * {@link #taskTimeout} ends it with its worker. If it returns a value after all, that is its result; if it throws, its
     * outcome is a {@link TaskTimeoutException} with that as its cause. The worker goes on in either case.
     *
     * @param limit more than zero, less than {@code taskTimeout}; default: none
     * @return this
     */
    public PoolManagerBuilder<T, R> softTimeout(Duration limit) {
        Duration soft = positive("soft-timeout", limit);
        Limits.Tasks t = taskLimits;
        taskLimits = new Limits.Tasks(t.queue(), soft, t.run(), t.stall(), t.slow());
        return this;
    }

    /**
     * How long one task may run once a free worker has it. A worker whose task takes longer is asked where it is, killed
     * and replaced. In thread isolation the thread is interrupted and, if it does not heed that, left to itself.
     *
     * @param limit more than zero; default: none
     * @return this
     */
    public PoolManagerBuilder<T, R> taskTimeout(Duration limit) {
        Duration run = positive("task-timeout", limit);
        Limits.Tasks t = taskLimits;
        taskLimits = new Limits.Tasks(t.queue(), t.soft(), run, t.stall(), t.slow());
        return this;
    }

    /**
     * How long a task that has called {@link org.poolmanager.worker.TaskProgress#report()} may go without calling it again,
     * before it is ended with its worker. Does not concern tasks that never call it.
     *
     * @param limit more than zero; default: none
     * @return this
     */
    public PoolManagerBuilder<T, R> stallTimeout(Duration limit) {
        Duration stall = positive("stall-timeout", limit);
        Limits.Tasks t = taskLimits;
        taskLimits = new Limits.Tasks(t.queue(), t.soft(), t.run(), stall, t.slow());
        return this;
    }

    /**
     * When a task that still runs is reported by a warning, with the stack of its thread. There is one warning per task,
     * and one in ten seconds.
     *
     * @param threshold more than zero; default: none
     * @return this
     */
    public PoolManagerBuilder<T, R> slowTaskThreshold(Duration threshold) {
        Duration slow = positive("slow-task-threshold", threshold);
        Limits.Tasks t = taskLimits;
        taskLimits = new Limits.Tasks(t.queue(), t.soft(), t.run(), t.stall(), slow);
        return this;
    }

    /**
     * How long the process of a worker that has a task may give no sign of life, as when it is stopped, before it is killed
     * and replaced. A long task is none: it is not the task that answers. It may take a fifth longer to be noticed.
     *
     * @param limit at least 1 s; default: 30 s
     * @return this
     */
    public PoolManagerBuilder<T, R> hangTimeout(Duration limit) {
        Objects.requireNonNull(limit, "'hang-timeout' must not be null");
        if (limit.compareTo(Duration.ofSeconds(1)) < 0) {
            throw wrong("hang-timeout", limit, "must be at least 1 s, because busy machines let processes wait");
        }
        Limits.Workers w = workerLimits;
        workerLimits = new Limits.Workers(w.start(), w.init(), limit, w.exit());
        return this;
    }

    /**
     * How long a worker may take until it is ready.
     *
     * @param limit more than zero; default: 30 s
     * @return this
     */
    public PoolManagerBuilder<T, R> startTimeout(Duration limit) {
        Duration start = positive("start-timeout", limit);
        Limits.Workers w = workerLimits;
        workerLimits = new Limits.Workers(start, w.init(), w.hang(), w.exit());
        return this;
    }

    /**
     * How long the building of a worker's target may take, once its JVM is up. {@link #startTimeout} then holds for the
     * JVM alone.
     *
     * @param limit more than zero; default: none, {@code startTimeout} holds for both together
     * @return this
     */
    public PoolManagerBuilder<T, R> initTimeout(Duration limit) {
        Duration init = positive("init-timeout", limit);
        Limits.Workers w = workerLimits;
        workerLimits = new Limits.Workers(w.start(), init, w.hang(), w.exit());
        return this;
    }

    /**
     * How long {@code close} lets accepted work run in a pool that is not a daemon. What is unfinished then is
     * cancelled, with a warning.
     *
     * @param limit more than zero; default: none, accepted work runs to its end
     * @return this
     */
    public PoolManagerBuilder<T, R> closeTimeout(Duration limit) {
        this.closeTimeout = positive("close-timeout", limit);
        return this;
    }

    /**
     * How long workers may take to end in good order, their {@code close()} included, before they are killed.
     *
     * @param limit more than zero; default: 5 s
     * @return this
     */
    public PoolManagerBuilder<T, R> exitTimeout(Duration limit) {
        Duration exit = positive("exit-timeout", limit);
        Limits.Workers w = workerLimits;
        workerLimits = new Limits.Workers(w.start(), w.init(), w.hang(), exit);
        return this;
    }

    /**
     * When workers are replaced by fresh ones although nothing is wrong with them: {@code recycle(policy ->
     * policy.maxTasks(5000).maxAge(Duration.ofHours(6)))}.
     *
     * @param change from the present policy to the one wanted; by default, workers are never recycled
     * @return this
     */
    public PoolManagerBuilder<T, R> recycle(UnaryOperator<RecyclePolicy> change) {
        this.recycle = Objects.requireNonNull(change.apply(recycle), "'recycle' must not be null");
        return this;
    }

    /**
     * Which tasks that did not succeed are run once more: {@code retry(policy ->
     * policy.maxAttempts(3).causes(CRASH).onExceptions(IOException.class))}.
     *
     * @param change from the present policy to the one wanted; by default, each task runs once
     * @return this
     */
    public PoolManagerBuilder<T, R> retry(UnaryOperator<RetryPolicy> change) {
        this.retry = Objects.requireNonNull(change.apply(retry), "'retry' must not be null");
        return this;
    }

    /**
     * Keeps tasks that have killed their worker so often, with the evidence, see {@link PoolManager#quarantine()}. Such a
     * task is not run again, even if it had attempts left.
     *
     * @param crashes at least 1, and no more than a task has attempts, see {@link #retry}; default: no task is kept
     * @return this
     */
    public PoolManagerBuilder<T, R> quarantine(int crashes) {
        if (crashes < 1) {
            throw wrong("quarantine.after", crashes, "must be at least 1");
        }
        this.quarantine = new PoolSettings.Quarantine(crashes, quarantine.size());
        return this;
    }

    /**
     * How many tasks the quarantine keeps, in memory, as they were sent.
     *
     * @param tasks at least 1; default: 100, then the oldest go
     * @return this
     */
    public PoolManagerBuilder<T, R> quarantineSize(int tasks) {
        if (tasks < 1) {
            throw wrong("quarantine.size", tasks, "must be at least 1");
        }
        this.quarantine = new PoolSettings.Quarantine(quarantine.after(), tasks);
        return this;
    }

    /**
     * How long a worker that could not be started waits for its next start. The wait doubles with each failure in a row.
     * Workers that end by themselves soon after their start, and have done nothing, wait likewise from the second in a row.
     *
     * @param first more than zero; default: 100 ms
     * @return this
     */
    public PoolManagerBuilder<T, R> restartBackoff(Duration first) {
        restart = new PoolSettings.Restart(positive("restart.backoff", first), restart.maxBackoff());
        return this;
    }

    /**
     * How long it waits at the most. A pool that is {@link PoolState#BROKEN} tries a start so often.
     *
     * @param longest more than zero; default: 10 s
     * @return this
     */
    public PoolManagerBuilder<T, R> restartMaxBackoff(Duration longest) {
        restart = new PoolSettings.Restart(restart.backoff(), positive("restart.max-backoff", longest));
        return this;
    }

    /**
     * How child JVMs are started.
     *
     * @param options default: the running JVM's home, no further arguments
     * @return this
     */
    public PoolManagerBuilder<T, R> jvm(JvmOptions options) {
        this.jvm = Objects.requireNonNull(options, "'jvm' must not be null");
        return this;
    }

    /**
     * The class path of child JVMs, instead of the one found from the target's class loader.
     *
     * @param entries jars and directories
     * @return this
     */
    public PoolManagerBuilder<T, R> classPath(List<Path> entries) {
        this.classPath = List.copyOf(entries);
        return this;
    }

    /**
     * How static arguments, tasks and results travel between the JVMs. In thread isolation it copies static arguments.
     *
     * @param name {@code java} (the default), {@code fory} (Apache Fory, whose dependency you add), or the name of a class
     *     that implements {@link PayloadCodec}
     * @return this
     */
    public PoolManagerBuilder<T, R> codec(String name) {
        if (name.isBlank()) {
            throw wrong("serialization.codec", "'" + name + "'", "must not be blank");
        }
        this.codec = name;
        return this;
    }

    /**
     * Further classes that a worker may send, as patterns of {@link ObjectInputFilter.Config#createFilter(String)}.
     *
     * @param patterns for instance {@code com.acme.model.*}
     * @return this
     */
    public PoolManagerBuilder<T, R> allow(String... patterns) {
        for (String pattern : patterns) {
            try {
                ObjectInputFilter.Config.createFilter(pattern);
            } catch (IllegalArgumentException e) {
                throw wrong("serialization.allow", "'" + pattern + "'", "is no filter pattern: " + e.getMessage());
            }
            allow.add(pattern);
        }
        return this;
    }

    /**
     * How many bytes one task or one result may have on its way between JVMs.
     *
     * @param bytes at least 1 KiB; default: 256 MiB
     * @return this
     */
    public PoolManagerBuilder<T, R> maxPayload(int bytes) {
        if (bytes < 1024) {
            throw wrong("max-payload", bytes, "must be at least 1024 bytes");
        }
        this.maxPayload = bytes;
        return this;
    }

    /**
     * Adds a listener.
     *
     * @param listener hears everything from the start on
     * @return this
     */
    public PoolManagerBuilder<T, R> listener(PoolListener listener) {
        listeners.add(Objects.requireNonNull(listener, "'listener' must not be null"));
        return this;
    }

    /**
     * Where each worker gets its instance, instead of building it from static arguments. In process isolation the
     * supplier itself travels to each child JVM and is called there, so it must be {@link Serializable}.
     *
     * @param instances called once per worker start, on the worker's thread
     * @return this
     */
    public PoolManagerBuilder<T, R> workerFactory(Supplier<? extends PoolProcess<T, R>> instances) {
        this.factory = instances;
        return this;
    }

    /**
     * Whether the pool is closed when this JVM shuts down while it is open. A container that closes its pools itself
     * turns this off, to keep its own order.
     *
     * @param register default: true
     * @return this
     */
    public PoolManagerBuilder<T, R> shutdownHook(boolean register) {
        this.shutdownHook = register;
        return this;
    }

    /**
     * Builds the pool. Nothing is started.
     *
     * @return a pool in state {@link PoolState#NEW}
     * @throws IllegalArgumentException if the target cannot be what it should, there is no such codec, or options
     *     contradict each other
     */
    public PoolManager<T, R> build() {
        if (factory == null) {
            target.check();
        }
        if (quarantine.after() != null && quarantine.after() > retry.maxAttempts()) {
            throw wrong(
                    "quarantine.after",
                    quarantine.after(),
                    "must not be more than 'retry.max-attempts', which is " + retry.maxAttempts());
        }
        if (maxSize != null && maxSize < size) {
            throw wrong("max-size", maxSize, "must not be less than 'size', which is " + size);
        }
        String poolName = name == null ? "pool-" + UNNAMED.incrementAndGet() : name;
        int queue = queueSize == null ? (int) Math.min(2L * size, PoolSettings.UNBOUNDED) : queueSize;
        PoolSettings settings = new PoolSettings(
                poolName,
                isolation,
                size,
                maxSize == null ? size : maxSize,
                queue,
                resultSize,
                prefetch,
                ordered,
                daemon,
                startMode,
                loggers,
                logOverflow,
                new Limits(checked(taskLimits), workerLimits, closeTimeout),
                recycle,
                retry,
                quarantine,
                restart,
                jvm,
                new PoolSettings.Wire(codec, allow, maxPayload));
        Engine.Parts parts = new Engine.Parts(travelling(), classPath, factory, List.copyOf(listeners), shutdownHook);
        return new PoolManager<>(settings, parts);
    }

    private static Limits.Tasks checked(Limits.Tasks limits) {
        Duration soft = limits.soft();
        if (soft != null && limits.run() != null && soft.compareTo(limits.run()) >= 0) {
            throw wrong("soft-timeout", soft, "must be less than 'task-timeout' (" + limits.run() + ")");
        }
        return limits;
    }

    private Target travelling() {
        if (factory == null || isolation == Isolation.THREAD) {
            return target;
        }
        if (!(factory instanceof Serializable)) {
            throw new IllegalArgumentException("'workerFactory' must be serializable in process isolation, because it"
                    + " is called in each child JVM: an instance made here could not move there");
        }
        return target.madeBy(factory);
    }

    /**
     * Builds the pool and starts it.
     *
     * @return a running pool, unless {@link #startMode} says otherwise
     * @throws PoolStartException if no worker could be started
     */
    public PoolManager<T, R> start() {
        return build().start();
    }

    static IllegalArgumentException cannotTravel(Target target, PayloadException why) {
        return new IllegalArgumentException(
                "the " + target.cargo() + " cannot travel to a child JVM: " + why.getMessage()
                        + (target.isClass()
                                ? ""
                                : ". A function must capture serializable values only; one that uses a field or a"
                                        + " method of its class captures the whole object"),
                why);
    }

    static void checkLogger(String name) {
        if (name.isBlank()) {
            throw wrong("loggers", "'" + name + "'", "must be names of loggers (the root logger is 'ROOT')");
        }
    }

    static Duration positive(String option, Duration value) {
        Objects.requireNonNull(value, () -> "'" + option + "' must not be null");
        if (value.isNegative() || value.isZero()) {
            throw wrong(option, value, "must be more than zero");
        }
        return value;
    }

    static IllegalArgumentException wrong(String option, Object value, String rule) {
        return new IllegalArgumentException("'" + option + "' " + rule + ", but is " + value);
    }
}
