package org.poolmanager;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.io.IOException;
import java.io.Serializable;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.poolmanager.worker.Args;
import org.poolmanager.worker.PoolProcess;
import org.slf4j.LoggerFactory;

/** The examples of docs/reference.md, word for word. */
@ExtendWith(NoLeftovers.class)
@DisplayName("The examples of the reference")
class ReferenceManualTest {

    private static final Path PAGE = Path.of("..", "docs", "reference.md");

    private static final Path TESTS = Path.of("src", "test", "java", "org", "poolmanager");

    private final ListAppender<ILoggingEvent> records = new ListAppender<>();

    @BeforeEach
    void listen() {
        records.start();
        ((Logger) LoggerFactory.getLogger("test")).addAppender(records);
    }

    @AfterEach
    void listenNoMore() {
        ((Logger) LoggerFactory.getLogger("test")).detachAppender(records);
    }

    // ---- first steps ----

    @Test
    void collectInsideTheBlock() throws Exception {
        try (var pool = PoolManager.builder((Integer x) -> x * x).start()) {
            for (int i = 0; i < 10; i++) {
                pool.put(i);
            }
            List<Integer> squares = pool.getAll();
            assertThat(squares).containsExactlyInAnyOrder(0, 1, 4, 9, 16, 25, 36, 49, 64, 81);
        }
    }

    @Test
    void startAndClose() throws Exception {
        var pool = PoolManager.builder((Integer x) -> x * x).daemon(false).build();
        pool.start();
        for (int i = 0; i < 10; i++) {
            pool.put(i);
        }
        pool.close(); // not a daemon: accepted work is finished first
        List<Integer> squares = pool.getAll(); // and results can still be fetched
        assertThat(squares).hasSize(10);
    }

    // ---- several arguments ----

    static int multiply(int a, int b) {
        return a * b;
    }

    @Test
    void severalArguments() throws Exception {
        try (var pool = PoolManager.builder(ReferenceManualTest::multiply).start()) {
            pool.put(Args.of(10, 20));
            pool.put(Args.of(14, 25));
            assertThat(pool.getAll()).containsExactlyInAnyOrder(200, 350);
        }
    }

    // ---- static arguments ----

    static int scale(int task, int factor) {
        return task * factor;
    }

    @Test
    void staticArgumentOfFunction() throws Exception {
        try (var pool = PoolManager.builder(ReferenceManualTest::scale, 10).start()) {
            pool.put(10);
            assertThat(pool.get()).isEqualTo(100);
        }
    }

    static class Scale implements PoolProcess<Integer, Integer> {

        private final int factor;

        Scale(int factor) {
            this.factor = factor;
        }

        @Override
        public Integer run(Integer task) {
            return task * factor;
        }
    }

    @Test
    void staticArgumentOfClass() throws Exception {
        try (var pool = PoolManager.builder(Scale.class).staticArgs(10).start()) {
            pool.put(10);
            assertThat(pool.get()).isEqualTo(100);
        }
    }

    // ---- logging ----

    static class LogWorker implements PoolProcess<Integer, Integer> {

        private final org.slf4j.Logger log = LoggerFactory.getLogger("test");

        @Override
        public Integer run(Integer task) {
            log.info("This is logged in the parent, by the logger of the same name");
            return task * 2;
        }
    }

    @Test
    void loggingOfClass() throws Exception {
        try (var pool = PoolManager.builder(LogWorker.class).loggers("test").start()) {
            pool.put(10);
            assertThat(pool.get()).isEqualTo(20);
        }
        assertThat(records.list).hasSize(1);
    }

    static int logAndDouble(int task) {
        LoggerFactory.getLogger("test").info("So is this");
        return task * 2;
    }

    @Test
    void loggingOfFunction() throws Exception {
        try (var pool = PoolManager.builder(ReferenceManualTest::logAndDouble)
                .loggers("test")
                .start()) {
            pool.put(10);
            assertThat(pool.get()).isEqualTo(20);
        }
        assertThat(records.list).hasSize(1);
    }

    @Test
    void changeLoggers() throws Exception {
        var pool = PoolManager.builder(LogWorker.class).build();
        pool.addLogger(LoggerFactory.getLogger("test"));
        pool.removeLogger("test");
        pool.start();
        assertThatThrownBy(() -> pool.addLogger("test")).isInstanceOf(IllegalStateException.class);
        pool.close();
        assertThatThrownBy(() -> PoolManager.builder(LogWorker.class).build().removeLogger("test"))
                .isInstanceOf(NoSuchElementException.class);
    }

    // ---- target ----

    @Test
    void functions() throws Exception {
        List<Double> roots =
                PoolManager.builder((Integer x) -> Math.sqrt(x)).build().map(List.of(20, 10, 5, 2));
        List<Integer> squares =
                PoolManager.builder((Integer x) -> x * x).build().map(List.of(1, 2, 3, 4, 5, 6, 7));
        assertThat(roots).hasSize(4);
        assertThat(squares).containsExactly(1, 4, 9, 16, 25, 36, 49);
    }

    static class SquareRoot implements PoolProcess<Integer, Double> {

        @Override
        public Double run(Integer x) {
            return Math.sqrt(x);
        }
    }

    @Test
    void workerClass() throws Exception {
        List<Double> roots = PoolManager.builder(SquareRoot.class).build().map(List.of(25, 16, 9, 4));
        assertThat(roots).containsExactly(5.0, 4.0, 3.0, 2.0);
    }

    // ---- size, static-args, queue-size, ordered ----

    static int nap(int millis) throws InterruptedException {
        Thread.sleep(millis);
        return millis;
    }

    @Test
    void size() throws Exception {
        List<Integer> hundred = IntStream.range(0, 100).boxed().toList();
        PoolManager.builder(ReferenceManualTest::nap).size(4).build().map(hundred);
        PoolManager.builder(ReferenceManualTest::nap)
                .size(100)
                .isolation(Isolation.THREAD) // a hundred JVMs would want some gigabytes of memory
                .build()
                .map(hundred);
    }

    @Test
    void staticArguments() throws Exception {
        List<Integer> tens =
                PoolManager.builder(ReferenceManualTest::multiply, 10).build().map(List.of(1, 2, 3, 4));
        assertThat(tens).containsExactly(10, 20, 30, 40);
        try (var pool = PoolManager.builder(ReferenceManualTest::multiply, 10).start()) {
            for (int x = 1; x < 5; x++) {
                pool.put(x);
            }
            List<Integer> result = pool.getAll();
            assertThat(result).containsExactlyInAnyOrder(10, 20, 30, 40);
        }
    }

    @Test
    void boundedQueue() throws Exception {
        try (var pool = PoolManager.builder(ReferenceManualTest::nap)
                .size(1)
                .queueSize(1)
                .start()) {
            pool.put(3000); // runs
            pool.put(3000); // waits
            assertThat(pool.offer(1)).isFalse(); // no room: not accepted, and says so at once
            assertThatThrownBy(() -> pool.put(1, Duration.ofMillis(50))).isInstanceOf(QueueFullException.class);
            pool.put(1); // waits for room
        }
    }

    @Test
    void orderedResults() throws Exception {
        try (var pool =
                PoolManager.builder(ReferenceManualTest::nap).ordered(true).start()) {
            pool.put(60);
            pool.put(1);
            assertThat(pool.get()).isEqualTo(60);
            assertThat(pool.get()).isEqualTo(1);
        }
    }

    // ---- feeding and fetching ----

    @Test
    void feed() throws Exception {
        try (var pool = PoolManager.builder((Integer x) -> x * x).start()) {
            var feeder = pool.putAsync(IntStream.range(0, 1000).boxed().toList());
            pool.joinAsync(); // or feeder.get(), or nothing at all: getAll() waits for feeders
            assertThat(pool.getAll()).hasSize(1000);
            assertThat(feeder.get()).isEqualTo(1000);
        }
    }

    @Test
    void fetch() throws Exception {
        try (var pool = PoolManager.builder(ReferenceManualTest::nap).start()) {
            assertThatThrownBy(pool::get).isInstanceOf(NoSuchElementException.class); // nothing is outstanding
            pool.put(3000);
            assertThat(pool.poll()).isEmpty(); // not yet, and does not wait
            assertThatThrownBy(() -> pool.get(Duration.ofMillis(10))).isInstanceOf(TimeoutException.class);
            assertThat(pool.get()).isEqualTo(3000); // nothing was lost
        }
    }

    @Test
    void endings() throws Exception {
        var pool = PoolManager.builder(ReferenceManualTest::nap).size(1).start();
        assertThat(pool.isAlive()).isTrue();
        pool.putAsync(List.of(3000, 60_000, 60_000)).get();
        int cleared = pool.clearTasks(); // what has not begun
        pool.join(); // accepts nothing more, and waits for what has
        assertThat(cleared).isEqualTo(2);
        assertThat(pool.isAlive()).isFalse();
        pool.start(); // a closed pool can be started again
        pool.put(60_000);
        pool.terminate(); // kills the workers at once
        assertThat(pool.state()).isEqualTo(PoolState.STOPPED);
    }

    // ---- beyond the manual ----

    @Test
    void streams() {
        try (var pool = PoolManager.builder((Integer x) -> x * x).start();
                Stream<Integer> squares =
                        pool.stream(() -> IntStream.iterate(0, x -> x + 1).iterator())) {
            assertThat(squares.filter(x -> x % 2 == 0).limit(3)).containsExactly(0, 4, 16);
        }
    }

    @Test
    void progress() throws Exception {
        List<Integer> hundred = IntStream.range(0, 100).boxed().toList();
        try (var pool = PoolManager.builder(ReferenceManualTest::nap).start()) {
            var options = MapOptions.defaults().unordered().onProgress(new ProgressLine(System.out));
            List<Integer> results = pool.map(hundred, options);
            assertThat(results).containsExactlyInAnyOrderElementsOf(hundred);
        }
    }

    @Test
    void futures() throws Exception {
        try (var pool = PoolManager.builder(ReferenceManualTest::nap).start()) {
            CompletableFuture<Integer> future = pool.submit(60_000);
            assertThat(future.cancel(true)).isTrue(); // a running task is killed with its worker, and no other
        }
    }

    @Test
    void byHand() throws Exception {
        try (var pool =
                PoolManager.builder(ReferenceManualTest::nap).size(2).maxSize(3).start()) {
            pool.pause(); // tasks are accepted, and none begins any more
            assertThat(pool.state()).isEqualTo(PoolState.PAUSED);
            pool.resize(3); // up to maxSize; a pool that shrinks finishes what runs
            pool.resume();
            assertThat(pool.recycle()).isPositive(); // fresh workers, one after the other; no task notices
            CompletableFuture<Integer> endless = pool.submit(60_000);
            WorkerStack stack = pool.workerStack(1, Duration.ofSeconds(10)); // where its task is, if it runs one
            if (stack.task() != null) {
                pool.killWorker(1); // costs that task, and no other
            }
            assertThat(endless).isNotNull();
        }
    }

    @Test
    void limits() throws Exception {
        try (var pool = PoolManager.builder(ReferenceManualTest::nap).start()) {
            TaskOptions brief = TaskOptions.defaults().taskTimeout(Duration.ofSeconds(2));
            CompletableFuture<Integer> tooLong = pool.submit(60_000, brief);
            assertThatThrownBy(tooLong::get).hasCauseInstanceOf(TaskTimeoutException.class);
            assertThat(pool.mapOutcomes(
                            List.of(1, 60_000), MapOptions.defaults().tasks(brief)))
                    .extracting(Outcome::kind)
                    .containsExactly(Outcome.Kind.COMPLETED, Outcome.Kind.TIMED_OUT);
        }
    }

    @Test
    void executor() throws Exception {
        try (var pool = PoolManager.builder(ReferenceManualTest::nap).start()) {
            ExecutorService executor = pool.asExecutorService();
            Future<Long> pid = executor.submit((Callable<Long> & Serializable)
                    () -> ProcessHandle.current().pid());
            assertThat(pid.get()).isNotEqualTo(ProcessHandle.current().pid());
        }
    }

    @Test
    void outcomes() throws Exception {
        try (var pool = PoolManager.builder((Integer x) -> 100 / x).start()) {
            for (Outcome<Integer> outcome : pool.mapOutcomes(List.of(50, 0, 20))) {
                if (outcome.isCompleted()) {
                    assertThat(outcome.get()).isIn(2, 5);
                } else {
                    assertThat(outcome.failure()).hasRootCauseInstanceOf(ArithmeticException.class);
                }
            }
        }
    }

    // ---- the page ----

    @Test
    @DisplayName("every example of the page is code of this test")
    void pageAndTestAgree() throws IOException {
        String code = squeeze(Files.readString(TESTS.resolve("ReferenceManualTest.java")));
        Matcher blocks = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL).matcher(Files.readString(PAGE));
        List<String> strange = new ArrayList<>();
        int count = 0;
        while (blocks.find()) {
            count++;
            for (String part : blocks.group(1).split("\n\n")) {
                if (!code.contains(squeeze(part))) {
                    strange.add(part);
                }
            }
        }
        assertThat(strange).isEmpty();
        assertThat(count).isGreaterThanOrEqualTo(14);
    }

    @Test
    @DisplayName("every test that the page names exists and covers the case")
    void namedTestsExist() throws IOException {
        Matcher names =
                Pattern.compile("`([A-Z]\\w+Tests?)`((?:,? [A-Z]\\d{2,3}\\b)*)").matcher(Files.readString(PAGE));
        List<String> missing = new ArrayList<>();
        int count = 0;
        while (names.find()) {
            count++;
            List<String> covered = displayNames(sourceOf(names.group(1)));
            for (String id : names.group(2).split(",")) {
                if (!id.isBlank() && covered.stream().noneMatch(name -> name.contains(id.trim()))) {
                    missing.add(names.group(1) + " " + id.trim());
                }
            }
        }
        assertThat(missing).isEmpty();
        assertThat(count).isGreaterThan(70);
    }

    @Test
    @DisplayName("every behaviour of the package that was found, R1 to R70, has a row with a test")
    void everyBehaviourHasARow() throws IOException {
        String page = Files.readString(PAGE);
        assertThat(IntStream.rangeClosed(1, 70).mapToObj(number -> "R" + number))
                .allSatisfy(
                        id -> assertThat(page).containsPattern("(?m)^\\| " + id + " \\|.*\\| `[A-Z]\\w+Test`.* \\|$"));
    }

    private static List<String> displayNames(String source) {
        return Pattern.compile("@DisplayName\\(\\s*\"([^\"]*)\"")
                .matcher(source)
                .results()
                .map(match -> match.group(1))
                .toList();
    }

    private static String sourceOf(String test) throws IOException {
        try (var files = Files.walk(TESTS)) {
            Path file = files.filter(path -> path.getFileName().toString().equals(test + ".java"))
                    .findFirst()
                    .orElseThrow(() -> new AssertionError("there is no " + test));
            return Files.readString(file);
        }
    }

    private static String squeeze(String code) {
        return code.replaceAll("\\s+", "");
    }
}
