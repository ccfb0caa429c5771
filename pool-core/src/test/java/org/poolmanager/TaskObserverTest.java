package org.poolmanager;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.poolmanager.PoolEvent.TaskFinished;
import org.poolmanager.worker.TaskHeaders;
import org.slf4j.MDC;

@ExtendWith(NoLeftovers.class)
@DisplayName("Task observers")
class TaskObserverTest {

    private static final ThreadLocal<String> CALL = ThreadLocal.withInitial(() -> "none");

    /** What a task finds. */
    private static String look(int ignored) {
        return MDC.get("span") + " " + TaskHeaders.current().get("parent");
    }

    /** Ends its process at the first attempt, which leaves a file. */
    private static String lookAgain(int ignored, String file) throws IOException {
        if (new File(file).createNewFile()) {
            Runtime.getRuntime().halt(3);
        }
        return MDC.get("span") + " " + TaskHeaders.current().get("parent") + " of " + MDC.get("request");
    }

    private static String lookForScope(int ignored) {
        return CALL.get();
    }

    private static int failOrExit(int x) {
        if (x == 1) {
            throw new IllegalStateException("one");
        }
        if (x == 2) {
            Runtime.getRuntime().halt(3);
        }
        return x;
    }

    @BothModes
    @DisplayName(
            "5.9: a task runs with the MDC of its own scope and with its headers, and leaves nothing of them behind")
    void contextTravels(Isolation isolation) throws Exception {
        try (var pool = PoolManager.builder(TaskObserverTest::look)
                .isolation(isolation)
                .size(1)
                .start()) {
            Ledger ledger = new Ledger();
            pool.observe(ledger);
            assertThat(pool.submit(1).get()).isEqualTo("s0 p0");
            assertThat(pool.map(List.of(1, 2))).containsExactly("s1 p1", "s2 p2");
            assertThat(MDC.get("span")).isNull();

            pool.observe(null);
            assertThat(pool.submit(1).get()).isEqualTo("null null");
            assertThat(ledger.begun).hasSize(3).allSatisfy(entry -> {
                assertThat(entry.events).hasSize(1);
                assertThat(entry.open).hasValue(0);
            });
        }
    }

    @BothModes
    @DisplayName(
            "5.9: the end of a task is observed before anybody sees its outcome, with task, worker, process and sizes")
    void endIsTold(Isolation isolation) throws Exception {
        try (var pool = PoolManager.builder(TaskObserverTest::failOrExit)
                .isolation(isolation)
                .size(1)
                .start()) {
            Ledger ledger = new Ledger();
            List<TaskFinished> events = new CopyOnWriteArrayList<>();
            pool.observe(ledger);
            pool.addListener(event -> {
                if (event instanceof TaskFinished finished) {
                    events.add(finished);
                }
            });
            pool.submit(0).get();
            TaskFinished first = ledger.begun.get(0).only();
            assertThatThrownBy(() -> pool.submit(1).get()).hasCauseInstanceOf(TaskFailedException.class);
            TaskFinished second = ledger.begun.get(1).only();

            long pid = pool.stats().workerList().get(0).pid();
            assertThat(first.task()).isEqualTo(1);
            assertThat(first.worker()).isEqualTo(1);
            assertThat(first.pid()).isEqualTo(pid);
            assertThat(ledger.begun.get(0).failures).containsOnlyNulls();
            assertThat(second.task()).isEqualTo(2);
            assertThat(second.kind()).isEqualTo(Outcome.Kind.FAILED);
            assertThat(ledger.begun.get(1).failures)
                    .singleElement()
                    .satisfies(failure ->
                            assertThat(failure).hasMessageContaining("java.lang.IllegalStateException: one"));
            pool.join();
            await().untilAsserted(() -> assertThat(events).containsExactly(first, second));
            if (isolation == Isolation.PROCESS) {
                int tagAndNumber = 1 + Integer.BYTES;
                assertThat(first.sent()).as("with headers before it").isGreaterThan(tagAndNumber);
                assertThat(first.received()).isEqualTo(tagAndNumber);
                assertThat(second.received()).isPositive();
            } else {
                assertThat(first.sent() + first.received() + second.received()).isZero();
            }
        }
    }

    @BothModes
    @DisplayName("5.9: every task that was handed in is ended once, whatever has become of it")
    void eachEndsOnce(Isolation isolation) throws Exception {
        Ledger ledger = new Ledger();
        try (Gate gate = new Gate();
                var pool = PoolManager.builder(Tasks::passGateIfNegative, gate.port())
                        .isolation(isolation)
                        .size(1)
                        .queueSize(2)
                        .start()) {
            pool.observe(ledger);
            pool.map(IntStream.range(0, 200).boxed().toList());
            Future<Integer> running = pool.submit(-1);
            gate.awaitArrivals(1);
            Future<Integer> cancelled = pool.submit(5);
            pool.put(6);
            assertThat(pool.offer(7)).isFalse();
            assertThatThrownBy(() -> pool.put(8, Duration.ZERO)).isInstanceOf(QueueFullException.class);
            assertThatThrownBy(() -> pool.put(9, Duration.ofMillis(20))).isInstanceOf(QueueFullException.class);
            Thread.currentThread().interrupt();
            assertThatThrownBy(() -> pool.put(10)).isInstanceOf(InterruptedException.class);
            int handedIn = ledger.begun.size();
            Future<Long> feeder = pool.putAsync(IntStream.range(0, 100).boxed().toList());
            await().until(() -> ledger.begun.size() > handedIn);
            assertThat(cancelled.cancel(true)).isTrue();
            Stream<Integer> stream = pool.stream(List.of(11, 12, 13, 14, 15, 16, 17));
            gate.open();
            running.get();
            assertThat(stream.findFirst()).contains(11);
            stream.close();
            feeder.cancel(true);
            pool.joinAsync();
        }
        assertThatThrownBy(() -> ledger.of(PoolManager.builder(Tasks::twice)
                                .isolation(isolation)
                                .build())
                        .put(1))
                .isInstanceOf(IllegalStateException.class);
        assertThat(ledger.begun).hasSizeGreaterThan(210);
        assertThat(ledger.begun)
                .allSatisfy(entry ->
                        assertThat(entry.events.size() + entry.refusals.get()).isEqualTo(1));
        assertThat(ledger.begun.stream().filter(entry -> entry.refusals.get() == 1))
                .hasSizeGreaterThanOrEqualTo(5);
    }

    @Test
    @DisplayName("5.9: a crash is told with the worker that it cost; what cannot travel is refused at once")
    void crashAndUnsendable() {
        try (var pool = PoolManager.builder(TaskObserverTest::failOrExit)
                        .size(1)
                        .start();
                var objects = PoolManager.builder(Object::toString).size(1).start()) {
            Ledger ledger = new Ledger();
            pool.observe(ledger);
            long pid = pool.stats().workerList().get(0).pid();
            assertThatThrownBy(() -> pool.submit(2).get()).hasCauseInstanceOf(WorkerCrashedException.class);
            assertThat(ledger.begun.get(0).only().pid()).isEqualTo(pid);
            assertThat(ledger.begun.get(0).failures.get(0)).isInstanceOf(WorkerCrashedException.class);

            objects.observe(ledger);
            assertThatThrownBy(() -> objects.submit(new Object())).isInstanceOf(TaskSerializationException.class);
            assertThat(ledger.begun.get(1).refusals).hasValue(1);
        }
    }

    @Test
    @DisplayName(
            "5.9: a task that is retried from quarantine is followed from there, with its first caller's MDC; one that"
                    + " finds no room is refused, and stays")
    void retryFromQuarantine(@TempDir Path directory) throws Exception {
        Ledger ledger = new Ledger();
        try (var pool = PoolManager.builder(
                        TaskObserverTest::lookAgain, directory.resolve("file").toString())
                .size(1)
                .queueSize(1)
                .quarantine(1)
                .start()) {
            pool.observe(ledger);
            MDC.put("request", "first");
            try {
                assertThatThrownBy(() -> pool.submit(1).get()).hasCauseInstanceOf(WorkerCrashedException.class);
            } finally {
                MDC.remove("request");
            }
            pool.pause();
            Future<String> other = pool.submit(1);
            while (pool.offer(1)) {
                // until it is full
            }
            int handedIn = ledger.begun.size();
            assertThatThrownBy(() -> pool.quarantine().retry(1, Duration.ZERO)).isInstanceOf(QueueFullException.class);
            assertThat(ledger.begun.get(handedIn).refusals).hasValue(1);
            pool.resume();
            assertThat(other.get()).isEqualTo("s1 p1 of null");

            assertThat(pool.quarantine().retry(1).get())
                    .isEqualTo("s" + (handedIn + 1) + " p" + (handedIn + 1) + " of first");
            assertThat(ledger.begun.get(0).only().kind()).isEqualTo(Outcome.Kind.CRASHED);
            assertThat(ledger.begun.get(handedIn + 1).only().kind()).isEqualTo(Outcome.Kind.COMPLETED);
        }
    }

    @Test
    @DisplayName(
            "5.9: a task that is retried from quarantine has its first caller's context where nobody follows tasks")
    void retryFromQuarantineUnobserved(@TempDir Path directory) throws Exception {
        Ledger ledger = new Ledger();
        try (var pool = PoolManager.builder(
                        TaskObserverTest::lookAgain, directory.resolve("file").toString())
                .size(1)
                .quarantine(1)
                .start()) {
            pool.observe(ledger);
            assertThatThrownBy(() -> pool.submit(1).get()).hasCauseInstanceOf(WorkerCrashedException.class);
            pool.observe(null);
            assertThat(pool.quarantine().retry(1).get()).isEqualTo("s0 p0 of null");
        }
    }

    @Test
    @DisplayName("5.9: in a thread the task's scope is open while it runs; a feeder works on behalf of who called it")
    void scopes() throws Exception {
        try (var pool = PoolManager.builder(TaskObserverTest::lookForScope)
                .isolation(Isolation.THREAD)
                .size(1)
                .start()) {
            Ledger ledger = new Ledger();
            pool.observe(ledger);
            CALL.set("request 7");
            pool.putAsync(List.of(1)).get();
            assertThat(pool.getAll()).containsExactly("s0 in request 7");
            assertThat(pool.map(List.of(1))).containsExactly("s1 in request 7");
            assertThat(CALL.get()).isEqualTo("request 7");
        } finally {
            CALL.remove();
        }
    }

    @BothModes
    @DisplayName("5.9: an observer that fails harms no task")
    void failingObserver(Isolation isolation) throws Exception {
        try (var pool = PoolManager.builder(Tasks::twice)
                .isolation(isolation)
                .size(1)
                .queueSize(1)
                .start()) {
            pool.observe(new Ledger() {
                @Override
                public TaskObservation taskHandedIn() {
                    throw new IllegalStateException("at the begin");
                }

                @Override
                public Supplier<Scope> carry() {
                    throw new IllegalStateException("carry");
                }
            });
            assertThat(pool.submit(1).get()).isEqualTo(2);
            pool.putAsync(List.of(2)).get();
            assertThat(pool.getAll()).containsExactly(4);
            pool.observe(new Ledger() {
                @Override
                public TaskObservation taskHandedIn() {
                    return new Broken();
                }
            });
            assertThat(pool.submit(3).get()).isEqualTo(6);
            assertThat(pool.map(List.of(1, 2, 3, 4))).containsExactly(2, 4, 6, 8);
        }
    }

    private static final class Broken implements TaskObservation {

        @Override
        public TaskObserver.Scope openScope() {
            throw new IllegalStateException("scope");
        }

        @Override
        public Map<String, String> headers() {
            throw new IllegalStateException("headers");
        }

        @Override
        public void finished(TaskFinished event, @Nullable Throwable failure) {
            throw new IllegalStateException("finished");
        }

        @Override
        public void refused() {
            throw new IllegalStateException("refused");
        }
    }

    /** Remembers what it is told. */
    private static class Ledger implements TaskObserver {

        final List<Entry> begun = new CopyOnWriteArrayList<>();

        <T, R> PoolManager<T, R> of(PoolManager<T, R> pool) {
            pool.observe(this);
            return pool;
        }

        @Override
        public synchronized @Nullable TaskObservation taskHandedIn() {
            Entry entry = new Entry(begun.size(), CALL.get());
            begun.add(entry);
            return entry;
        }

        @Override
        public Supplier<Scope> carry() {
            String call = CALL.get();
            return () -> {
                CALL.set(call);
                return CALL::remove;
            };
        }
    }

    private static final class Entry implements TaskObservation {

        private final int number;

        private final String call;

        final List<TaskFinished> events = new CopyOnWriteArrayList<>();

        final List<@Nullable Throwable> failures = new ArrayList<>();

        final AtomicInteger refusals = new AtomicInteger();

        final AtomicInteger open = new AtomicInteger();

        Entry(int number, String call) {
            this.number = number;
            this.call = call;
        }

        TaskFinished only() {
            assertThat(events).hasSize(1);
            return events.get(0);
        }

        @Override
        public TaskObserver.Scope openScope() {
            String before = CALL.get();
            open.incrementAndGet();
            MDC.put("span", "s" + number);
            CALL.set("s" + number + " in " + call);
            return () -> {
                open.decrementAndGet();
                MDC.remove("span");
                CALL.set(before);
            };
        }

        @Override
        public Map<String, String> headers() {
            return Map.of("parent", "p" + number);
        }

        @Override
        public void finished(TaskFinished event, @Nullable Throwable failure) {
            synchronized (failures) {
                failures.add(failure);
            }
            events.add(event);
        }

        @Override
        public void refused() {
            refusals.incrementAndGet();
        }
    }
}
