package org.poolmanager;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.poolmanager.Ending.Answer;
import org.poolmanager.wire.AnswerKind;
import org.poolmanager.wire.Connection;
import org.poolmanager.wire.TaskContext;
import org.poolmanager.worker.Call;
import org.poolmanager.worker.PoolProcess;
import org.poolmanager.worker.TaskProgress;
import org.slf4j.MDC;

/**
 * A thread in the place of a child JVM. What a kill can do to it is an interrupt: a task that does not heed that keeps
 * the thread, and the slot gets a new one.
 */
final class ThreadWorker implements Worker {

    /** The answer to a task that took so long is passed on at once. */
    private static final long LONG_TASK = TimeUnit.MICROSECONDS.toNanos(100);

    /** So often is looked whether an answer to a shorter one is held up by the task behind it. */
    private static final long LOOK = TimeUnit.MILLISECONDS.toNanos(1);

    private static final int MAX_BATCH = 256;

    private static final long PID = ProcessHandle.current().pid();

    private final ThreadWorkers shared;

    private final int id;

    private final Sink sink;

    /** Whether records of tasks are of interest, so that they say which task they are of. */
    private final boolean tagged;

    private final Thread runner;

    /** The MDC that the target's own construction left. Of the runner. */
    private Map<String, String> betweenTasks = Map.of();

    /** When the task that runs began; between two tasks, when that ended which was done last. Of the runner. */
    private long now;

    /** How long the last task took. Of the runner. */
    private long lastNanos = Long.MAX_VALUE;

    private volatile @Nullable Thread lane;

    private final CompletableFuture<@Nullable Void> ready = new CompletableFuture<>();

    private final CompletableFuture<WorkerEnd> ended = new CompletableFuture<>();

    /** Held while answers are passed on, so that they arrive in the order of the tasks. */
    private final Object passing = new Object();

    /** Guarded by this, like all below. */
    private final Deque<Job> inbox = new ArrayDeque<>();

    /** Given and not yet passed on. */
    private List<Answer> answers = new ArrayList<>();

    /** The runner waits for a job. */
    private boolean runnerWaits;

    /** The lane sleeps until there is an answer that the runner has no time to pass on. */
    private boolean laneSleeps;

    /** Such an answer is not to wait for the lane's next look. */
    private boolean due;

    private long begun;

    private long finished;

    private long current;

    private long currentSince;

    /** The task that its soft limit has interrupted. */
    private long interrupted;

    /** When the task reported progress; 0: not yet. */
    private long progressAt;

    private boolean held;

    private boolean stopped;

    private boolean killed;

    /** Killed while a task ran: it is counted until its thread ends. */
    private boolean abandoned;

    /** A task as it was sent: the board forgets the payload of a task that it ends. */
    private record Job(
            long id,
            @Nullable Object payload,
            TaskContext context,
            @Nullable TaskObservation observation) {}

    ThreadWorker(ThreadWorkers shared, int id, Sink sink) {
        this.shared = shared;
        this.id = id;
        this.sink = sink;
        this.tagged = !shared.loggers.isEmpty();
        this.runner = new PoolThread(shared.life, "pool-" + shared.settings.name() + "-task-" + id, this::run);
    }

    @Override
    public void start() throws WorkerStartException, InterruptedException {
        Limits.Workers limits = shared.settings.limits().workers();
        Duration limit = limits.init() == null ? limits.start() : limits.init();
        launch();
        FailurePath.load();
        try {
            ready.get(Nanos.of(limit), TimeUnit.NANOSECONDS);
        } catch (ExecutionException e) {
            throw new WorkerStartException(who() + " could not build its target: " + e.getCause(), e.getCause());
        } catch (TimeoutException e) {
            kill();
            throw new WorkerStartException(
                    who() + " was not ready within its " + (limits.init() == null ? "start" : "init") + "-timeout of "
                            + Texts.seconds(limit) + " and was given up.",
                    e);
        }
    }

    private synchronized void launch() throws WorkerStartException {
        if (killed) {
            throw new WorkerStartException(who() + " was not started: the pool is closing", null);
        }
        runner.start();
    }

    @Override
    public WorkerEnd serve() throws InterruptedException {
        lane = Thread.currentThread();
        while (awaitLateAnswer()) {
            passOn();
        }
        passOn();
        try {
            return ended.get();
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }

    /**
     * Waits until an answer has been held up for too long by the task behind it; false when the worker has ended. While tasks
     * end, it looks now and then by itself: to be woken for each few of them would cost more than they do.
     */
    private boolean awaitLateAnswer() throws InterruptedException {
        long finishedAtLastLook = -1;
        while (!ended.isDone()) {
            boolean sleeps;
            synchronized (this) {
                if (due || finished - answers.size() < finishedAtLastLook) {
                    due = false;
                    return true;
                }
                sleeps = answers.isEmpty() && finished == finishedAtLastLook;
                laneSleeps = sleeps;
                finishedAtLastLook = finished;
            }
            if (sleeps) {
                LockSupport.park(this);
            } else {
                LockSupport.parkNanos(this, LOOK);
            }
            boolean unused = Thread.interrupted(); // meant for no lane, and it would not sleep any more
        }
        return false;
    }

    private void passOn() {
        synchronized (passing) {
            List<Answer> batch;
            synchronized (this) {
                batch = answers;
                answers = new ArrayList<>();
            }
            if (!batch.isEmpty()) {
                sink.answered(this, batch);
            }
        }
    }

    private void run() {
        if (isKilled()) {
            return;
        }
        try {
            PoolProcess<@Nullable Object, @Nullable Object> process = shared.build();
            ready.complete(null);
            TaskProgress.reportTo(this::progress);
            work(process);
        } catch (Throwable e) {
            ready.completeExceptionally(e);
            complete(WorkerExit.CRASH, "its thread ended by " + e);
        } finally {
            ends();
        }
    }

    private void work(PoolProcess<@Nullable Object, @Nullable Object> process) {
        Map<String, String> mdc = MDC.getCopyOfContextMap();
        betweenTasks = mdc == null ? Map.of() : mdc;
        boolean more = true;
        while (more) {
            more = runNext(process);
        }
        if (isKilled()) {
            return;
        }
        close(process);
        complete(WorkerExit.SHUTDOWN, "its thread ended");
    }

    /** Runs what there is to do; a method of its own, so that a worker that waits holds on to no task. */
    private boolean runNext(PoolProcess<@Nullable Object, @Nullable Object> process) {
        if (lastNanos < Connection.SHORT_TASK) {
            lookOut();
        }
        Job job = next();
        if (job == null) {
            return false;
        }
        while (job != null) {
            Answer answer = answer(process, job);
            if (tagged || !job.context.isEmpty()) {
                MDC.setContextMap(betweenTasks);
            }
            if (tagged || !job.context.isEmpty() || job.observation != null) {
                now = System.nanoTime(); // what is done for one task must not be the next one's time
            }
            job = finish(answer);
        }
        passOn();
        return true;
    }

    private synchronized boolean isKilled() {
        return killed;
    }

    private void close(PoolProcess<?, ?> process) {
        try {
            process.close();
        } catch (Throwable e) {
            sink.closeFailed(this, e);
        }
    }

    @SuppressWarnings("try") // a scope is held, not used
    private Answer answer(PoolProcess<@Nullable Object, @Nullable Object> process, Job job) {
        if (tagged) {
            MDC.put("pool", shared.settings.name());
            MDC.put("worker", Integer.toString(id));
            MDC.put("task", Long.toString(job.id));
        }
        if (!job.context.isEmpty()) {
            job.context.mdc().forEach(MDC::put);
        }
        try (TaskObserver.Scope unused = shared.observers.open(job.observation, job.context)) {
            Object value = Call.run(process, job.payload);
            return new Answer(job.id, AnswerKind.VALUE, value, lap(), 0);
        } catch (Throwable e) {
            AnswerKind how = wasInterrupted(job.id) ? AnswerKind.INTERRUPTED : AnswerKind.FAILURE;
            return new Answer(job.id, how, e, lap(), 0);
        }
    }

    /** How long the task took that ends now. */
    private long lap() {
        long began = now;
        now = System.nanoTime();
        lastNanos = now - began;
        return lastNanos;
    }

    /** Looks for a task for a moment, each time after everybody else who has something to do: the next is likely to come at once. */
    @SuppressWarnings("ThreadPriorityCheck") // nothing relies on it: it is a courtesy
    private void lookOut() {
        if (isIdle()) {
            long end = System.nanoTime() + Connection.LOOK_OUT;
            do {
                Thread.yield();
            } while (isIdle() && System.nanoTime() - end < 0);
        }
    }

    private synchronized boolean isIdle() {
        return inbox.isEmpty() && !stopped && !killed;
    }

    /** Waits for the next task; null when the worker is to end. */
    private synchronized @Nullable Job next() {
        while (!stopped && !killed && (held || inbox.isEmpty())) {
            runnerWaits = true;
            try {
                wait();
            } catch (InterruptedException e) {
                // A kill says so in its own field; what a task left behind concerns nobody.
            }
            runnerWaits = false;
        }
        now = System.nanoTime();
        return begin();
    }

    /** The next task, marked as begun; null if there is none, or none may begin. */
    private @Nullable Job begin() {
        Job job = killed || held ? null : inbox.poll();
        if (job != null) {
            begun++;
            interrupted = 0;
            current = job.id;
            currentSince = now;
            progressAt = 0;
        }
        return job;
    }

    /** Takes an answer, unless nobody wants it any more; returns the next task, or null if answers are to be passed on first. */
    private synchronized @Nullable Job finish(Answer answer) {
        finished++;
        Thread.interrupted(); // an interrupt meant for one task must not reach the next
        if (killed) {
            return null;
        }
        answers.add(answer);
        if (answers.size() >= MAX_BATCH) {
            return null;
        }
        boolean isLong = answer.nanos() >= LONG_TASK;
        if (!inbox.isEmpty() && (isLong || laneSleeps)) {
            due |= isLong;
            laneSleeps = false;
            LockSupport.unpark(lane); // the next task may run for long, and those behind it be called back
            now = System.nanoTime();
        }
        return begin();
    }

    @Override
    public long pid() {
        return PID;
    }

    @Override
    public synchronized void send(List<Task> tasks) {
        for (Task task : tasks) {
            inbox.add(new Job(task.id, task.payload(), task.context, task.observation));
        }
    }

    @Override
    public synchronized long[] recall(long request) {
        long[] ids = inbox.stream().mapToLong(Job::id).toArray();
        inbox.clear();
        return ids;
    }

    @Override
    public synchronized void flush() {
        if (runnerWaits) {
            notifyAll();
        }
    }

    @Override
    public synchronized boolean holdAfter(long answered) {
        held = finished <= answered;
        notifyAll();
        return held;
    }

    @Override
    public synchronized long begunAt(long task) {
        return current == task && begun > finished ? currentSince : System.nanoTime();
    }

    @Override
    public synchronized void interrupt(long task) {
        if (current == task && begun > finished) {
            interrupted = task;
            runner.interrupt();
        }
    }

    private synchronized boolean wasInterrupted(long task) {
        return interrupted == task;
    }

    @Override
    public List<StackTraceElement> stack(long task) {
        return List.of(runner.getStackTrace());
    }

    private synchronized void progress() {
        progressAt = System.nanoTime();
    }

    @Override
    public synchronized long progressAt() {
        return progressAt;
    }

    @Override
    public synchronized long begun() {
        return begun;
    }

    @Override
    public synchronized long task() {
        return current;
    }

    @Override
    public synchronized void stop() {
        stopped = true;
        notifyAll();
    }

    @Override
    public WorkerEnd giveUp(Throwable why) {
        kill();
        return new WorkerEnd(WorkerExit.CRASH, Texts.laneFailed(why), null, begun(), 0);
    }

    @Override
    public void kill() {
        boolean stuck;
        synchronized (this) {
            killed = true;
            stuck = begun > finished;
            abandon(stuck);
            notifyAll();
        }
        runner.interrupt();
        ready.completeExceptionally(new IllegalStateException("the pool is closing"));
        complete(WorkerExit.CRASH, stuck ? "its thread was interrupted and left to itself" : "its thread ended");
    }

    private void abandon(boolean stuck) {
        if (stuck && !abandoned) {
            abandoned = true;
            shared.abandoned.incrementAndGet();
            runner.setName(runner.getName() + "-abandoned"); // its successor has the name
        }
    }

    private synchronized void ends() {
        if (abandoned) {
            shared.abandoned.decrementAndGet();
        }
    }

    private synchronized void complete(WorkerExit why, String text) {
        ended.complete(new WorkerEnd(why, text, null, begun, finished));
        notifyAll();
        LockSupport.unpark(lane);
    }

    private String who() {
        return "Worker " + id + " of pool '" + shared.settings.name() + "'";
    }
}
