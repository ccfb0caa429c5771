package org.poolmanager;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(NoLeftovers.class)
@DisplayName("Handing out when memory runs out")
class HandOutTest {

    /** The same worker, but that it throws where a frame would be made or appended. */
    private static Worker failingToSend(Worker worker, AtomicInteger failures) {
        return (Worker) Proxy.newProxyInstance(
                Worker.class.getClassLoader(), new Class<?>[] {Worker.class}, (proxy, method, arguments) -> {
                    if (method.getName().equals("send")) {
                        failures.incrementAndGet();
                        throw new InternalError("made up"); // JUnit lets an OutOfMemoryError end all tests
                    }
                    try {
                        return method.invoke(worker, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }

    private static AtomicInteger exhaust(PoolManager<?, ?> pool, int worker) throws ReflectiveOperationException {
        Engine engine = Inside.engine(pool);
        AtomicInteger failures = new AtomicInteger();
        engine.life().lock.lock();
        try {
            Slot slot = engine.board().staff().slot(worker);
            slot.worker = failingToSend(slot.worker, failures);
        } finally {
            engine.life().lock.unlock();
        }
        return failures;
    }

    @BothModes
    @DisplayName(
            "C111: a task that cannot be sent for want of memory runs on another worker, and its caller hears nothing of it")
    void unsent(Isolation isolation) throws Exception {
        try (var pool =
                PoolManager.builder(Tasks::twice).isolation(isolation).size(1).start()) {
            AtomicInteger failures = exhaust(pool, 1);
            CompletableFuture<Integer> first = pool.submit(1);
            CompletableFuture<Integer> second = pool.submit(2);
            assertThat(first.get(30, TimeUnit.SECONDS)).isEqualTo(2);
            assertThat(second.get(30, TimeUnit.SECONDS)).isEqualTo(4);
            assertThat(failures).hasValue(1);
            assertThat(pool.stats().workerList().get(0).generation()).isEqualTo(2);
            assertThat(pool.stats().workerList().get(0).lastExit().message())
                    .contains("the pool's own thread for it failed: java.lang.InternalError: made up");
            ApiContractTest.sample(pool);
        }
    }

    @BothModes
    @DisplayName("C111: it costs the task that this worker runs, which is told the reason, and no other one")
    void behindARunningOne(Isolation isolation) throws Exception {
        try (Gate gate = new Gate();
                var pool = PoolManager.builder(Tasks::passGateIfNegative, gate.port())
                        .isolation(isolation)
                        .size(1)
                        .start()) {
            CompletableFuture<Integer> running = pool.submit(-1);
            gate.awaitArrivals(1);
            AtomicInteger failures = exhaust(pool, 1);
            CompletableFuture<Integer> behind = pool.submit(3);
            assertThat(failures).hasValue(1);
            assertThatThrownBy(() -> running.get(30, TimeUnit.SECONDS))
                    .hasCauseInstanceOf(WorkerCrashedException.class)
                    .hasMessageContaining("made up");
            assertThat(behind.get(30, TimeUnit.SECONDS)).isEqualTo(3);
            gate.open();
        }
    }
}
