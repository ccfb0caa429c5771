package org.poolmanager;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.Serializable;
import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.poolmanager.worker.PoolProcess;

@DisplayName("A worker factory")
class WorkerFactoryTest {

    @BothModes
    @DisplayName(
            "makes the instance of each worker, where the worker runs; the pool is still one of the worker's class")
    void makesInstances(Isolation isolation) throws Exception {
        try (PoolManager<String, Greeting> pool = PoolManager.builder(Greeter.class)
                .workerFactory(new GreeterFactory("Hello"))
                .isolation(isolation)
                .size(1)
                .start()) {
            assertThat(pool.worker()).isEqualTo(Greeter.class.getName());
            Greeting greeting = pool.map(List.of("child")).get(0);
            assertThat(greeting.text()).isEqualTo("Hello, child");
            assertThat(greeting.pid() == ProcessHandle.current().pid()).isEqualTo(isolation == Isolation.THREAD);
        }
    }

    @Test
    @DisplayName("is not limited by max-payload, which is for tasks and results")
    void mayBeLarge() throws Exception {
        try (PoolManager<String, Greeting> pool = PoolManager.builder(Greeter.class)
                .workerFactory(new GreeterFactory("x".repeat(100_000)))
                .maxPayload(1024)
                .size(1)
                .start()) {
            assertThat(pool.submit("child"))
                    .failsWithin(Duration.ofSeconds(30))
                    .withThrowableThat()
                    .withMessageContaining("max-payload");
        }
    }

    @Test
    @DisplayName("that cannot travel is refused when the pool is built")
    void mustTravel() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> PoolManager.builder(Greeter.class)
                        .workerFactory(() -> new Greeter("Hello"))
                        .build())
                .withMessageContaining("'workerFactory' must be serializable in process isolation");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> PoolManager.builder(Greeter.class)
                        .workerFactory(new Unfit())
                        .build())
                .withMessageContaining("the workerFactory of worker " + Greeter.class.getName() + " cannot travel")
                .withMessageContaining("java.lang.Object");
    }

    @BothModes
    @DisplayName("that fails ends the start with its own error")
    void mayFail(Isolation isolation) {
        assertThatExceptionOfType(PoolStartException.class)
                .isThrownBy(() -> PoolManager.builder(Greeter.class)
                        .workerFactory(new GreeterFactory(""))
                        .isolation(isolation)
                        .size(1)
                        .start())
                .withMessageContaining("no greeting");
    }

    record Greeting(String text, long pid) implements Serializable {}

    record Greeter(String greeting) implements PoolProcess<String, Greeting> {

        @Override
        public Greeting run(String name) {
            return new Greeting(greeting + ", " + name, ProcessHandle.current().pid());
        }
    }

    record GreeterFactory(String greeting) implements Supplier<Greeter>, Serializable {

        @Override
        public Greeter get() {
            if (greeting.isEmpty()) {
                throw new IllegalStateException("no greeting");
            }
            return new Greeter(greeting);
        }
    }

    static final class Unfit implements Supplier<Greeter>, Serializable {

        private final Object field = new Object();

        @Override
        public Greeter get() {
            return new Greeter(field.toString());
        }
    }
}
