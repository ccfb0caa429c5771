package org.poolmanager;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.poolmanager.launch.JvmOptions;
import org.poolmanager.worker.PoolProcess;

@ExtendWith(NoLeftovers.class)
@DisplayName("Replacements that cannot be started")
class BreakerTest {

    /** Can be built while there is a licence, and leaves a file for each try. A negative task leaves one too, and waits. */
    static final class Licensed implements PoolProcess<Integer, Integer> {

        private final Path directory;

        Licensed(String directory) throws IOException {
            this.directory = Path.of(directory);
            Files.createTempFile(this.directory, "try", null);
            if (!Files.exists(this.directory.resolve("licence"))) {
                throw new IllegalStateException("no licence for this machine");
            }
        }

        @Override
        public Integer run(Integer task) throws Exception {
            if (task < 0) {
                Files.createTempFile(directory, "begun", null);
                Thread.sleep(600_000);
            }
            return task;
        }
    }

    private static PoolManagerBuilder<Integer, Integer> licensed(Isolation isolation, Path directory) {
        return PoolManager.builder(Licensed.class)
                .name("licensed")
                .staticArgs(directory.toString())
                .isolation(isolation)
                .size(1)
                .queueSize(3)
                .restartBackoff(Duration.ofMillis(20))
                .restartMaxBackoff(Duration.ofMillis(200));
    }

    private static int tries(Path directory) {
        return count(directory, "try");
    }

    /** Who is cancelled before he has begun costs no worker. */
    private static void awaitBegun(Path directory, int tasks) {
        await().until(() -> count(directory, "begun") == tasks);
    }

    private static int count(Path directory, String what) {
        try (var files = Files.list(directory)) {
            return (int) files.filter(file -> file.getFileName().toString().startsWith(what))
                    .count();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void lose(PoolManager<Integer, Integer> pool, Path directory) throws Exception {
        CompletableFuture<Integer> running = pool.submit(-1);
        awaitBegun(directory, 1);
        assertThat(running.cancel(true)).isTrue();
    }

    @BothModes
    @DisplayName(
            "C062: the last worker dies and none can be started: all who wait are told, put is refused, and the pool heals itself")
    void c062OpensAndCloses(Isolation isolation, @TempDir Path directory) throws Exception {
        Path licence = Files.createFile(directory.resolve("licence"));
        List<PoolState> states = new CopyOnWriteArrayList<>();
        try (var pool = licensed(isolation, directory)
                .listener(event -> {
                    if (event instanceof PoolEvent.StateChanged changed) {
                        states.add(changed.to());
                    }
                })
                .start()) {
            CompletableFuture<Integer> running = pool.submit(-1);
            awaitBegun(directory, 1);
            pool.put(1);
            CompletableFuture<Integer> queued = pool.submit(2);
            pool.put(3);
            FutureTask<Void> waiting = new FutureTask<>(() -> {
                pool.put(4); // there is no room
                return null;
            });
            Thread putting = new Thread(waiting, "waits-for-room");
            putting.start();
            await().until(() ->
                    putting.getState() == Thread.State.WAITING || putting.getState() == Thread.State.TIMED_WAITING);
            long gate = Blow.withStarts(Duration.ofSeconds(15), 5, pool);
            Files.delete(licence);
            long start = System.nanoTime();
            assertThat(running.cancel(true)).isTrue();
            assertThatThrownBy(() -> queued.get(60, TimeUnit.SECONDS))
                    .isInstanceOf(ExecutionException.class)
                    .hasCauseInstanceOf(PoolBrokenException.class)
                    .hasMessageContaining(
                            "Pool 'licensed' is broken: no worker is left, and 5 starts in a row have failed")
                    .hasMessageContaining("no licence for this machine");
            assertThatThrownBy(pool::getAll).isInstanceOf(PoolBrokenException.class);
            long told = Blow.millisSince(start);
            System.out.println("C062 " + isolation + ": all told after " + told + " ms");
            assertThat(told).isLessThan(gate);
            // The call that waited may have been accepted when the cancelled task left its room.
            try {
                waiting.get(10, TimeUnit.SECONDS);
            } catch (ExecutionException e) {
                assertThat(e).hasCauseInstanceOf(PoolBrokenException.class);
            }
            assertThat(pool.state()).isEqualTo(PoolState.BROKEN);
            assertThatThrownBy(() -> pool.put(5))
                    .isInstanceOf(PoolBrokenException.class)
                    .hasMessageContaining("no licence for this machine")
                    .hasMessageEndingWith("the pool works again when one succeeds.");
            int before = tries(directory);
            await().until(() -> tries(directory) >= before + 2); // it goes on trying
            ApiContractTest.sample(pool);

            Files.createFile(licence);
            await().atMost(Duration.ofSeconds(30)).until(() -> pool.state() == PoolState.RUNNING);
            assertThat(pool.map(List.of(6, 7))).containsExactly(6, 7);
            await().until(() ->
                    states.contains(PoolState.BROKEN) && states.get(states.size() - 1) == PoolState.RUNNING);
        }
    }

    @BothModes
    @DisplayName("C062: who waited for room while the pool was broken is told that, and not that it was closed")
    void c062WaitedForRoom(Isolation isolation, @TempDir Path directory) throws Exception {
        Path licence = Files.createFile(directory.resolve("licence"));
        try (var pool = licensed(isolation, directory)
                        .taskTimeout(Duration.ofSeconds(2))
                        .start();
                var outcomes = pool.streamOutcomes(
                        Collections.nCopies(8, -1), MapOptions.defaults().buffer(8))) {
            Iterator<Outcome<Integer>> each = outcomes.iterator();
            assertThat(each.next().kind()).isEqualTo(Outcome.Kind.TIMED_OUT); // and four more are in the pool
            Files.delete(licence);
            await().atMost(Duration.ofSeconds(60)).until(() -> pool.state() == PoolState.BROKEN);
            Files.createFile(licence);
            await().atMost(Duration.ofSeconds(30)).until(() -> pool.state() == PoolState.RUNNING);
            assertThatThrownBy(() -> each.forEachRemaining(
                            outcome -> assertThat(outcome.isCompleted()).isFalse()))
                    .isInstanceOf(PoolBrokenException.class)
                    .hasMessageStartingWith("A task that waited for room in pool 'licensed' was refused, because Pool"
                            + " 'licensed' is broken: no worker is left")
                    .hasMessageEndingWith("The pool has come back since: give it the task again.");
        }
    }

    @BothModes
    @DisplayName("C062: a broken pool can be closed at once, and started again")
    void c062Closed(Isolation isolation, @TempDir Path directory) throws Exception {
        Path licence = Files.createFile(directory.resolve("licence"));
        var pool = licensed(isolation, directory)
                .restartMaxBackoff(Duration.ofMinutes(10))
                .restartBackoff(Duration.ofMillis(1))
                .start();
        Files.delete(licence);
        lose(pool, directory);
        await().atMost(Duration.ofSeconds(60)).until(() -> pool.state() == PoolState.BROKEN);
        long start = System.nanoTime();
        pool.close();
        assertThat((System.nanoTime() - start) / 1_000_000).isLessThan(5000);
        assertThat(pool.state()).isEqualTo(PoolState.STOPPED);
        Files.createFile(licence);
        try (pool) {
            pool.start();
            assertThat(pool.map(List.of(1))).containsExactly(1);
        }
    }

    @BothModes
    @DisplayName("C062: a pool that breaks while it is paused is paused when it works again")
    void c062Paused(Isolation isolation, @TempDir Path directory) throws Exception {
        Path licence = Files.createFile(directory.resolve("licence"));
        try (var pool = licensed(isolation, directory).start()) {
            CompletableFuture<Integer> running = pool.submit(-1);
            awaitBegun(directory, 1);
            pool.pause();
            Files.delete(licence);
            assertThat(running.cancel(true)).isTrue();
            await().atMost(Duration.ofSeconds(60)).until(() -> pool.state() == PoolState.BROKEN);
            assertThatThrownBy(pool::resume)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("is BROKEN and cannot be resumed");
            Files.createFile(licence);
            await().atMost(Duration.ofSeconds(30)).until(() -> pool.state() == PoolState.PAUSED);
            CompletableFuture<Integer> next = pool.submit(1);
            assertThat(pool.stats().queue().size()).isEqualTo(1);
            pool.resume();
            assertThat(next.get(10, TimeUnit.SECONDS)).isEqualTo(1);
        }
    }

    @Test
    @DisplayName("C062: while a broken pool tries, one start is made at a time, and all workers come back")
    void c062OneProbe(@TempDir Path directory) throws Exception {
        Path licence = Files.createFile(directory.resolve("licence"));
        try (var pool = licensed(Isolation.THREAD, directory).size(4).start()) {
            Files.delete(licence);
            List<CompletableFuture<Integer>> all =
                    IntStream.range(0, 4).mapToObj(i -> submit(pool)).toList();
            awaitBegun(directory, 4);
            all.forEach(running -> running.cancel(true));
            await().until(() -> pool.state() == PoolState.BROKEN);
            // Starts that were under way when it broke are not those of a broken pool.
            await().until(() -> pool.stats().workerList().stream()
                    .skip(1)
                    .noneMatch(worker -> worker.state() == WorkerState.STARTING));
            long start = System.nanoTime();
            int before = tries(directory);
            await().until(() -> tries(directory) >= before + 4);
            assertThat((System.nanoTime() - start) / 1_000_000)
                    .as("four tries, 200 ms apart, and not all at once")
                    .isGreaterThan(500);
            Files.createFile(licence);
            await().until(() -> pool.stats().workers().live() == 4);
            assertThat(pool.map(List.of(1, 2, 3))).hasSize(3);
        }
    }

    private static CompletableFuture<Integer> submit(PoolManager<Integer, Integer> pool) {
        try {
            return pool.submit(-1);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    @DisplayName("C062: the Java of the workers is removed while the pool runs, and comes back")
    void c062JavaGone(@TempDir Path directory) throws Exception {
        Path home = Files.createSymbolicLink(directory.resolve("java"), Path.of(System.getProperty("java.home")));
        try (var pool = PoolManager.builder(Tasks::exitUnlessNegative)
                .name("homeless")
                .size(1)
                .restartBackoff(Duration.ofMillis(20))
                .restartMaxBackoff(Duration.ofMillis(200))
                .jvm(new JvmOptions(home, List.of(), Map.of(), null))
                .start()) {
            Files.delete(home);
            long start = System.nanoTime();
            List<Outcome<Integer>> outcomes = pool.mapOutcomes(List.of(3, -1));
            long told = Blow.millisSince(start);
            System.out.println("C062: Java is gone, all told after " + told + " ms");
            assertThat(told).isLessThan(15_000);
            assertThat(outcomes.get(0).failure()).isInstanceOf(WorkerCrashedException.class);
            assertThat(outcomes.get(1).failure())
                    .isInstanceOf(PoolBrokenException.class)
                    .hasMessageContaining(home.toString());
            Files.createSymbolicLink(home, Path.of(System.getProperty("java.home")));
            await().atMost(Duration.ofSeconds(30)).until(() -> pool.state() == PoolState.RUNNING);
            assertThat(pool.map(List.of(-2))).containsExactly(-2);
        }
    }

    @BothModes
    @DisplayName("C105: a constructor that throws on every worker: few starts are made, and nothing runs on")
    void c105FewStarts(Isolation isolation, @TempDir Path directory) {
        assertThatThrownBy(() -> licensed(isolation, directory).size(2).start())
                .isInstanceOf(PoolStartException.class)
                .hasMessageContaining("no licence for this machine");
        System.out.println("C105 " + isolation + ": " + tries(directory) + " starts of 2 workers");
        assertThat(tries(directory)).isBetween(2, 6);
    }

    private static boolean take(Path file) throws IOException {
        try {
            Files.createFile(file);
            return true;
        } catch (FileAlreadyExistsException e) {
            return false;
        }
    }

    /** Every second one cannot be built. A task that is a multiple of 10 ends its process. */
    static final class Flaky implements PoolProcess<Integer, Integer> {

        Flaky(String directory) throws IOException {
            int number = 1;
            while (!take(Path.of(directory, "try-" + number))) {
                number++;
            }
            if (number % 2 == 0) {
                throw new IllegalStateException("no luck today");
            }
        }

        @Override
        public Integer run(Integer task) {
            if (task % 10 == 0) {
                Runtime.getRuntime().halt(1);
            }
            return task;
        }
    }

    @Test
    @DisplayName("C106: every second launch fails: the pool goes on with what it has, no task is lost, and it recovers")
    void c106EverySecond(@TempDir Path directory) throws Exception {
        try (var pool = PoolManager.builder(Flaky.class)
                .name("flaky")
                .staticArgs(directory.toString())
                .size(2)
                .queueSize(100)
                .restartBackoff(Duration.ofMillis(20))
                .start()) {
            List<Outcome<Integer>> outcomes =
                    pool.mapOutcomes(IntStream.rangeClosed(1, 100).boxed().toList());
            List<Integer> lost = new ArrayList<>();
            for (int i = 0; i < 100; i++) {
                if (!outcomes.get(i).isCompleted()) {
                    assertThat(outcomes.get(i).failure()).isInstanceOf(WorkerCrashedException.class);
                    lost.add(i + 1);
                }
            }
            assertThat(lost).containsExactly(10, 20, 30, 40, 50, 60, 70, 80, 90, 100);
            long start = System.nanoTime();
            await().atMost(Duration.ofSeconds(30))
                    .until(() -> pool.stats().workers().live() == 2);
            System.out.println("C106 every second: 0 of 90 tasks lost beside 10 that end their process, "
                    + tries(directory) + " starts, whole again after " + Blow.millisSince(start) + " ms");
            assertThat(pool.state()).isEqualTo(PoolState.RUNNING);
            ApiContractTest.sample(pool);
        }
    }

    private static List<Instant> timesOfTries(Path directory) throws IOException {
        try (var files = Files.list(directory)) {
            return files.filter(file -> file.getFileName().toString().startsWith("try"))
                    .map(BreakerTest::timeOf)
                    .sorted()
                    .toList();
        }
    }

    private static Instant timeOf(Path file) {
        try {
            return Files.getLastModifiedTime(file).toInstant();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @BothModes
    @DisplayName("C106: replacements that cannot be built: the pool goes on with fewer workers, tries with pauses that"
            + " grow, and recovers")
    void c106FewerWorkers(Isolation isolation, @TempDir Path directory) throws Exception {
        Path licence = Files.createFile(directory.resolve("licence"));
        try (var pool = licensed(isolation, directory)
                .size(2)
                .queueSize(100)
                .restartBackoff(Duration.ofMillis(100))
                .restartMaxBackoff(Duration.ofMillis(400))
                .start()) {
            Files.delete(licence);
            lose(pool, directory);
            await().until(() -> tries(directory) >= 3);
            assertThat(pool.map(IntStream.range(0, 100).boxed().toList())).hasSize(100);
            await().atMost(Duration.ofSeconds(60)).until(() -> tries(directory) >= 6);
            PoolStats degraded = pool.stats();
            assertThat(degraded.isDegraded()).isTrue();
            assertThat(degraded.state()).isEqualTo(PoolState.RUNNING);
            assertThat(degraded.workers().target()).isEqualTo(2);
            assertThat(degraded.workers().live()).isEqualTo(1);
            List<Instant> tries = timesOfTries(directory);
            Duration four = Duration.between(tries.get(2), tries.get(5));
            System.out.println("C106 " + isolation + ": three more starts within " + four.toMillis()
                    + " ms, with pauses of 100, 200 and 400 ms");
            assertThat(four).isGreaterThanOrEqualTo(Duration.ofMillis(690));
            Files.createFile(licence);
            await().atMost(Duration.ofSeconds(30)).until(() -> !pool.stats().isDegraded());
            assertThat(pool.stats().workers().live()).isEqualTo(2);
            assertThat(pool.map(IntStream.range(0, 100).boxed().toList())).hasSize(100);
            assertThat(ApiContractTest.sample(pool).tasks().completed()).isEqualTo(200);
        }
    }

    /** A JVM that does nothing. */
    static final class Bare {

        public static void main(String[] args) {}
    }

    /** How many bare JVMs come and go in a second here and now, two at a time. */
    private static double bareStartsPerSecond() throws Exception {
        List<String> command = List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:-UsePerfData",
                "-cp",
                System.getProperty("java.class.path"),
                Bare.class.getName());
        int pairs = 4;
        long start = System.nanoTime();
        for (int i = 0; i < pairs; i++) {
            Process one = new ProcessBuilder(command).start();
            Process other = new ProcessBuilder(command).start();
            assertThat(one.waitFor() + other.waitFor()).isZero();
        }
        return 2 * pairs / ((System.nanoTime() - start) / 1e9);
    }

    private static double cpuSeconds() {
        return ManagementFactory.getOperatingSystemMXBean() instanceof OperatingSystemMXBean system
                ? system.getProcessCpuTime() / 1e9
                : 0;
    }

    @Test
    @Tag(Rounds.TAG)
    @DisplayName(
            "C061: many tasks in a row that crash, then good ones: workers are replaced at pace, in no hot loop, and the pool goes on")
    void c061CrashingTasks() throws Exception {
        int bad = Rounds.of(Isolation.PROCESS, 1_000, 40);
        try (var pool = PoolManager.builder(Tasks::exitUnlessNegative)
                .size(2)
                .queueSize(bad + 10)
                .start()) {
            List<Integer> tasks =
                    new ArrayList<>(IntStream.range(0, bad).map(i -> 1).boxed().toList());
            IntStream.rangeClosed(1, 10).forEach(i -> tasks.add(-i));
            double bareBefore = bareStartsPerSecond();
            double cpu = cpuSeconds();
            long start = System.nanoTime();
            List<Outcome<Integer>> outcomes = pool.mapOutcomes(tasks);
            double seconds = (System.nanoTime() - start) / 1e9;
            double load = (cpuSeconds() - cpu) / seconds;
            double bare = Math.min(bareBefore, bareStartsPerSecond());
            assertThat(outcomes.subList(0, bad)).allMatch(outcome -> outcome.kind() == Outcome.Kind.CRASHED);
            assertThat(outcomes.subList(bad, bad + 10)).allMatch(Outcome::isCompleted);
            System.out.printf(
                    "C061: %d crashes, %.1f restarts/s; bare JVMs %.1f/s; CPU of the parent %.0f %%%n",
                    bad, bad / seconds, bare, 100 * load);
            // 5/s where two JVMs at a time start in 90 ms; on a slower or busier machine as many as that is of its
            // starts.
            assertThat(bad / seconds)
                    .as("restarts per second")
                    .isGreaterThanOrEqualTo(Math.min(5, bare * 5 * 0.09 / 2));
            assertThat(load).as("parts of a core that the parent takes").isLessThan(0.5);
        }
    }

    /** Halts its JVM soon after its start, without a task. */
    static final class Moribund implements PoolProcess<Integer, Integer> {

        Moribund() {
            Thread end = new Thread(() -> {
                Tasks.sleepMillis(500);
                Runtime.getRuntime().halt(3);
            });
            end.setDaemon(true);
            end.start();
        }

        @Override
        public Integer run(Integer task) {
            return task;
        }
    }

    @Test
    @DisplayName(
            "workers that end by themselves soon after their start, with nothing done, are replaced at growing intervals")
    void endsSoonAfterStart() throws Exception {
        List<Long> ends = new CopyOnWriteArrayList<>();
        try (var pool = PoolManager.builder(Moribund.class)
                .size(1)
                .restartBackoff(Duration.ofMillis(500))
                .listener(event -> {
                    if (event instanceof PoolEvent.WorkerExited) {
                        ends.add(System.nanoTime());
                    }
                })
                .build()) {
            pool.start();
            await().until(() -> ends.size() >= 4);
            assertThat(ends.get(3) - ends.get(1)).isGreaterThan(TimeUnit.MILLISECONDS.toNanos(500 + 1000));
            assertThat(pool.state()).isEqualTo(PoolState.RUNNING);
        }
    }
}
