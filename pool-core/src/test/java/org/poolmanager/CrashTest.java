package org.poolmanager;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.poolmanager.faults.Fault;
import org.poolmanager.launch.ExitReason;
import org.poolmanager.launch.JvmOptions;

@ExtendWith(NoLeftovers.class)
@DisplayName("Crashes")
class CrashTest {

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 42})
    @DisplayName("C046: a task that exits costs itself alone")
    void c046Exit(int value) throws Exception {
        try (var pool = PoolManager.builder(Tasks::exitUnlessNegative)
                .size(2)
                .queueSize(20)
                .name("exits")
                .start()) {
            List<Integer> tasks = new ArrayList<>(List.of(-1, -2, -3, value, -4, -5, -6, -7));
            long start = System.nanoTime();
            List<Outcome<Integer>> outcomes = pool.mapOutcomes(tasks);
            long took = (System.nanoTime() - start) / 1_000_000;
            for (int i = 0; i < tasks.size(); i++) {
                if (i != 3) {
                    assertThat(outcomes.get(i).get()).isEqualTo(tasks.get(i));
                }
            }
            assertThatThrownBy(outcomes.get(3)::get).isInstanceOfSatisfying(WorkerCrashedException.class, e -> {
                assertThat(e.index()).isEqualTo(3);
                assertThat(e.workerPid()).isPositive();
                assertThat(e.exit().exitValue()).isEqualTo(value);
                assertThat(e.exit().reason()).isEqualTo(ExitReason.EXIT);
                assertThat(e)
                        .hasMessageContaining("Task 3 of pool 'exits' on worker")
                        .hasMessageContaining("exited with value " + value)
                        .hasMessageContaining("no other task is affected");
            });
            await().atMost(Duration.ofSeconds(3))
                    .until(() -> pool.stats().workers().live() == 2);
            System.out.println("C046: all outcomes after " + took + " ms");
            assertThat(pool.map(List.of(-1, -2))).containsExactly(-1, -2);
            assertThat(ApiContractTest.sample(pool).tasks().crashed()).isEqualTo(1);
        }
    }

    @Test
    @DisplayName("C047: halt is a crash with its value")
    void c047Halt() throws Exception {
        try (var pool = PoolManager.builder((Integer x) -> {
                    Runtime.getRuntime().halt(x);
                    return x;
                })
                .size(1)
                .start()) {
            assertThat(pool.mapOutcomes(List.of(43)).get(0).failure())
                    .isInstanceOfSatisfying(
                            WorkerCrashedException.class,
                            e -> assertThat(e.exit().exitValue()).isEqualTo(43));
        }
    }

    @ParameterizedTest
    @CsvSource({"KILL, SIGKILL, 137", "TERM, SIGTERM, 143"})
    @DisplayName("C048: a signal from outside on a busy worker fails its task alone, and is named")
    void c048Signal(String signal, String name, int value) throws Exception {
        try (Gate gate = new Gate();
                var pool = PoolManager.builder(Tasks::passGate, gate.port())
                        .size(2)
                        .queueSize(10)
                        .ordered(true)
                        .start()) {
            pool.put(0);
            gate.awaitArrivals(1);
            for (int i = 1; i < 8; i++) {
                pool.put(i);
            }
            gate.awaitArrivals(2);
            long victim = pool.stats().workerList().stream()
                    .filter(worker -> worker.task() != null && worker.task().id() == 1)
                    .findFirst()
                    .orElseThrow()
                    .pid();
            assertThat(new ProcessBuilder("kill", "-" + signal, Long.toString(victim))
                            .start()
                            .waitFor())
                    .isZero();
            assertThatThrownBy(pool::get).isInstanceOfSatisfying(WorkerCrashedException.class, e -> {
                assertThat(e.index()).isZero();
                assertThat(e.workerPid()).isEqualTo(victim);
                assertThat(e.exit().reason()).isEqualTo(ExitReason.SIGNAL);
                assertThat(e.exit().exitValue()).isEqualTo(value);
                assertThat(e.exit().signal()).isEqualTo(name);
            });
            gate.open();
            assertThat(pool.getAll()).containsExactly(1, 2, 3, 4, 5, 6, 7);
            assertThat(gate.arrivals()).doesNotHaveDuplicates();
        }
    }

    @Test
    @DisplayName("C049: a worker killed while idle is replaced, and no task is charged")
    void c049KilledWhileIdle() throws Exception {
        try (var pool = PoolManager.builder(Tasks::pid).size(1).start()) {
            for (int round = 0; round < 5; round++) {
                long pid = pool.map(List.of(0)).get(0);
                ProcessHandle.of(pid).orElseThrow().destroyForcibly();
                await().atMost(Duration.ofSeconds(5)).until(() -> {
                    PoolStats.Worker worker = pool.stats().workerList().get(0);
                    return worker.state() == WorkerState.IDLE && worker.pid() != pid;
                });
            }
            assertThat(pool.map(List.of(0))).hasSize(1);
            assertThat(pool.stats().tasks().crashed()).isZero();
            assertThat(pool.stats().restarts()).isEqualTo(5);
        }
    }

    @Test
    @DisplayName("C053: heap exhaustion fails the task with its reason, and the worker is retired")
    void c053OutOfMemory() throws Exception {
        try (var pool = PoolManager.builder((Integer x) -> {
                    List<byte[]> hoard = new ArrayList<>();
                    while (x < 0) {
                        hoard.add(new byte[1 << 20]);
                    }
                    return x;
                })
                .size(1)
                .jvm(new JvmOptions(null, List.of("-Xmx64m"), Map.of(), null))
                .start()) {
            List<Integer> tasks = new ArrayList<>(IntStream.range(0, 20).boxed().toList());
            tasks.set(3, -1);
            List<Outcome<Integer>> outcomes = pool.mapOutcomes(tasks);
            assertThat(outcomes.get(3).failure()).isInstanceOfSatisfying(WorkerCrashedException.class, e -> {
                assertThat(e.exit().reason()).isEqualTo(ExitReason.OUT_OF_MEMORY);
                assertThat(e).hasMessageContaining("Java heap space");
            });
            assertThat(outcomes.stream().filter(Outcome::isCompleted)).hasSize(19);
            assertThat(pool.stats().workerList().get(0).lastExit().reason()).isEqualTo(WorkerExit.OUT_OF_MEMORY);
        }
    }

    @Test
    @DisplayName("C053: an OutOfMemoryError thrown by user code fails the task, and the worker is retired")
    void c053ThrownOutOfMemory() throws Exception {
        try (var pool = PoolManager.builder((Integer x) -> {
                    if (x < 0) {
                        throw new OutOfMemoryError("made up");
                    }
                    return ProcessHandle.current().pid();
                })
                .size(1)
                .start()) {
            List<Outcome<Long>> outcomes = pool.mapOutcomes(List.of(1, -1, 1));
            assertThat(outcomes.get(1).failure())
                    .isInstanceOf(TaskFailedException.class)
                    .hasCauseInstanceOf(OutOfMemoryError.class);
            assertThat(outcomes.get(2).get()).isNotEqualTo(outcomes.get(0).get());
        }
    }

    @ParameterizedTest
    @CsvSource({"SEGV, SIGSEGV", "ABORT, SIGABRT"})
    @DisplayName("C056: a native crash is told as such, its log is kept and named, and none lies elsewhere")
    void c056NativeCrash(Fault fault, String signal, @TempDir Path workingDirectory) throws Exception {
        try (var pool = PoolManager.builder(Fault::strike)
                .size(1)
                .jvm(new JvmOptions(null, List.of(), Map.of(), workingDirectory))
                .start()) {
            assertThat(pool.mapOutcomes(List.of(fault)).get(0).failure())
                    .isInstanceOfSatisfying(WorkerCrashedException.class, e -> {
                        assertThat(e.exit().reason()).isEqualTo(ExitReason.NATIVE_CRASH);
                        assertThat(e.exit().signal()).isEqualTo(signal);
                        assertThat(e).hasMessageContaining("crashed in native code: " + signal);
                        if (fault == Fault.SEGV) { // whoever aborts, aborts before the JVM can write a log
                            assertThat(e.exit().crashLog()).isNotNull().exists();
                            assertThat(e).hasMessageContaining("hs_err");
                            e.exit().crashLog().toFile().delete();
                        }
                    });
            assertThat(pool.map(List.of(Fault.NONE))).containsExactly("NONE");
        }
        assertThat(workingDirectory).isDirectoryNotContaining("glob:**hs_err*");
    }

    @Test
    @DisplayName("C058: all workers killed at once: each task has an outcome, and the pool is whole again")
    void c058AllKilledAtOnce() throws Exception {
        try (Gate gate = new Gate();
                var pool = PoolManager.builder(Tasks::passGateIfNegative, gate.port())
                        .size(4)
                        .queueSize(8)
                        .start()) {
            List<CompletableFuture<Integer>> doomed = new ArrayList<>();
            for (int i = 1; i <= 4; i++) {
                doomed.add(pool.submit(-i));
            }
            gate.awaitArrivals(4);
            CompletableFuture<Long> rest =
                    pool.putAsync(IntStream.range(0, 30).boxed().toList());
            long start = System.nanoTime();
            pool.stats()
                    .workerList()
                    .forEach(worker -> ProcessHandle.of(worker.pid()).ifPresent(ProcessHandle::destroyForcibly));
            for (CompletableFuture<Integer> future : doomed) {
                assertThatThrownBy(() -> future.get(10, TimeUnit.SECONDS))
                        .isInstanceOf(ExecutionException.class)
                        .hasCauseInstanceOf(WorkerCrashedException.class);
            }
            assertThat(pool.getAll()).hasSize(30);
            assertThat(rest.join()).isEqualTo(30);
            await().atMost(Duration.ofSeconds(15))
                    .until(() -> pool.stats().workers().live() == 4);
            System.out.println("C058: whole again after " + (System.nanoTime() - start) / 1_000_000 + " ms");
            assertThat(ApiContractTest.sample(pool).tasks().crashed()).isEqualTo(4);
        }
    }

    @Test
    @DisplayName("C059: what a dying worker had not begun runs once, elsewhere, at no charge")
    void c059NotBegunNotCharged() throws Exception {
        try (var pool = PoolManager.builder(Tasks::exitUnlessNegative)
                .size(2)
                .queueSize(500)
                .start()) {
            List<Integer> tasks = new ArrayList<>();
            for (int i = 1; i <= 400; i++) {
                tasks.add(i % 50 == 0 ? 1 : -i);
            }
            List<Outcome<Integer>> outcomes = pool.mapOutcomes(tasks);
            for (int i = 0; i < tasks.size(); i++) {
                assertThat(outcomes.get(i).kind())
                        .as("task %d: %s", i, outcomes.get(i))
                        .isEqualTo(tasks.get(i) < 0 ? Outcome.Kind.COMPLETED : Outcome.Kind.CRASHED);
            }
            assertThat(pool.stats().restarts()).isEqualTo(8);
        }
    }
}
