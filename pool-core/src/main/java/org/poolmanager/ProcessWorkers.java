package org.poolmanager;

import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.poolmanager.launch.ChildJvm;
import org.poolmanager.launch.ClassPath;
import org.poolmanager.launch.LaunchException;
import org.poolmanager.launch.MemoryBudget;
import org.poolmanager.launch.SharedClasses;
import org.poolmanager.wire.Failure;
import org.poolmanager.wire.Payload;
import org.poolmanager.wire.PayloadException;
import org.poolmanager.wire.Payloads;
import org.poolmanager.wire.StartConfig;
import org.poolmanager.wire.TaskContext;
import org.poolmanager.worker.Call;
import org.poolmanager.worker.Target;

/** Workers that are child JVMs: what they share. */
final class ProcessWorkers implements Workers {

    private static final SecureRandom RANDOM = new SecureRandom();

    private static final long LOOK_AT_LEVELS = TimeUnit.SECONDS.toNanos(1);

    private static final long SWEEP_PATIENCE = TimeUnit.SECONDS.toNanos(2);

    final PoolSettings settings;

    final Life life;

    final Clock clock;

    final StartConfig.Target target;

    private final Payloads payloads;

    private final ClassLoader loader;

    private final Class<?> anchor;

    /** Null if it is to be found. */
    private final @Nullable List<Path> givenClassPath;

    /** Of its own, because to find one may mean to unpack it, and {@link #detach} must not wait for that. */
    private final Object classPathLock = new Object();

    /** The last one; null before the first. Guarded by its lock. */
    private @Nullable ClassPath classPath;

    private final Set<ProcessWorker> started = ConcurrentHashMap.newKeySet();

    /** Children that are gone, and what they have started perhaps not yet. */
    private final Set<ChildJvm> sweeping = ConcurrentHashMap.newKeySet();

    private Set<String> loggers = Set.of();

    /** Set by {@link #open}, and anew when somebody has removed it. */
    private volatile @Nullable SocketDirectory directory;

    private @Nullable SharedClasses classes;

    private MemoryBudget.@Nullable Share share;

    private LogReplay.@Nullable LevelWatch levelWatch;

    /** What workers were told last, where levels must be looked at. */
    private volatile Map<String, Integer> known = Map.of();

    ProcessWorkers(PoolSettings settings, Target target, @Nullable List<Path> classPath, Life life, Clock clock)
            throws PayloadException {
        this.settings = settings;
        this.anchor = target.anchor();
        this.givenClassPath = classPath;
        this.classPath = classPath == null ? find(target) : null;
        this.life = life;
        this.clock = clock;
        PoolSettings.Wire wire = settings.wire();
        AllowList allowed = new AllowList(wire.allow(), anchor);
        this.loader = anchor.getClassLoader();
        this.payloads = Payloads.of(wire.codec(), loader, allowed, wire.maxPayload());
        // The limit is for tasks and results. What a worker is built from travels once, over its standard input.
        this.target = target.encode(payloads.withoutLimit());
    }

    private static ClassPath find(Target target) {
        try {
            return ClassPath.of(target.anchor());
        } catch (LaunchException e) {
            throw new IllegalArgumentException(
                    "the target " + target.name() + " cannot travel to a child JVM: " + e.getMessage(), e);
        }
    }

    @Override
    public @Nullable String open(Set<String> names) {
        loggers = names;
        classPath();
        directory = SocketDirectory.create();
        MemoryBudget.Share memory = MemoryBudget.ofThisJvm().take(settings.name(), settings.maxSize(), settings.jvm());
        share = memory;
        classes = new SharedClasses(memory.options(), this::classPath, this::directory);
        if (!names.isEmpty()) {
            levelWatch = LogReplay.onLevelChange(() -> tell(levels()));
            if (levelWatch == null) {
                known = levels();
                clock.every(LOOK_AT_LEVELS, this::lookAtLevels);
            }
        }
        return memory.overcommitment();
    }

    /** @throws LaunchException if none can be had */
    private ClassPath classPath() {
        synchronized (classPathLock) {
            ClassPath present = classPath;
            if (present == null || !present.isComplete()) {
                present = givenClassPath == null ? ClassPath.of(anchor) : ClassPath.ofEntries(givenClassPath);
                classPath = present;
            }
            return present;
        }
    }

    private void tell(Map<String, Integer> levels) {
        started.forEach(worker -> worker.levels(levels));
    }

    /** Now and then, because this logging system does not say when they change. */
    private void lookAtLevels() {
        Map<String, Integer> now = levels();
        if (!now.equals(known)) {
            known = now;
            tell(now);
        }
    }

    @Override
    public Worker create(int id, int generation, Worker.Sink sink) {
        return new ProcessWorker(this, id, generation, sink);
    }

    @Override
    public synchronized Runnable detach() {
        LogReplay.LevelWatch oldWatch = levelWatch;
        SharedClasses oldClasses = classes;
        SocketDirectory oldDirectory = directory;
        levelWatch = null;
        classes = null;
        directory = null;
        if (share != null) {
            share.close();
            share = null;
        }
        return () -> {
            close(oldWatch, oldClasses, oldDirectory);
            awaitSweeps();
        };
    }

    private static void close(
            LogReplay.@Nullable LevelWatch levelWatch,
            @Nullable SharedClasses classes,
            @Nullable SocketDirectory directory) {
        if (levelWatch != null) {
            levelWatch.close();
        }
        if (classes != null) {
            classes.close();
        }
        if (directory != null) {
            directory.close();
        }
    }

    @Override
    @SuppressWarnings("ReferenceEquality") // an array is its object
    public @Nullable Object pack(@Nullable Object task, TaskContext context) throws PayloadException {
        Object packed = task instanceof Call call ? payloads.encodeByJava(call) : payloads.pack(task);
        if (packed == task && context.isEmpty()) {
            return packed;
        }
        try {
            Payload argument = Payload.ofPacked(packed);
            boolean isShared = argument.content() == task && context.isEmpty();
            // What the caller does to its array from now on is no business of the task's.
            return isShared ? new Payload(argument.tag(), argument.content().clone()) : context.before(argument);
        } catch (OutOfMemoryError e) {
            throw Payloads.unheld(task, e);
        }
    }

    @Override
    public @Nullable Object repack(@Nullable Object packed, TaskContext from, TaskContext to) {
        assert packed != null;
        return to.before(from.strip(Payload.ofPacked(packed)));
    }

    @Override
    public int size(@Nullable Object packed) {
        assert packed != null;
        return Payloads.size(packed);
    }

    @Override
    public @Nullable Object unpack(@Nullable Object raw) throws PayloadException {
        assert raw != null;
        return payloads.unpack(raw);
    }

    @Override
    public boolean isAny(@Nullable Object raw, Set<String> names) {
        assert raw != null;
        try {
            String type = Failure.decode(((Payload) raw).content()).thrown().type();
            return names.contains(type) || Workers.isAny(Class.forName(type, false, loader), names);
        } catch (IOException | ClassNotFoundException | LinkageError | OutOfMemoryError e) {
            return false; // a class that only the worker knows has no superclasses here
        }
    }

    @Override
    public Throwable problem(@Nullable Object raw) {
        assert raw != null;
        Payload payload = (Payload) raw;
        if (payload.isLost()) {
            return new IOException("the exception that it threw cannot travel: "
                    + payload.loss().getMessage());
        }
        try {
            return Failure.decode(payload.content()).rebuild(payloads);
        } catch (IOException e) {
            return new IOException("the worker sent an exception that cannot be read: " + e.getMessage(), e);
        }
    }

    /** A worker is about to run, so levels must reach it. */
    void add(ProcessWorker worker) {
        started.add(worker);
    }

    void remove(ProcessWorker worker) {
        started.remove(worker);
    }

    /** What a child has started is still looked for: nobody waits for that but the end of the pool. */
    void sweepsOn(ChildJvm child) throws InterruptedException {
        sweeping.add(child);
        for (ChildJvm each : sweeping) {
            forgetIfSwept(each, Duration.ZERO);
        }
    }

    private void forgetIfSwept(ChildJvm child, Duration patience) throws InterruptedException {
        if (child.awaitSweep(patience)) {
            sweeping.remove(child);
        }
    }

    private void awaitSweeps() {
        long end = System.nanoTime() + SWEEP_PATIENCE;
        try {
            for (ChildJvm each : sweeping) {
                forgetIfSwept(each, Duration.ofNanos(Math.max(0, end - System.nanoTime())));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    Map<String, Integer> levels() {
        return loggers.isEmpty() ? Map.of() : LogReplay.effectiveLevels(loggers);
    }

    Path directory() {
        SocketDirectory present = directory;
        if (present == null) {
            throw new IllegalStateException("not open");
        }
        return present.path();
    }

    /** Makes a new one if somebody who tidies up has removed it. */
    synchronized void ensureDirectory() {
        SocketDirectory present = directory;
        if (present != null && !present.exists()) {
            directory = SocketDirectory.create();
            present.close();
        }
    }

    SharedClasses classes() {
        if (classes == null) {
            throw new IllegalStateException("not open");
        }
        return classes;
    }

    static byte[] newToken() {
        byte[] token = new byte[StartConfig.TOKEN_BYTES];
        RANDOM.nextBytes(token);
        return token;
    }
}
