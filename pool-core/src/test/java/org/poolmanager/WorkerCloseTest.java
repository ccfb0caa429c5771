package org.poolmanager;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.spi.ILoggingEvent;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.poolmanager.worker.PoolProcess;
import org.slf4j.LoggerFactory;

@ExtendWith(NoLeftovers.class)
@DisplayName("Exit hooks of workers")
class WorkerCloseTest {

    /** Leaves a file for each call of its close(), then does there what it is told. */
    static final class Closable implements PoolProcess<Integer, Integer> {

        private final String directory;

        private final String how;

        Closable(String directory, String how) {
            this.directory = directory;
            this.how = how;
        }

        @Override
        public Integer run(Integer millis) throws InterruptedException {
            Thread.sleep(millis);
            return millis;
        }

        @Override
        public void close() throws Exception {
            Files.createTempFile(Path.of(directory), "closed", null);
            switch (how) {
                case "throws" -> throw new IllegalStateException("cannot let go");
                case "hangs" -> new CountDownLatch(1).await();
                case "logs" -> LoggerFactory.getLogger("test.closing").info("the last word");
                case "prints" -> {
                    byte[] lines = "a line of a worker that has much to say\n"
                            .repeat(1000)
                            .getBytes(StandardCharsets.UTF_8);
                    for (int printed = 0; printed < 10_000_000; printed += lines.length) {
                        System.out.write(lines);
                    }
                }
                default -> {}
            }
        }
    }

    private static PoolManagerBuilder<Integer, Integer> builder(Isolation isolation, Path directory, String how) {
        return PoolManager.builder(Closable.class)
                .name("closable")
                .staticArgs(directory.toString(), how)
                .isolation(isolation)
                .size(2);
    }

    private static long calls(Path directory) throws IOException {
        try (var files = Files.list(directory)) {
            return files.count();
        }
    }

    private static long closeAndTime(PoolManager<?, ?> pool) {
        long start = System.nanoTime();
        pool.close();
        long took = (System.nanoTime() - start) / 1_000_000;
        assertThat(pool.state()).isEqualTo(PoolState.STOPPED);
        return took;
    }

    @BothModes
    @DisplayName("C104: close() of each worker is called once when the pool is closed, joined, or drained")
    void c104CalledOnce(Isolation isolation, @TempDir Path directory) throws Exception {
        var pool = builder(isolation, directory, "runs").start();
        pool.map(List.of(1, 2, 3));
        pool.close();
        pool.close();
        assertThat(calls(directory)).isEqualTo(2);
        pool.start();
        pool.map(List.of(1));
        pool.join();
        assertThat(calls(directory)).isEqualTo(4);
        try (var draining = builder(isolation, directory, "runs").daemon(false).start()) {
            draining.put(50);
        }
        assertThat(calls(directory)).isEqualTo(6);
    }

    @BothModes
    @DisplayName("C104: close() is not called on a worker that is killed, nor when its constructor failed")
    void c104NotCalledOnKill(Isolation isolation, @TempDir Path directory) throws Exception {
        var terminated = builder(isolation, directory, "runs").start();
        terminated.map(List.of(1, 2));
        terminated.terminate();
        assertThat(calls(directory)).isZero();
        try (var busy = builder(isolation, directory, "runs").size(1).start()) {
            var future = busy.submit(60_000);
            await().until(() -> busy.stats().workers().busy() == 1);
            assertThat(future.cancel(true)).isTrue();
            busy.put(60_000);
        }
        assertThat(calls(directory)).isZero();
    }

    @BothModes
    @DisplayName("C104: what close() throws is logged here with pool and worker, and changes nothing else")
    void c104Throws(Isolation isolation, @TempDir Path directory) throws Exception {
        try (Records records = new Records(PoolManager.class.getName(), Level.WARN)) {
            var pool = builder(isolation, directory, "throws").start();
            pool.put(0);
            await().until(() -> pool.stats().resultsWaiting() == 1);
            assertThat(closeAndTime(pool)).isLessThan(5000);
            assertThat(pool.get()).isZero();
            assertThat(calls(directory)).isEqualTo(2);
            assertThat(records.messages())
                    .hasSize(2)
                    .anySatisfy(text -> assertThat(text)
                            .matches("The close\\(\\) of worker 1 of pool 'closable' \\(pid \\d+\\) failed"))
                    .anySatisfy(text -> assertThat(text).contains("of worker 2 of pool 'closable'"));
            for (ILoggingEvent event : records.events) {
                assertThat(event.getThrowableProxy().getMessage()).contains("cannot let go");
                assertThat(event.getThrowableProxy().getStackTraceElementProxyArray())
                        .anySatisfy(frame -> assertThat(frame.toString()).contains("Closable.close"));
            }
        }
    }

    @BothModes
    @DisplayName("C104: a close() that hangs is cut off at exit-timeout, and the log says so")
    void c104Hangs(Isolation isolation, @TempDir Path directory) throws Exception {
        try (Records records = new Records(PoolManager.class.getName(), Level.WARN)) {
            var pool = builder(isolation, directory, "hangs")
                    .exitTimeout(Duration.ofMillis(700))
                    .start();
            pool.map(List.of(1));
            long took = closeAndTime(pool);
            System.out.println("C104 " + isolation + ": exit-timeout of 700 ms, closed after " + took + " ms");
            assertThat(took).isBetween(690L, 1700L);
            assertThat(calls(directory)).isEqualTo(2);
            assertThat(records.messages())
                    .anySatisfy(
                            text -> assertThat(text)
                                    .contains(
                                            "Workers 1, 2 of pool 'closable' have not ended within its exit-timeout of 700.0 ms"));
        }
    }

    @BothModes
    @DisplayName("C104: what close() logs is here before the pool is closed")
    void c104Logs(Isolation isolation, @TempDir Path directory) {
        try (Records records = new Records("test.closing", Level.INFO)) {
            var pool = builder(isolation, directory, "logs")
                    .loggers("test.closing")
                    .start();
            closeAndTime(pool);
            assertThat(records.messages()).containsExactly("the last word", "the last word");
        }
    }

    @Test
    @DisplayName("C104: a close() that prints 10 MB does not hold up the pool's")
    void c104Prints(@TempDir Path directory) throws Exception {
        try (Records printed = new Records("org.poolmanager.worker.stdout", Level.OFF);
                Records records = new Records(PoolManager.class.getName(), Level.WARN)) {
            var pool = builder(Isolation.PROCESS, directory, "prints")
                    .exitTimeout(Duration.ofSeconds(30))
                    .start();
            long took = closeAndTime(pool);
            System.out.println("C104: two workers that print 10 MB each, closed after " + took + " ms");
            assertThat(took).isLessThan(31_000);
            assertThat(calls(directory)).isEqualTo(2);
            assertThat(printed.events).isEmpty();
            assertThat(records.messages()).isEmpty();
        }
    }
}
