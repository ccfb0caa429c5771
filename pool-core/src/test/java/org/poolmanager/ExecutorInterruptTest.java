package org.poolmanager;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.extension.ExtendWith;
import org.poolmanager.InterruptTest.Caller;

@ExtendWith(NoLeftovers.class)
@DisplayName("C012: interrupts of those who wait for the pool as an ExecutorService")
class ExecutorInterruptTest {

    private static final int COUNT = 6;

    /** One runs, {@code COUNT - 1} wait. */
    private static PoolManager<Integer, Integer> pool(Isolation isolation) {
        return PoolManager.builder(Tasks::twice)
                .isolation(isolation)
                .size(1)
                .queueSize(COUNT)
                .start();
    }

    private static List<Callable<String>> gated(Gate gate) {
        int port = gate.port();
        List<Callable<String>> tasks = new ArrayList<>();
        for (int i = 0; i < COUNT; i++) {
            String name = "task " + i;
            tasks.add((Callable<String> & Serializable) () -> {
                Gate.pass(port, name);
                return name;
            });
        }
        return tasks;
    }

    private static Future<Integer> last(ExecutorService executor) {
        return executor.submit((Callable<Integer> & Serializable) () -> 7);
    }

    /** All that was given is cancelled, and none of it runs, however long the pool goes on. */
    private static void assertNothingIsLeft(PoolManager<?, ?> pool, Gate gate) throws Exception {
        gate.open();
        assertThat(last(pool.asExecutorService()).get(20, TimeUnit.SECONDS)).isEqualTo(7);
        PoolStats.Tasks tasks = ApiContractTest.sample(pool).tasks();
        assertThat(tasks.submitted()).isEqualTo(COUNT + 1);
        assertThat(tasks.cancelled()).isEqualTo(COUNT);
        assertThat(tasks.completed()).isEqualTo(1);
        assertThat(gate.arrivals()).containsExactly("task 0");
    }

    @BothModes
    @DisplayName(
            "C012: invokeAll that is interrupted while it waits throws, cancels all its tasks, and none runs later")
    void c012InvokeAll(Isolation isolation) throws Exception {
        try (Gate gate = new Gate();
                var pool = pool(isolation)) {
            Caller caller = new Caller(() -> pool.asExecutorService().invokeAll(gated(gate)));
            gate.awaitArrivals(1);
            awaitAccepted(pool);
            caller.interruptOnceWaiting().threwInterruptedException();
            assertNothingIsLeft(pool, gate);
        }
    }

    @BothModes
    @DisplayName(
            "C012: invokeAny that is interrupted while it waits throws, cancels all its tasks, and none runs later")
    void c012InvokeAny(Isolation isolation) throws Exception {
        try (Gate gate = new Gate();
                var pool = pool(isolation)) {
            Caller caller = new Caller(() -> pool.asExecutorService().invokeAny(gated(gate)));
            gate.awaitArrivals(1);
            awaitAccepted(pool);
            caller.interruptOnceWaiting().threwInterruptedException();
            assertNothingIsLeft(pool, gate);
        }
    }

    private static void awaitAccepted(PoolManager<?, ?> pool) {
        org.awaitility.Awaitility.await().until(() -> pool.stats().tasks().submitted() == COUNT);
    }

    @BothModes
    @DisplayName("C012: Future.get and awaitTermination that are interrupted throw, and cost no task")
    void c012Waiting(Isolation isolation) throws Exception {
        try (Gate gate = new Gate();
                var pool = pool(isolation)) {
            ExecutorService executor = pool.asExecutorService();
            List<Future<String>> futures = new ArrayList<>();
            for (Callable<String> task : gated(gate)) {
                futures.add(executor.submit(task));
            }
            gate.awaitArrivals(1);
            for (Future<String> future : List.of(futures.get(0), futures.get(COUNT - 1))) {
                new Caller(future::get).interruptOnceWaiting().threwInterruptedException();
                new Caller(() -> future.get(1, TimeUnit.MINUTES))
                        .interruptOnceWaiting()
                        .threwInterruptedException();
            }
            executor.shutdown();
            new Caller(() -> executor.awaitTermination(1, TimeUnit.MINUTES))
                    .interruptOnceWaiting()
                    .threwInterruptedException();
            assertThat(executor.isTerminated()).isFalse();
            gate.open();
            assertThat(executor.awaitTermination(20, TimeUnit.SECONDS)).isTrue();
            for (int i = 0; i < COUNT; i++) {
                assertThat(futures.get(i).get()).isEqualTo("task " + i);
            }
            assertThat(gate.arrivals()).hasSize(COUNT);
        }
    }
}
