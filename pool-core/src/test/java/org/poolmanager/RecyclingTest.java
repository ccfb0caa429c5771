package org.poolmanager;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.poolmanager.worker.PoolProcess;

@ExtendWith(NoLeftovers.class)
@DisplayName("Recycling of workers")
class RecyclingTest {

    /** Says which worker ran which task, and as its how manieth. A multiple of the divisor ends its process. */
    static final class Counting implements PoolProcess<Integer, String> {

        private static final AtomicInteger BUILT = new AtomicInteger();

        private final String me = ProcessHandle.current().pid() + "-" + BUILT.incrementAndGet();

        private final int divisor;

        private int count;

        Counting(int divisor) {
            this.divisor = divisor;
        }

        @Override
        public String run(Integer task) {
            if (divisor > 0 && task % divisor == 0) {
                Runtime.getRuntime().halt(7);
            }
            count++;
            return me + " " + count + " " + task;
        }
    }

    private static PoolManagerBuilder<Integer, String> counting(Isolation isolation, int divisor, int most) {
        return PoolManager.builder(Counting.class)
                .name("counting")
                .staticArgs(divisor)
                .isolation(isolation)
                .size(2)
                .queueSize(500)
                .recycle(policy -> policy.maxTasks(most).jitter(0));
    }

    /** How many tasks each worker ran; fails if a task ran twice. */
    private static Map<String, Integer> perWorker(List<String> results) {
        Map<String, Integer> most = new TreeMap<>();
        Set<String> tasks = new HashSet<>();
        for (String result : results) {
            String[] words = result.split(" ");
            most.merge(words[0], Integer.valueOf(words[1]), Math::max);
            assertThat(tasks.add(words[2])).as(result).isTrue();
        }
        return most;
    }

    private static void runsEachOnce(Isolation isolation, int tasks, int most) throws Exception {
        try (var pool = counting(isolation, 0, most).start()) {
            long start = System.nanoTime();
            List<String> results = pool.map(IntStream.range(0, tasks).boxed().toList());
            long took = (System.nanoTime() - start) / 1_000_000;
            Map<String, Integer> workers = perWorker(results);
            System.out.println("C065 " + isolation + ": " + tasks + " tasks, at most " + most + " each, on "
                    + workers.size() + " workers in " + took + " ms");
            assertThat(results).hasSize(tasks);
            assertThat(workers.values()).allMatch(count -> count <= most);
            int least = (tasks + most - 1) / most;
            assertThat(workers.size()).isBetween(least, least + 2);
            await().until(() -> pool.stats().recycles() >= least - 2);
            PoolStats stats = ApiContractTest.sample(pool);
            assertThat(stats.restarts()).isZero();
            assertThat(stats.tasks().completed()).isEqualTo(tasks);
        }
    }

    @BothModes
    @DisplayName("C065: recycling after k tasks: each task runs once, no worker runs more than k, none is wasted")
    void c065EachOnce(Isolation isolation) throws Exception {
        runsEachOnce(isolation, 3000, isolation == Isolation.PROCESS ? 400 : 7);
    }

    @BothModes
    @Tag("soak")
    @DisplayName("C065: the same with a backlog of 100,000")
    void c065Backlog(Isolation isolation) throws Exception {
        runsEachOnce(isolation, 100_000, isolation == Isolation.PROCESS ? 2500 : 10);
    }

    @BothModes
    @DisplayName("C065: a worker for each task")
    void c065OneTaskEach(Isolation isolation) throws Exception {
        runsEachOnce(isolation, 10, 1);
    }

    @Test
    @DisplayName("With a jitter, workers run different numbers of tasks: none more than max-tasks, none less than that"
            + " shortened by the jitter")
    void jitter() throws Exception {
        int most = 20;
        try (var pool = counting(Isolation.THREAD, 0, most)
                .recycle(policy -> policy.jitter(0.5))
                .start()) {
            List<String> results = pool.map(IntStream.range(0, 1000).boxed().toList());
            List<Integer> counts = perWorker(results).values().stream().sorted().toList();
            System.out.println("At most " + most + " tasks each, jitter 0.5: " + counts);
            assertThat(results).hasSize(1000);
            assertThat(counts).allMatch(count -> count <= most);
            List<Integer> replaced =
                    counts.stream().filter(count -> count >= most / 2).toList();
            assertThat(counts.size() - replaced.size())
                    .as("workers with less than half of that: those that still serve, at the most")
                    .isLessThanOrEqualTo(2);
            assertThat(new HashSet<>(replaced)).hasSizeGreaterThan(2);
        }
    }

    @Test
    @DisplayName("C065: recycling while workers crash: the crashing tasks are lost, all others run once")
    void c065CrashesRacing() throws Exception {
        try (var pool = counting(Isolation.PROCESS, 150, 60).start()) {
            List<Outcome<String>> outcomes =
                    pool.mapOutcomes(IntStream.rangeClosed(1, 900).boxed().toList());
            List<String> results = new ArrayList<>();
            for (int i = 0; i < outcomes.size(); i++) {
                assertThat(outcomes.get(i).kind())
                        .as("task %d: %s", i + 1, outcomes.get(i))
                        .isEqualTo((i + 1) % 150 == 0 ? Outcome.Kind.CRASHED : Outcome.Kind.COMPLETED);
                if (outcomes.get(i).isCompleted()) {
                    results.add(outcomes.get(i).get());
                }
            }
            assertThat(perWorker(results).values()).allMatch(count -> count <= 60);
            await().until(() -> pool.stats().workers().live() == 2);
            assertThat(ApiContractTest.sample(pool).tasks().crashed()).isEqualTo(6);
        }
    }

    @BothModes
    @DisplayName("C065: closing while workers are recycled: accepted tasks have their outcomes, whatever kind of end")
    void c065CloseRacing(Isolation isolation) throws Exception {
        int most = isolation == Isolation.PROCESS ? 40 : 3;
        for (boolean daemon : new boolean[] {false, true}) {
            var pool = counting(isolation, 0, most).daemon(daemon).start();
            List<CompletableFuture<String>> futures = new ArrayList<>();
            for (int i = 0; i < 300; i++) {
                futures.add(pool.submit(i));
            }
            futures.get(most + most / 2).get(20, TimeUnit.SECONDS);
            pool.close();
            assertThat(futures).allMatch(CompletableFuture::isDone);
            List<String> results = futures.stream()
                    .filter(future -> !future.isCompletedExceptionally())
                    .map(CompletableFuture::join)
                    .toList();
            assertThat(perWorker(results).values()).allMatch(count -> count <= most);
            if (!daemon) {
                assertThat(results).hasSize(300);
            }
            assertThat(ApiContractTest.sample(pool).tasks().finished()).isEqualTo(300);
            assertThat(pool.stats().workers().live()).isZero();
        }
    }

    /** Its second instance, and all later ones, must pass the gate before they are ready. */
    static final class SlowSecond implements PoolProcess<Integer, String> {

        private final String me;

        private final int port;

        SlowSecond(String directory, int port) throws Exception {
            this.port = port;
            Path first = Path.of(directory, "first");
            if (Files.exists(first)) {
                Gate.pass(port, "second starts");
                me = "second";
            } else {
                Files.createFile(first);
                me = "first";
            }
        }

        @Override
        public String run(Integer task) {
            if (task < 0) {
                Gate.pass(port, "task " + task);
            }
            return me;
        }
    }

    @BothModes
    @DisplayName("A replacement is ready before its predecessor gets no more tasks, and takes over when that has none")
    void spareFirst(Isolation isolation, @TempDir Path directory) throws Exception {
        try (Gate gate = new Gate();
                var pool = PoolManager.builder(SlowSecond.class)
                        .name("spare-first")
                        .staticArgs(directory.toString(), gate.port())
                        .isolation(isolation)
                        .size(1)
                        .queueSize(10)
                        .recycle(policy -> policy.maxAge(Duration.ofMillis(300)).jitter(0))
                        .start()) {
            gate.awaitArrivals(1); // the replacement is being started
            for (int i = 0; i < 20; i++) {
                assertThat(pool.map(List.of(i))).containsExactly("first");
            }
            assertThat(pool.stats().workers()).isEqualTo(new PoolStats.Workers(1, 1, 0, 0, 0));
            CompletableFuture<String> running = pool.submit(-1);
            gate.awaitArrivals(2);
            CompletableFuture<String> behind = pool.submit(1);
            gate.letOneGo(); // the replacement gets ready, and waits for the running task
            await().until(() -> isCalledBack(pool)); // else it would run where it lies
            assertThat(behind).isNotDone();
            assertThat(pool.stats().queue().size()).isEqualTo(1);
            assertThat(ApiContractTest.sample(pool).tasks().running()).isEqualTo(1);
            gate.open();
            assertThat(running.get(10, TimeUnit.SECONDS)).isEqualTo("first");
            assertThat(behind.get(10, TimeUnit.SECONDS)).isEqualTo("second");
            await().until(() -> pool.stats().recycles() >= 1);
            PoolStats.Worker worker = pool.stats().workerList().get(0);
            assertThat(worker.generation()).isGreaterThanOrEqualTo(2);
            assertThat(worker.tasks()).isEqualTo(22);
            assertThat(worker.lastExit().reason()).isEqualTo(WorkerExit.RECYCLED);
            assertThat(worker.lastExit().message())
                    .isEqualTo("the pool replaced it by a fresh one: it was old (recycle.max-age is PT0.3S)");
        }
    }

    /** Whether what was handed out ahead of time is in the queue again. */
    private static boolean isCalledBack(PoolManager<?, ?> pool) throws ReflectiveOperationException {
        Engine engine = Inside.engine(pool);
        engine.life().lock.lock();
        try {
            return engine.board().queue().size() == 1;
        } finally {
            engine.life().lock.unlock();
        }
    }

    @BothModes
    @DisplayName("Under steady load with recycling by age, no worker is ever missing, and no task is an error")
    void noDip(Isolation isolation) throws Exception {
        try (var pool = PoolManager.builder(Tasks::sleepMillis)
                .isolation(isolation)
                .size(2)
                .queueSize(20)
                .recycle(policy -> policy.maxAge(Duration.ofMillis(400)))
                .start()) {
            int least = 2;
            int most = 0;
            List<CompletableFuture<Integer>> futures = new ArrayList<>();
            while (pool.stats().recycles() < 4) {
                futures.add(pool.submit(2));
                PoolStats stats = ApiContractTest.sample(pool);
                least = Math.min(least, stats.workers().live());
                most = Math.max(most, (int) stats.tasks().running());
            }
            for (CompletableFuture<Integer> future : futures) {
                assertThat(future.get(10, TimeUnit.SECONDS)).isEqualTo(2);
            }
            System.out.println("Recycling by age, " + isolation + ": " + futures.size() + " tasks, "
                    + pool.stats().recycles() + " recycles, never fewer than " + least + " workers");
            assertThat(least).isEqualTo(2);
            assertThat(most).isEqualTo(2);
            assertThat(pool.stats().restarts()).isZero();
        }
    }

    @BothModes
    @DisplayName("An idle worker is replaced once; one that has run nothing is left alone")
    void idle(Isolation isolation) throws Exception {
        try (var pool = PoolManager.builder(Tasks::twice)
                .isolation(isolation)
                .size(1)
                .recycle(policy -> policy.idleTimeout(Duration.ofMillis(200)).jitter(0))
                .start()) {
            pool.map(List.of(1));
            await().until(() -> pool.stats().recycles() == 1);
            assertThat(pool.stats().workerList().get(0).lastExit().message())
                    .endsWith("it was idle (recycle.idle-timeout is PT0.2S)");
            await().during(Duration.ofMillis(700))
                    .atMost(Duration.ofSeconds(5))
                    .until(() -> pool.stats().recycles() == 1
                            && pool.stats().workerList().get(0).generation() == 2);
        }
    }

    @Test
    @DisplayName("A worker whose replacement waits for it to use up its tasks is replaced when it is idle for too long")
    void idleBesideItsReplacement() throws Exception {
        List<Integer> started = new CopyOnWriteArrayList<>();
        try (var pool = PoolManager.builder(Tasks::twice)
                .size(1)
                .listener(event -> {
                    if (event instanceof PoolEvent.WorkerStarted next) {
                        started.add(next.generation());
                    }
                })
                .recycle(policy ->
                        policy.maxTasks(10).idleTimeout(Duration.ofSeconds(5)).jitter(0))
                .start()) {
            pool.map(List.of(1, 2, 3, 4, 5, 6)); // with four left, its replacement is started
            await().until(() -> started.size() == 2); // which takes less than the five seconds, on any machine
            assertThat(pool.stats().recycles()).isZero();
            await().until(() -> pool.stats().recycles() == 1);
            assertThat(pool.stats().workerList().get(0).lastExit().message())
                    .endsWith("it was idle (recycle.idle-timeout is PT5S)");
            assertThat(pool.map(List.of(1))).containsExactly(2);
        }
    }

    static int hoard(int megabytes) {
        byte[] some = new byte[megabytes << 20];
        Arrays.fill(some, (byte) 1);
        return some.length;
    }

    @Test
    @DisplayName("A worker whose process has grown over max-memory is replaced, not before its minimum life")
    void memory() throws Exception {
        long limit = 200L << 20;
        try (var pool = PoolManager.builder(RecyclingTest::hoard)
                .size(1)
                .recycle(policy -> policy.maxMemory(limit).minLife(Duration.ofMillis(1500)))
                .start()) {
            Instant born = pool.stats().workerList().get(0).startedAt();
            pool.map(List.of(1, 300, 1));
            await().until(() -> pool.stats().recycles() == 1);
            PoolStats.Exit exit = pool.stats().workerList().get(0).lastExit();
            assertThat(Duration.between(born, exit.at())).isGreaterThan(Duration.ofMillis(1400));
            assertThat(exit.message()).endsWith("its process was large (recycle.max-memory is " + limit + " bytes)");
            assertThat(pool.map(List.of(1))).hasSize(1);
        }
    }

    /** Leaves a file for each call of its close(), which then hangs if it is told so. */
    static final class Closable implements PoolProcess<Integer, Integer> {

        private final String directory;

        private final boolean hangs;

        Closable(String directory, boolean hangs) {
            this.directory = directory;
            this.hangs = hangs;
        }

        @Override
        public Integer run(Integer task) {
            return task;
        }

        @Override
        public void close() throws Exception {
            Files.createTempFile(Path.of(directory), "closed", null);
            if (hangs) {
                new CountDownLatch(1).await();
            }
        }
    }

    private static PoolManagerBuilder<Integer, Integer> closable(Isolation isolation, Path directory, boolean hangs) {
        return PoolManager.builder(Closable.class)
                .name("closable")
                .staticArgs(directory.toString(), hangs)
                .isolation(isolation)
                .size(1)
                .recycle(policy -> policy.maxTasks(3).jitter(0));
    }

    private static long calls(Path directory) throws Exception {
        try (var files = Files.list(directory)) {
            return files.count();
        }
    }

    @BothModes
    @DisplayName("C104: close() of a recycled worker is called once")
    void c104CalledOnRecycle(Isolation isolation, @TempDir Path directory) throws Exception {
        var pool = closable(isolation, directory, false).start();
        assertThat(pool.map(List.of(1, 2, 3, 4, 5, 6, 7))).hasSize(7);
        await().until(() -> pool.stats().recycles() == 2);
        assertThat(calls(directory)).isEqualTo(2);
        pool.close();
        assertThat(calls(directory)).isBetween(3L, 4L); // and a replacement that was waiting, perhaps
    }

    @BothModes
    @DisplayName("C104: a close() that hangs on recycle is cut off at exit-timeout, and holds up no task")
    void c104HangsOnRecycle(Isolation isolation, @TempDir Path directory) throws Exception {
        try (Records records = new Records(PoolManager.class.getName(), Level.WARN);
                var pool = closable(isolation, directory, true)
                        .exitTimeout(Duration.ofMillis(1500))
                        .start()) {
            assertThat(pool.map(List.of(1, 2, 3))).hasSize(3);
            CompletableFuture<Integer> next = pool.submit(4);
            await().until(() -> calls(directory) == 1);
            long start = System.nanoTime();
            await().until(() -> pool.stats().recycles() == 1);
            long took = (System.nanoTime() - start) / 1_000_000;
            assertThat(next.get(30, TimeUnit.SECONDS)).isEqualTo(4);
            System.out.println("C104 " + isolation + ": a close() that hangs on recycle, cut off after " + took
                    + " ms, exit-timeout 1500 ms");
            assertThat(took).isLessThan(2500);
            await().untilAsserted(() -> assertThat(records.messages())
                    .anySatisfy(text -> assertThat(text)
                            .contains("Worker 1 of pool 'closable'")
                            .contains("which was replaced, has not ended within its exit-timeout of 1.500 s")));
        }
    }

    @Test
    @DisplayName("A closed pool that recycled its workers can be started again")
    void startedAgain() throws Exception {
        var pool = counting(Isolation.THREAD, 0, 3).build();
        for (int run = 0; run < 3; run++) {
            pool.start();
            assertThat(pool.map(IntStream.range(0, 50).boxed().toList())).hasSize(50);
            pool.close();
        }
        assertThat(pool.stats().tasks().completed()).isEqualTo(150);
    }

    @Test
    @DisplayName("Wrong limits are refused, naming the option")
    void refused() {
        var builder = PoolManager.builder(Tasks::twice);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder.recycle(policy -> policy.maxTasks(0)))
                .withMessage("'recycle.max-tasks' must be at least 1, but is 0");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder.recycle(policy -> policy.maxAge(Duration.ZERO)))
                .withMessage("'recycle.max-age' must be more than zero, but is PT0S");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder.recycle(policy -> policy.jitter(1.5)))
                .withMessage("'recycle.jitter' must be from 0 to 1, but is 1.5");
    }
}
