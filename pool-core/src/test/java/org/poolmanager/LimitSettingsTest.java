package org.poolmanager;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.poolmanager.worker.PoolProcess;

@ExtendWith(NoLeftovers.class)
@DisplayName("Each limit by itself")
class LimitSettingsTest {

    private static final Map<
                    String,
                    BiFunction<PoolManagerBuilder<Integer, Integer>, Duration, PoolManagerBuilder<Integer, Integer>>>
            LIMITS = Map.of(
                    "queue-timeout", PoolManagerBuilder::queueTimeout,
                    "soft-timeout", PoolManagerBuilder::softTimeout,
                    "task-timeout", PoolManagerBuilder::taskTimeout,
                    "stall-timeout", PoolManagerBuilder::stallTimeout,
                    "hang-timeout", PoolManagerBuilder::hangTimeout,
                    "slow-task-threshold", PoolManagerBuilder::slowTaskThreshold,
                    "start-timeout", PoolManagerBuilder::startTimeout,
                    "init-timeout", PoolManagerBuilder::initTimeout,
                    "close-timeout", PoolManagerBuilder::closeTimeout,
                    "exit-timeout", PoolManagerBuilder::exitTimeout);

    /** Takes as long as it says to be built, to run and to close. */
    static final class Slow implements PoolProcess<Integer, Integer> {

        private final int close;

        Slow(int init, int close) {
            Tasks.sleepMillis(init);
            this.close = close;
        }

        @Override
        public Integer run(Integer task) {
            return Tasks.sleepMillis(task);
        }

        @Override
        public void close() {
            Tasks.sleepMillis(close);
        }
    }

    /** Is never built. */
    static final class Held implements PoolProcess<Integer, Integer> {

        Held(int port) {
            Gate.pass(port, "building");
        }

        @Override
        public Integer run(Integer task) {
            return task;
        }
    }

    private static PoolManagerBuilder<Integer, Integer> slow(Isolation isolation, int init, int close) {
        return PoolManager.builder(Slow.class)
                .isolation(isolation)
                .staticArgs(init, close)
                .size(1);
    }

    @BothModes
    @DisplayName("C041: building that takes too long is told by init-timeout, however long start-timeout is")
    void c041Init(Isolation isolation) throws Exception {
        Timely.assertTakesLess(
                "C041 " + isolation + ": to tell of an init-timeout of 500 ms", 1500, () -> buildForTooLong(isolation));
    }

    private static long buildForTooLong(Isolation isolation) throws Exception {
        try (Gate gate = new Gate()) {
            CompletableFuture<?> starting = CompletableFuture.supplyAsync(() -> PoolManager.builder(Held.class)
                    .isolation(isolation)
                    .staticArgs(gate.port())
                    .size(1)
                    .initTimeout(Duration.ofMillis(500))
                    .taskTimeout(Duration.ofMillis(100))
                    .exitTimeout(Duration.ofMillis(100))
                    .start());
            // Its time may be up before the constructor is called: classes are loaded first.
            await().until(() -> starting.isDone() || !gate.arrivals().isEmpty());
            long begin = System.nanoTime();
            assertThatThrownBy(() -> starting.get(20, TimeUnit.SECONDS))
                    .hasCauseInstanceOf(PoolStartException.class)
                    .hasMessageContaining("was not ready within its init-timeout of 500.0 ms");
            return Blow.millisSince(begin);
        }
    }

    @Test
    @DisplayName("C041: a JVM that takes too long is told by start-timeout, with the time that it took")
    void c041Start() throws Exception {
        Timely.assertTakesLess("C041: to tell of a start-timeout of 5 ms", 1005, () -> {
            long begin = System.nanoTime();
            assertThatThrownBy(() -> slow(Isolation.PROCESS, 0, 0)
                            .startTimeout(Duration.ofMillis(5))
                            .initTimeout(Duration.ofSeconds(20))
                            .start())
                    .isInstanceOf(PoolStartException.class)
                    .hasMessageContaining("was not ready within its start-timeout of 5.0 ms and was killed after ");
            return Blow.millisSince(begin);
        });
    }

    @Test
    @DisplayName("C041: so is a limit that passes before the JVM is launched")
    void c041StartBeforeLaunch() {
        assertThatThrownBy(() -> slow(Isolation.PROCESS, 0, 0)
                        .startTimeout(Duration.ofNanos(1))
                        .start())
                .isInstanceOf(PoolStartException.class)
                .hasMessageContaining("was not ready within its start-timeout of 0.0 ms and was killed after ");
    }

    @BothModes
    @DisplayName("C041: init-timeout may be longer than start-timeout: that is then for the JVM alone")
    void c041InitMayBeLonger(Isolation isolation) throws Exception {
        Duration start = isolation == Isolation.THREAD ? Duration.ofMillis(100) : Duration.ofSeconds(6);
        int init = isolation == Isolation.THREAD ? 500 : 6500;
        try (var pool = slow(isolation, init, 0)
                .startTimeout(start)
                .initTimeout(Duration.ofSeconds(30))
                .start()) {
            assertThat(pool.map(List.of(1))).containsExactly(1);
        }
    }

    @BothModes
    @DisplayName("C041: an exit hook that takes too long is told by exit-timeout, and no task-timeout")
    void c041Exit(Isolation isolation) throws Exception {
        Timely.assertTakesLess(
                "C041 " + isolation + ": to close with an exit-timeout of 500 ms",
                1500,
                () -> exitForTooLong(isolation));
    }

    private static long exitForTooLong(Isolation isolation) throws Exception {
        try (Records records = new Records("org.poolmanager.PoolManager", Level.WARN)) {
            var pool = slow(isolation, 200, 3000)
                    .taskTimeout(Duration.ofMillis(100))
                    .exitTimeout(Duration.ofMillis(500))
                    .start();
            TaskOptions patient = TaskOptions.defaults().taskTimeout(Duration.ofMinutes(1)); // it is a JVM's first task
            assertThat(pool.map(List.of(1), MapOptions.defaults().tasks(patient)))
                    .containsExactly(1);
            long begin = System.nanoTime();
            pool.close();
            long took = (System.nanoTime() - begin) / 1_000_000;
            assertThat(took).isGreaterThanOrEqualTo(500);
            assertThat(records.messages())
                    .anyMatch(line -> line.contains("have not ended within its exit-timeout of 500.0 ms"));
            return took;
        }
    }

    @BothModes
    @DisplayName("C041: draining that takes too long is told by close-timeout")
    void c041Close(Isolation isolation) throws Exception {
        Timely.assertTakesLess(
                "C041 " + isolation + ": to close with a close-timeout of 500 ms",
                1500,
                () -> drainForTooLong(isolation));
    }

    private static long drainForTooLong(Isolation isolation) throws Exception {
        try (Records records = new Records("org.poolmanager.PoolManager", Level.WARN)) {
            var pool = slow(isolation, 0, 0)
                    .daemon(false)
                    .closeTimeout(Duration.ofMillis(500))
                    .start();
            pool.put(5000);
            long begin = System.nanoTime();
            pool.close();
            long took = (System.nanoTime() - begin) / 1_000_000;
            assertThat(took).isGreaterThanOrEqualTo(500);
            assertThat(records.messages())
                    .anyMatch(line -> line.contains("1 unfinished tasks after its close-timeout of 500.0 ms"));
            return took;
        }
    }

    @Test
    @DisplayName("C042: zero and less are refused, by name")
    void c042Refused() {
        LIMITS.forEach((name, setter) -> {
            for (Duration wrong : List.of(Duration.ZERO, Duration.ofMillis(-1), Duration.ofSeconds(Long.MIN_VALUE))) {
                assertThatThrownBy(() -> setter.apply(PoolManager.builder(Tasks::twice), wrong))
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessageContaining("'" + name + "' must be ")
                        .hasMessageContaining(wrong.toString());
            }
        });
        TaskOptions options = TaskOptions.defaults();
        assertThatThrownBy(() -> options.taskTimeout(Duration.ZERO)).hasMessageContaining("'task-timeout'");
        assertThatThrownBy(() -> options.softTimeout(Duration.ZERO)).hasMessageContaining("'soft-timeout'");
        assertThatThrownBy(() -> options.queueTimeout(Duration.ZERO)).hasMessageContaining("'queue-timeout'");
        System.out.println("C042: 3 wrong values each of " + LIMITS.size() + " limits refused");
    }

    @Test
    @DisplayName("C042: a soft limit that could never fire is refused")
    void c042SoftBehindHard() {
        var builder = PoolManager.builder(Tasks::twice)
                .softTimeout(Duration.ofSeconds(2))
                .taskTimeout(Duration.ofSeconds(2));
        assertThatThrownBy(builder::build)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("'soft-timeout' must be less than 'task-timeout' (PT2S), but is PT2S")
                .satisfies(e -> System.out.println("C042: " + e.getMessage()));
    }

    @BothModes
    @DisplayName("C042: the longest durations there are mean no limit")
    void c042Longest(Isolation isolation) throws Exception {
        for (Duration longest : List.of(
                Duration.ofSeconds(Long.MAX_VALUE),
                Duration.ofNanos(Long.MAX_VALUE),
                Duration.ofMillis(Long.MAX_VALUE))) {
            PoolManagerBuilder<Integer, Integer> builder =
                    PoolManager.builder(Tasks::sleepMillis).isolation(isolation).size(1);
            LIMITS.forEach((name, setter) -> {
                if (!name.equals("soft-timeout")) {
                    setter.apply(builder, longest);
                }
            });
            try (var pool = builder.start()) {
                TaskOptions options = TaskOptions.defaults()
                        .queueTimeout(longest)
                        .softTimeout(longest)
                        .taskTimeout(longest);
                assertThat(pool.map(List.of(30, 30), MapOptions.defaults().tasks(options)))
                        .containsExactly(30, 30);
                assertThat(pool.map(List.of(30, 30))).containsExactly(30, 30);
                assertThat(pool.stats().restarts()).isZero();
                System.out.println(
                        "C042 " + isolation + ": limits of " + longest + ", 4 of 4 tasks completed, 0 restarts");
            }
        }
    }
}
