package org.poolmanager.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A raw ping-pong whose two sides are kept on two cores. Left alone, the kernel puts them on one or on two, today so and
 * tomorrow otherwise, which makes a difference of several times.
 */
final class PinnedPingPong implements AutoCloseable {

    private static final String THREAD = "pinned-ping";

    private static final String PING_CORE = "0";

    private static final String PONG_CORE = "1";

    private final RawSocket socket;

    private final ExecutorService thread;

    private PinnedPingPong(RawSocket socket, ExecutorService thread) {
        this.socket = socket;
        this.thread = thread;
    }

    /** Null if there are no two cores, or no program that keeps threads on them. */
    static @Nullable PinnedPingPong open(int frameBytes) throws IOException {
        if (Runtime.getRuntime().availableProcessors() < 2 || !Files.isExecutable(Path.of("/usr/bin/taskset"))) {
            return null;
        }
        ExecutorService thread = Executors.newSingleThreadExecutor(work -> {
            Thread made = new Thread(work, THREAD);
            made.setDaemon(true);
            return made;
        });
        RawSocket socket = RawSocket.toEcho(frameBytes, List.of("taskset", "-c", PONG_CORE));
        PinnedPingPong pinned = new PinnedPingPong(socket, thread);
        try {
            pinned.inThread(() -> pin(ownThread()));
            return pinned;
        } catch (Exception e) {
            pinned.close();
            throw new IOException("the raw ping-pong could not be kept on two cores", e);
        }
    }

    <V> V inThread(Callable<V> work) throws Exception {
        return thread.submit(work).get();
    }

    int pingPong() throws IOException {
        return socket.pingPong();
    }

    private static int pin(String threadId) throws IOException, InterruptedException {
        int value = new ProcessBuilder("taskset", "-pc", PING_CORE, threadId)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start()
                .waitFor();
        if (value != 0) {
            throw new IOException("taskset exited with " + value);
        }
        return value;
    }

    private static String ownThread() throws IOException {
        try (Stream<Path> threads = Files.list(Path.of("/proc/self/task"))) {
            for (Path candidate : threads.toList()) {
                if (Files.readString(candidate.resolve("comm")).strip().equals(THREAD)) {
                    return candidate.getFileName().toString();
                }
            }
        }
        throw new IOException("the system has no thread named " + THREAD);
    }

    @Override
    public void close() throws IOException {
        thread.shutdown();
        socket.close();
    }
}
