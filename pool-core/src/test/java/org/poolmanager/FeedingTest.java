package org.poolmanager;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.lang.reflect.UndeclaredThrowableException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(NoLeftovers.class)
@DisplayName("Feeding with putAsync")
class FeedingTest {

    private static PoolManager<Integer, Integer> twice(Isolation isolation) {
        return PoolManager.builder(Tasks::twice).isolation(isolation).size(2).start();
    }

    @BothModes
    @DisplayName("C011, R16: several feeders at once, each with its own handle; joinAsync waits for all")
    void r16SeveralFeeders(Isolation isolation) throws Exception {
        try (var pool = twice(isolation)) {
            List<CompletableFuture<Long>> handles = new ArrayList<>();
            for (int f = 0; f < 5; f++) {
                int base = 100 * f;
                handles.add(pool.putAsync(
                        IntStream.range(base, base + 20 + f).boxed().toList()));
            }
            List<Integer> results = pool.getAll(); // R19: not before the feeders are done
            pool.joinAsync();
            for (int f = 0; f < 5; f++) {
                assertThat(handles.get(f).get(20, TimeUnit.SECONDS)).isEqualTo(20L + f);
            }
            assertThat(results).hasSize(5 * 20 + 10).doesNotHaveDuplicates();
            assertThat(pool.putAsync(List.of(1)).get(20, TimeUnit.SECONDS)).isEqualTo(1);
            assertThat(pool.getAll()).containsExactly(2);
            assertThat(pool.putAsync(List.of()).get(20, TimeUnit.SECONDS)).isZero();
            assertThat(pool.getAll()).isEmpty();
        }
    }

    @BothModes
    @DisplayName("R17: putAsync on a pool that is not open is refused at once")
    void r17NotOpen(Isolation isolation) {
        var pool =
                PoolManager.builder(Tasks::twice).isolation(isolation).size(1).build();
        assertThatThrownBy(() -> pool.putAsync(List.of(1))).isInstanceOf(IllegalStateException.class);
        pool.start();
        pool.close();
        assertThatThrownBy(() -> pool.putAsync(List.of(1))).isInstanceOf(IllegalStateException.class);
    }

    @BothModes
    @DisplayName("a feeder that waits for room is cancelled at once; what it has fed stays")
    void cancel(Isolation isolation) throws Exception {
        try (Gate gate = new Gate();
                var pool = PoolManager.builder(Tasks::passGate, gate.port())
                        .isolation(isolation)
                        .size(1)
                        .queueSize(2)
                        .start()) {
            CompletableFuture<Long> endless =
                    pool.putAsync(() -> Collections.nCopies(1_000_000, 1).iterator());
            CompletableFuture<Long> list = pool.putAsync(Collections.nCopies(1000, 2));
            await().until(() -> pool.stats().queue().remaining() == 0);
            assertThat(endless.cancel(false)).isTrue();
            assertThat(list.cancel(true)).isTrue();
            assertThatThrownBy(endless::join).isInstanceOf(CancellationException.class);
            pool.joinAsync();
            gate.open();
            assertThat(pool.getAll()).hasSize(3);
            assertThat(pool.stats().tasks().submitted()).isEqualTo(3);
        }
    }

    @BothModes
    @DisplayName("C011, R18: whatever a source throws is told by its handle, and once by getAll; others are unharmed")
    void r18SourceThrows(Isolation isolation) throws Exception {
        try (var pool = twice(isolation)) {
            CompletableFuture<Long> sound =
                    pool.putAsync(IntStream.range(0, 50).boxed().toList());
            CompletableFuture<Long> noIterator = pool.putAsync(() -> {
                throw new IllegalArgumentException("no iterator");
            });
            assertThatThrownBy(noIterator::join).hasRootCauseMessage("no iterator");
            assertThatThrownBy(pool::getAll).hasMessage("no iterator");
            assertThat(sound.get(20, TimeUnit.SECONDS)).isEqualTo(50);
            assertThat(pool.getAll()).hasSize(50);
            CompletableFuture<Long> checked = pool.putAsync(() -> new Iterator<>() {

                @Override
                public boolean hasNext() {
                    return true;
                }

                @Override
                public Integer next() {
                    throw FeedingTest.<RuntimeException>sneak(new java.io.IOException("unread"));
                }
            });
            assertThatThrownBy(checked::join).hasRootCauseMessage("unread");
            assertThatThrownBy(pool::getAll)
                    .isInstanceOf(UndeclaredThrowableException.class)
                    .hasRootCauseMessage("unread");
            CompletableFuture<Long> interrupting = pool.putAsync(() -> IntStream.range(0, 1000)
                    .mapToObj(i -> {
                        Thread.currentThread().interrupt();
                        return i;
                    })
                    .iterator());
            assertThatThrownBy(interrupting::join).hasMessageContaining("The feeder was interrupted");
            assertThatThrownBy(pool::getAll).hasMessageContaining("The feeder was interrupted");
            pool.getAll();
            assertThat(pool.map(List.of(1))).containsExactly(2);
        }
    }

    @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
    private static <E extends Throwable> RuntimeException sneak(Throwable problem) throws E {
        throw (E) problem;
    }

    @BothModes
    @DisplayName("C011, R20: closing while a feeder runs fails its handle with the number of tasks fed")
    void r20Close(Isolation isolation) throws Exception {
        try (Gate gate = new Gate()) {
            var pool = PoolManager.builder(Tasks::passGate, gate.port())
                    .isolation(isolation)
                    .size(1)
                    .queueSize(2)
                    .start();
            CompletableFuture<Long> handle = pool.putAsync(Collections.nCopies(1000, 1));
            gate.awaitArrivals(1);
            await().until(() -> pool.stats().queue().remaining() == 0);
            pool.close();
            assertThatThrownBy(() -> handle.get(20, TimeUnit.SECONDS))
                    .cause()
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining(pool.name())
                    .hasMessageContaining("3 tasks had been fed");
            pool.joinAsync();
        }
    }

    @BothModes
    @DisplayName("R33: a source that waits for results gets them: each element is fed as it comes")
    void r33SourceNeedsResults(Isolation isolation) throws Exception {
        try (var pool = twice(isolation)) {
            LinkedBlockingQueue<Integer> results = new LinkedBlockingQueue<>();
            results.add(1);
            AtomicInteger read = new AtomicInteger();
            CompletableFuture<Long> handle = pool.putAsync(() -> new Iterator<>() {

                @Override
                public boolean hasNext() {
                    return read.get() < 10;
                }

                @Override
                public Integer next() {
                    try {
                        read.incrementAndGet();
                        return results.take();
                    } catch (InterruptedException e) {
                        throw new IllegalStateException(e);
                    }
                }
            });
            for (int i = 0; i < 10; i++) {
                results.add(pool.get(Duration.ofSeconds(20)));
            }
            assertThat(handle.get(20, TimeUnit.SECONDS)).isEqualTo(10);
            assertThat(results).containsExactly(1024);
        }
    }
}
