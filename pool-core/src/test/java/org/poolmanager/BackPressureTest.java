package org.poolmanager;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.poolmanager.launch.JvmOptions;

@ExtendWith(NoLeftovers.class)
@DisplayName("Back-pressure")
class BackPressureTest {

    @BothModes
    @DisplayName("C019: exactly size + queue-size tasks are accepted, prefetched ones included")
    void c019ExactBound(Isolation isolation) throws Exception {
        try (Gate gate = new Gate();
                var pool = PoolManager.builder(Tasks::passGate, gate.port())
                        .isolation(isolation)
                        .size(2)
                        .queueSize(4)
                        .start()) {
            int accepted = 0;
            while (pool.offer(accepted)) {
                accepted++;
            }
            assertThat(accepted).isEqualTo(6);
            gate.awaitArrivals(2);
            assertThat(pool.offer(6)).isFalse();
            assertThat(pool.stats().queue()).satisfies(queue -> {
                assertThat(queue.size()).isEqualTo(4);
                assertThat(queue.capacity()).isEqualTo(4);
                assertThat(queue.remaining()).isZero();
            });
            gate.letOneGo();
            await().atMost(Duration.ofSeconds(5)).until(() -> pool.offer(7));
            assertThat(pool.offer(8)).isFalse();
            gate.open();
            assertThat(pool.getAll()).hasSize(7);
        }
    }

    @BothModes
    @DisplayName("C020: a put that waits for room costs nothing, and wakes as soon as there is room")
    void c020WaitingCostsNothing(Isolation isolation) throws Exception {
        try (Gate gate = new Gate();
                var pool = PoolManager.builder(Tasks::passGate, gate.port())
                        .isolation(isolation)
                        .size(1)
                        .queueSize(1)
                        .start()) {
            pool.put(0);
            pool.put(1);
            AtomicInteger begun = new AtomicInteger();
            Timely.assertTakesLess("C020 " + isolation + ": to wake a put when there is room", 250, () -> {
                gate.awaitArrivals(begun.incrementAndGet());
                AtomicLong woken = new AtomicLong();
                Thread putter = new Thread(() -> {
                    try {
                        pool.put(2);
                        woken.set(System.nanoTime());
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                });
                putter.start();
                await().until(() -> Cpu.isWaiting(putter));
                if (begun.get() == 1) {
                    Cpu.assertIdle("C020 " + isolation + ": a put that waits", Duration.ofSeconds(10), putter);
                }
                long released = System.nanoTime();
                gate.letOneGo();
                putter.join(10_000);
                assertThat(putter.isAlive()).as("the put still waits").isFalse();
                return TimeUnit.NANOSECONDS.toMillis(woken.get() - released);
            });
            gate.open();
        }
    }

    private static int logAndPassGateIfNegative(int x, int port) {
        Tasks.log(x);
        return Tasks.passGateIfNegative(x, port);
    }

    @BothModes
    @DisplayName("C020: neither a get that waits nor an idle pool costs processor time")
    void c020IdleCostsNothing(Isolation isolation) throws Exception {
        try (Gate gate = new Gate();
                Records records = new Records("test.submodule", Level.INFO);
                var pool = PoolManager.builder(BackPressureTest::logAndPassGateIfNegative, gate.port())
                        .isolation(isolation)
                        .size(2)
                        .loggers("test")
                        .start()) {
            pool.map(IntStream.range(0, 10).boxed().toList());
            await().until(() -> records.messages().size() == 10);
            Cpu.assertIdle(
                    "C020, R50 " + isolation + ": an idle pool that has worked and logged", Duration.ofSeconds(3));
            pool.put(-1);
            gate.awaitArrivals(1);
            Thread getter = new Thread(() -> {
                try {
                    pool.get();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            });
            getter.start();
            await().until(() -> Cpu.isWaiting(getter));
            Cpu.assertIdle("C020 " + isolation + ": a get that waits", Duration.ofSeconds(3), getter);
            gate.open();
            getter.join(10_000);
            assertThat(getter.isAlive()).as("the get still waits").isFalse();
        }
    }

    @BothModes
    @DisplayName("C021: a put that ran out of time leaves no trace")
    void c021TimedPut(Isolation isolation) throws Exception {
        try (Gate gate = new Gate();
                var pool = PoolManager.builder(Tasks::passGate, gate.port())
                        .isolation(isolation)
                        .name("narrow")
                        .size(1)
                        .queueSize(1)
                        .start()) {
            pool.put(0);
            pool.put(1);
            assertThatThrownBy(() -> pool.put(2, Duration.ofMillis(50)))
                    .isInstanceOfSatisfying(QueueFullException.class, e -> {
                        assertThat(e.capacity()).isEqualTo(2);
                        assertThat(e.waited()).isEqualTo(Duration.ofMillis(50));
                    })
                    .hasMessage("Pool 'narrow' is full: 1 tasks running on 1 of 1 workers, 1 waiting (size 1 +"
                            + " queue-size 1 may be unfinished); waited 50.0 ms. Try again later, wait longer, or raise"
                            + " queue-size.");
            assertThatThrownBy(() -> pool.put(3, Duration.ZERO)).isInstanceOf(QueueFullException.class);
            assertThat(pool.stats().tasks().submitted()).isEqualTo(2);
            assertThat(pool.stats().tasks().rejected()).isEqualTo(2);
            gate.open();
            assertThat(pool.getAll()).containsExactly(0, 1);
            assertThat(gate.arrivals()).containsExactly("0", "1");
        }
    }

    @BothModes
    @DisplayName("C021: none of 10,000 puts that ran out of time ever runs, or uses up an index")
    void c021NoPhantoms(Isolation isolation) throws Exception {
        try (Gate gate = new Gate();
                var pool = PoolManager.builder(Tasks::passGate, gate.port())
                        .isolation(isolation)
                        .size(1)
                        .queueSize(1)
                        .start()) {
            pool.put(0);
            pool.put(1);
            for (int i = 0; i < 10_000; i++) {
                assertThatThrownBy(() -> pool.put(2, Duration.ofNanos(1))).isInstanceOf(QueueFullException.class);
            }
            gate.open();
            assertThat(pool.getAll()).containsExactly(0, 1);
            pool.put(3);
            assertThat(pool.outcomes()).singleElement().satisfies(next -> {
                assertThat(next.index()).isEqualTo(2);
                assertThat(next.get()).isEqualTo(3);
            });
            assertThat(gate.arrivals()).containsExactly("0", "1", "3");
            assertThat(pool.stats().tasks().rejected()).isEqualTo(10_000);
        }
    }

    @BothModes
    @DisplayName("C021: of 10,000 puts that may run out of time, each is refused or runs")
    void c021RefusedOrRun(Isolation isolation) throws Exception {
        try (var pool = PoolManager.builder((Integer x) -> x)
                .isolation(isolation)
                .size(1)
                .queueSize(1)
                .start()) {
            List<Integer> accepted = new ArrayList<>();
            for (int i = 0; i < 10_000; i++) {
                try {
                    pool.put(i, Duration.ofNanos(20_000));
                    accepted.add(i);
                } catch (QueueFullException e) {
                    assertThat(e.pool()).isEqualTo(pool.name());
                }
            }
            System.out.println("C021 " + isolation + ": " + accepted.size() + " of 10,000 accepted");
            assertThat(pool.getAll()).isEqualTo(accepted);
            assertThat(pool.stats().tasks().submitted()).isEqualTo(accepted.size());
            assertThat(pool.stats().tasks().rejected()).isEqualTo(10_000 - accepted.size());
        }
    }

    @BothModes
    @DisplayName("C022: of 1,000 interrupted puts none runs and none leaks into the next call")
    void c022InterruptedPuts(Isolation isolation) throws Exception {
        ExecutorService threads = Executors.newSingleThreadExecutor();
        try (var pool = PoolManager.builder((Integer x) -> x)
                .isolation(isolation)
                .size(1)
                .queueSize(1)
                .start()) {
            Set<Integer> accepted = new TreeSet<>();
            Random random = new Random(1);
            for (int i = 0; i < 1000; i++) {
                int task = i;
                Thread[] putter = new Thread[1];
                CountDownLatch begun = new CountDownLatch(1);
                Future<Boolean> put = threads.submit(() -> {
                    putter[0] = Thread.currentThread();
                    begun.countDown();
                    try {
                        pool.put(task);
                        return true;
                    } catch (InterruptedException e) {
                        return false;
                    } finally {
                        Thread.interrupted();
                    }
                });
                begun.await();
                for (int spin = random.nextInt(2000); spin > 0; spin--) {
                    Thread.onSpinWait();
                }
                putter[0].interrupt();
                if (put.get(10, TimeUnit.SECONDS)) {
                    accepted.add(i);
                }
            }
            System.out.println(
                    "C022 " + isolation + ": " + accepted.size() + " of 1,000 were accepted before the interrupt");
            assertThat(pool.getAll()).containsExactlyElementsOf(accepted);
        } finally {
            threads.shutdownNow();
        }
    }

    @BothModes
    @DisplayName("C022: of 1,000 calls of put and submit that are interrupted while they wait for room none runs")
    void c022InterruptedWhileWaiting(Isolation isolation) throws Exception {
        int rounds = 1000;
        try (Gate gate = new Gate();
                var pool = PoolManager.builder(Tasks::passGate, gate.port())
                        .isolation(isolation)
                        .size(1)
                        .queueSize(1)
                        .start()) {
            pool.put(0);
            pool.put(1);
            AtomicInteger interrupted = new AtomicInteger();
            Thread putter = new Thread(() -> {
                while (interrupted.get() < rounds) {
                    int task = 2 + interrupted.get();
                    try {
                        if (task % 2 == 0) {
                            pool.put(task);
                        } else {
                            pool.submit(task);
                        }
                        return; // there is no room, so this is the failure
                    } catch (InterruptedException e) {
                        interrupted.incrementAndGet();
                    }
                }
            });
            putter.start();
            long deadline = System.nanoTime() + Duration.ofSeconds(60).toNanos();
            for (int i = 0; i < rounds; i++) {
                while (interrupted.get() < i || !Cpu.isWaiting(putter)) {
                    assertThat(putter.isAlive()).as("round %d", i).isTrue();
                    assertThat(System.nanoTime()).as("round %d", i).isLessThan(deadline);
                    Thread.yield();
                }
                putter.interrupt();
            }
            putter.join(10_000);
            assertThat(interrupted).hasValue(rounds);
            gate.open();
            assertThat(pool.getAll()).containsExactly(0, 1);
            assertThat(gate.arrivals()).containsExactly("0", "1");
            PoolStats.Tasks tasks = ApiContractTest.sample(pool).tasks();
            assertThat(tasks.submitted()).isEqualTo(2);
            System.out.println("C022 " + isolation + ": " + (tasks.submitted() - 2) + " ghosts of " + rounds);
        }
    }

    @BothModes
    @DisplayName("C022: a put that is interrupted while it waits, or before, never runs its task")
    void c022InterruptedPut(Isolation isolation) throws Exception {
        try (Gate gate = new Gate();
                var pool = PoolManager.builder(Tasks::passGate, gate.port())
                        .isolation(isolation)
                        .size(1)
                        .queueSize(1)
                        .start()) {
            pool.put(0);
            pool.put(1);
            AtomicReference<Throwable> thrown = new AtomicReference<>();
            Thread putter = new Thread(() -> {
                try {
                    pool.put(2);
                } catch (InterruptedException e) {
                    thrown.set(e);
                }
            });
            putter.start();
            await().until(() -> putter.getState() == Thread.State.TIMED_WAITING);
            putter.interrupt();
            putter.join(10_000);
            assertThat(thrown.get()).isInstanceOf(InterruptedException.class);
            Thread.currentThread().interrupt();
            assertThatThrownBy(() -> pool.put(3)).isInstanceOf(InterruptedException.class);
            gate.open();
            assertThat(pool.getAll()).containsExactly(0, 1);
            assertThat(gate.arrivals()).containsExactly("0", "1");
        }
    }

    @BothModes
    @DisplayName("C023: a put that waits is released when the pool is terminated")
    void c023PutWhileTerminated(Isolation isolation) throws Exception {
        try (Gate gate = new Gate()) {
            var pool = PoolManager.builder(Tasks::passGate, gate.port())
                    .isolation(isolation)
                    .size(1)
                    .queueSize(1)
                    .start();
            pool.put(0);
            pool.put(1);
            AtomicReference<Throwable> thrown = new AtomicReference<>();
            Thread putter = new Thread(() -> {
                try {
                    pool.put(2);
                } catch (InterruptedException | RuntimeException e) {
                    thrown.set(e);
                }
            });
            putter.start();
            await().until(() -> putter.getState() == Thread.State.TIMED_WAITING);
            long start = System.nanoTime();
            pool.terminate();
            putter.join(10_000);
            Duration released = Duration.ofNanos(System.nanoTime() - start);
            System.out.println("C023 " + isolation + ": released by terminate after " + released.toMillis() + " ms");
            assertThat(released).isLessThan(Duration.ofSeconds(5));
            assertThat(thrown.get()).isInstanceOf(IllegalStateException.class).hasMessageContaining(pool.name());
        }
    }

    @Test
    @DisplayName("C023: a put that waits is released when no worker is left and none can be started")
    void c023PutWhileBroken(@TempDir Path directory) throws Exception {
        Path jdk = Files.createSymbolicLink(directory.resolve("jdk"), Path.of(System.getProperty("java.home")));
        try (Gate gate = new Gate()) {
            var pool = PoolManager.builder(Tasks::passGate, gate.port())
                    .size(1)
                    .queueSize(1)
                    .jvm(new JvmOptions(jdk, List.of(), Map.of(), null, false))
                    .start();
            pool.put(0);
            pool.put(1);
            gate.awaitArrivals(1);
            Files.delete(jdk);
            AtomicReference<Throwable> thrown = new AtomicReference<>();
            Thread putter = new Thread(() -> {
                try {
                    while (true) {
                        pool.put(2); // the first one takes the place of the task that dies
                    }
                } catch (InterruptedException | RuntimeException e) {
                    thrown.set(e);
                }
            });
            putter.start();
            await().until(() -> Cpu.isWaiting(putter));
            ProcessHandle.of(pool.stats().workerList().get(0).pid())
                    .orElseThrow()
                    .destroyForcibly();
            long killed = System.nanoTime();
            putter.join(15_000);
            Duration released = Duration.ofNanos(System.nanoTime() - killed);
            System.out.println("C023 released after five failed starts in " + released.toMillis() + " ms");
            assertThat(released).isLessThan(Duration.ofSeconds(5));
            assertThat(thrown.get())
                    .isInstanceOf(PoolBrokenException.class)
                    .hasMessageContaining("5 starts in a row have failed")
                    .hasMessageContaining(jdk.toString());
            assertThat(pool.isAlive()).isFalse();
            pool.close();
        }
    }

    @BothModes
    @Tag(Rounds.TAG)
    @DisplayName("C024: 64 producers on a queue of one are all served, none much later than the others")
    void c024ManyProducers(Isolation isolation) throws Exception {
        int each = Rounds.of(isolation, 1000, 100);
        boolean fair = false;
        // A producer that the machine does not run between its note and its put looks as if it had been overtaken.
        // A pool that is unfair is so each time.
        for (int attempt = 0; !fair && attempt < 3; attempt++) {
            fair = servesFairly(isolation, each);
        }
        assertThat(fair).as("none waits for much longer than the others").isTrue();
    }

    /** All are served, whatever it returns. */
    private static boolean servesFairly(Isolation isolation, int each) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(64);
        try (var pool = PoolManager.builder(Tasks::twice)
                .isolation(isolation)
                .size(1)
                .queueSize(1)
                .ordered(true)
                .start()) {
            List<Future<long[]>> producers = new ArrayList<>();
            AtomicInteger begun = new AtomicInteger();
            int[] begunBefore = new int[64 * each];
            for (int p = 0; p < 64; p++) {
                int first = p * each;
                producers.add(threads.submit(() -> putAll(pool, first, each, begun, begunBefore)));
            }
            BitSet got = new BitSet();
            int[] acceptedBefore = new int[64 * each];
            while (got.cardinality() < 64 * each) {
                try {
                    int result = pool.get(Duration.ofSeconds(20)) / 2;
                    assertThat(got.get(result)).as("%s came twice", result).isFalse();
                    acceptedBefore[result] = got.cardinality(); // results come in the order of acceptance
                    got.set(result);
                } catch (NoSuchElementException e) {
                    Thread.yield(); // the producers are not that fast
                }
            }
            long sum = 0;
            long most = 0;
            for (Future<long[]> producer : producers) {
                long[] waited = producer.get(20, TimeUnit.SECONDS);
                sum += waited[0];
                most = Math.max(most, waited[1]);
            }
            long mean = sum / (64L * each);
            System.out.println(
                    "C024 " + isolation + ": mean wait " + mean / 1000 + " µs, longest " + most / 1000 + " µs");
            assertThat(pool.poll()).isEmpty();
            assertThat(got.length()).isEqualTo(64 * each);
            int overtaken = IntStream.range(0, 64 * each)
                    .map(task -> acceptedBefore[task] - begunBefore[task])
                    .max()
                    .orElseThrow();
            System.out.println("C024 " + isolation
                    + ": accepted before one that had begun to wait earlier: at the most " + overtaken);
            // A mean wait is 64 puts long, and that is what the pool decides on. Time is decided on by whoever runs 64
            // threads on few processors: one of them may not be run for so long.
            return overtaken <= 20 * 64
                    && most < Math.max(20 * mean, Duration.ofMillis(250).toNanos());
        } finally {
            threads.shutdownNow();
        }
    }

    @BothModes
    @DisplayName("C024: whoever waits for room is served in turn")
    void c024InTurn(Isolation isolation) throws Exception {
        List<Thread> putters = new ArrayList<>();
        try (Gate gate = new Gate();
                var pool = PoolManager.builder(Tasks::passGate, gate.port())
                        .isolation(isolation)
                        .size(1)
                        .queueSize(1)
                        .start()) {
            pool.put(0);
            pool.put(1);
            for (int i = 2; i < 34; i++) {
                int task = i;
                Thread putter = new Thread(() -> {
                    try {
                        pool.put(task);
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                });
                putters.add(putter);
                putter.start();
                await().until(() -> Cpu.isWaiting(putter));
            }
            gate.open();
            for (Thread putter : putters) {
                putter.join(10_000);
            }
            assertThat(pool.getAll())
                    .containsExactlyElementsOf(IntStream.range(0, 34).boxed().toList());
        }
    }

    private static long[] putAll(
            PoolManager<Integer, Integer> pool, int first, int count, AtomicInteger begun, int[] begunBefore)
            throws InterruptedException {
        long sum = 0;
        long most = 0;
        for (int i = first; i < first + count; i++) {
            long start = System.nanoTime();
            begunBefore[i] = begun.getAndIncrement();
            pool.put(i);
            long waited = System.nanoTime() - start;
            sum += waited;
            most = Math.max(most, waited);
        }
        return new long[] {sum, most};
    }

    @Test
    @DisplayName("C025: results that cannot travel free their place in a queue of two")
    void c025UnserializableResults() throws Exception {
        try (var pool = PoolManager.builder((Integer x) -> x < 100 ? new Object() : x)
                .size(1)
                .queueSize(2)
                .start()) {
            List<Outcome<Object>> outcomes =
                    pool.mapOutcomes(IntStream.range(0, 200).boxed().toList());
            assertThat(outcomes.subList(0, 100))
                    .allMatch(outcome -> outcome.failure() instanceof TaskSerializationException);
            assertThat(outcomes.subList(100, 200)).allMatch(Outcome::isCompleted);
        }
    }

    @BothModes
    @DisplayName("C025: tasks that cannot be sent, or that fail, free their place in a queue of two")
    void c025Unsendable(Isolation isolation) throws Exception {
        try (var pool = PoolManager.builder((Object x) -> {
                    if (x instanceof Thread) {
                        throw new IllegalArgumentException("a thread");
                    }
                    return x;
                })
                .isolation(isolation)
                .size(1)
                .queueSize(2)
                .start()) {
            List<Object> input = new ArrayList<>(Collections.nCopies(100, new Thread()));
            IntStream.range(0, 100).forEach(input::add);
            List<Outcome<Object>> outcomes = pool.mapOutcomes(input);
            assertThat(outcomes.subList(0, 100)).noneMatch(Outcome::isCompleted);
            assertThat(outcomes.subList(100, 200)).allMatch(Outcome::isCompleted);
            pool.putAsync(input).get(20, TimeUnit.SECONDS);
            int failed = 0;
            for (int i = 0; i < 200; i++) {
                try {
                    pool.get(Duration.ofSeconds(10));
                } catch (TaskException e) {
                    failed++;
                }
            }
            assertThat(failed).isEqualTo(100);
        }
    }

    @ParameterizedTest(name = "ordered: {0}")
    @ValueSource(booleans = {false, true})
    @DisplayName(
            "C025: result-size bounds what a feeder could not send as well, and each gets its outcome in its place")
    void c025UnsendableWithoutEnd(boolean ordered) throws Exception {
        List<PoolEvent> events = new CopyOnWriteArrayList<>();
        try (var pool = PoolManager.builder((Object x) -> x)
                .size(1)
                .ordered(ordered)
                .resultSize(3)
                .listener(events::add)
                .start()) {
            AtomicInteger read = new AtomicInteger();
            CompletableFuture<Long> feeder = pool.putAsync(() -> Stream.generate(
                            () -> read.incrementAndGet() % 10 == 0 ? (Object) read.get() : new Thread())
                    .limit(1000)
                    .iterator());
            Thread thread = Cpu.thread("pool-" + pool.name() + "-feeder-1");
            await().until(() -> Cpu.isWaiting(thread) && read.get() > 3);
            assertThat(pool.stats().resultsWaiting()).isLessThanOrEqualTo(3);
            assertThat(read.get()).isLessThan(100);
            int[] ends = new int[2];
            for (int i = 1; i <= 1000; i++) {
                try {
                    Object value = pool.get(Duration.ofSeconds(20));
                    ends[0]++;
                    assertThat(value).isEqualTo(ordered ? (Object) i : value);
                } catch (TaskSerializationException e) {
                    ends[1]++;
                    assertThat(e).hasMessageContaining("cannot send task " + e.index() + " to a child JVM");
                    assertThat(e.index()).isEqualTo(ordered ? i - 1 : e.index());
                }
            }
            assertThat(ends).containsExactly(100, 900);
            assertThat(feeder.get(20, TimeUnit.SECONDS)).isEqualTo(100);
            assertThat(pool.stats().tasks().submitted()).isEqualTo(100);
            await().untilAsserted(() -> assertThat(events)
                    .filteredOn(PoolEvent.TaskFinished.class::isInstance)
                    .hasSize(100));
        }
    }

    @Test
    @DisplayName("C025: a feeder whose elements cannot be sent, and for whose outcomes is no room, ends with the pool")
    void c025UnsendableAtTheEnd() throws Exception {
        CompletableFuture<Long> feeder;
        try (var pool =
                PoolManager.builder((Object x) -> x).size(1).resultSize(3).start()) {
            feeder = pool.putAsync(
                    () -> Stream.generate(() -> (Object) new Thread()).iterator());
            assertThatThrownBy(() -> pool.get(Duration.ofSeconds(20))).isInstanceOf(TaskSerializationException.class);
            pool.terminate();
        }
        assertThatThrownBy(() -> feeder.get(20, TimeUnit.SECONDS))
                .hasRootCauseInstanceOf(IllegalStateException.class)
                .hasMessageContaining("0 tasks had been fed");
    }
}
