package org.poolmanager;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.poolmanager.worker.Args;
import org.poolmanager.worker.TaskFunction;

@ExtendWith(NoLeftovers.class)
@DisplayName("API contract")
class ApiContractTest {

    @Test
    @DisplayName("C001: a builder refuses what cannot be, naming option and value")
    void c001RefusesBadSettings() {
        var builder = PoolManager.builder((Integer x) -> x);
        for (int size : new int[] {0, -1, Integer.MIN_VALUE}) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> builder.size(size))
                    .withMessage("'size' must be at least 1, but is " + size);
        }
        for (int size : new int[] {0, -1}) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> builder.queueSize(size))
                    .withMessage("'queue-size' must be at least 1, but is " + size);
        }
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder.taskTimeout(Duration.ofSeconds(-1)))
                .withMessage("'task-timeout' must be more than zero, but is PT-1S");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder.startTimeout(Duration.ZERO))
                .withMessageContaining("'start-timeout'");
        assertThatNullPointerException().isThrownBy(() -> PoolManager.builder((TaskFunction<Integer, Integer>) null));
        assertThatNullPointerException().isThrownBy(() -> PoolManager.builder((Class<Tasks.Calculator>) null));
        assertThatIllegalArgumentException().isThrownBy(() -> builder.name(" ")).withMessageContaining("'name'");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder.staticArgs(10))
                .withMessageContaining("beside it");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder.allow("%&!/;;x=y"))
                .withMessageContaining("'serialization.allow'");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> PoolManager.builder(Tasks.Calculator.class)
                        .staticArgs(1, 2)
                        .workerFactory(() -> new Tasks.Calculator(1, 2))
                        .build())
                .withMessageContaining("'workerFactory' must be serializable in process isolation");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> PoolManager.builder(Tasks.Calculator.class)
                        .staticArgs("x")
                        .build())
                .withMessageContaining("no constructor that takes the static arguments (java.lang.String)");
        assertThat(ProcessHandle.current().children()).isEmpty();
    }

    @Test
    @DisplayName("C001: a builder refuses null, naming the option")
    void c001RefusesNull() {
        var builder = PoolManager.builder((Integer x) -> x);
        Map<String, ThrowingCallable> options = new TreeMap<>();
        options.put("start-timeout", () -> builder.startTimeout(null));
        options.put("init-timeout", () -> builder.initTimeout(null));
        options.put("task-timeout", () -> builder.taskTimeout(null));
        options.put("soft-timeout", () -> builder.softTimeout(null));
        options.put("stall-timeout", () -> builder.stallTimeout(null));
        options.put("hang-timeout", () -> builder.hangTimeout(null));
        options.put("queue-timeout", () -> builder.queueTimeout(null));
        options.put("slow-task-threshold", () -> builder.slowTaskThreshold(null));
        options.put("exit-timeout", () -> builder.exitTimeout(null));
        options.put("close-timeout", () -> builder.closeTimeout(null));
        options.put("isolation", () -> builder.isolation(null));
        options.put("start", () -> builder.startMode(null));
        options.put("jvm", () -> builder.jvm(null));
        options.put("listener", () -> builder.listener(null));
        options.put("name", () -> builder.name(null));
        options.forEach((option, call) ->
                assertThatNullPointerException().as(option).isThrownBy(call).withMessageContaining("'" + option + "'"));
        assertThat(ProcessHandle.current().children()).isEmpty();
    }

    @Test
    @DisplayName("C001: what is not set has the documented default")
    void c001Defaults() {
        PoolSettings settings = PoolManager.builder((Integer x) -> x).build().settings();
        int processors = Runtime.getRuntime().availableProcessors();
        assertThat(settings.size()).isEqualTo(processors);
        assertThat(settings.queueSize()).isEqualTo(2 * processors);
        assertThat(settings.isolation()).isEqualTo(Isolation.PROCESS);
        assertThat(settings.daemon()).isTrue();
        assertThat(settings.ordered()).isFalse();
        assertThat(settings.limits()).isEqualTo(Limits.DEFAULT);
        assertThat(settings.loggers()).isEmpty();
    }

    @BothModes
    @DisplayName("C002: what is put comes back, each once")
    void c002RoundTrip(Isolation isolation) throws Exception {
        try (var pool =
                PoolManager.builder(Tasks::twice).isolation(isolation).size(2).start()) {
            for (int i = 0; i < 100; i++) {
                pool.put(i);
            }
            assertThat(pool.getAll())
                    .containsExactlyInAnyOrderElementsOf(
                            IntStream.range(0, 100).map(i -> 2 * i).boxed().toList());
        }
    }

    @BothModes
    @DisplayName("C003: targets of several arguments get them, static ones last; a list is one argument")
    void c003SeveralArguments(Isolation isolation) throws Exception {
        try (var pool = PoolManager.builder((Integer a, Integer b) -> a * 10 + b)
                .isolation(isolation)
                .size(1)
                .start()) {
            pool.put(Args.of(1, 2));
            assertThat(pool.get()).isEqualTo(12);
        }
        try (var pool = PoolManager.builder((Integer a, Integer b, Integer c) -> a * 100 + b * 10 + c)
                .isolation(isolation)
                .size(1)
                .start()) {
            assertThat(pool.map(List.of(Args.of(1, 2, 3)))).containsExactly(123);
        }
        try (var pool = PoolManager.builder((Integer a, Integer b) -> a * 10 + b, 7)
                .isolation(isolation)
                .size(1)
                .start()) {
            assertThat(pool.map(List.of(1, 2))).containsExactly(17, 27);
        }
        try (var pool = PoolManager.builder((Integer value, Integer number) -> value * number, 10)
                .isolation(isolation)
                .size(2)
                .start()) {
            pool.putAsync(IntStream.range(0, 100).boxed().toList());
            assertThat(pool.getAll())
                    .containsExactlyInAnyOrderElementsOf(
                            IntStream.range(0, 100).map(i -> 10 * i).boxed().toList());
        }
        try (var pool = PoolManager.builder((List<Integer> all) -> all.size())
                .isolation(isolation)
                .size(1)
                .start()) {
            assertThat(pool.map(List.of(List.of(1, 2), List.of(3, 4, 5)))).containsExactly(2, 3);
            pool.put(List.of(1, 2, 3, 4));
            assertThat(pool.get()).isEqualTo(4);
        }
    }

    @Test
    @DisplayName("C003: there is no put without arguments")
    void c003NoEmptyPut() {
        assertThat(PoolManager.class.getMethods())
                .filteredOn(method ->
                        method.getName().equals("put") || method.getName().equals("submit"))
                .hasSize(6)
                .noneMatch(method -> method.getParameterCount() == 0 || method.isVarArgs());
    }

    @BothModes
    @DisplayName("C004: null tasks and null results are values")
    void c004Nulls(Isolation isolation) throws Exception {
        try (var pool = PoolManager.builder((String x) -> x)
                .isolation(isolation)
                .size(2)
                .start()) {
            List<String> nulls = new ArrayList<>();
            for (int i = 0; i < 1000; i++) {
                nulls.add(null);
            }
            assertThat(pool.map(nulls)).isEqualTo(nulls);
            assertThat(pool.putAsync(nulls).join()).isEqualTo(1000);
            assertThat(pool.getAll()).isEqualTo(nulls);
            assertThat(pool.stream(nulls).toList()).isEqualTo(nulls);
            assertThat(pool.submit(null).get()).isNull();
            pool.put(null);
            assertThat(pool.get()).isNull();
            pool.put(null);
            Outcome<String> outcome = poll(pool);
            assertThat(outcome.isCompleted()).isTrue();
            assertThat(outcome.get()).isNull();
        }
    }

    private static <R> Outcome<R> poll(PoolManager<?, R> pool) {
        return org.awaitility.Awaitility.await()
                .until(pool::poll, java.util.Optional::isPresent)
                .orElseThrow();
    }

    @BothModes
    @DisplayName("C005: an exception that is returned is a value")
    void c005ReturnedException(Isolation isolation) throws Exception {
        try (var pool = PoolManager.builder((String x) -> new IllegalStateException(x))
                .isolation(isolation)
                .size(1)
                .start()) {
            assertThat(pool.map(List.of("fine")).get(0)).hasMessage("fine");
            pool.put("put");
            assertThat(pool.get()).isInstanceOf(IllegalStateException.class).hasMessage("put");
            pool.put("polled");
            assertThat(poll(pool).get()).hasMessage("polled");
            pool.put("all");
            assertThat(pool.getAll())
                    .singleElement()
                    .satisfies(e -> assertThat(e).hasMessage("all"));
            assertThat(pool.submit("submitted").get()).hasMessage("submitted");
        }
        try (var pool = PoolManager.builder(
                        (String x) -> (RuntimeException) new TaskFailedException(new TaskRef("other", 3), x, null))
                .isolation(isolation)
                .size(1)
                .start()) {
            pool.put("a failure of another pool");
            assertThat(pool.get()).isInstanceOfSatisfying(TaskFailedException.class, e -> {
                assertThat(e).hasMessage("a failure of another pool");
                assertThat(e.pool()).isEqualTo("other");
            });
            assertThat(pool.submit("submitted").get()).isInstanceOf(TaskFailedException.class);
            assertThat(pool.map(List.of("mapped")).get(0)).hasMessage("mapped");
            assertThat(pool.stats().tasks().failed()).isZero();
        }
    }

    @BothModes
    @DisplayName("C006: get with nothing outstanding says so at once")
    void c006NothingOutstanding(Isolation isolation) throws Exception {
        try (var pool =
                PoolManager.builder(Tasks::twice).isolation(isolation).size(1).start()) {
            assertThatThrownBy(pool::get).isInstanceOf(NoSuchElementException.class); // loads what it says it with
            Timely.assertTakesLess("C006 " + isolation + ": to say that there is nothing to get", 100, () -> {
                long start = System.nanoTime();
                assertThatThrownBy(pool::get)
                        .isInstanceOf(NoSuchElementException.class)
                        .hasMessageContaining("Nothing to get");
                return Blow.millisSince(start);
            });
            assertThat(pool.getAll()).isEmpty();
            pool.put(1);
            assertThat(pool.get()).isEqualTo(2);
            assertThatThrownBy(pool::get).isInstanceOf(NoSuchElementException.class);
        }
    }

    @BothModes
    @DisplayName("C007: poll and timed get find nothing in time, and lose nothing")
    void c007NotYet(Isolation isolation) throws Exception {
        try (Gate gate = new Gate();
                var pool = PoolManager.builder(Tasks::passGate, gate.port())
                        .isolation(isolation)
                        .size(1)
                        .start()) {
            pool.put(5);
            gate.awaitArrivals(1);
            assertThat(pool.poll()).isEmpty();
            Timely.assertTakesLess("C007 " + isolation + ": a timed get of 100 ms", 350, () -> {
                long start = System.nanoTime();
                assertThatThrownBy(() -> pool.get(Duration.ofMillis(100))).isInstanceOf(TimeoutException.class);
                long waited = Blow.millisSince(start);
                assertThat(waited).isGreaterThanOrEqualTo(100);
                return waited;
            });
            gate.open();
            assertThat(pool.get()).isEqualTo(5);
        }
    }

    @BothModes
    @DisplayName("C008: the counters add up in every sample")
    void c008CountersAddUp(Isolation isolation) throws Exception {
        try (Gate gate = new Gate();
                var pool = PoolManager.builder(Tasks::passGateIfNegative, gate.port())
                        .isolation(isolation)
                        .size(2)
                        .queueSize(20)
                        .start()) {
            pool.put(-1);
            pool.put(-2);
            gate.awaitArrivals(2);
            for (int i = 0; i < 10; i++) {
                pool.put(i);
            }
            CompletableFuture<Integer> cancelled = pool.submit(99);
            assertThat(cancelled.cancel(false)).isTrue();
            PoolStats stats = sample(pool);
            assertThat(stats.tasks().running()).isEqualTo(2);
            assertThat(stats.queue().size()).isEqualTo(10);
            assertThat(stats.tasks().cancelled()).isEqualTo(1);
            assertThat(stats.workers()).isEqualTo(new PoolStats.Workers(2, 0, 2, 0, 0));
            gate.open();
            while (sample(pool).resultsWaiting() < 12) {
                Thread.onSpinWait();
            }
            pool.getAll();
            PoolStats end = sample(pool);
            assertThat(end.tasks().submitted()).isEqualTo(13);
            assertThat(end.tasks().completed()).isEqualTo(12);
            assertThat(end.queue().size()).isZero();
            assertThat(end.tasks().running()).isZero();
        }
    }

    @BothModes
    @DisplayName("C008: a script of successes, failures, limits, crashes, cancellations and refusals, counted exactly")
    void c008Script(Isolation isolation) throws Exception {
        boolean process = isolation == Isolation.PROCESS;
        // Of the one that is to run into it: others may take as long as a JVM takes to start, or to end.
        TaskOptions brief = TaskOptions.defaults().taskTimeout(Duration.ofMillis(1500));
        try (Gate gate = new Gate();
                var pool = PoolManager.builder(ApiContractTest::act, gate.port())
                        .isolation(isolation)
                        .size(2)
                        .queueSize(10)
                        .start();
                Sampler sampler = new Sampler(pool)) {
            for (int round = 1; round <= 2; round++) {
                List<CompletableFuture<Integer>> futures = new ArrayList<>();
                for (String act : List.of("value", "throw", "value", "sleep", process ? "exit" : "throw", "value")) {
                    futures.add(pool.submit(act, act.equals("sleep") ? brief : TaskOptions.defaults()));
                }
                for (CompletableFuture<Integer> future : futures) {
                    await().atMost(Duration.ofSeconds(30)).until(future::isDone);
                }
                CompletableFuture<Integer> running = pool.submit("gate");
                CompletableFuture<Integer> other = pool.submit("gate");
                gate.awaitArrivals(4 * round - 2);
                CompletableFuture<Integer> queued = pool.submit("value");
                assertThat(queued.cancel(false)).isTrue();
                pool.put("value");
                pool.put("value");
                assertThat(pool.clearTasks()).isEqualTo(2);
                assertThat(running.cancel(true)).isTrue();
                assertThat(other.cancel(true)).isTrue();
                CompletableFuture<Integer> last = pool.submit("gate");
                CompletableFuture<Integer> least = pool.submit("gate");
                gate.awaitArrivals(4 * round);
                int waiting = 0;
                while (pool.offer("value")) {
                    waiting++;
                }
                assertThat(waiting).isEqualTo(10);
                gate.letLatestGo(2);
                assertThat(last.get(20, TimeUnit.SECONDS) + least.get(20, TimeUnit.SECONDS))
                        .isEqualTo(2);
                assertThat(pool.getAll()).hasSize(10);
                await().until(() -> pool.stats().tasks().running() == 0);
                PoolStats.Tasks tasks = sample(pool).tasks();
                assertThat(tasks.submitted()).isEqualTo(23L * round);
                assertThat(tasks.completed()).isEqualTo(15L * round);
                assertThat(tasks.failed()).isEqualTo((process ? 1L : 2L) * round);
                assertThat(tasks.crashed()).isEqualTo((process ? 1L : 0L) * round);
                assertThat(tasks.timedOut()).isEqualTo(round);
                assertThat(tasks.cancelled()).isEqualTo(5L * round);
                assertThat(tasks.rejected()).isEqualTo(round);
                assertThat(pool.stats().queue().size()).isZero();
            }
            assertThat(sampler.samples()).isGreaterThan(10);
        }
    }

    static int act(String what, int port) throws InterruptedException {
        switch (what) {
            case "throw" -> throw new IllegalArgumentException("as told");
            case "sleep" -> Tasks.waitAndHeed(60_000);
            case "exit" -> System.exit(3);
            case "gate" -> Gate.pass(port, what);
            default -> {}
        }
        return 1;
    }

    /** Samples a pool from a thread of its own, until it is closed. */
    private static final class Sampler implements AutoCloseable {

        private final Thread thread;

        private volatile boolean stopped;

        private final AtomicInteger samples = new AtomicInteger();

        private volatile Throwable problem;

        Sampler(PoolManager<?, ?> pool) {
            thread = new Thread(() -> {
                try {
                    while (!stopped) {
                        sample(pool);
                        samples.incrementAndGet();
                        java.util.concurrent.locks.LockSupport.parkNanos(1_000_000);
                    }
                } catch (Throwable e) {
                    problem = e;
                }
            });
            thread.start();
        }

        int samples() {
            return samples.get();
        }

        @Override
        public void close() {
            stopped = true;
            await().until(() -> !thread.isAlive());
            assertThat(problem).isNull();
        }
    }

    /** Takes a snapshot and checks what must hold of each. */
    static PoolStats sample(PoolManager<?, ?> pool) {
        PoolStats stats = pool.stats();
        PoolStats.Tasks tasks = stats.tasks();
        assertThat(tasks.submitted())
                .as("%s", stats)
                .isEqualTo(tasks.finished() + tasks.running() + stats.queue().size());
        assertThat(List.of(
                        tasks.completed(),
                        tasks.failed(),
                        tasks.timedOut(),
                        tasks.crashed(),
                        tasks.cancelled(),
                        tasks.running(),
                        tasks.rejected(),
                        (long) stats.queue().size(),
                        (long) stats.queue().remaining(),
                        (long) stats.resultsWaiting()))
                .allMatch(count -> count >= 0);
        return stats;
    }

    @BothModes
    @DisplayName("C009: map keeps input order and can be called again and beside put")
    void c009Map(Isolation isolation) throws Exception {
        try (var pool =
                PoolManager.builder(Tasks::twice).isolation(isolation).size(2).start()) {
            List<Integer> input = IntStream.range(0, 1000).boxed().toList();
            List<Integer> expected = input.stream().map(Tasks::twice).toList();
            assertThat(pool.map(List.of())).isEmpty();
            assertThat(pool.map(List.of(21))).containsExactly(42);
            pool.put(1);
            for (int i = 0; i < 3; i++) {
                assertThat(pool.map(input)).isEqualTo(expected);
            }
            pool.put(2);
            assertThatThrownBy(() -> pool.map(failingAt(3))).isInstanceOf(ArithmeticException.class);
            assertThat(pool.map(input)).isEqualTo(expected);
            assertThat(pool.getAll()).containsExactlyInAnyOrder(2, 4);
            assertThat(pool.settings().ordered()).isFalse();
            for (MapOptions options : List.of(
                    MapOptions.defaults().buffer(1),
                    MapOptions.defaults().buffer(100).onProgress(progress -> {}))) {
                assertThat(pool.map(input, options)).isEqualTo(expected);
                assertThat(pool.map(List.of(), options)).isEmpty();
            }
        }
    }

    @BothModes
    @DisplayName("C009: map keeps input order in an ordered pool too, and what was put beside it keeps its own")
    void c009MapOfOrderedPool(Isolation isolation) throws Exception {
        List<Integer> input = IntStream.range(0, 40).boxed().toList();
        List<Integer> expected = input.stream().map(x -> x + 10).toList();
        for (boolean ordered : new boolean[] {false, true}) {
            try (var pool = PoolManager.builder((Integer x) -> x + 10)
                    .isolation(isolation)
                    .size(2)
                    .queueSize(200)
                    .ordered(ordered)
                    .start()) {
                List<Integer> got = new ArrayList<>();
                for (int i = 0; i < 3; i++) {
                    pool.put(100 + 2 * i);
                    assertThat(pool.map(input)).isEqualTo(expected);
                    pool.put(101 + 2 * i);
                    got.add(pool.get());
                }
                assertThatThrownBy(() -> pool.map(failingAt(3))).isInstanceOf(ArithmeticException.class);
                assertThat(pool.map(input)).isEqualTo(expected);
                got.addAll(pool.getAll());
                assertThat(pool.settings().ordered()).isEqualTo(ordered);
                List<Integer> put = IntStream.range(110, 116).boxed().toList();
                if (ordered) {
                    assertThat(got).isEqualTo(put);
                } else {
                    assertThat(got).containsExactlyInAnyOrderElementsOf(put);
                }
            }
        }
    }

    @BothModes
    @DisplayName("C009: map starts a pool that was not started, and closes it")
    void c009MapOnNewPool(Isolation isolation) throws Exception {
        var pool =
                PoolManager.builder(Tasks::twice).isolation(isolation).size(2).build();
        assertThat(pool.map(List.of(1, 2, 3))).containsExactly(2, 4, 6);
        assertThat(pool.state()).isEqualTo(PoolState.STOPPED);
    }

    @BothModes
    @DisplayName("C010: map computes everything, then throws the lowest failure with the others suppressed")
    void c010MapWithFailures(Isolation isolation) throws Exception {
        try (var pool = PoolManager.builder(Tasks::failIfMultipleOf, 5)
                .isolation(isolation)
                .size(2)
                .start()) {
            List<Integer> input = IntStream.rangeClosed(0, 10).boxed().toList();
            assertThatThrownBy(() -> pool.map(input)).isInstanceOfSatisfying(TaskFailedException.class, e -> {
                assertThat(e.index()).isZero();
                assertThat(e.pool()).isEqualTo(pool.name());
                assertThat(e)
                        .hasMessageContaining("Task 0 of pool '" + pool.name() + "' on worker ")
                        .hasMessageContaining("failed: java.lang.IllegalArgumentException: no multiples of 5: 0");
                assertThat(e.getCause())
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessage("no multiples of 5: 0");
                assertThat(e.getCause().getStackTrace()[0].getMethodName()).isEqualTo("failIfMultipleOf");
                assertThat(Arrays.stream(e.getSuppressed()).map(s -> ((TaskException) s).index()))
                        .containsExactly(5L, 10L);
            });
            List<Outcome<Integer>> outcomes = pool.mapOutcomes(input);
            assertThat(outcomes)
                    .extracting(Outcome::index)
                    .containsExactlyElementsOf(
                            IntStream.rangeClosed(0, 10).mapToObj(i -> (long) i).toList());
            assertThat(outcomes.stream().filter(Outcome::isCompleted).map(Outcome::get))
                    .containsExactly(1, 2, 3, 4, 6, 7, 8, 9);
            assertThat(pool.map(List.of(1))).containsExactly(1);
        }
    }

    @BothModes
    @DisplayName("C011: a source that throws ends the feeding, and its own exception is told")
    void c011SourceThrows(Isolation isolation) throws Exception {
        try (var pool =
                PoolManager.builder(Tasks::twice).isolation(isolation).size(2).start()) {
            for (int round = 0; round < 2; round++) {
                for (int k : new int[] {0, 3, 7}) {
                    long completed = pool.stats().tasks().completed();
                    assertThatThrownBy(() -> pool.map(failingAt(k)))
                            .isInstanceOf(ArithmeticException.class)
                            .hasMessage("source fails at " + k);
                    assertThat(pool.stats().tasks().completed()).isEqualTo(completed + k);
                    CompletableFuture<Long> feed = pool.putAsync(failingAt(k));
                    assertThatThrownBy(feed::join).hasRootCauseInstanceOf(ArithmeticException.class);
                    assertThatThrownBy(pool::getAll).isInstanceOf(ArithmeticException.class);
                    assertThat(pool.getAll()).hasSize(k);
                }
            }
            assertThat(pool.putAsync(List.of(1, 2, 3)).join()).isEqualTo(3);
            assertThat(pool.getAll()).containsExactlyInAnyOrder(2, 4, 6);
        }
    }

    private static Iterable<Integer> failingAt(int k) {
        return () -> new Iterator<>() {
            private int next;

            @Override
            public boolean hasNext() {
                return true;
            }

            @Override
            public Integer next() {
                if (next == k) {
                    throw new ArithmeticException("source fails at " + k);
                }
                return next++;
            }
        };
    }

    @BothModes
    @DisplayName("putAsync then getAll at once returns all of it")
    void asyncMap(Isolation isolation) throws Exception {
        try (var pool =
                PoolManager.builder(Tasks::twice).isolation(isolation).size(2).start()) {
            pool.putAsync(IntStream.range(0, 40).boxed().toList());
            assertThat(pool.getAll())
                    .containsExactlyInAnyOrderElementsOf(
                            IntStream.range(0, 40).map(i -> 2 * i).boxed().toList());
        }
    }

    @BothModes
    @DisplayName("C078: a worker class gets its static arguments in its constructor and keeps its state")
    void c078WorkerClass(Isolation isolation) throws Exception {
        try (var pool = PoolManager.builder(Tasks.Calculator.class)
                .staticArgs(5, 5)
                .isolation(isolation)
                .size(2)
                .start()) {
            assertThat(pool.map(List.of(1, 2, 3))).containsExactly(10, 20, 30);
            assertThat(pool.worker()).isEqualTo(Tasks.Calculator.class.getName());
        }
    }
}
