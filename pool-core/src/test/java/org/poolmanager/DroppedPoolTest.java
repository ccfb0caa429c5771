package org.poolmanager;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.spi.ILoggingEvent;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(NoLeftovers.class)
@DisplayName("Pools that were dropped")
class DroppedPoolTest {

    private static final Duration GATE = Duration.ofSeconds(30);

    private final CountDownLatch stopped = new CountDownLatch(1);

    private void onEvent(PoolEvent event) {
        if (event instanceof PoolEvent.StateChanged change && change.to() == PoolState.STOPPED) {
            stopped.countDown();
        }
    }

    private PoolManagerBuilder<Integer, Integer> builder(Isolation isolation, int port) {
        return PoolManager.builder(Tasks::passGate, port)
                .name("dropped")
                .isolation(isolation)
                .size(1)
                .queueSize(3)
                .listener(this::onEvent);
    }

    /** Creates a pool of which nothing but the futures of its tasks is left. */
    private List<CompletableFuture<Integer>> createAndDrop(Isolation isolation, int port) throws Exception {
        PoolManager<Integer, Integer> pool = builder(isolation, port).start();
        List<CompletableFuture<Integer>> futures = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            futures.add(pool.submit(i));
        }
        pool.put(9);
        return futures;
    }

    /** Other warnings, such as that of a start that took several attempts, are none of its business. */
    private static List<ILoggingEvent> warnings(Records records) {
        return records.events.stream()
                .filter(event -> event.getFormattedMessage().contains(" was dropped without close()"))
                .toList();
    }

    private static void awaitWarning(Records records) {
        await().atMost(GATE).pollInterval(Duration.ofMillis(50)).until(() -> {
            System.gc();
            return !warnings(records).isEmpty();
        });
    }

    @BothModes
    @DisplayName("C103: a dropped pool says where it was created, completes its futures, and closes itself")
    void c103FuturesKept(Isolation isolation) throws Exception {
        try (Records records = new Records(PoolManager.class.getName(), Level.WARN);
                Gate gate = new Gate()) {
            List<CompletableFuture<Integer>> futures = createAndDrop(isolation, gate.port());
            gate.awaitArrivals(1);
            long start = System.nanoTime();
            awaitWarning(records);
            assertThat(warnings(records))
                    .extracting(ILoggingEvent::getFormattedMessage)
                    .containsExactly("Pool 'dropped' was dropped without close(): nothing refers to it any more. Its 4"
                            + " unfinished tasks run to their end, then it closes itself. Hold on to a pool for as long"
                            + " as it is wanted, and close it, best by try-with-resources");
            ILoggingEvent warning = warnings(records).get(0);
            assertThat(warning.getThrowableProxy().getStackTraceElementProxyArray())
                    .anySatisfy(frame -> assertThat(frame.toString()).contains("DroppedPoolTest.createAndDrop"));
            assertThat(futures).noneMatch(CompletableFuture::isDone);
            gate.open();
            for (int i = 0; i < 3; i++) {
                assertThat(futures.get(i).get(20, TimeUnit.SECONDS)).isEqualTo(i);
            }
            assertThat(stopped.await(20, TimeUnit.SECONDS)).isTrue();
            long took = (System.nanoTime() - start) / 1_000_000;
            System.out.println("C103 " + isolation + ": closed " + took + " ms after it was dropped");
            assertThat(took).isLessThan(GATE.toMillis());
            assertThat(gate.arrivals()).hasSize(4);
        }
    }

    @BothModes
    @DisplayName("C103: the same when the futures are dropped, too, and when it was idle")
    void c103FuturesDropped(Isolation isolation) throws Exception {
        try (Records records = new Records(PoolManager.class.getName(), Level.WARN);
                Gate gate = new Gate()) {
            gate.open();
            createAndDrop(isolation, gate.port());
            awaitWarning(records);
            assertThat(stopped.await(20, TimeUnit.SECONDS)).isTrue();
            assertThat(gate.arrivals()).hasSize(4);
        }
    }

    private CompletableFuture<Long> feedAndDrop(Isolation isolation, int port, CountDownLatch taken) {
        return builder(isolation, port)
                .start()
                .putAsync(() -> java.util.stream.Stream.generate(() -> {
                            taken.countDown();
                            return 0;
                        })
                        .iterator());
    }

    @BothModes
    @DisplayName("C103: a feeder of a dropped pool ends, and its future says why")
    void c103Feeder(Isolation isolation) throws Exception {
        try (Records records = new Records(PoolManager.class.getName(), Level.WARN);
                Gate gate = new Gate()) {
            CountDownLatch taken = new CountDownLatch(5); // the fifth when four have been fed
            CompletableFuture<Long> feeder = feedAndDrop(isolation, gate.port(), taken);
            gate.awaitArrivals(1);
            assertThat(taken.await(20, TimeUnit.SECONDS)).isTrue();
            awaitWarning(records);
            assertThat(feeder)
                    .failsWithin(Duration.ofSeconds(10))
                    .withThrowableOfType(ExecutionException.class)
                    .withMessageContaining("4 tasks had been fed");
            gate.open();
            assertThat(stopped.await(20, TimeUnit.SECONDS)).isTrue();
        }
    }

    private static WeakReference<Object> createAndClose(Isolation isolation) throws InterruptedException {
        try (var pool =
                PoolManager.builder(Tasks::twice).isolation(isolation).size(1).start()) {
            pool.map(List.of(1));
            return new WeakReference<>(pool);
        }
    }

    @BothModes
    @DisplayName("C103: a pool that was closed, or never started, goes without a word")
    void c103Closed(Isolation isolation) throws Exception {
        try (Records records = new Records(PoolManager.class.getName(), Level.WARN);
                Gate gate = new Gate()) {
            WeakReference<Object> closed = createAndClose(isolation);
            WeakReference<Object> never = new WeakReference<>(
                    PoolManager.builder(Tasks::twice).isolation(isolation).build());
            await().atMost(GATE).pollInterval(Duration.ofMillis(50)).until(() -> {
                System.gc();
                return closed.get() == null && never.get() == null;
            });
            gate.open();
            createAndDrop(isolation, gate.port());
            awaitWarning(records);
            assertThat(stopped.await(20, TimeUnit.SECONDS)).isTrue();
            assertThat(warnings(records))
                    .singleElement()
                    .extracting(ILoggingEvent::getFormattedMessage)
                    .asString()
                    .startsWith("Pool 'dropped'");
        }
    }

    @BothModes
    @DisplayName("C103: a pool that a running map still feeds is not dropped, whoever holds it")
    void c103MapHoldsIt(Isolation isolation) throws Exception {
        try (Records records = new Records(PoolManager.class.getName(), Level.WARN)) {
            List<Integer> input = new ArrayList<>();
            for (int i = 0; i < 200; i++) {
                input.add(i);
            }
            Iterable<Integer> collecting = () -> input.stream()
                    .peek(i -> {
                        if (i % 20 == 0) {
                            System.gc();
                        }
                    })
                    .iterator();
            List<Integer> results = builderOfTwice(isolation).start().map(collecting);
            assertThat(results).hasSize(200);
            awaitWarning(records);
            assertThat(stopped.await(20, TimeUnit.SECONDS)).isTrue();
        } catch (RuntimeException e) {
            throw new AssertionError("the pool was closed under its map", e);
        }
    }

    private PoolManagerBuilder<Integer, Integer> builderOfTwice(Isolation isolation) {
        return PoolManager.builder(Tasks::twice).isolation(isolation).size(1).listener(this::onEvent);
    }
}
