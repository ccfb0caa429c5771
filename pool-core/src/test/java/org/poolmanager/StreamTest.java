package org.poolmanager;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(NoLeftovers.class)
@DisplayName("Streams")
class StreamTest {

    /** 0, 1, 2 … without end; says how many of them have been read. */
    private static final class Numbers implements Iterable<Integer> {

        final AtomicInteger read = new AtomicInteger();

        private final int failAt;

        Numbers() {
            this(Integer.MAX_VALUE);
        }

        Numbers(int failAt) {
            this.failAt = failAt;
        }

        @Override
        public Iterator<Integer> iterator() {
            return new Iterator<>() {

                @Override
                public boolean hasNext() {
                    return true;
                }

                @Override
                public Integer next() {
                    if (read.get() == failAt) {
                        throw new ArithmeticException("source fails at " + failAt);
                    }
                    return read.getAndIncrement();
                }
            };
        }
    }

    private static List<Integer> twice(int count) {
        return IntStream.range(0, count).map(Tasks::twice).boxed().toList();
    }

    @BothModes
    @DisplayName("a stream gives the results of an infinite source in input order, and reads no further than its bound")
    void infiniteAndOrdered(Isolation isolation) {
        Numbers numbers = new Numbers();
        try (var pool =
                PoolManager.builder(Tasks::twice).isolation(isolation).size(2).start()) {
            try (Stream<Integer> results = pool.stream(numbers)) {
                assertThat(results.limit(1000)).containsExactlyElementsOf(twice(1000));
            }
            assertThat(numbers.read.get())
                    .isBetween(1000, 1000 + pool.settings().capacity() + 1);
            int read = numbers.read.get();
            await().until(() -> pool.stats().tasks().running() == 0);
            assertThat(numbers.read.get()).isEqualTo(read);
        }
    }

    @BothModes
    @DisplayName("never more elements are fed than the bound, whatever the consumer does")
    void bound(Isolation isolation) {
        Numbers numbers = new Numbers();
        try (var pool = PoolManager.builder(Tasks::twice)
                        .isolation(isolation)
                        .size(2)
                        .queueSize(500)
                        .start();
                Stream<Integer> results =
                        pool.stream(numbers, MapOptions.defaults().buffer(7))) {
            AtomicInteger taken = new AtomicInteger();
            assertThat(results.limit(300).peek(result -> {
                        assertThat(pool.stats().tasks().submitted() - taken.get())
                                .isBetween(1L, 7L);
                        assertThat(numbers.read.get() - taken.get()).isLessThanOrEqualTo(8);
                        taken.incrementAndGet();
                    }))
                    .containsExactlyElementsOf(twice(300));
        }
    }

    @BothModes
    @DisplayName(
            "an ordered stream waits for a slow element with no more than the bound behind it; an unordered one does not")
    void slowElement(Isolation isolation) throws Exception {
        for (boolean ordered : new boolean[] {true, false}) {
            try (Gate gate = new Gate();
                    var pool = PoolManager.builder(Tasks::passGateIfNegative, gate.port())
                            .isolation(isolation)
                            .size(2)
                            .queueSize(50)
                            .start()) {
                List<Integer> input =
                        new ArrayList<>(IntStream.range(0, 100).boxed().toList());
                input.set(0, -1);
                MapOptions options = MapOptions.defaults().buffer(10);
                try (Stream<Integer> results = pool.stream(input, ordered ? options : options.unordered())) {
                    Iterator<Integer> each = results.iterator();
                    if (ordered) {
                        Thread opener = new Thread(() -> {
                            await().until(() -> pool.stats().tasks().completed() == 9);
                            assertThat(pool.stats().tasks().submitted()).isEqualTo(10);
                            gate.open();
                        });
                        opener.start();
                        assertThat(each.next()).isEqualTo(-1);
                        opener.join();
                    } else {
                        Set<Integer> quick = new HashSet<>();
                        for (int i = 1; i < 100; i++) {
                            quick.add(each.next());
                        }
                        assertThat(quick).hasSize(99).doesNotContain(-1);
                        gate.open();
                        assertThat(each.next()).isEqualTo(-1);
                    }
                    each.forEachRemaining(result -> {});
                }
            }
        }
    }

    @BothModes
    @DisplayName("closing a stream cancels what has not begun, and nothing more runs")
    void closeCancels(Isolation isolation) throws Exception {
        try (Gate gate = new Gate();
                var pool = PoolManager.builder(Tasks::passGateIfNegative, gate.port())
                        .isolation(isolation)
                        .size(1)
                        .queueSize(20)
                        .start()) {
            Stream<Integer> results = pool.stream(
                    List.of(1, 2, 3, 4, -1, -2, -3, -4, -5, -6),
                    MapOptions.defaults().buffer(5));
            Iterator<Integer> each = results.iterator();
            for (int i = 1; i <= 4; i++) {
                assertThat(each.next()).isEqualTo(i); // and two more are read for each
            }
            gate.awaitArrivals(1);
            results.close();
            assertThat(pool.stats().queue().size()).isZero();
            gate.open();
            await().until(() -> pool.stats().tasks().running() == 0);
            assertThat(gate.arrivals()).containsExactly("-1");
            PoolStats.Tasks tasks = ApiContractTest.sample(pool).tasks();
            assertThat(tasks.completed()).isEqualTo(5);
            assertThat(tasks.cancelled()).isEqualTo(tasks.submitted() - 5).isGreaterThanOrEqualTo(3);
            assertThat(pool.map(List.of(4))).containsExactly(4);
        }
    }

    @BothModes
    @DisplayName("a consumer that throws feeds nothing more")
    void consumerThrows(Isolation isolation) {
        Numbers numbers = new Numbers();
        try (var pool =
                PoolManager.builder(Tasks::twice).isolation(isolation).size(2).start()) {
            assertThatThrownBy(() -> pool.stream(numbers).forEach(result -> {
                        if (result == 20) {
                            throw new IllegalStateException("enough");
                        }
                    }))
                    .hasMessage("enough");
            await().until(() -> pool.stats().tasks().running() == 0);
            assertThat(numbers.read.get())
                    .isLessThanOrEqualTo(12 + pool.settings().capacity());
        }
    }

    @BothModes
    @DisplayName("a failed element is thrown in its turn and ends the stream; as an outcome it does not")
    void failures(Isolation isolation) {
        try (var pool = PoolManager.builder(Tasks::failIfMultipleOf, 5)
                .isolation(isolation)
                .size(2)
                .start()) {
            List<Integer> seen = new ArrayList<>();
            Numbers numbers = new Numbers();
            assertThatThrownBy(() ->
                            pool.stream(() -> numbers.iterator()).map(x -> x).forEach(seen::add))
                    .isInstanceOfSatisfying(
                            TaskFailedException.class,
                            e -> assertThat(e.index()).isZero());
            assertThat(seen).isEmpty();
            await().until(() -> pool.stats().tasks().running() == 0);
            List<Outcome<Integer>> outcomes = pool.streamOutcomes(
                            IntStream.rangeClosed(1, 10).boxed().toList())
                    .toList();
            assertThat(outcomes)
                    .extracting(Outcome::isCompleted)
                    .filteredOn(done -> !done)
                    .hasSize(2);
            assertThat(outcomes).extracting(Outcome::index).containsExactly(0L, 1L, 2L, 3L, 4L, 5L, 6L, 7L, 8L, 9L);
            assertThat(pool.stream(List.of(1, 2, 5, 3)).limit(2)).containsExactly(1, 2);
        }
    }

    @BothModes
    @DisplayName(
            "C011: what a source throws comes behind the results of all elements before, unwrapped, twice in a row")
    void c011SourceThrows(Isolation isolation) {
        try (var pool =
                PoolManager.builder(Tasks::twice).isolation(isolation).size(2).start()) {
            for (int round = 0; round < 2; round++) {
                for (int k : new int[] {0, 3, 7}) {
                    for (MapOptions options :
                            List.of(MapOptions.defaults(), MapOptions.defaults().unordered())) {
                        List<Integer> seen = new ArrayList<>();
                        assertThatThrownBy(() ->
                                        pool.stream(new Numbers(k), options).forEach(seen::add))
                                .isExactlyInstanceOf(ArithmeticException.class)
                                .hasMessage("source fails at " + k);
                        assertThat(seen).containsExactlyInAnyOrderElementsOf(twice(k));
                    }
                }
            }
            assertThatThrownBy(() -> pool.stream(() -> {
                                throw new ArithmeticException("no iterator");
                            })
                            .toList())
                    .hasMessage("no iterator");
            assertThatNullPointerException().isThrownBy(() -> pool.stream(null));
        }
    }

    @BothModes
    @DisplayName("an interrupt ends a stream that waits, cancels what has not begun, and is kept")
    void interrupted(Isolation isolation) throws Exception {
        try (Gate gate = new Gate();
                var pool = PoolManager.builder(Tasks::passGate, gate.port())
                        .isolation(isolation)
                        .size(1)
                        .start()) {
            AtomicReference<Throwable> thrown = new AtomicReference<>();
            AtomicReference<Boolean> kept = new AtomicReference<>();
            Thread consumer = new Thread(() -> {
                try {
                    pool.stream(List.of(1, 2, 3)).forEach(result -> {});
                } catch (CancellationException e) {
                    thrown.set(e);
                }
                kept.set(Thread.currentThread().isInterrupted());
            });
            consumer.start();
            gate.awaitArrivals(1);
            await().until(() -> pool.stats().queue().size() == 2);
            consumer.interrupt();
            consumer.join(10_000);
            assertThat(thrown.get())
                    .isInstanceOf(CancellationException.class)
                    .hasCauseInstanceOf(InterruptedException.class);
            assertThat(kept.get()).isTrue();
            assertThat(pool.stats().queue().size()).isZero();
            gate.open();
            await().until(() -> pool.stats().tasks().running() == 0);
            assertThat(gate.arrivals()).containsExactly("1");
        }
    }

    @BothModes
    @DisplayName("a pool that was not started is started by the first element and closed at the end, again and again")
    void startsAndCloses(Isolation isolation) throws Exception {
        var pool =
                PoolManager.builder(Tasks::twice).isolation(isolation).size(1).build();
        Stream<Integer> unused = pool.stream(new Numbers());
        assertThat(pool.state()).isEqualTo(PoolState.NEW);
        unused.close();
        assertThat(pool.state()).isEqualTo(PoolState.NEW);
        assertThat(pool.stream(List.of(1, 2, 3))).containsExactly(2, 4, 6);
        assertThat(pool.state()).isEqualTo(PoolState.STOPPED);
        try (Stream<Integer> results = pool.stream(new Numbers())) {
            assertThat(results.limit(5).toList()).isEqualTo(twice(5));
            assertThat(pool.state()).isEqualTo(PoolState.RUNNING);
            assertThat(pool.map(List.of(4))).containsExactly(8);
            assertThat(pool.state()).isEqualTo(PoolState.RUNNING);
        }
        assertThat(pool.state()).isEqualTo(PoolState.STOPPED);
        assertThat(pool.map(List.of(7))).containsExactly(14);
        pool.close();
        assertThatThrownBy(() -> pool.map(List.of(1))).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> pool.stream(List.of(1)).toList())
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("closed");
    }

    @BothModes
    @DisplayName("a stream over a pool that is closed meanwhile gives what it has, then says so")
    void poolIsClosed(Isolation isolation) throws Exception {
        try (Gate gate = new Gate()) {
            var pool = PoolManager.builder(Tasks::passGateIfNegative, gate.port())
                    .isolation(isolation)
                    .size(1)
                    .start();
            List<Outcome<Integer>> outcomes = new ArrayList<>();
            AtomicReference<Throwable> thrown = new AtomicReference<>();
            Thread consumer = new Thread(() -> {
                try {
                    pool.streamOutcomes(Collections.nCopies(100, -1)).forEach(outcomes::add);
                } catch (IllegalStateException e) {
                    thrown.set(e);
                }
            });
            consumer.start();
            gate.awaitArrivals(1);
            await().until(() -> pool.stats().queue().remaining() == 0);
            pool.close();
            consumer.join(20_000);
            assertThat(outcomes).hasSize(3).allMatch(outcome -> outcome.kind() == Outcome.Kind.CANCELLED);
            assertThat(thrown.get()).isInstanceOf(IllegalStateException.class).hasMessageContaining(pool.name());
        }
    }

    @BothModes
    @DisplayName("a map with options whose pool is closed behind its last element says so, and does not end short")
    void poolIsClosedBehindTheSource(Isolation isolation) throws Exception {
        try (Gate gate = new Gate()) {
            var pool = PoolManager.builder(Tasks::passGateIfNegative, gate.port())
                    .isolation(isolation)
                    .size(1)
                    .queueSize(3)
                    .start();
            CompletableFuture<List<Integer>> map = CompletableFuture.supplyAsync(
                    () -> {
                        try {
                            return pool.map(
                                    Collections.nCopies(6, -1),
                                    MapOptions.defaults().onProgress(progress -> {}));
                        } catch (InterruptedException e) {
                            throw new IllegalArgumentException(e);
                        }
                    },
                    command -> new Thread(command).start());
            gate.awaitArrivals(1);
            await().until(() -> pool.stats().queue().remaining() == 0);
            CompletableFuture<Void> end = CompletableFuture.runAsync(
                    () -> {
                        try {
                            pool.join();
                        } catch (InterruptedException e) {
                            throw new IllegalArgumentException(e);
                        }
                    },
                    command -> new Thread(command).start());
            await().until(() -> pool.state() == PoolState.DRAINING);
            gate.open();
            assertThatThrownBy(() -> map.get(20, TimeUnit.SECONDS))
                    .hasCauseInstanceOf(IllegalStateException.class)
                    .hasMessageContaining(pool.name());
            end.get(20, TimeUnit.SECONDS);
            assertThat(pool.stats().tasks().completed()).isEqualTo(4);
        }
    }

    @BothModes
    @DisplayName("parallel streams change nothing")
    void parallel(Isolation isolation) {
        Numbers numbers = new Numbers();
        try (var pool = PoolManager.builder(Tasks::twice)
                        .isolation(isolation)
                        .size(2)
                        .start();
                Stream<Integer> results = pool.stream(
                        IntStream.range(0, 500).boxed().toList(),
                        MapOptions.defaults().buffer(5))) {
            assertThat(results.parallel().map(x -> x + 1).toList())
                    .containsExactlyElementsOf(
                            twice(500).stream().map(x -> x + 1).toList());
            assertThat(numbers.read.get()).isZero();
        }
    }

    @BothModes
    @DisplayName("many threads map and stream on one pool at once, each with its own results")
    void manyCallers(Isolation isolation) throws Exception {
        ExecutorService threads = Executors.newCachedThreadPool();
        try (var pool =
                PoolManager.builder(Tasks::twice).isolation(isolation).size(2).start()) {
            List<Future<?>> callers = new ArrayList<>();
            for (int caller = 0; caller < 12; caller++) {
                List<Integer> input = IntStream.range(caller * 1000, caller * 1000 + 300)
                        .boxed()
                        .toList();
                List<Integer> expected = input.stream().map(Tasks::twice).toList();
                int kind = caller % 4;
                callers.add(threads.submit(() -> {
                    switch (kind) {
                        case 0 -> assertThat(pool.map(input)).isEqualTo(expected);
                        case 1 -> assertThat(pool.stream(input).toList()).isEqualTo(expected);
                        case 2 ->
                            assertThat(pool.stream(
                                                    input,
                                                    MapOptions.defaults()
                                                            .unordered()
                                                            .buffer(3))
                                            .toList())
                                    .containsExactlyInAnyOrderElementsOf(expected);
                        default ->
                            assertThat(pool.map(
                                            input,
                                            MapOptions.defaults().buffer(2).onProgress(progress -> {})))
                                    .isEqualTo(expected);
                    }
                    return null;
                }));
            }
            for (Future<?> caller : callers) {
                caller.get(60, TimeUnit.SECONDS);
            }
            assertThat(pool.poll()).isEmpty();
        } finally {
            threads.shutdownNow();
        }
    }

    @BothModes
    @DisplayName(
            "a ready result is given even while other callers keep the pool full; a free pool is filled even while an own task is slow")
    void sharedPool(Isolation isolation) throws Exception {
        try (Gate mine = new Gate();
                Gate others = new Gate();
                var pool = PoolManager.builder((Integer port) -> {
                            if (port > 0) {
                                Gate.pass(port, "x");
                            }
                            return port;
                        })
                        .isolation(isolation)
                        .size(2)
                        .queueSize(1)
                        .start()) {
            var other = pool.submit(others.port());
            others.awaitArrivals(1);
            var waiting = pool.submit(others.port());
            others.awaitArrivals(2);
            // The pool takes one more. The stream's first element waits behind the others, its second for room.
            Iterator<Integer> each =
                    pool.stream(List.of(0, mine.port(), -1, -2)).iterator();
            Thread opener = new Thread(() -> {
                await().until(() -> pool.stats().queue().size() == 1);
                try {
                    others.letOneGo();
                } catch (java.io.IOException e) {
                    throw new java.io.UncheckedIOException(e);
                }
            });
            opener.start();
            assertThat(each.next()).isZero();
            opener.join();
            Thread second = new Thread(() -> {
                try {
                    mine.awaitArrivals(1);
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
                others.open();
                // With the others gone, -1 and -2 run while the stream waits for its slow element.
                await().until(() -> pool.stats().tasks().completed() == 5);
                mine.open();
            });
            second.start();
            assertThat(each.next()).isEqualTo(mine.port());
            second.join();
            assertThat(each.next()).isEqualTo(-1);
            assertThat(each.next()).isEqualTo(-2);
            assertThat(each.hasNext()).isFalse();
            assertThat(List.of(other.get(), waiting.get())).containsOnly(others.port());
        }
    }

    @BothModes
    @DisplayName("outcomes() is a lazy getAll: feeders included, failures as outcomes, the rest stays for later")
    void lazyGetAll(Isolation isolation) throws Exception {
        try (var pool = PoolManager.builder(Tasks::failIfMultipleOf, 5)
                .isolation(isolation)
                .size(2)
                .ordered(true)
                .start()) {
            assertThat(pool.outcomes()).isEmpty();
            pool.putAsync(IntStream.rangeClosed(1, 100).boxed().toList());
            assertThat(pool.outcomes().limit(5).map(Outcome::isCompleted))
                    .containsExactly(true, true, true, true, false);
            assertThat(pool.outcomes().filter(Outcome::isCompleted).map(Outcome::get))
                    .hasSize(76)
                    .startsWith(6)
                    .endsWith(99);
            pool.putAsync(new Numbers(3));
            List<Long> seen = new ArrayList<>();
            assertThatThrownBy(() -> pool.outcomes().forEach(outcome -> seen.add(outcome.index())))
                    .isInstanceOf(ArithmeticException.class);
            assertThat(seen).containsExactly(100L, 101L, 102L);
            assertThat(pool.outcomes()).isEmpty();
        }
    }

    @Test
    @DisplayName("options refuse what cannot be")
    void options() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> MapOptions.defaults().buffer(0))
                .withMessage("'buffer' must be at least 1, but is 0");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> MapOptions.defaults().total(-1))
                .withMessage("'total' must be at least 0, but is -1");
        assertThatNullPointerException()
                .isThrownBy(() -> MapOptions.defaults().onProgress(null))
                .withMessageContaining("'onProgress'");
    }

    @BothModes
    @DisplayName("a million trivial elements as a stream fit into a parent with a heap of 64 MB")
    void millionInSmallHeap(Isolation isolation) throws Exception {
        Process parent = new ProcessBuilder(
                        ProcessHandle.current().info().command().orElseThrow(),
                        "-Xmx64m",
                        "-XX:+ExitOnOutOfMemoryError",
                        "-cp",
                        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                        Million.class.getName(),
                        isolation.name())
                .redirectErrorStream(true)
                .start();
        String said;
        try (var out = parent.inputReader()) {
            said = String.join("\n", out.lines().toList());
        }
        assertThat(parent.waitFor(Duration.ofSeconds(100).toSeconds(), TimeUnit.SECONDS))
                .isTrue();
        assertThat(parent.exitValue()).as(said).isZero();
        assertThat(said).contains("sum 999999000000");
        System.out.println("A million elements as a stream, heap of 64 MB, " + isolation + ": "
                + said.lines().reduce((first, last) -> last).orElseThrow());
    }

    /** The main class of that parent. */
    static final class Million {

        private Million() {}

        public static void main(String[] args) {
            long start = System.nanoTime();
            long[] sum = new long[2];
            try (var pool = PoolManager.builder(Tasks::twice)
                            .isolation(Isolation.valueOf(args[0]))
                            .size(2)
                            .queueSize(1000)
                            .start();
                    Stream<Integer> results =
                            pool.stream(IntStream.range(0, 1_000_000).boxed()::iterator)) {
                results.forEach(result -> {
                    if (result != 2 * sum[1]++) {
                        throw new IllegalStateException("out of order at " + sum[1]);
                    }
                    sum[0] += result;
                });
            }
            System.out.println("sum " + sum[0] + " in " + (System.nanoTime() - start) / 1_000_000 + " ms, heap "
                    + Runtime.getRuntime().maxMemory() / (1 << 20) + " MB");
        }
    }
}
