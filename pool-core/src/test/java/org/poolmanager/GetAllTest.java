package org.poolmanager;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.LongStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.poolmanager.launch.JvmOptions;

@ExtendWith(NoLeftovers.class)
@DisplayName("getAll, when tasks fail and workers die")
class GetAllTest {

    private static final int COUNT = 10;

    private static int divideByZero(int x) {
        return x / (x - x);
    }

    @BothModes
    @DisplayName("C010: getAll computes everything, then throws the lowest failure with the others suppressed")
    void c010SeveralFailures(Isolation isolation) throws Exception {
        try (var pool = PoolManager.builder(GetAllTest::divideByZero)
                .isolation(isolation)
                .size(2)
                .start()) {
            for (int i = 0; i < COUNT; i++) {
                pool.put(i);
            }
            assertThatThrownBy(pool::getAll).isInstanceOfSatisfying(TaskFailedException.class, e -> {
                assertThat(e.index()).isZero();
                assertThat(e.getCause()).isInstanceOf(ArithmeticException.class);
                assertThat(e.getCause().getStackTrace()[0].getMethodName()).isEqualTo("divideByZero");
                assertThat(Arrays.stream(e.getSuppressed()).map(s -> ((TaskException) s).index()))
                        .containsExactlyInAnyOrderElementsOf(
                                LongStream.range(1, COUNT).boxed().toList());
                assertThat(e.getSuppressed()).allMatch(s -> s.getCause() instanceof ArithmeticException);
            });
            assertThat(pool.getAll()).isEmpty();
            pool.put(COUNT);
            assertThatThrownBy(pool::get)
                    .isInstanceOfSatisfying(
                            TaskFailedException.class,
                            e -> assertThat(e.index()).isEqualTo(COUNT));
            assertThat(ApiContractTest.sample(pool).tasks().failed()).isEqualTo(COUNT + 1);
            assertThat(pool.isAlive()).isTrue();
        }
    }

    /** Waits a little, for whoever is to wait already, and exits. */
    private static Object exitSlowly(Object nothing) {
        Tasks.sleepMillis(200);
        System.exit(0);
        return nothing;
    }

    private static Object exitBehindGate(Object nothing, int port) {
        Gate.pass(port, "about to exit");
        System.exit(0);
        return nothing;
    }

    @Test
    @Tag(Rounds.TAG)
    @DisplayName("C062: getAll waits for tasks that all end their workers, has a crash of each, and the pool lives")
    void c062EveryTaskExits() throws Exception {
        int tasks = Rounds.ofLong(COUNT, 4);
        try (var pool = PoolManager.builder(GetAllTest::exitSlowly).size(2).start()) {
            pool.putAsync(Collections.nCopies(tasks, null));
            long start = System.nanoTime();
            assertThatThrownBy(pool::getAll).isInstanceOfSatisfying(WorkerCrashedException.class, e -> {
                assertThat(e.index()).isZero();
                assertThat(e.getSuppressed()).hasSize(tasks - 1).allMatch(s -> s instanceof WorkerCrashedException);
            });
            System.out.println(
                    "C062 getAll had " + tasks + " crashes after " + (System.nanoTime() - start) / 1_000_000 + " ms");
            assertThat(pool.state().acceptsTasks()).isTrue();
            await().atMost(Duration.ofSeconds(15))
                    .until(() -> pool.stats().workers().live() == 2);
            assertThat(pool.isAlive()).isTrue();
            assertThat(pool.stats().restarts()).isEqualTo(tasks);
        }
    }

    @Test
    @DisplayName("C062: getAll that waits is told within five seconds that no worker is left and none can be started")
    void c062NoReplacement(@TempDir Path directory) throws Exception {
        Path jdk = Files.createSymbolicLink(directory.resolve("jdk"), Path.of(System.getProperty("java.home")));
        try (Gate gate = new Gate()) {
            var pool = PoolManager.builder(GetAllTest::exitBehindGate, gate.port())
                    .size(2)
                    .jvm(new JvmOptions(jdk, List.of(), Map.of(), null, false))
                    .start();
            var feeder = pool.putAsync(Collections.nCopies(COUNT, null));
            gate.awaitArrivals(2);
            AtomicReference<Throwable> thrown = new AtomicReference<>();
            Thread getter = new Thread(() -> {
                try {
                    pool.getAll();
                } catch (InterruptedException | RuntimeException e) {
                    thrown.set(e);
                }
            });
            getter.start();
            await().until(() -> Cpu.isWaiting(getter));
            Files.delete(jdk);
            long start = System.nanoTime();
            gate.open();
            getter.join(20_000);
            Duration took = Duration.ofNanos(System.nanoTime() - start);
            System.out.println("C062 getAll was told that the pool is broken after " + took.toMillis() + " ms");
            assertThat(took).isLessThan(Duration.ofSeconds(5));
            assertThat(thrown.get())
                    .isInstanceOf(PoolBrokenException.class)
                    .hasMessageContaining("no worker is left, and 10 starts in a row have failed")
                    .hasMessageContaining("tasks had been fed");
            assertThatThrownBy(feeder::get).hasCause(thrown.get());
            assertThatThrownBy(pool::getAll)
                    .as("what had been fed")
                    .isInstanceOf(WorkerCrashedException.class)
                    .satisfies(e -> assertThat(e.getSuppressed()).anyMatch(s -> s instanceof PoolBrokenException));
            assertThat(pool.isAlive()).isFalse();
            pool.close();
        }
    }
}
