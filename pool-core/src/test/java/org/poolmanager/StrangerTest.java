package org.poolmanager;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.poolmanager.launch.JvmOptions;
import org.slf4j.Logger;

@ExtendWith(NoLeftovers.class)
@DisplayName("Strangers at the door")
class StrangerTest {

    @Test
    @DisplayName("X01: the silent, the slow, the wrong and the many keep nobody waiting, and are sent away")
    void x01Strangers(@TempDir Path directory) throws Exception {
        byte[] token = ProcessWorkers.newToken();
        byte[] wrong = token.clone();
        wrong[31]++;
        Path socket = directory.resolve("w.socket");
        List<SocketChannel> strangers = new ArrayList<>();
        try (Doorkeeper door = new Doorkeeper(socket, token)) {
            door.open();
            CompletableFuture<SocketChannel> guest = CompletableFuture.supplyAsync(() -> admit(door));
            for (int i = 0; i < 1000; i++) {
                strangers.add(knock(socket, new byte[0])); // silent
            }
            strangers.add(knock(socket, wrong));
            strangers.add(knock(socket, ProcessWorkers.newToken()));
            strangers.add(knock(
                    socket, "GET / HTTP/1.1\r\nHost: a-host-of-some-length\r\n".getBytes(StandardCharsets.UTF_8)));
            strangers.add(knock(socket, Arrays.copyOf(token, 31)));
            strangers.add(knock(socket, Arrays.copyOf(token, 1)));
            assertThat(guest).isNotDone();
            long start = System.nanoTime();
            try (SocketChannel child = knock(socket, Arrays.copyOf(token, 7))) {
                child.write(ByteBuffer.wrap(token, 7, 25));
                try (SocketChannel admitted = guest.get(5, TimeUnit.SECONDS)) {
                    long took = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
                    System.out.println("X01: admitted after " + took + " ms among " + strangers.size() + " strangers");
                    child.write(ByteBuffer.wrap(new byte[] {42}));
                    ByteBuffer first = ByteBuffer.allocate(8);
                    await().until(() -> admitted.read(first) == 1);
                    assertThat(first.get(0)).isEqualTo((byte) 42);
                }
            }
            for (SocketChannel stranger : strangers) {
                assertThat(isSentAway(stranger)).isTrue();
            }
        } finally {
            for (SocketChannel stranger : strangers) {
                stranger.close();
            }
        }
        assertThat(socket).doesNotExist();
    }

    @Test
    @DisplayName("X01: the silent and the slow are sent away in time, and so is who shows a dead worker's token")
    void x01SentAwayInTime(@TempDir Path directory) throws Exception {
        byte[] dead;
        byte[] token;
        try (var pool = PoolManager.builder(Tasks::twice).size(1).start()) {
            dead = tokenOf(pool);
            long pid = pool.stats().workerList().get(0).pid();
            ProcessHandle.of(pid).orElseThrow().destroyForcibly();
            await().atMost(Duration.ofSeconds(20)).until(() -> {
                PoolStats.Worker worker = pool.stats().workerList().get(0);
                return worker.pid() != pid && worker.state() == WorkerState.IDLE;
            });
            token = tokenOf(pool);
        }
        assertThat(token).isNotEqualTo(dead);
        Path socket = directory.resolve("w.socket");
        try (Doorkeeper door = new Doorkeeper(socket, token)) {
            door.open();
            CompletableFuture<SocketChannel> guest =
                    CompletableFuture.supplyAsync(() -> admit(door), StrangerTest::inThread);
            long start = System.nanoTime();
            try (SocketChannel silent = knock(socket, new byte[0]);
                    SocketChannel slow = knock(socket, Arrays.copyOf(token, 1));
                    SocketChannel replayed = knock(socket, dead)) {
                CompletableFuture<Boolean> dripped =
                        CompletableFuture.supplyAsync(() -> drip(slow, token), StrangerTest::inThread);
                assertThat(isSentAway(replayed)).isTrue();
                long millisOfReplayed = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
                assertThat(isSentAway(silent)).isTrue();
                assertThat(isSentAway(slow)).isTrue();
                long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
                System.out.println("X01: an old token sent away after " + millisOfReplayed
                        + " ms, the silent and the slow after " + millis + " ms");
                assertThat(millisOfReplayed)
                        .as("not at the limit of the silent")
                        .isLessThan(3500);
                assertThat(millis).isBetween(1000L, 5000L);
                assertThat(dripped.get(20, TimeUnit.SECONDS)).isTrue();
            }
            assertThat(guest).isNotDone();
            try (SocketChannel child = knock(socket, token)) {
                assertThat(child.isConnected()).isTrue();
                guest.get(5, TimeUnit.SECONDS).close();
            }
        }
    }

    /** The common pool may have one thread alone, and both wait. */
    private static void inThread(Runnable code) {
        Thread thread = new Thread(code, "stranger");
        thread.setDaemon(true);
        thread.start();
    }

    /** Shows the right token, but a byte a second; true when it has been sent away. */
    private static boolean drip(SocketChannel stranger, byte[] token) {
        try {
            for (int shown = 1; shown < token.length; shown++) {
                LockSupport.parkNanos(TimeUnit.SECONDS.toNanos(1));
                stranger.write(ByteBuffer.wrap(token, shown, 1));
            }
            return false;
        } catch (IOException e) {
            return true;
        }
    }

    private static SocketChannel admit(Doorkeeper door) {
        try {
            return door.admit();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static SocketChannel knock(Path socket, byte[] words) throws IOException {
        SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
        channel.connect(UnixDomainSocketAddress.of(socket));
        channel.write(ByteBuffer.wrap(words));
        return channel;
    }

    private static boolean isSentAway(SocketChannel stranger) {
        try {
            return stranger.read(ByteBuffer.allocate(1)) < 0;
        } catch (IOException e) {
            return true; // with bytes of its that nobody has read
        }
    }

    @Test
    @DisplayName("X01: a silent stranger who is there first does not hold up the start of a worker")
    void x01SilentStrangerFirst(@TempDir Path home) throws Exception {
        Path knocked = home.resolve("knocked");
        try (var pool = PoolManager.builder(Tasks::twice)
                .size(1)
                .jvm(javaThatWaitsFor(knocked, home))
                .build()) {
            CompletableFuture<SocketChannel> stranger =
                    CompletableFuture.supplyAsync(() -> knockFirst(knocked), StrangerTest::inThread);
            long start = System.nanoTime();
            pool.start();
            System.out.println(
                    "X01: started after " + TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start) + " ms");
            assertThat(pool.map(List.of(1))).containsExactly(2);
            try (SocketChannel channel = stranger.get(20, TimeUnit.SECONDS)) {
                assertThat(isSentAway(channel)).isTrue();
            }
        }
    }

    @Test
    @DisplayName(
            "X01: no task is disturbed while the silent, the slow, the wrong and the many knock at the door of a second"
                    + " worker")
    void x01NoTaskDisturbed(@TempDir Path home) throws Exception {
        Path go = Files.createFile(home.resolve("go"));
        List<SocketChannel> strangers = new ArrayList<>();
        try (Gate gate = new Gate();
                var pool = PoolManager.builder(Tasks::passGateIfNegative, gate.port())
                        .size(1)
                        .maxSize(2)
                        .startTimeout(Duration.ofMinutes(2))
                        .jvm(javaThatWaitsFor(go, home))
                        .start()) {
            CompletableFuture<Integer> running = pool.submit(-1);
            gate.awaitArrivals(1);
            byte[] ofAnother = tokenOf(pool);
            Files.delete(go);
            pool.resize(2);
            SocketChannel first = knockAtDoor();
            strangers.add(first);
            Path socket = ((UnixDomainSocketAddress) first.getRemoteAddress()).getPath();
            for (int i = 0; i < 200; i++) {
                strangers.add(knock(socket, new byte[0]));
            }
            long start = System.nanoTime();
            SocketChannel slow = knock(socket, Arrays.copyOf(ofAnother, 1));
            strangers.add(slow);
            CompletableFuture<Boolean> dripped =
                    CompletableFuture.supplyAsync(() -> drip(slow, ofAnother), StrangerTest::inThread);
            strangers.add(knock(socket, ofAnother));
            strangers.add(knock(socket, new byte[0]));
            CompletableFuture<Integer> behind = pool.submit(1);
            assertThat(strangers).allMatch(StrangerTest::isSentAway);
            long millis = Blow.millisSince(start);
            assertThat(dripped.get(20, TimeUnit.SECONDS)).isTrue();
            assertThat(millis).isLessThan(5000);
            assertThat(running).isNotDone();
            gate.open();
            assertThat(running.get(20, TimeUnit.SECONDS)).isEqualTo(-1);
            assertThat(behind.get(20, TimeUnit.SECONDS)).isEqualTo(1);
            Files.createFile(go);
            await().until(() -> pool.stats().workers().live() == 2);
            assertThat(pool.map(List.of(2, 3, 4))).containsExactly(2, 3, 4);
            PoolStats stats = ApiContractTest.sample(pool);
            assertThat(stats.tasks().completed()).isEqualTo(5);
            assertThat(stats.restarts()).isZero();
            System.out.println("X01: " + strangers.size() + " strangers sent away after " + millis + " ms, "
                    + (5 - stats.tasks().completed()) + " of 5 tasks disturbed");
        } finally {
            for (SocketChannel stranger : strangers) {
                stranger.close();
            }
        }
    }

    /** A Java home whose java does not begin before that file is there. */
    private static JvmOptions javaThatWaitsFor(Path file, Path home) throws IOException {
        Path java = Files.createDirectory(home.resolve("bin")).resolve("java");
        Files.writeString(java, """
                #!/bin/sh
                while [ ! -e '%s' ]; do sleep 0.01; done
                exec '%s/bin/java' "$@"
                """.formatted(file, System.getProperty("java.home")));
        Files.setPosixFilePermissions(java, PosixFilePermissions.fromString("rwx------"));
        return new JvmOptions(home, List.of(), Map.of(), null);
    }

    /** Before the child can, which waits for that file. */
    private static SocketChannel knockFirst(Path knocked) {
        try {
            SocketChannel channel = knockAtDoor();
            Files.createFile(knocked);
            return channel;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** As soon as there is a worker that is waited for. */
    private static SocketChannel knockAtDoor() {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (System.nanoTime() < deadline) {
            try {
                for (Path directory :
                        ParentJvm.directories(ProcessHandle.current().pid())) {
                    for (Path file : filesIn(directory)) {
                        if (file.toString().endsWith(".socket")) {
                            return knock(file, new byte[0]);
                        }
                    }
                }
            } catch (IOException e) {
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1)); // not yet
            }
        }
        throw new AssertionError("no socket to knock at");
    }

    private static List<Path> filesIn(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.toList();
        }
    }

    @Test
    @DisplayName(
            "X02, X06: the token is in no command line, environment, file, log, crash log or error, and the files are the"
                    + " owner's alone")
    void x02TokenIsNowhere() throws Exception {
        try (Records records = new Records(Logger.ROOT_LOGGER_NAME, Level.TRACE);
                Gate gate = new Gate();
                var pool = PoolManager.builder(Tasks::passGate, gate.port())
                        .size(1)
                        .start()) {
            CompletableFuture<Integer> lost = pool.submit(1);
            gate.awaitArrivals(1);
            long pid = pool.stats().workerList().get(0).pid();
            List<byte[]> places = new ArrayList<>();
            places.add(Files.readAllBytes(Path.of("/proc", Long.toString(pid), "cmdline")));
            places.add(Files.readAllBytes(Path.of("/proc", Long.toString(pid), "environ")));
            for (Path directory : ParentJvm.directories(ProcessHandle.current().pid())) {
                assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(directory)))
                        .isEqualTo("rwx------");
                for (Path file : filesIn(directory)) {
                    places.add(Files.readAllBytes(file));
                }
            }
            byte[] token = tokenOf(pool);
            new ProcessBuilder("kill", "-SEGV", Long.toString(pid)).start().waitFor();
            Throwable error = lost.handle((value, failure) -> failure).get(20, TimeUnit.SECONDS);
            places.add((error + pool.stats().toString()).getBytes(StandardCharsets.ISO_8859_1));
            Path crashLog = ((WorkerCrashedException) error).exit().crashLog();
            places.add(Files.readAllBytes(crashLog));
            Files.delete(crashLog); // it would stay for whoever looks for the reason
            assertThat(records.messages()).isNotEmpty();
            records.messages().forEach(message -> places.add(message.getBytes(StandardCharsets.ISO_8859_1)));
            for (byte[] place : places) {
                String text = new String(place, StandardCharsets.ISO_8859_1);
                for (String form : Set.of(
                        new String(token, StandardCharsets.ISO_8859_1),
                        HexFormat.of().formatHex(token),
                        Base64.getEncoder().withoutPadding().encodeToString(token),
                        Arrays.toString(token))) {
                    assertThat(text.contains(form)).isFalse();
                }
            }
        }
    }

    private static byte[] tokenOf(PoolManager<?, ?> pool) throws ReflectiveOperationException {
        var token = ProcessWorker.class.getDeclaredField("token");
        token.setAccessible(true);
        return (byte[]) token.get(Inside.engine(pool).board().slots().get(0).worker);
    }
}
