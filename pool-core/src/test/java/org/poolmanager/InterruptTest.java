package org.poolmanager;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.extension.ExtendWith;
import org.poolmanager.worker.PoolProcess;

@ExtendWith(NoLeftovers.class)
@DisplayName("Interrupts")
class InterruptTest {

    private static final int ROUNDS = 1000;

    interface Waiting {
        void run() throws Exception;
    }

    /** A thread, what its body threw, and whether it was left interrupted. */
    static final class Caller {

        private final Thread thread;

        private final AtomicReference<Throwable> thrown = new AtomicReference<>();

        private volatile boolean leftInterrupted;

        Caller(Waiting body) {
            thread = new Thread(() -> {
                try {
                    body.run();
                } catch (Throwable e) {
                    thrown.set(e);
                }
                leftInterrupted = Thread.currentThread().isInterrupted();
            });
            thread.start();
        }

        Caller interruptOnceWaiting() throws InterruptedException {
            await().until(() ->
                    thread.getState() == Thread.State.WAITING || thread.getState() == Thread.State.TIMED_WAITING);
            thread.interrupt();
            end();
            return this;
        }

        void end() throws InterruptedException {
            thread.join(30_000);
            assertThat(thread.isAlive()).as("it still waits").isFalse();
        }

        void threwInterruptedException() {
            assertThat(thrown.get()).isInstanceOf(InterruptedException.class);
        }
    }

    /** Interrupts somebody again and again, whatever he does, until he has ended. */
    private static void pester(Caller caller, int everyMillis) throws InterruptedException {
        while (caller.thread.isAlive()) {
            caller.thread.interrupt();
            caller.thread.join(everyMillis);
        }
    }

    @BothModes
    @DisplayName("C100: get, timed get and getAll, interrupted at any moment, lose no result")
    void c100NoResultIsLost(Isolation isolation) throws Exception {
        try (var pool = PoolManager.builder((Integer x) -> x)
                .isolation(isolation)
                .size(2)
                .start()) {
            List<Integer> fetched = new ArrayList<>();
            int[] interrupts = new int[1];
            Caller consumer = new Caller(() -> {
                for (int i = 0; fetched.size() < ROUNDS; i++) {
                    try {
                        switch (i % 3) {
                            case 0 -> fetched.add(pool.get());
                            case 1 -> fetched.add(pool.get(Duration.ofSeconds(20)));
                            default -> fetched.addAll(pool.getAll());
                        }
                    } catch (InterruptedException e) {
                        interrupts[0]++;
                    } catch (NoSuchElementException e) {
                        Thread.onSpinWait();
                    }
                }
            });
            for (int i = 0; i < ROUNDS; i++) {
                pool.put(i);
                consumer.thread.interrupt();
            }
            consumer.end();
            System.out.println(
                    "C100 " + isolation + ": " + ROUNDS + " results through " + interrupts[0] + " interrupts");
            assertThat(interrupts[0]).isPositive();
            assertThat(fetched)
                    .containsExactlyInAnyOrderElementsOf(
                            IntStream.range(0, ROUNDS).boxed().toList());
            assertThat(pool.poll()).isEmpty();
        }
    }

    @BothModes
    @DisplayName("C100: getAll, interrupted while it waits for the last result, leaves all of them to the next call")
    void c100GetAll(Isolation isolation) throws Exception {
        for (boolean ordered : new boolean[] {false, true}) {
            try (Gate gate = new Gate();
                    var pool = PoolManager.builder(Tasks::passGateIfNegative, gate.port())
                            .isolation(isolation)
                            .ordered(ordered)
                            .size(2)
                            .queueSize(20)
                            .start()) {
                pool.put(-1);
                gate.awaitArrivals(1);
                for (int i = 0; i < 10; i++) {
                    pool.put(i);
                }
                await().until(() -> pool.stats().resultsWaiting() == 10);
                new Caller(pool::getAll).interruptOnceWaiting().threwInterruptedException();
                assertThat(pool.stats().resultsWaiting()).isEqualTo(10);
                gate.open();
                List<Integer> all = pool.getAll();
                assertThat(all).hasSize(11).contains(-1, 0, 9);
                if (ordered) {
                    assertThat(all).isSorted();
                }
            }
        }
    }

    @BothModes
    @DisplayName("C100: put and submit, interrupted at any moment: accepted are those that returned, and no other")
    void c100Put(Isolation isolation) throws Exception {
        try (var pool = PoolManager.builder((Integer x) -> x)
                .isolation(isolation)
                .size(1)
                .queueSize(1)
                .start()) {
            List<Integer> put = new ArrayList<>();
            List<CompletableFuture<Integer>> submitted = new ArrayList<>();
            Caller producer = new Caller(() -> {
                for (int i = 0; i < ROUNDS; i++) {
                    try {
                        if (i % 2 == 0) {
                            pool.put(i);
                            put.add(i);
                        } else {
                            submitted.add(pool.submit(i));
                        }
                    } catch (InterruptedException e) {
                        // Then the task never runs.
                    }
                }
            });
            pester(producer, 1);
            assertThat(producer.thrown).hasValue(null);
            System.out.println("C100 " + isolation + ": " + (put.size() + submitted.size()) + " of " + ROUNDS
                    + " tasks accepted through interrupts");
            assertThat(pool.getAll()).containsExactlyInAnyOrderElementsOf(put);
            for (CompletableFuture<Integer> future : submitted) {
                assertThat(future.get(10, TimeUnit.SECONDS)).isOdd();
            }
            PoolStats stats = ApiContractTest.sample(pool);
            assertThat(stats.tasks().submitted()).isEqualTo(put.size() + submitted.size());
            assertThat(stats.restarts()).as("no connection was harmed").isZero();
        }
    }

    @BothModes
    @DisplayName("C100: an interrupted get or put throws, a map that is interrupted cancels what has not begun")
    void c100Waiting(Isolation isolation) throws Exception {
        try (Gate gate = new Gate();
                var pool = PoolManager.builder(Tasks::passGate, gate.port())
                        .isolation(isolation)
                        .size(1)
                        .queueSize(5)
                        .start()) {
            pool.put(1);
            gate.awaitArrivals(1);
            new Caller(pool::get).interruptOnceWaiting().threwInterruptedException();
            new Caller(() -> pool.get(Duration.ofMinutes(1)))
                    .interruptOnceWaiting()
                    .threwInterruptedException();
            Caller mapper = new Caller(() -> pool.map(List.of(2, 3, 4)));
            await().until(() -> pool.stats().tasks().submitted() == 4);
            mapper.interruptOnceWaiting().threwInterruptedException();
            assertThat(ApiContractTest.sample(pool).tasks().cancelled()).isEqualTo(3);
            new Caller(() -> pool.map(IntStream.range(2, 100).boxed().toList()))
                    .interruptOnceWaiting()
                    .threwInterruptedException();
            PoolStats.Tasks tasks = ApiContractTest.sample(pool).tasks();
            assertThat(tasks.cancelled()).isEqualTo(tasks.submitted() - 1);
            for (int i = 0; i < 5; i++) {
                pool.put(100);
            }
            new Caller(() -> pool.put(9)).interruptOnceWaiting().threwInterruptedException();
            new Caller(() -> pool.put(9, Duration.ofMinutes(1)))
                    .interruptOnceWaiting()
                    .threwInterruptedException();
            new Caller(() -> pool.submit(9)).interruptOnceWaiting().threwInterruptedException();
            gate.open();
            assertThat(pool.getAll()).containsExactlyInAnyOrder(1, 100, 100, 100, 100, 100);
            assertThat(gate.arrivals()).containsExactly("1", "100", "100", "100", "100", "100");
        }
    }

    @BothModes
    @DisplayName("C100: maps that are interrupted at any moment leave nothing unfinished behind them")
    void c100Map(Isolation isolation) throws Exception {
        List<Integer> input = IntStream.range(0, 50).boxed().toList();
        try (var pool =
                PoolManager.builder(Tasks::twice).isolation(isolation).size(2).start()) {
            int[] whole = new int[1];
            Caller mapper = new Caller(() -> {
                for (int i = 0; i < 200; i++) {
                    try {
                        assertThat(pool.map(input)).hasSize(50);
                        whole[0]++;
                    } catch (InterruptedException e) {
                        // What was accepted of it has its outcome, or will have.
                    }
                }
            });
            pester(mapper, 5);
            assertThat(mapper.thrown).hasValue(null);
            await().until(() ->
                    pool.stats().tasks().running() + pool.stats().queue().size() == 0);
            PoolStats.Tasks tasks = ApiContractTest.sample(pool).tasks();
            System.out.println("C100 " + isolation + ": " + whole[0] + " of 200 maps got through, " + tasks.cancelled()
                    + " of " + tasks.submitted() + " elements cancelled");
            assertThat(pool.map(input)).hasSize(50);
            assertThat(pool.stats().restarts()).isZero();
        }
    }

    @BothModes
    @DisplayName("C100: a map and a stream that start the pool for themselves say so, and leave nothing running")
    void c100BorrowedStart(Isolation isolation) throws Exception {
        try (Gate gate = new Gate();
                var pool = PoolManager.builder(Slow.class)
                        .staticArgs(gate.port())
                        .isolation(isolation)
                        .size(1)
                        .build()) {
            new Caller(() -> pool.map(List.of(1))).interruptOnceWaiting().threwInterruptedException();
            Caller streaming = new Caller(() -> pool.stream(List.of(1)).toList()).interruptOnceWaiting();
            assertThat(streaming.thrown.get()).isInstanceOf(CancellationException.class);
            assertThat(streaming.leftInterrupted).isTrue();
            assertThat(pool.isAlive()).isFalse();
        }
    }

    @BothModes
    @DisplayName("C100: an interrupted close kills what is left and keeps the interrupt; closing again is fine")
    void c100Close(Isolation isolation) throws Exception {
        var pool = PoolManager.builder(Tasks::waitAndHeed)
                .isolation(isolation)
                .size(1)
                .daemon(false)
                .start();
        CompletableFuture<Integer> future = pool.submit(60_000);
        Caller closer = new Caller(pool::close).interruptOnceWaiting();
        assertThat(closer.thrown).hasValue(null);
        assertThat(closer.leftInterrupted).isTrue();
        assertThat(pool.state()).isEqualTo(PoolState.STOPPED);
        assertThat(future).isCancelled();
        pool.close();
        Thread.currentThread().interrupt();
        pool.close();
        assertThat(Thread.interrupted()).isTrue();
    }

    @BothModes
    @DisplayName(
            "C100: an interrupted join leaves the pool to its accepted work, and a later close or join completes it")
    void c100Join(Isolation isolation) throws Exception {
        try (Gate gate = new Gate()) {
            var pool = PoolManager.builder(Tasks::passGate, gate.port())
                    .isolation(isolation)
                    .size(1)
                    .daemon(false)
                    .start();
            pool.put(1);
            gate.awaitArrivals(1);
            new Caller(pool::join).interruptOnceWaiting().threwInterruptedException();
            new Caller(() -> pool.join(Duration.ofMinutes(1)))
                    .interruptOnceWaiting()
                    .threwInterruptedException();
            assertThat(pool.state()).isEqualTo(PoolState.DRAINING);
            gate.open();
            pool.close();
            assertThat(pool.state()).isEqualTo(PoolState.STOPPED);
            assertThat(pool.getAll()).containsExactly(1);
        }
    }

    @BothModes
    @DisplayName("C100: joinAsync, interrupted, leaves the feeder alone; a feeder that is interrupted says so")
    void c100Feeder(Isolation isolation) throws Exception {
        try (Gate gate = new Gate();
                var pool = PoolManager.builder(Tasks::passGate, gate.port())
                        .name("fed")
                        .isolation(isolation)
                        .size(1)
                        .queueSize(2)
                        .start()) {
            CompletableFuture<Long> feeder =
                    pool.putAsync(IntStream.range(0, 100).boxed().toList());
            gate.awaitArrivals(1);
            await().until(() -> pool.stats().tasks().submitted() == 3);
            new Caller(pool::joinAsync).interruptOnceWaiting().threwInterruptedException();
            assertThat(feeder).isNotDone();
            Thread thread = Cpu.thread("pool-fed-feeder-1");
            thread.interrupt();
            assertThat(feeder)
                    .failsWithin(Duration.ofSeconds(10))
                    .withThrowableOfType(ExecutionException.class)
                    .withMessageContaining("The feeder was interrupted; 3 tasks had been fed");
            gate.open();
            assertThatIllegalStateException()
                    .isThrownBy(pool::getAll)
                    .withMessageContaining("The feeder was interrupted");
            assertThat(pool.getAll()).containsExactlyInAnyOrder(0, 1, 2);
        }
    }

    /** Is built when the gate opens. */
    static final class Slow implements PoolProcess<Integer, Integer> {

        Slow(int port) {
            Gate.pass(port, "built");
        }

        @Override
        public Integer run(Integer task) {
            return task;
        }
    }

    @BothModes
    @DisplayName("C100: a start that is interrupted leaves nothing running, and the pool can be started again")
    void c100Start(Isolation isolation) throws Exception {
        try (Gate gate = new Gate()) {
            var pool = PoolManager.builder(Slow.class)
                    .staticArgs(gate.port())
                    .isolation(isolation)
                    .size(2)
                    .build();
            Caller starter = new Caller(pool::start);
            gate.awaitArrivals(2);
            starter.interruptOnceWaiting();
            assertThat(starter.thrown.get())
                    .isInstanceOf(PoolStartException.class)
                    .hasMessageContaining("was interrupted while it started");
            assertThat(starter.leftInterrupted).isTrue();
            assertThat(pool.state()).isEqualTo(PoolState.STOPPED);
            assertThat(pool.isAlive()).isFalse();
            gate.open();
            try (pool) {
                assertThat(pool.start().map(List.of(1, 2))).containsExactly(1, 2);
            }
        }
    }

    @BothModes
    @DisplayName(
            "C100: getAll fetches while a feeder waits for room in a bounded result-size, and loses nothing to interrupts")
    void c100GetAllWhileFeeding(Isolation isolation) throws Exception {
        for (boolean ordered : new boolean[] {false, true}) {
            try (var pool = PoolManager.builder((Integer x) -> x)
                    .isolation(isolation)
                    .ordered(ordered)
                    .size(2)
                    .resultSize(5)
                    .start()) {
                List<Integer> source = IntStream.range(0, ROUNDS).boxed().toList();
                CompletableFuture<Long> feeder = pool.putAsync(source);
                List<Integer> fetched = new ArrayList<>();
                Caller consumer = new Caller(() -> {
                    while (fetched.size() < ROUNDS) {
                        try {
                            fetched.addAll(pool.getAll());
                        } catch (InterruptedException e) {
                            // Then nothing has been fetched.
                        }
                    }
                });
                for (int i = 0; i < 20; i++) {
                    consumer.thread.interrupt();
                    consumer.thread.join(1);
                }
                consumer.end();
                assertThat(consumer.thrown).hasValue(null);
                assertThat(feeder.get(10, TimeUnit.SECONDS)).isEqualTo(ROUNDS);
                if (ordered) {
                    assertThat(fetched).isEqualTo(source);
                } else {
                    assertThat(fetched).containsExactlyInAnyOrderElementsOf(source);
                }
            }
        }
    }

    @BothModes
    @DisplayName(
            "an interrupt of the thread that serves a worker, which nobody here sends, costs no task and no worker")
    void laneIsInterrupted(Isolation isolation) throws Exception {
        try (Gate gate = new Gate();
                var pool = PoolManager.builder(Tasks::passGateIfNegative, gate.port())
                        .isolation(isolation)
                        .size(1)
                        .start()) {
            CompletableFuture<Integer> running = pool.submit(-1);
            gate.awaitArrivals(1);
            Thread lane = Cpu.thread("pool-" + pool.name() + "-worker-1");
            for (int i = 0; i < 3; i++) {
                lane.interrupt();
                await().until(() -> !lane.isInterrupted());
            }
            gate.open();
            assertThat(running.get(20, TimeUnit.SECONDS)).isEqualTo(-1);
            assertThat(pool.map(List.of(1, 2, 3))).containsExactly(1, 2, 3);
            assertThat(pool.stats().restarts()).isZero();
        }
    }
}
