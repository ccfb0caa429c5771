package org.poolmanager;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(NoLeftovers.class)
@DisplayName("Progress")
class ProgressTest {

    private static Progress progress(long done, long failed, long total, Duration elapsed, boolean ended) {
        return new Progress(done, failed, total, elapsed, ended);
    }

    @Test
    @DisplayName("rate and time left follow from what is done")
    void numbers() {
        Progress half = progress(500, 2, 1000, Duration.ofSeconds(10), false);
        assertThat(half.perSecond()).isEqualTo(50);
        assertThat(half.left()).contains(Duration.ofSeconds(10));
        assertThat(progress(0, 0, 1000, Duration.ofSeconds(1), false).left()).isEmpty();
        assertThat(progress(5, 0, -1, Duration.ofSeconds(1), false).left()).isEmpty();
        assertThat(progress(0, 0, 0, Duration.ZERO, false).perSecond()).isZero();
    }

    @Test
    @DisplayName("the line for a terminal says what is done, failed, how fast, and how long it takes")
    void text() {
        assertThat(ProgressLine.text(progress(1240, 3, 10_000, Duration.ofMillis(2370), false)))
                .isEqualTo("1,240 of 10,000 (12 %), 3 failed, 523/s, 17 s left");
        assertThat(ProgressLine.text(progress(0, 0, 10_000, Duration.ofMillis(100), false)))
                .isEqualTo("0 of 10,000 (0 %), 0.0/s");
        assertThat(ProgressLine.text(progress(7, 0, -1, Duration.ofSeconds(2), false)))
                .isEqualTo("7 done, 3.5/s");
        assertThat(ProgressLine.text(progress(10, 0, 1000, Duration.ofSeconds(10), false)))
                .isEqualTo("10 of 1,000 (1 %), 1.0/s, 16 min 30 s left");
        assertThat(ProgressLine.text(progress(1, 0, 10_000, Duration.ofSeconds(1), false)))
                .endsWith("1.0/s, 2 h 46 min left");
        assertThat(ProgressLine.text(progress(1000, 1, 1000, Duration.ofSeconds(65), true)))
                .isEqualTo("1,000 of 1,000 (100 %), 1 failed, 15/s, took 1 min 5 s");
        assertThat(ProgressLine.text(progress(0, 0, 0, Duration.ZERO, true))).isEqualTo("0 of 0, 0.0/s, took 0 s");
    }

    @Test
    @DisplayName("the line is written over, wiped where it gets shorter, and ended once")
    void line() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        ProgressLine line = new ProgressLine(new PrintStream(bytes, true, StandardCharsets.UTF_8));
        line.accept(progress(10, 0, 20, Duration.ofSeconds(1), false));
        line.accept(progress(20, 0, 20, Duration.ofSeconds(10), true));
        String first = "10 of 20 (50 %), 10/s, 1 s left";
        String second = "20 of 20 (100 %), 2.0/s, took 10 s";
        assertThat(bytes.toString(StandardCharsets.UTF_8))
                .isEqualTo("\r" + first + "\r" + second + System.lineSeparator());
        line.accept(progress(1, 0, -1, Duration.ofSeconds(1), false));
        assertThat(bytes.toString(StandardCharsets.UTF_8))
                .endsWith("\r1 done, 1.0/s" + " ".repeat(second.length() - "1 done, 1.0/s".length()));
    }

    private static int work(int x, int[] gates) {
        Tasks.sleepMillis(10);
        if (x >= 98) {
            Gate.pass(gates[x - 98], Integer.toString(x));
        }
        return Tasks.failIfMultipleOf(x, 10);
    }

    @BothModes
    @DisplayName("a map tells done, failed and total, at most every 100 ms and once at the end, on the caller's thread")
    void map(Isolation isolation) throws Exception {
        try (Gate beforeLast = new Gate();
                Gate last = new Gate();
                var pool = PoolManager.builder(ProgressTest::work, new int[] {beforeLast.port(), last.port()})
                        .isolation(isolation)
                        .size(2)
                        .start()) {
            List<Progress> told = new ArrayList<>();
            List<Thread> threads = new ArrayList<>();
            List<Integer> input = IntStream.range(0, 100).boxed().toList();
            List<Outcome<Integer>> outcomes =
                    pool.mapOutcomes(input, MapOptions.defaults().onProgress(progress -> {
                        told.add(progress);
                        threads.add(Thread.currentThread());
                        // However late the caller hears of the others, of these two it hears one after the other.
                        if (progress.done() >= 98) {
                            beforeLast.open();
                        }
                        if (progress.done() >= 99) {
                            last.open();
                        }
                    }));
            assertThat(outcomes).extracting(Outcome::index).isSorted().hasSize(100);
            assertThat(threads).containsOnly(Thread.currentThread());
            assertThat(told).hasSizeGreaterThan(2).allMatch(progress -> progress.total() == 100);
            assertThat(told).extracting(Progress::done).isSorted();
            for (int i = 1; i < told.size() - 1; i++) {
                assertThat(told.get(i).elapsed().minus(told.get(i - 1).elapsed()))
                        .isGreaterThanOrEqualTo(Duration.ofMillis(100));
            }
            assertThat(told.stream().filter(Progress::ended)).hasSize(1);
            assertThat(told.get(told.size() - 1)).satisfies(end -> {
                assertThat(end.ended()).isTrue();
                assertThat(end.done()).isEqualTo(100);
                assertThat(end.failed()).isEqualTo(10);
            });
        }
    }

    @BothModes
    @DisplayName("progress comes while a slow first element keeps an ordered map from its results")
    void slowFirst(Isolation isolation) throws Exception {
        try (Gate gate = new Gate();
                var pool = PoolManager.builder(Tasks::passGateIfNegative, gate.port())
                        .isolation(isolation)
                        .size(2)
                        .start()) {
            List<Integer> input =
                    new ArrayList<>(IntStream.range(0, 500).boxed().toList());
            input.set(0, -1);
            assertThat(pool.map(input, MapOptions.defaults().onProgress(progress -> {
                        if (progress.done() == 499) {
                            gate.open(); // nobody else does
                        }
                    })))
                    .isEqualTo(input);
        }
    }

    @BothModes
    @DisplayName("the total of a source that cannot tell is unknown, unless it is given; a stream reports too")
    void totals(Isolation isolation) throws Exception {
        try (var pool =
                PoolManager.builder(Tasks::twice).isolation(isolation).size(1).start()) {
            List<Progress> told = new ArrayList<>();
            Iterable<Integer> source = List.of(1, 2, 3)::iterator;
            MapOptions options = MapOptions.defaults().onProgress(told::add);
            pool.map(source, options);
            assertThat(told.get(told.size() - 1).total()).isEqualTo(-1);
            try (Stream<Integer> results = pool.stream(source, options.total(3))) {
                assertThat(results.toList()).containsExactly(2, 4, 6);
            }
            assertThat(told.get(told.size() - 1))
                    .matches(last -> last.total() == 3 && last.done() == 3 && last.ended());
            int before = told.size();
            try (Stream<Integer> results = pool.stream(source, options)) {
                assertThat(results.limit(1).toList()).containsExactly(2);
            }
            assertThat(told.subList(before, told.size()).stream().filter(Progress::ended))
                    .hasSize(1);
        }
    }

    @BothModes
    @DisplayName("a listener that throws is logged once, is not called again, and harms nothing")
    void throwingListener(Isolation isolation) throws Exception {
        try (Records records = new Records(PoolManager.class.getName(), Level.WARN);
                var pool = PoolManager.builder((Integer x) -> Tasks.sleepMillis(20))
                        .isolation(isolation)
                        .size(1)
                        .start()) {
            AtomicInteger calls = new AtomicInteger();
            assertThat(pool.map(
                            List.of(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12),
                            MapOptions.defaults().onProgress(progress -> {
                                calls.incrementAndGet();
                                throw new StackOverflowError("too deep");
                            })))
                    .hasSize(12);
            assertThat(calls.get()).isEqualTo(1);
            assertThat(records.messages())
                    .containsExactly(
                            "A progress listener of pool '" + pool.name() + "' failed and is not called again");
        }
    }

    @BothModes
    @DisplayName("an unordered map gives results as they are done; failures keep the index of their element")
    void unorderedMap(Isolation isolation) throws Exception {
        try (Gate gate = new Gate();
                var pool = PoolManager.builder(Tasks::passGateIfNegative, gate.port())
                        .isolation(isolation)
                        .size(2)
                        .start()) {
            List<Integer> input = List.of(-1, 1, 2, 3, 4, 5, 6, 7, 8, 9);
            List<Integer> results =
                    pool.map(input, MapOptions.defaults().unordered().onProgress(progress -> {
                        if (progress.done() == 9) {
                            gate.open();
                        }
                    }));
            assertThat(results).hasSize(10).endsWith(-1);
        }
        try (var pool = PoolManager.builder(Tasks::failIfMultipleOf, 5)
                .isolation(isolation)
                .size(2)
                .start()) {
            assertThatThrownBy(() -> pool.map(
                            IntStream.rangeClosed(1, 20).boxed().toList(),
                            MapOptions.defaults().unordered()))
                    .isInstanceOfSatisfying(TaskFailedException.class, e -> {
                        assertThat(e.index()).isEqualTo(4);
                        assertThat(e.getSuppressed()).hasSize(3);
                    });
        }
    }
}
