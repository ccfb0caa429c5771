package org.poolmanager;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import java.io.IOException;
import java.lang.ref.Cleaner;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Timer;
import java.util.TimerTask;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.poolmanager.faults.Fault;
import org.poolmanager.launch.ExitReason;

@ExtendWith(NoLeftovers.class)
@DisplayName("Deaths of workers at awkward moments")
class WorkerDeathTest {

    @Test
    @Tag(Rounds.TAG)
    @DisplayName("C049: killed between batches, and just before close: no task fails, and one warning names the signal")
    void c049KilledBetweenBatches() throws Exception {
        int batches = Rounds.of(Isolation.PROCESS, 500, 4);
        try (Records warnings = new Records(PoolManager.class.getName(), Level.WARN)) {
            var pool = PoolManager.builder(Tasks::pid).name("batches").size(2).start();
            try (pool) {
                for (int batch = 0; batch < batches; batch++) {
                    List<Long> pids = pool.map(List.of(0, 0, 0, 0));
                    kill(pids.get(0));
                    assertThat(pool.map(List.of(0, 0, 0, 0))).hasSize(4); // at once, whoever knows of the death by now
                }
                await().until(() -> pool.stats().restarts() == batches); // a death that the close hides is no warning
                kill(pool.map(List.of(0)).get(0));
            }
            assertThat(pool.stats().tasks().crashed()).isZero();
            assertThat(pool.stats().tasks().completed()).isEqualTo(8L * batches + 1);
            assertThat(warnings.messages())
                    .hasSizeBetween(batches, batches + 1) // the last may have come behind the close
                    .allMatch(text -> text.contains("of pool 'batches'"))
                    .allMatch(text -> text.contains("was killed by SIGKILL (exit value 137)"));
            System.out.println("C049: 0 failed tasks with " + (batches + 1) + " kills between batches");
        }
    }

    private static final Cleaner CLEANER = Cleaner.create();

    private static void kill(long pid) {
        ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly);
    }

    /** Answers, and exits when the gate lets it; or passes the gate itself. */
    private static String answerThenExit(String task, int port) {
        switch (task) {
            case "exit later" ->
                new Thread(
                                () -> {
                                    Gate.pass(port, task);
                                    System.exit(42);
                                },
                                "late")
                        .start();
            case "exit at once" -> behind(Thread.currentThread(), () -> System.exit(42));
            case "exit in a cleaner" -> {
                CLEANER.register(new Object(), () -> System.exit(42));
                behind(Thread.currentThread(), System::gc);
            }
            case "wait" -> Gate.pass(port, task);
            default -> {
                // Nothing to do.
            }
        }
        return task;
    }

    /** Does that when that thread has sent its answer and looks for the next task. */
    private static void behind(Thread taskThread, Runnable what) {
        new Thread(
                        () -> {
                            while (Stream.of(taskThread.getStackTrace())
                                    .noneMatch(frame -> frame.getClassName().endsWith(".Reception"))) {
                                Thread.onSpinWait();
                            }
                            what.run();
                        },
                        "behind")
                .start();
    }

    @Test
    @DisplayName("C050: whoever ends after its result is charged to the task then running, or to nobody")
    void c050DiesAfterItsResult() throws Exception {
        diesAfterItsResult(4);
    }

    @Test
    @Tag("soak")
    @Timeout(value = 60, unit = TimeUnit.MINUTES)
    @DisplayName("C050: the same, 1,000 rounds")
    void c050DiesAfterItsResultForLong() throws Exception {
        diesAfterItsResult(1000);
    }

    @Test
    @DisplayName(
            "C050: a cleaner that ends the process behind a result takes nothing from it, and is charged to nobody")
    void c050EndsInACleaner() throws Exception {
        int rounds = 3;
        try (Gate gate = new Gate();
                var pool = PoolManager.builder(WorkerDeathTest::answerThenExit, gate.port())
                        .size(1)
                        .start()) {
            for (int round = 1; round <= rounds; round++) {
                int ended = round;
                assertThat(pool.submit("exit in a cleaner").get(20, TimeUnit.SECONDS))
                        .isEqualTo("exit in a cleaner");
                await().until(() -> pool.stats().restarts() == ended);
            }
            PoolStats.Tasks tasks = ApiContractTest.sample(pool).tasks();
            assertThat(tasks.completed()).isEqualTo(rounds);
            assertThat(tasks.crashed()).isZero();
        }
        System.out.println("C050: 0 of " + rounds + " results lost by an exit in a cleaner");
    }

    private static void diesAfterItsResult(int rounds) throws Exception {
        int charged = 0;
        for (int round = 0; round < rounds; round += 4) {
            try (Gate gate = new Gate();
                    var pool = PoolManager.builder(WorkerDeathTest::answerThenExit, gate.port())
                            .size(1)
                            .start()) {
                roundOfC050(pool, gate, 0);
                roundOfC050(pool, gate, 1);
                int behind = ungatedRoundOfC050(pool, true) + ungatedRoundOfC050(pool, false);
                charged += behind;
                PoolStats.Tasks tasks = ApiContractTest.sample(pool).tasks();
                assertThat(tasks.crashed()).isEqualTo(1 + behind);
                assertThat(tasks.completed()).isEqualTo(9 - behind);
                assertThat(pool.stats().restarts()).isEqualTo(4);
            }
        }
        System.out.println("C050: 0 of " + rounds + " results lost by an exit behind them; " + charged + " of the "
                + rounds / 4 + " tasks that followed at once were hit");
    }

    private static void roundOfC050(PoolManager<String, String> pool, Gate gate, int round) throws Exception {
        int arrived = gate.arrivals().size();
        int generation = pool.stats().workerList().get(0).generation();
        CompletableFuture<String> armed = pool.submit("exit later");
        assertThat(armed.get(20, TimeUnit.SECONDS)).isEqualTo("exit later");
        gate.awaitArrivals(arrived + 1);
        if (round % 2 == 0) {
            CompletableFuture<String> running = pool.submit("wait");
            CompletableFuture<String> next = pool.submit("next");
            gate.awaitArrivals(arrived + 2);
            gate.letOneGo();
            assertThatThrownBy(() -> running.get(20, TimeUnit.SECONDS))
                    .cause()
                    .isInstanceOfSatisfying(
                            WorkerCrashedException.class,
                            e -> assertThat(e.exit().exitValue()).isEqualTo(42));
            assertThat(next.get(20, TimeUnit.SECONDS)).isEqualTo("next");
            gate.letLatestGo(1); // the other end of it is gone
        } else {
            gate.letOneGo();
            await().atMost(Duration.ofSeconds(20)).until(() -> {
                PoolStats.Worker worker = pool.stats().workerList().get(0);
                return worker.generation() > generation && worker.state() == WorkerState.IDLE;
            });
            assertThat(pool.submit("next").get(20, TimeUnit.SECONDS)).isEqualTo("next");
        }
        assertThat(armed).isCompletedWithValue("exit later");
    }

    /** The exit waits for nobody. Returns 1 if the task behind the one that ends its worker was hit. */
    private static int ungatedRoundOfC050(PoolManager<String, String> pool, boolean another) throws Exception {
        int generation = pool.stats().workerList().get(0).generation();
        CompletableFuture<String> armed = pool.submit("exit at once");
        CompletableFuture<String> behind = another ? pool.submit("behind") : armed;
        assertThat(armed.get(20, TimeUnit.SECONDS)).isEqualTo("exit at once");
        int hit = 0;
        try {
            behind.get(20, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            assertThat(e).hasCauseInstanceOf(WorkerCrashedException.class).hasMessageContaining("exited with value 42");
            hit = 1;
        }
        await().atMost(Duration.ofSeconds(20)).until(() -> {
            PoolStats.Worker worker = pool.stats().workerList().get(0);
            return worker.generation() > generation && worker.state() == WorkerState.IDLE;
        });
        assertThat(pool.submit("next").get(20, TimeUnit.SECONDS)).isEqualTo("next");
        return hit;
    }

    @Test
    @DisplayName("C063: kills at any phase of the protocol hold up nobody else")
    void c063KilledAtAnyPhase() throws Exception {
        killAtAnyPhase(12);
    }

    @Test
    @Tag("soak")
    @Timeout(value = 60, unit = TimeUnit.MINUTES)
    @DisplayName("C063: the same, 500 kills")
    void c063KilledAtAnyPhaseForLong() throws Exception {
        killAtAnyPhase(500);
    }

    private static byte[] echo(byte[] bytes) {
        return bytes;
    }

    /** Two workers are let alone: what they have to wait for is what the others hold. */
    private static void killAtAnyPhase(int kills) throws Exception {
        long seed = System.nanoTime();
        System.out.println("C063 seed " + seed);
        Random random = new Random(seed);
        AtomicBoolean over = new AtomicBoolean();
        try (var pool =
                PoolManager.builder(WorkerDeathTest::echo).size(3).queueSize(6).start()) {
            CompletableFuture<Long> longest = CompletableFuture.supplyAsync(() -> echoUntil(over, pool));
            for (int i = 0; i < kills; i++) {
                PoolStats.Worker victim = pool.stats().workerList().get(0);
                await().atMost(Duration.ofSeconds(60))
                        .until(() -> pool.stats().workerList().get(0).state() == WorkerState.BUSY);
                long phase = System.nanoTime() + random.nextInt(3_000_000);
                while (System.nanoTime() < phase) {
                    Thread.onSpinWait();
                }
                kill(pool.stats().workerList().get(0).pid());
                await().atMost(Duration.ofSeconds(60))
                        .until(() -> pool.stats().workerList().get(0).generation() > victim.generation());
            }
            over.set(true);
            long millis = longest.get(60, TimeUnit.SECONDS);
            PoolStats stats = ApiContractTest.sample(pool);
            System.out.println("C063: " + stats.tasks().completed() + " tasks, "
                    + stats.tasks().crashed() + " lost by " + kills + " kills; longest time without an outcome "
                    + millis + " ms");
            assertThat(stats.tasks().crashed()).isLessThanOrEqualTo(kills);
            assertThat(millis).isLessThan(2000);
        }
    }

    /** Returns the longest time in milliseconds in which no task had an outcome. */
    private static long echoUntil(AtomicBoolean over, PoolManager<byte[], byte[]> pool) {
        byte[] bytes = new byte[200_000];
        long longest = 0;
        long last = System.nanoTime();
        while (!over.get()) {
            boolean full = !pool.offer(bytes);
            // One is fetched for each that is put: workers that are faster than this thread leave room for ever.
            Optional<Outcome<byte[]>> outcome = pool.poll();
            long now = System.nanoTime();
            longest = Math.max(longest, now - last);
            if (outcome.isPresent()) {
                last = now;
                assertEchoed(outcome.get(), bytes.length);
            } else if (full) {
                LockSupport.parkNanos(100_000);
            }
        }
        return TimeUnit.NANOSECONDS.toMillis(longest);
    }

    private static void assertEchoed(Outcome<byte[]> outcome, int length) {
        if (outcome.isCompleted()) {
            assertThat(outcome.get()).hasSize(length);
        } else {
            assertThat(outcome.failure())
                    .isInstanceOfSatisfying(
                            WorkerCrashedException.class,
                            e -> assertThat(e.exit().reason()).isEqualTo(ExitReason.SIGNAL));
        }
    }

    @Test
    @DisplayName("C064: a thread left behind does not hold up the close")
    void c064ThreadLeftBehind() throws Exception {
        var pool = PoolManager.builder(Fault::strike).size(1).start();
        try (pool) {
            assertThat(pool.map(List.of(Fault.LEAVE_THREAD, Fault.NONE))).containsExactly("LEAVE_THREAD", "NONE");
            long start = System.nanoTime();
            pool.close();
            long took = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
            System.out.println("C064: closed after " + took + " ms");
            assertThat(took).isLessThan(5000);
        }
        assertThat(pool.stats().workerList().get(0).lastExit().reason()).isEqualTo(WorkerExit.SHUTDOWN);
    }

    private static int leaveTimer(int task) {
        new Timer("left", false)
                .schedule(
                        new TimerTask() {
                            @Override
                            public void run() {}
                        },
                        0,
                        10);
        return task;
    }

    @Test
    @DisplayName("C064: a timer left behind that fires all the time does not hold up the close")
    void c064TimerLeftBehind() throws Exception {
        var pool = PoolManager.builder(WorkerDeathTest::leaveTimer).size(1).start();
        try (pool) {
            assertThat(pool.map(List.of(1, 2))).containsExactly(1, 2);
            long start = System.nanoTime();
            pool.close();
            long took = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
            System.out.println("C064: closed with two timers left after " + took + " ms");
            assertThat(took).isLessThan(5000);
        }
        assertThat(pool.stats().workerList().get(0).lastExit().reason()).isEqualTo(WorkerExit.SHUTDOWN);
    }

    @Test
    @DisplayName(
            "C064: a late exit is reported as the crash of its worker, with the thread and the line that called it")
    void c064LateExitIsNamed() throws Exception {
        try (Records records = new Records("org.poolmanager", Level.WARN);
                Gate gate = new Gate();
                var pool = PoolManager.builder(WorkerDeathTest::answerThenExit, gate.port())
                        .size(1)
                        .start()) {
            pool.map(List.of("exit later"));
            gate.awaitArrivals(1);
            CompletableFuture<String> running = pool.submit("wait");
            gate.awaitArrivals(2);
            gate.letOneGo();
            assertThatThrownBy(() -> running.get(20, TimeUnit.SECONDS))
                    .isInstanceOf(ExecutionException.class)
                    .cause()
                    .isInstanceOf(WorkerCrashedException.class)
                    .hasMessageContaining("exited with value 42")
                    .hasMessageContaining("System.exit was called by thread 'late' at org.poolmanager.WorkerDeathTest")
                    .hasMessageContaining("(WorkerDeathTest.java:");
            await().untilAsserted(() -> assertThat(records.messages())
                    .anyMatch(text -> text.contains("is gone: its process exited with value 42")));
        }
    }

    @Test
    @DisplayName("C064: a late uncaught exception is printed with its thread, and costs nobody anything")
    void c064LateExceptionIsPrinted() throws Exception {
        try (Records records = new Records("org.poolmanager.worker.stderr", Level.WARN);
                var pool = PoolManager.builder((Integer x) -> {
                            Thread late = new Thread(() -> {
                                throw new IllegalStateException("too late");
                            });
                            late.setName("late");
                            late.start();
                            late.join();
                            return x;
                        })
                        .size(1)
                        .start()) {
            assertThat(pool.map(List.of(1, 2))).containsExactly(1, 2);
            await().untilAsserted(() -> assertThat(records.messages())
                    .anyMatch(text -> text.contains("Exception in thread \"late\"") && text.contains("too late")));
            assertThat(pool.stats().restarts()).isZero();
        }
    }

    /** Starts a program that runs for an hour and holds the worker's output; tells its process id, stays with it, or exits. */
    private static long sleeper(String then, int port) throws IOException {
        long pid = startProgram("go on");
        if (!then.equals("go on")) {
            Gate.pass(port, Long.toString(pid));
        }
        if (then.equals("exit")) {
            System.exit(3);
        }
        return pid;
    }

    static long startProgram(String then) throws IOException {
        Process sleep = new ProcessBuilder("sleep", "3600").inheritIO().start();
        if (then.equals("exit")) {
            System.exit(3);
        }
        return sleep.pid();
    }

    /** Its environment tells no longer who has started it. */
    private static long escapee(int seconds) throws IOException {
        ProcessBuilder builder = new ProcessBuilder("sleep", Integer.toString(seconds)).inheritIO();
        builder.environment().clear();
        return builder.start().pid();
    }

    @Test
    @DisplayName("a program that outlives its worker and holds its output holds up no close, and nothing of the pool")
    void programThatHoldsTheOutput() throws Exception {
        List<Long> pids = new ArrayList<>();
        try {
            WeakReference<Object> engine = engineThatWasClosed(pids);
            assertThat(pids).hasSize(1).allMatch(WorkerDeathTest::isRunning);
            await().until(() -> {
                System.gc();
                return engine.get() == null;
            });
        } finally {
            pids.forEach(WorkerDeathTest::kill);
        }
    }

    /** Of a pool that nobody holds any more. */
    private static WeakReference<Object> engineThatWasClosed(List<Long> pids) throws Exception {
        var pool = PoolManager.builder(WorkerDeathTest::escapee).size(1).start();
        try (pool) {
            pids.addAll(pool.map(List.of(3600)));
            long start = System.nanoTime();
            pool.close();
            long took = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
            System.out.println("C066: closed after " + took + " ms, though a program holds the output of the worker");
            assertThat(took).isLessThan(5000);
        }
        return new WeakReference<>(Inside.engine(pool));
    }

    /** What ends a worker. */
    enum End {
        CANCEL,
        TIMEOUT,
        CLOSE,
        TERMINATE,
        CLOSE_IDLE,
        RECYCLE,
        EXIT,
        KILL
    }

    @ParameterizedTest
    @EnumSource
    @DisplayName("C066: what a task has started ends with its worker, whatever ends that")
    void c066Descendants(End end) throws Exception {
        List<Long> pids = new ArrayList<>();
        try (Gate gate = new Gate()) {
            var builder =
                    PoolManager.builder(WorkerDeathTest::sleeper, gate.port()).size(1);
            if (end == End.RECYCLE) {
                builder.recycle(policy -> policy.maxTasks(1));
            }
            var pool = builder.start();
            try (pool) {
                pids.addAll(pool.map(List.of("go on")));
                if (end != End.CLOSE_IDLE && end != End.RECYCLE) {
                    TaskOptions limits = TaskOptions.defaults()
                            .taskTimeout(end == End.TIMEOUT ? Duration.ofSeconds(3) : Duration.ofMinutes(1));
                    CompletableFuture<Long> running = pool.submit(end == End.EXIT ? "exit" : "stay", limits);
                    pids.add(Long.parseLong(gate.awaitArrivals(1).get(0)));
                    switch (end) {
                        case CANCEL -> assertThat(running.cancel(true)).isTrue();
                        case TIMEOUT ->
                            assertThatThrownBy(() -> running.get(20, TimeUnit.SECONDS))
                                    .hasCauseInstanceOf(TaskTimeoutException.class);
                        case EXIT -> gate.open();
                        case KILL -> kill(pool.stats().workerList().get(0).pid());
                        case TERMINATE -> pool.terminate();
                        default -> pool.close();
                    }
                } else if (end == End.CLOSE_IDLE) {
                    pool.close();
                }
                long start = System.nanoTime();
                await().atMost(Duration.ofSeconds(5))
                        .pollInterval(Duration.ofMillis(10))
                        .untilAsserted(() -> assertThat(pids).noneMatch(WorkerDeathTest::isRunning));
                System.out.println("C066 " + end + ": the last program gone after "
                        + TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start) + " ms");
            }
        } finally {
            pids.forEach(WorkerDeathTest::kill);
        }
    }

    private static boolean isRunning(long pid) {
        return ProcessHandle.of(pid).filter(ParentJvm::isRunning).isPresent();
    }

    private static final List<PoolManager<?, ?>> INNER = new ArrayList<>();

    /** The workers of a pool in a worker. */
    private static ArrayList<Long> nested(Boolean deeper, int port) throws Exception {
        var inner = PoolManager.builder(WorkerDeathTest::nested, port).size(1).start();
        INNER.add(inner);
        ArrayList<Long> pids = new ArrayList<>(
                inner.stats().workerList().stream().map(PoolStats.Worker::pid).toList());
        if (deeper) {
            pids.addAll(inner.map(List.of(false)).get(0));
        }
        return pids;
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    @DisplayName("C066: pools within pools end with the outermost, closed or terminated")
    void c066NestedPools(boolean close) throws Exception {
        List<Long> pids;
        long start;
        var pool = PoolManager.builder(WorkerDeathTest::nested, 0).size(1).start();
        try (pool) {
            pids = pool.map(List.of(true)).get(0);
            assertThat(pids).hasSize(2).allMatch(WorkerDeathTest::isRunning);
            start = System.nanoTime();
            if (close) {
                pool.close();
            } else {
                pool.terminate();
            }
        }
        await().atMost(Duration.ofSeconds(5))
                .pollInterval(Duration.ofMillis(10))
                .untilAsserted(() -> assertThat(pids).noneMatch(WorkerDeathTest::isRunning));
        System.out.println("C066 nested, " + (close ? "closed" : "terminated") + ": the innermost worker gone after "
                + Blow.millisSince(start) + " ms");
    }
}
