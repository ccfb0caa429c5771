package org.poolmanager;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(NoLeftovers.class)
@DisplayName("Handing out when memory runs out")
class HandOutTest {

    /** The same worker, but that it throws where a frame would be made or appended. */
    private static Worker failingToSend(Worker worker, AtomicInteger failures) {
        return proxy(Worker.class, worker, (method, arguments) -> {
            if (method.getName().equals("send")) {
                failures.incrementAndGet();
                throw new InternalError("made up"); // JUnit lets an OutOfMemoryError end all tests
            }
            return method.invoke(worker, arguments);
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

    /** The same workers, but that the first fails at everything when it has just become ready, and at its own end for a while. */
    private static Workers firstOneFails(Workers workers, AtomicInteger failures) {
        return proxy(Workers.class, workers, (method, arguments) -> {
            Object made = method.invoke(workers, arguments);
            if (!method.getName().equals("create") || !arguments[1].equals(1)) {
                return made;
            }
            return proxy(Worker.class, made, (called, with) -> {
                boolean fails = switch (called.getName()) {
                    case "serve" -> true;
                    case "giveUp" -> failures.incrementAndGet() <= 3;
                    default -> false;
                };
                if (fails) {
                    throw new InternalError("made up");
                }
                return called.invoke(made, with);
            });
        });
    }

    private interface Handler {
        Object invoke(Method method, Object[] arguments) throws Throwable;
    }

    private static <I> I proxy(Class<I> type, Object target, Handler handler) {
        return type.cast(Proxy.newProxyInstance(
                type.getClassLoader(), new Class<?>[] {type}, (proxy, method, arguments) -> {
                    try {
                        return handler.invoke(method, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                }));
    }

    @BothModes
    @DisplayName("C111: a worker that cannot even be given up for want of memory is given up when there is some")
    void notGivenUp(Isolation isolation) throws Exception {
        AtomicInteger failures = new AtomicInteger();
        try (var pool = PoolManager.builder(Tasks::twice)
                .isolation(isolation)
                .size(1)
                .restartBackoff(Duration.ofMillis(5))
                .build()) {
            Engine engine = Inside.engine(pool);
            var field = Engine.class.getDeclaredField("workers");
            field.setAccessible(true);
            field.set(engine, firstOneFails((Workers) field.get(engine), failures));
            pool.start();
            Awaitility.await()
                    .atMost(Duration.ofSeconds(30))
                    .until(() -> pool.stats().workerList().get(0).generation() == 2);
            assertThat(failures).hasValue(4);
            assertThat(pool.submit(1).get(30, TimeUnit.SECONDS)).isEqualTo(2);
            ApiContractTest.sample(pool);
        }
    }
}
