package org.poolmanager;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.Serializable;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.poolmanager.faults.Fault;
import org.poolmanager.launch.JvmOptions;

/**
 * Tasks of which some go wrong, fed to one pool in every way at once, while its workers are killed and stopped from outside,
 * tasks are cancelled and queues are cleared. It writes down what becomes of each task; {@link ChaosVerdict} judges.
 */
final class Chaos {

    /**
     * What a task that hangs runs into, and others must not: the first task of a fresh JVM has taken three seconds on a machine
     * with twenty busy processes for each core.
     */
    static final Duration TASK_LIMIT = Duration.ofSeconds(8);

    /** What is to be done. */
    record Plan(Isolation isolation, int size, int tasks, Duration limit, long seed) {}

    /** One task. */
    record Job(int number, Fault fault, int micros) implements Serializable {}

    private static final int QUEUE = 40;

    private static final int SUBMITTERS = 2;

    private final Plan plan;

    private final Path ledger;

    private final AtomicReferenceArray<@Nullable Outcome<Object>> outcomes;

    private final AtomicInteger next = new AtomicInteger();

    /** Numbers of tasks that were put, in this order. */
    private final List<Integer> put = Collections.synchronizedList(new ArrayList<>());

    private final Map<Long, Integer> exits = new ConcurrentHashMap<>();

    private final List<String> complaints = Collections.synchronizedList(new ArrayList<>());

    private final AtomicInteger cleared = new AtomicInteger();

    private volatile boolean stopped;

    private volatile boolean fed;

    private int mostUnfinished;

    private @Nullable PoolStats last;

    private @Nullable Nemesis nemesis;

    Chaos(Plan plan, Path ledger) {
        this.plan = plan;
        this.ledger = ledger;
        this.outcomes = new AtomicReferenceArray<>(plan.tasks);
    }

    // ---- in a worker ----

    static Object perform(Job job, String ledger) throws Exception {
        ChaosLedger.begun(ledger, job.number);
        long end = System.nanoTime() + job.micros * 1000L;
        while (System.nanoTime() < end) {
            Thread.onSpinWait();
        }
        Object result = job.fault.strike();
        return result instanceof String ? valueOf(job.number) : result;
    }

    static int valueOf(int number) {
        return 3 * number + 1;
    }

    // ---- what there is to do ----

    /** The same for the same seed, whoever asks in whatever order. */
    Job job(int number) {
        Random random = new Random(plan.seed + 31L * number);
        random.nextInt();
        return new Job(number, fault(random.nextInt(10_000)), random.nextInt(2000));
    }

    private Fault fault(int dice) {
        int left = dice;
        for (Map.Entry<Fault, Integer> share : plan.isolation == Isolation.PROCESS ? PROCESS_SHARES : THREAD_SHARES) {
            left -= share.getValue();
            if (left < 0) {
                return share.getKey();
            }
        }
        return Fault.NONE;
    }

    /** Of ten thousand tasks. */
    private static final List<Map.Entry<Fault, Integer>> PROCESS_SHARES = List.of(
            Map.entry(Fault.THROW, 200),
            Map.entry(Fault.THROW_UNSERIALIZABLE, 50),
            Map.entry(Fault.RETURN_UNSERIALIZABLE, 50),
            Map.entry(Fault.OVERFLOW_STACK, 20),
            Map.entry(Fault.EXIT, 30),
            Map.entry(Fault.HALT, 30),
            Map.entry(Fault.SEGV, 5),
            Map.entry(Fault.ABORT, 5),
            Map.entry(Fault.LEAK, 10),
            Map.entry(Fault.EXIT_LATER, 20),
            Map.entry(Fault.HANG, 2),
            Map.entry(Fault.IGNORE_INTERRUPTS, 2),
            Map.entry(Fault.SPIN, 2),
            Map.entry(Fault.DEADLOCK, 2),
            Map.entry(Fault.FLOOD, 10),
            Map.entry(Fault.LEAVE_THREAD, 20));

    private static final List<Map.Entry<Fault, Integer>> THREAD_SHARES = List.of(
            Map.entry(Fault.THROW, 200),
            Map.entry(Fault.THROW_UNSERIALIZABLE, 50),
            Map.entry(Fault.RETURN_UNSERIALIZABLE, 50),
            Map.entry(Fault.OVERFLOW_STACK, 20),
            Map.entry(Fault.HANG, 5));

    /** Takes the next tasks, none when there is no more to do. */
    private List<Job> take(int most) {
        List<Job> jobs = new ArrayList<>();
        while (jobs.size() < most && !stopped) {
            int number = next.getAndIncrement();
            if (number >= plan.tasks) {
                stopped = true;
            } else {
                jobs.add(job(number));
            }
        }
        return jobs;
    }

    // ---- the run ----

    ChaosVerdict run() throws Exception {
        ExecutorService threads = Executors.newCachedThreadPool(work -> new Thread(work, "chaos"));
        long start = System.nanoTime();
        try (var pool = PoolManager.builder(Chaos::perform, ledger.toString())
                .name("chaos-" + plan.isolation)
                .isolation(plan.isolation)
                .size(plan.size)
                .queueSize(QUEUE)
                .resultSize(3 * QUEUE)
                .taskTimeout(TASK_LIMIT)
                .jvm(new JvmOptions(null, List.of("-Xmx32m"), Map.of(), null))
                .listener(this::hear)
                .start()) {
            nemesis = new Nemesis(pool, new Random(plan.seed));
            List<Future<?>> feeders = feed(threads, pool);
            List<Future<?>> others = disturb(threads, pool);
            long end = start + plan.limit.toNanos();
            await(feeders, pool, end);
            fed = true;
            await(others, pool, end);
            last = ApiContractTest.sample(pool);
        } finally {
            stopped = true;
            fed = true;
            threads.shutdownNow();
        }
        return verdict(Duration.ofNanos(System.nanoTime() - start));
    }

    private ChaosVerdict verdict(Duration took) throws Exception {
        assert nemesis != null && last != null;
        int accepted = Math.min(next.get(), plan.tasks);
        List<Outcome<Object>> all = new ArrayList<>();
        for (int number = 0; number < accepted; number++) {
            all.add(outcomes.get(number));
        }
        var verdict = new ChaosVerdict(plan, all, put, ChaosLedger.read(ledger), nemesis, exits, complaints);
        verdict.judge(this::job, last, cleared.get());
        System.out.println(verdict.summary(took, last, mostUnfinished));
        return verdict;
    }

    private List<Future<?>> feed(ExecutorService threads, PoolManager<Job, Object> pool) {
        List<Callable<?>> work = new ArrayList<>();
        for (int i = 0; i < SUBMITTERS; i++) {
            Random random = new Random(plan.seed + i);
            work.add(() -> submit(pool, random));
        }
        work.add(() -> map(pool, new Random(plan.seed + 10)));
        work.add(() -> stream(pool, new Random(plan.seed + 11)));
        work.add(() -> put(pool, new Random(plan.seed + 12)));
        return start(threads, work);
    }

    private List<Future<?>> disturb(ExecutorService threads, PoolManager<Job, Object> pool) {
        List<Callable<?>> work = new ArrayList<>();
        work.add(() -> consume(pool, new Random(plan.seed + 13)));
        work.add(() -> clear(pool, new Random(plan.seed + 14)));
        if (plan.isolation == Isolation.PROCESS) {
            work.add(() -> nemesis.rage(() -> !stopped));
        }
        return start(threads, work);
    }

    private static List<Future<?>> start(ExecutorService threads, List<Callable<?>> work) {
        List<Future<?>> futures = new ArrayList<>();
        work.forEach(each -> futures.add(threads.submit(each)));
        return futures;
    }

    /** Waits for threads, and looks at the pool meanwhile. */
    private void await(List<Future<?>> threads, PoolManager<?, ?> pool, long end) throws Exception {
        long patience = end + TimeUnit.SECONDS.toNanos(60);
        for (Future<?> thread : threads) {
            while (!thread.isDone()) {
                stopped |= System.nanoTime() > end;
                if (System.nanoTime() > patience) {
                    throw new AssertionError("somebody waits for ever: " + pool.stats() + stacks());
                }
                look(ApiContractTest.sample(pool));
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
            }
            thread.get();
        }
    }

    private void look(PoolStats stats) {
        int unfinished = (int) stats.tasks().running() + stats.queue().size();
        mostUnfinished = Math.max(mostUnfinished, unfinished);
        assertThat(unfinished).as("%s", stats).isLessThanOrEqualTo(plan.size + QUEUE);
        assertThat(stats.workers().live()).isLessThanOrEqualTo(plan.size);
    }

    private static String stacks() {
        StringBuilder text = new StringBuilder();
        Thread.getAllStackTraces().forEach((thread, stack) -> {
            if (thread.getName().startsWith("chaos") || thread.getName().startsWith("pool-chaos")) {
                text.append(System.lineSeparator())
                        .append(thread.getName())
                        .append(' ')
                        .append(List.of(stack));
            }
        });
        return text.toString();
    }

    private void hear(PoolEvent event) {
        if (event instanceof PoolEvent.WorkerExited exited && exited.reason() != WorkerExit.SHUTDOWN) {
            exits.merge(exited.pid(), 1, Integer::sum);
        }
    }

    private void record(int number, Outcome<Object> outcome) {
        if (!outcomes.compareAndSet(number, null, outcome)) {
            complaints.add("task " + number + " has two outcomes: " + outcomes.get(number) + " and " + outcome);
        }
    }

    // ---- who feeds ----

    private record Submitted(Job job, CompletableFuture<Object> future) {}

    private @Nullable Void submit(PoolManager<Job, Object> pool, Random random) throws Exception {
        Deque<Submitted> open = new ArrayDeque<>();
        List<Job> jobs;
        while (!(jobs = take(1)).isEmpty()) {
            Job job = jobs.get(0);
            Submitted submitted = new Submitted(job, pool.submit(job));
            open.add(submitted);
            if (random.nextInt(20) == 0) {
                cancel(submitted, random.nextBoolean());
            }
            while (open.size() > 12) {
                settle(open.remove());
            }
        }
        for (Submitted submitted : open) {
            settle(submitted);
        }
        return null;
    }

    private void cancel(Submitted submitted, boolean evenIfRunning) {
        if (submitted.future.cancel(evenIfRunning) && !submitted.future.isCancelled()) {
            complaints.add("task " + submitted.job.number + " is said to be cancelled, and is not");
        }
    }

    private void settle(Submitted submitted) throws Exception {
        Outcome<Object> outcome;
        try {
            outcome = new Outcome<>(0, Outcome.Kind.COMPLETED, submitted.future.get(60, TimeUnit.SECONDS), null);
        } catch (CancellationException e) {
            outcome = new Outcome<>(0, Outcome.Kind.CANCELLED, null, e);
        } catch (ExecutionException e) {
            outcome = new Outcome<>(0, kindOf(e.getCause()), null, (RuntimeException) e.getCause());
        }
        record(submitted.job.number, outcome);
    }

    static Outcome.Kind kindOf(Throwable failure) {
        if (failure instanceof WorkerCrashedException) {
            return Outcome.Kind.CRASHED;
        }
        return failure instanceof TaskTimeoutException ? Outcome.Kind.TIMED_OUT : Outcome.Kind.FAILED;
    }

    private @Nullable Void map(PoolManager<Job, Object> pool, Random random) throws Exception {
        List<Job> jobs;
        while (!(jobs = take(1 + random.nextInt(40))).isEmpty()) {
            List<Outcome<Object>> ends = pool.mapOutcomes(jobs);
            for (int i = 0; i < jobs.size(); i++) {
                record(jobs.get(i).number, ends.get(i));
            }
        }
        return null;
    }

    private @Nullable Void stream(PoolManager<Job, Object> pool, Random random) {
        List<Job> jobs;
        while (!(jobs = take(1 + random.nextInt(60))).isEmpty()) {
            List<Job> input = jobs;
            try (Stream<Outcome<Object>> ends = pool.streamOutcomes(input)) {
                ends.forEach(end -> {
                    record(input.get((int) end.index()).number, end);
                    pause(random, 2000);
                });
            }
        }
        return null;
    }

    private @Nullable Void put(PoolManager<Job, Object> pool, Random random) throws Exception {
        List<Job> jobs;
        while (!(jobs = take(1 + random.nextInt(20))).isEmpty()) {
            List<Job> input = jobs;
            input.forEach(job -> put.add(job.number));
            if (random.nextBoolean()) {
                assertThat(pool.putAsync(input).get(60, TimeUnit.SECONDS)).isEqualTo(input.size());
            } else {
                for (Job job : input) {
                    pool.put(job, Duration.ofSeconds(60));
                }
            }
        }
        return null;
    }

    // ---- who disturbs ----

    /** Takes what was put, slowly, until nothing more can come. */
    private @Nullable Void consume(PoolManager<Job, Object> pool, Random random) {
        while (!fed) {
            pool.poll().ifPresent(this::recordPut);
            pause(random, 2000);
        }
        pool.outcomes().forEach(this::recordPut); // waits for those that are done and not delivered yet
        return null;
    }

    private void recordPut(Outcome<Object> outcome) {
        record(put.get((int) outcome.index()), outcome);
    }

    private @Nullable Void clear(PoolManager<?, ?> pool, Random random) {
        while (!stopped) {
            pause(random, 10_000_000);
            cleared.addAndGet(pool.clearTasks());
        }
        return null;
    }

    private static void pause(Random random, int mostMicros) {
        LockSupport.parkNanos(random.nextInt(mostMicros) * 1000L);
    }
}
