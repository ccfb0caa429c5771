package org.poolmanager;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.poolmanager.worker.TaskProgress;

/** Tasks that no longer get on, and processes that give no sign of life. */
@ExtendWith(NoLeftovers.class)
@DisplayName("Stalls and hangs")
class StallAndHangTest {

    private static final Duration STALL = Duration.ofSeconds(2);

    /** Reports so many times, every 50 ms, then spins for so long in silence. */
    static int report(int times, int silentMillis) {
        for (int i = 0; i < times; i++) {
            TaskProgress.report();
            Tasks.spin(50);
        }
        TaskProgress.report();
        Tasks.spin(silentMillis);
        return times;
    }

    static int inSilence(int millis) {
        if (millis < 0) {
            TaskProgress.report();
        }
        return Tasks.spin(Math.abs(millis));
    }

    static int reportAlways(int millis) {
        long end = System.nanoTime() + millis * 1_000_000L;
        while (!Tasks.isOver() && System.nanoTime() < end) {
            TaskProgress.report();
        }
        return millis;
    }

    @BothModes
    @DisplayName(
            "a task that has reported progress and stops doing so is ended; one that goes on is not, however long it is")
    void stalls(Isolation isolation) throws Exception {
        try (var pool = PoolManager.builder(StallAndHangTest::report)
                .isolation(isolation)
                .size(2)
                .stallTimeout(STALL)
                .start()) {
            pool.map(List.of(org.poolmanager.worker.Args.of(0, 1)));
            long begin = System.nanoTime();
            CompletableFuture<Integer> well = pool.submit(org.poolmanager.worker.Args.of(80, 10));
            CompletableFuture<Integer> stalled = pool.submit(org.poolmanager.worker.Args.of(6, 9_000));
            // For its first answer a JVM loads classes, and how long that takes is up to the machine.
            pool.workerStack(1, Duration.ofSeconds(10));
            pool.workerStack(2, Duration.ofSeconds(10));
            long shown = System.nanoTime();
            assertThatThrownBy(() -> stalled.get(10, TimeUnit.SECONDS))
                    .cause()
                    .isInstanceOfSatisfying(TaskTimeoutException.class, e -> {
                        assertThat(e.limitName()).isEqualTo("stall-timeout");
                        assertThat(e.limit()).isEqualTo(STALL);
                        assertThat(e.elapsed()).isBetween(STALL, STALL.plusSeconds(5));
                        assertThat(e.workerStack())
                                .anyMatch(frame -> frame.getMethodName().equals("report"));
                    })
                    .hasMessageContaining("it had reported progress, and then none for ")
                    .hasMessageContaining("over its stall-timeout of 2.000 s");
            long took = (System.nanoTime() - begin) / 1_000_000;
            System.out.println("Stall after 300 ms, limit 2 s, " + isolation + ": told after " + took + " ms");
            assertThat(took).isGreaterThanOrEqualTo(2250);
            assertThat(Blow.millisSince(shown)).isLessThanOrEqualTo(8000);
            assertThat(well.get(20, TimeUnit.SECONDS)).isEqualTo(80);
            await().untilAsserted(() -> assertThat(pool.stats().restarts()).isEqualTo(1));
            assertThat(pool.stats().workerList())
                    .anySatisfy(worker -> assertThat(worker.lastExit())
                            .isNotNull()
                            .satisfies(exit -> assertThat(exit.reason()).isEqualTo(WorkerExit.STALLED)));
        }
    }

    @BothModes
    @DisplayName("a task that never reports is not judged by its silence, nor by a report of the task before it")
    void silenceIsNoStall(Isolation isolation) throws Exception {
        try (var pool = PoolManager.builder(StallAndHangTest::inSilence)
                .isolation(isolation)
                .size(1)
                .stallTimeout(STALL)
                .start()) {
            assertThat(pool.map(List.of(-1, 2300, -100, 1, 2300, 1))).hasSize(6);
            assertThat(pool.stats().restarts()).isZero();
        }
    }

    @BothModes
    @DisplayName("C043: a task that reports for ever and never ends is ended by its task-timeout")
    void c043ReportsForEver(Isolation isolation) throws Exception {
        Duration limit = Duration.ofSeconds(1);
        try (var pool = PoolManager.builder(StallAndHangTest::reportAlways)
                .isolation(isolation)
                .size(1)
                .stallTimeout(STALL)
                .taskTimeout(limit)
                .start()) {
            long begin = System.nanoTime();
            CompletableFuture<Integer> endless = pool.submit(10_000);
            assertThatThrownBy(() -> endless.get(10, TimeUnit.SECONDS))
                    .cause()
                    .isInstanceOfSatisfying(
                            TaskTimeoutException.class,
                            e -> assertThat(e.limitName()).isEqualTo("task-timeout"));
            long took = (System.nanoTime() - begin) / 1_000_000;
            System.out.println("C043 " + isolation + ": limit of 1 s told after " + took + " ms");
            assertThat(took).isBetween(1000L, 6000L);
        }
    }

    @Test
    @DisplayName("C051: a busy worker that is stopped is ended after its hang-timeout, and replaced")
    void c051Stopped() throws Exception {
        Duration limit = Duration.ofSeconds(2);
        try (Gate gate = new Gate();
                var pool = PoolManager.builder(Tasks::spinSeen, gate.port())
                        .size(1)
                        .hangTimeout(limit)
                        .start()) {
            gate.open();
            CompletableFuture<Integer> hung = pool.submit(60_000);
            CompletableFuture<Integer> behind = pool.submit(1);
            gate.awaitArrivals(1); // stopped before it begins, it would cost no task
            long pid = pool.stats().workerList().get(0).pid();
            long begin = System.nanoTime();
            ParentJvm.signal("STOP", pid);
            long stopped = System.nanoTime();
            assertThatThrownBy(() -> hung.get(20, TimeUnit.SECONDS))
                    .cause()
                    .isInstanceOfSatisfying(TaskTimeoutException.class, e -> {
                        assertThat(e.limitName()).isEqualTo("hang-timeout");
                        assertThat(e.limit()).isEqualTo(limit);
                    })
                    .hasMessageContaining("gave no sign of life")
                    .hasMessageContaining("over its hang-timeout of 2.000 s");
            long took = Blow.millisSince(begin);
            long afterStop = Blow.millisSince(stopped);
            System.out.println("C051: stopped worker, hang limit of 2 s, told after " + afterStop + " ms");
            assertThat(took).isGreaterThanOrEqualTo(1500);
            assertThat(afterStop).as("without the time that the signal took").isLessThanOrEqualTo(7000);
            assertThat(behind.get(30, TimeUnit.SECONDS)).isEqualTo(1);
            assertThat(ProcessHandle.of(pid)).isEmpty();
            PoolStats.Exit exit = pool.stats().workerList().get(0).lastExit();
            assertThat(exit).isNotNull();
            assertThat(exit.reason()).isEqualTo(WorkerExit.HUNG);
        }
    }

    @Test
    @DisplayName("C051: a worker that is stopped before it begins its task costs no task")
    void c051StoppedBeforeItBegins() throws Exception {
        try (var pool = PoolManager.builder(Tasks::twice)
                .size(1)
                .hangTimeout(Duration.ofSeconds(2))
                .start()) {
            long pid = pool.stats().workerList().get(0).pid();
            ParentJvm.signal("STOP", pid);
            assertThat(pool.submit(21).get(20, TimeUnit.SECONDS)).isEqualTo(42);
            PoolStats stats = ApiContractTest.sample(pool);
            assertThat(stats.tasks().timedOut()).isZero();
            assertThat(stats.restarts()).isEqualTo(1);
        }
    }

    @Test
    @DisplayName(
            "C051: a worker that is stopped while it is to give tasks back is replaced, though it has nothing to do")
    void c051StoppedWithARecall() throws Exception {
        try (var pool = PoolManager.builder(Tasks::twice)
                .size(1)
                .hangTimeout(Duration.ofSeconds(2))
                .start()) {
            long pid = pool.stats().workerList().get(0).pid();
            ParentJvm.signal("STOP", pid);
            recall(pool);
            assertThat(pool.submit(21).get(20, TimeUnit.SECONDS)).isEqualTo(42);
            PoolStats stats = ApiContractTest.sample(pool);
            assertThat(stats.restarts()).isEqualTo(1);
            assertThat(stats.workerList().get(0).lastExit().reason()).isEqualTo(WorkerExit.HUNG);
        }
    }

    @Test
    @DisplayName("C051: a worker that answers a recall late, but in time, is not replaced")
    void c051LateWithARecall() throws Exception {
        try (var pool = PoolManager.builder(Tasks::twice)
                .size(1)
                .hangTimeout(Duration.ofSeconds(20))
                .start()) {
            long pid = pool.stats().workerList().get(0).pid();
            ParentJvm.signal("STOP", pid);
            recall(pool);
            CompletableFuture<Integer> waiting = pool.submit(21);
            ParentJvm.signal("CONT", pid);
            assertThat(waiting.get(20, TimeUnit.SECONDS)).isEqualTo(42);
            assertThat(pool.stats().restarts()).isZero();
        }
    }

    /** Has the first worker asked for what it has not begun, as when another one is idle. */
    private static void recall(PoolManager<?, ?> pool) throws ReflectiveOperationException {
        Engine engine = Inside.engine(pool);
        engine.life().lock.lock();
        try {
            engine.board().recall(engine.board().slots().get(0));
        } finally {
            engine.board().release();
        }
    }

    @Test
    @DisplayName("C035: a stopped worker cannot show its stack: its task is ended in time without")
    void c035StoppedOverItsLimit() throws Exception {
        try (Gate gate = new Gate();
                var pool = PoolManager.builder(Tasks::spinSeen, gate.port())
                        .size(1)
                        .taskTimeout(Duration.ofSeconds(2))
                        .start()) {
            gate.open();
            CompletableFuture<Integer> hung = pool.submit(60_000);
            gate.awaitArrivals(1); // stopped before it begins, it would cost no task
            long begin = System.nanoTime();
            ParentJvm.signal("STOP", pool.stats().workerList().get(0).pid());
            assertThatThrownBy(() -> hung.get(20, TimeUnit.SECONDS))
                    .cause()
                    .isInstanceOfSatisfying(
                            TaskTimeoutException.class,
                            e -> assertThat(e.workerStack()).isEmpty());
            long took = (System.nanoTime() - begin) / 1_000_000;
            System.out.println("C035: stopped worker, limit of 2 s, told after " + took + " ms");
            assertThat(took).isLessThan(3000);
        }
    }

    @Test
    @Tag(Rounds.TAG)
    @DisplayName("C052: a worker that is stopped for less than its hang-timeout goes on")
    void c052StoppedForAWhile() throws Exception {
        stopForAWhile(Rounds.of(Isolation.PROCESS, 100, 10));
    }

    private static void stopForAWhile(int rounds) throws Exception {
        try (var pool = PoolManager.builder(Tasks::spin)
                .size(1)
                .hangTimeout(Duration.ofSeconds(3))
                .start()) {
            long pid = pool.stats().workerList().get(0).pid();
            for (int i = 0; i < rounds; i++) {
                CompletableFuture<Integer> task = pool.submit(300);
                ParentJvm.signal("STOP", pid);
                await().pollDelay(Duration.ofMillis(700)).until(() -> true); // that is what is tested
                ParentJvm.signal("CONT", pid);
                assertThat(task.get(10, TimeUnit.SECONDS)).isEqualTo(300);
            }
            assertThat(pool.stats().restarts()).isZero();
            assertThat(pool.stats().workerList().get(0).pid()).isEqualTo(pid);
            System.out.println("C052: 0 false kills of " + rounds);
        }
    }

    @Test
    @DisplayName("C044: honest work for four times the hang-timeout, on more workers than processors, is not ended, nor"
            + " timed out by a task-timeout above it")
    void c044HonestWork() throws Exception {
        honestWork(4, Duration.ofSeconds(2), 8_000);
    }

    @Test
    @Tag("soak")
    @DisplayName("C044: the same for a minute with a limit of 5 s")
    void c044HonestMinute() throws Exception {
        honestWork(2, Duration.ofSeconds(5), 60_000);
    }

    @Test
    @Tag("soak")
    @Timeout(value = 30, unit = TimeUnit.MINUTES)
    @DisplayName(
            "C115: 16 workers that spin for ten minutes, one after another stopped for three seconds: none is taken"
                    + " for hung, and no task is timed out")
    void c115ManySpinning() throws Exception {
        int workers = 16;
        try (var pool = PoolManager.builder(Tasks::spin)
                .size(workers)
                .hangTimeout(Duration.ofSeconds(5))
                .taskTimeout(Duration.ofMinutes(20))
                .startTimeout(Duration.ofMinutes(2))
                .start()) {
            List<CompletableFuture<Integer>> tasks = new ArrayList<>();
            for (int i = 0; i < workers; i++) {
                tasks.add(pool.submit(600_000));
            }
            CompletableFuture<Void> all = CompletableFuture.allOf(tasks.toArray(CompletableFuture[]::new));
            List<Long> pids = pool.stats().workerList().stream()
                    .map(PoolStats.Worker::pid)
                    .toList();
            int pauses = 0;
            while (!all.isDone()) {
                pause(pids.get(pauses++ % workers), all);
            }
            assertThat(tasks).allMatch(task -> task.join() == 600_000);
            assertThat(pool.stats().restarts()).isZero();
            assertThat(pool.stats().tasks().timedOut()).isZero();
            System.out.println(
                    "C115: 0 false kills and time-outs of " + workers + " workers with " + pauses + " pauses");
        }
    }

    /** Stops a process for three seconds, as a collector could, or until all is done. */
    private static void pause(long pid, CompletableFuture<Void> all) throws Exception {
        ParentJvm.signal("STOP", pid);
        try {
            all.get(3, TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            // As long as it should be.
        } finally {
            ParentJvm.signal("CONT", pid);
        }
    }

    private static void honestWork(int workers, Duration hang, int millis) throws Exception {
        try (var pool = PoolManager.builder(Tasks::spin)
                .size(workers)
                .hangTimeout(hang)
                .taskTimeout(Duration.ofMillis(2L * millis))
                .startTimeout(Duration.ofMinutes(2))
                .start()) {
            List<Integer> lengths = new ArrayList<>(Collections.nCopies(workers, millis));
            assertThat(pool.map(lengths)).isEqualTo(lengths);
            assertThat(pool.stats().restarts()).isZero();
            assertThat(pool.stats().tasks().timedOut()).isZero();
            System.out.println("C044: 0 false kills and time-outs of " + workers + " workers in " + millis + " ms");
        }
    }
}
