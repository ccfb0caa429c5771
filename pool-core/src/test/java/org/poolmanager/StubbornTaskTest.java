package org.poolmanager;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@ExtendWith(NoLeftovers.class)
@DisplayName("Tasks that cannot be asked to stop")
class StubbornTaskTest {

    private static final Duration LIMIT = Duration.ofSeconds(1);

    static String never(String how) throws Exception {
        switch (how) {
            case "quick" -> {
                return how;
            }
            case "busy" -> Tasks.spin(600_000);
            case "ignores interrupts" -> Tasks.sleepMillis(600_000);
            case "deadlock" -> deadlock();
            case "hook that hangs" -> {
                Runtime.getRuntime().addShutdownHook(new Thread(StubbornTaskTest::hang));
                Tasks.spin(600_000);
            }
            case "exit that hangs" -> {
                Runtime.getRuntime().addShutdownHook(new Thread(StubbornTaskTest::hang));
                System.exit(3);
            }
            default -> accept();
        }
        return how;
    }

    /** Waits in native code, which no interrupt reaches. */
    private static void accept() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            socket.accept();
        }
    }

    private static void hang() {
        Tasks.sleepMillis(600_000);
    }

    private static void deadlock() throws InterruptedException {
        Object first = new Object();
        Object second = new Object();
        CountDownLatch both = new CountDownLatch(2);
        Thread other = new Thread(() -> lock(second, first, both), "the other");
        other.setDaemon(true);
        other.start();
        lock(first, second, both);
    }

    private static void lock(Object mine, Object yours, CountDownLatch both) {
        synchronized (mine) {
            both.countDown();
            try {
                both.await();
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
            synchronized (yours) {
                both.countDown();
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"busy", "ignores interrupts", "deadlock", "hook that hangs", "exit that hangs", "native code"})
    @DisplayName("C036: the limit ends it, its process is gone, the next task runs")
    void c036Ended(String how) throws Exception {
        try (var pool = PoolManager.builder(StubbornTaskTest::never)
                .size(1)
                .softTimeout(Duration.ofMillis(500))
                .taskTimeout(LIMIT)
                .start()) {
            pool.map(java.util.List.of("quick"));
            long pid = pool.stats().workerList().get(0).pid();
            long begin = System.nanoTime();
            CompletableFuture<String> stubborn = pool.submit(how);
            CompletableFuture<String> next = pool.submit("quick");
            if (!how.startsWith("exit")) {
                // For its first answer a JVM loads classes, and how long that takes is up to the machine.
                pool.workerStack(1, Duration.ofSeconds(10));
            }
            assertThatThrownBy(() -> stubborn.get(10, TimeUnit.SECONDS))
                    .cause()
                    .isInstanceOfSatisfying(TaskTimeoutException.class, e -> {
                        assertThat(e.limitName()).isEqualTo("task-timeout");
                        assertThat(e.workerPid()).isEqualTo(pid);
                        if (!how.startsWith("exit")) { // which lets go of the connection first
                            assertThat(e.workerStack())
                                    .anyMatch(frame -> frame.getMethodName().equals("never"));
                        }
                    });
            long told = (System.nanoTime() - begin) / 1_000_000;
            await().pollInterval(Duration.ofMillis(5))
                    .until(() -> ProcessHandle.of(pid).isEmpty());
            long gone = (System.nanoTime() - begin) / 1_000_000;
            System.out.println("C036 " + how + ": limit of 1 s told after " + told + " ms, process gone after " + gone);
            assertThat(told).isBetween(1000L, 2000L);
            assertThat(gone).isLessThan(4000);
            assertThat(next.get(60, TimeUnit.SECONDS)).isEqualTo("quick"); // by a JVM that has to start
        }
    }
}
