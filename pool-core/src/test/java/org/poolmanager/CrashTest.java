package org.poolmanager;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
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

    /** What is loaded for the first crash of all takes its time, and is not what is timed. */
    @BeforeAll
    static void crashOnce() throws Exception {
        try (var pool = PoolManager.builder(Tasks::exitUnlessNegative).size(1).start()) {
            assertThat(pool.mapOutcomes(List.of(3))).singleElement().matches(outcome -> !outcome.isCompleted());
        }
    }

    /** Returns what is negative; with anything else it passes the gate, and is struck there. */
    private static int strike(int task, Fault fault, int port) throws Exception {
        if (task < 0) {
            return task;
        }
        Gate.pass(port, "struck");
        switch (fault) {
            case EXIT -> System.exit(task);
            case HALT -> Runtime.getRuntime().halt(task);
            default -> fault.strike();
        }
        return task;
    }

    /** One task among seven good ones, of which some run and some wait while it is struck. */
    private static WorkerCrashedException strikeAmongNeighbours(
            String name, PoolManager<Integer, Integer> pool, Gate gate, int value) throws Exception {
        List<CompletableFuture<Integer>> results = new ArrayList<>();
        for (int task : new int[] {-1, -2, -3, value, -4, -5, -6, -7}) {
            results.add(pool.submit(task));
        }
        gate.awaitArrivals(1);
        CompletableFuture<Integer> struck = results.remove(3);
        WorkerCrashedException crash = Blow.strike(name, pool, () -> struck.get(20, TimeUnit.SECONDS), gate::open);
        assertThat(crash.index()).isEqualTo(3);
        assertThat(crash.workerPid()).isPositive();
        for (int i = 0; i < 7; i++) {
            assertThat(results.get(i).get(20, TimeUnit.SECONDS)).isEqualTo(-1 - i);
        }
        assertThat(pool.map(List.of(-1, -2))).containsExactly(-1, -2);
        PoolStats stats = ApiContractTest.sample(pool);
        assertThat(stats.tasks().crashed()).isEqualTo(1);
        assertThat(stats.restarts()).isEqualTo(1);
        return crash;
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 42})
    @DisplayName("C046: a task that exits costs itself alone")
    void c046Exit(int value) throws Exception {
        try (Gate gate = new Gate();
                var pool = PoolManager.builder(CrashTest::strike, Fault.EXIT, gate.port())
                        .size(2)
                        .queueSize(20)
                        .name("exits")
                        .start()) {
            WorkerCrashedException crash = strikeAmongNeighbours("C046 exit " + value, pool, gate, value);
            assertThat(crash.exit().exitValue()).isEqualTo(value);
            assertThat(crash.exit().reason()).isEqualTo(ExitReason.EXIT);
            assertThat(crash)
                    .hasMessageContaining("Task 3 of pool 'exits' on worker")
                    .hasMessageContaining("exited with value " + value)
                    .hasMessageContaining("no other task is affected");
        }
    }

    @Test
    @DisplayName("C047: halt is a crash with its value, and costs itself alone")
    void c047Halt() throws Exception {
        try (Gate gate = new Gate();
                var pool = PoolManager.builder(CrashTest::strike, Fault.HALT, gate.port())
                        .size(2)
                        .queueSize(20)
                        .start()) {
            WorkerCrashedException crash = strikeAmongNeighbours("C047", pool, gate, 43);
            assertThat(crash.exit().exitValue()).isEqualTo(43);
            assertThat(crash.exit().reason()).isEqualTo(ExitReason.EXIT);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "KILL, SIGKILL, 137, killed from outside or by the system's out-of-memory killer",
        "TERM, SIGTERM, 143, asked to end from outside"
    })
    @DisplayName(
            "C048, C054: a signal from outside on a busy worker fails its task alone, and is named; SIGKILL with a hint"
                    + " at the system's out-of-memory killer")
    void c048Signal(String signal, String name, int value, String hint) throws Exception {
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
            WorkerCrashedException crash =
                    Blow.strike("C048 " + name, pool, pool::get, () -> ParentJvm.signal(signal, victim));
            assertThat(crash.index()).isZero();
            assertThat(crash.workerPid()).isEqualTo(victim);
            assertThat(crash.exit().reason()).isEqualTo(ExitReason.SIGNAL);
            assertThat(crash.exit().exitValue()).isEqualTo(value);
            assertThat(crash.exit().signal()).isEqualTo(name);
            assertThat(crash).hasMessageContaining("was killed by " + name + " (exit value " + value + "): " + hint);
            gate.open();
            assertThat(pool.getAll()).containsExactly(1, 2, 3, 4, 5, 6, 7);
            assertThat(gate.arrivals()).doesNotHaveDuplicates();
        }
    }

    @Test
    @Tag(Rounds.TAG)
    @DisplayName("C049: a worker killed while idle is replaced, and no task is charged")
    void c049KilledWhileIdle() throws Exception {
        int rounds = Rounds.of(Isolation.PROCESS, 500, 5);
        long slowest = 0;
        try (var pool = PoolManager.builder(Tasks::pid).size(1).start()) {
            for (int round = 0; round < rounds; round++) {
                long pid = pool.map(List.of(0)).get(0);
                long start = System.nanoTime();
                ProcessHandle.of(pid).orElseThrow().destroyForcibly();
                await().until(() -> {
                    PoolStats.Worker worker = pool.stats().workerList().get(0);
                    return worker.state() == WorkerState.IDLE && worker.pid() != pid;
                });
                slowest = Math.max(slowest, Blow.millisSince(start));
            }
            assertThat(pool.map(List.of(0))).hasSize(1);
            assertThat(pool.stats().tasks().crashed()).isZero();
            assertThat(pool.stats().restarts()).isEqualTo(rounds);
        }
        System.out.println(
                "C049: " + rounds + " kills of an idle worker, the slowest replaced after " + slowest + " ms");
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
    @DisplayName("C053: an OutOfMemoryError thrown by user code fails the task, its worker is retired, and the next 20"
            + " succeed")
    void c053ThrownOutOfMemory() throws Exception {
        try (var pool = PoolManager.builder((Integer x) -> {
                    if (x < 0) {
                        throw new OutOfMemoryError("made up");
                    }
                    return ProcessHandle.current().pid();
                })
                .size(1)
                .start()) {
            List<Integer> tasks = new ArrayList<>(Collections.nCopies(22, 1));
            tasks.set(1, -1);
            List<Outcome<Long>> outcomes = pool.mapOutcomes(tasks);
            assertThat(outcomes.get(1).failure())
                    .isInstanceOf(TaskFailedException.class)
                    .hasCauseInstanceOf(OutOfMemoryError.class);
            long retired = outcomes.get(0).get();
            assertThat(outcomes.subList(2, 22)).allMatch(Outcome::isCompleted).noneMatch(next -> next.get() == retired);
            assertThat(pool.stats().restarts()).isEqualTo(1);
            PoolStats.Exit exit = pool.stats().workerList().get(0).lastExit();
            assertThat(exit).isNotNull();
            assertThat(exit.reason()).isEqualTo(WorkerExit.OUT_OF_MEMORY);
            assertThat(exit.message()).isEqualTo("its process ended itself after an error of its JVM");
        }
    }

    @ParameterizedTest
    @CsvSource({"SEGV, SIGSEGV", "ABORT, SIGABRT"})
    @DisplayName("C056: a native crash is told as such, its log is kept in the pool's directory and named, and nothing"
            + " lies elsewhere")
    void c056NativeCrash(Fault fault, String signal, @TempDir Path workingDirectory) throws Exception {
        try (Gate gate = new Gate();
                var pool = PoolManager.builder(CrashTest::strike, fault, gate.port())
                        .size(2)
                        .queueSize(20)
                        .jvm(new JvmOptions(null, List.of(), Map.of(), workingDirectory))
                        .start()) {
            WorkerCrashedException crash = strikeAmongNeighbours("C056 " + fault, pool, gate, 1);
            assertThat(crash.exit().reason()).isEqualTo(ExitReason.NATIVE_CRASH);
            assertThat(crash.exit().signal()).isEqualTo(signal);
            assertThat(crash).hasMessageContaining("crashed in native code: " + signal);
            if (fault == Fault.SEGV) { // whoever aborts, aborts before the JVM can write a log
                Path log = crash.exit().crashLog();
                assertThat(log).isNotNull().isNotEmptyFile();
                assertThat(ParentJvm.directories(ProcessHandle.current().pid())).contains(log.getParent());
                assertThat(crash).hasMessageContaining("(crash log " + log + ")");
                Files.delete(log);
            }
        }
        // Whether there is a core dump, and where, is up to the system.
        assertThat(workingDirectory)
                .isDirectoryNotContaining(file -> !file.getFileName().toString().startsWith("core"));
    }

    private static List<Integer> putSome(PoolManager<Integer, Integer> pool, int from, int count)
            throws InterruptedException {
        List<Integer> put = new ArrayList<>();
        for (int i = from; i < from + count; i++) {
            pool.put(i);
            put.add(i);
        }
        return put;
    }

    private static boolean isWaiting(Thread thread) {
        return thread.getState() == Thread.State.WAITING || thread.getState() == Thread.State.TIMED_WAITING;
    }

    @Test
    @DisplayName("C058: all workers killed at once: each task has an outcome, and the pool is whole again")
    void c058AllKilledAtOnce() throws Exception {
        int size = 8;
        try (Gate gate = new Gate();
                var pool = PoolManager.builder(Tasks::passGateIfNegative, gate.port())
                        .size(size)
                        .queueSize(size)
                        .start()) {
            List<CompletableFuture<Integer>> doomed = new ArrayList<>();
            for (int i = 1; i <= size; i++) {
                doomed.add(pool.submit(-i));
            }
            gate.awaitArrivals(size);
            List<Integer> expected = new ArrayList<>(putSome(pool, 1000, size)); // the queue is full
            List<FutureTask<List<Integer>>> waiting = new ArrayList<>();
            for (int producer = 0; producer < 3; producer++) {
                int from = 100 * producer;
                FutureTask<List<Integer>> puts = new FutureTask<>(() -> putSome(pool, from, 10));
                waiting.add(puts);
                Thread thread = new Thread(puts, "producer-" + producer);
                thread.start();
                await().until(() -> isWaiting(thread));
            }
            long start = System.nanoTime();
            pool.stats()
                    .workerList()
                    .forEach(worker -> ProcessHandle.of(worker.pid()).ifPresent(ProcessHandle::destroyForcibly));
            for (CompletableFuture<Integer> future : doomed) {
                assertThatThrownBy(() -> future.get(10, TimeUnit.SECONDS))
                        .isInstanceOf(ExecutionException.class)
                        .hasCauseInstanceOf(WorkerCrashedException.class);
            }
            long told = Blow.millisSince(start);
            await().atMost(Duration.ofSeconds(60))
                    .until(() -> pool.stats().workers().live() == size);
            long whole = Blow.millisSince(start);
            System.out.println("C058: all told after " + told + " ms, whole again after " + whole + " ms");
            for (FutureTask<List<Integer>> puts : waiting) {
                expected.addAll(puts.get(30, TimeUnit.SECONDS));
            }
            assertThat(pool.getAll()).containsExactlyInAnyOrderElementsOf(expected);
            assertThat(ApiContractTest.sample(pool).tasks().crashed()).isEqualTo(size);
            assertThat(whole).isLessThan(Blow.withStarts(Duration.ofSeconds(15), pool));
        }
    }

    /** Notes in a file that it runs, which outlives its process, and then exits, or does not. */
    private static int noteAndExitUnlessNegative(int task, String ledger) throws IOException {
        Files.writeString(Path.of(ledger), task + "\n", StandardOpenOption.APPEND);
        return Tasks.exitUnlessNegative(task);
    }

    @Test
    @Tag(Rounds.TAG)
    @Timeout(value = 30, unit = TimeUnit.MINUTES)
    @DisplayName("C059: what a dying worker had not begun runs once, elsewhere, at no charge")
    void c059NotBegunNotCharged(@TempDir Path directory) throws Exception {
        int count = Rounds.of(Isolation.PROCESS, 10_000, 400);
        Path ledger = Files.createFile(directory.resolve("ledger"));
        try (var pool = PoolManager.builder(CrashTest::noteAndExitUnlessNegative, ledger.toString())
                .size(2)
                .queueSize(500)
                .start()) {
            List<Integer> tasks = new ArrayList<>();
            for (int i = 1; i <= count; i++) {
                tasks.add(i % 50 == 0 ? i : -i);
            }
            List<Outcome<Integer>> outcomes = pool.mapOutcomes(tasks);
            for (int i = 0; i < tasks.size(); i++) {
                assertThat(outcomes.get(i).kind())
                        .as("task %d: %s", i, outcomes.get(i))
                        .isEqualTo(tasks.get(i) < 0 ? Outcome.Kind.COMPLETED : Outcome.Kind.CRASHED);
            }
            assertThat(pool.stats().restarts()).isEqualTo(count / 50);
            assertThat(Files.readAllLines(ledger).stream().map(Integer::valueOf))
                    .as("what has run, and how often")
                    .containsExactlyInAnyOrderElementsOf(tasks);
            System.out.println("C059: 0 of " + (count - count / 50) + " tasks charged, " + count / 50
                    + " workers lost; each task ran once");
        }
    }
}
