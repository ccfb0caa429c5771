package org.poolmanager;

import java.io.IOException;
import java.nio.ByteOrder;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** A wall clock that jumps, for one JVM and its children, where a library can be put between them and the system's. */
final class WallClock {

    private static final long HOUR = TimeUnit.HOURS.toSeconds(1);

    /** What comes between; it adds the seconds that a file says. */
    private static final String LIBRARY = """
            #define _GNU_SOURCE
            #include <fcntl.h>
            #include <stdlib.h>
            #include <sys/mman.h>
            #include <sys/syscall.h>
            #include <sys/time.h>
            #include <time.h>
            #include <unistd.h>

            static volatile long *jump;

            __attribute__((constructor)) static void begin(void) {
                int file = open(getenv("WALL_CLOCK_JUMP"), O_RDONLY);
                void *page = mmap(0, sizeof(long), PROT_READ, MAP_SHARED, file, 0);
                close(file);
                jump = page == MAP_FAILED ? 0 : page;
            }

            int clock_gettime(clockid_t clock, struct timespec *now) {
                int result = syscall(SYS_clock_gettime, clock, now);
                if (clock == CLOCK_REALTIME && jump) {
                    now->tv_sec += *jump;
                }
                return result;
            }

            int gettimeofday(struct timeval *restrict now, void *restrict zone) {
                struct timespec precise;
                int result = clock_gettime(CLOCK_REALTIME, &precise);
                now->tv_sec = precise.tv_sec;
                now->tv_usec = precise.tv_nsec / 1000;
                return result;
            }

            time_t time(time_t *to) {
                struct timespec precise;
                clock_gettime(CLOCK_REALTIME, &precise);
                if (to) {
                    *to = precise.tv_sec;
                }
                return precise.tv_sec;
            }
            """;

    private WallClock() {}

    /** The start of a command whose clock jumps; null if no C compiler is here to make that. */
    static @Nullable List<String> command(Path directory) throws IOException, InterruptedException {
        Path source = Files.writeString(directory.resolve("clock.c"), LIBRARY);
        Path library = directory.resolve("clock.so");
        try {
            Process compiler = new ProcessBuilder("cc", "-shared", "-fPIC", "-o", library.toString(), source.toString())
                    .redirectErrorStream(true)
                    .start();
            String words = new String(compiler.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (compiler.waitFor() != 0) {
                throw new AssertionError(words);
            }
        } catch (IOException e) {
            return null;
        }
        Path jump = Files.write(jump(directory), new byte[Long.BYTES]);
        return List.of("setsid", "env", "LD_PRELOAD=" + library, "WALL_CLOCK_JUMP=" + jump);
    }

    private static Path jump(Path directory) {
        return directory.resolve("jump");
    }

    // ---- in the parent ----

    /** Zero tells the time of day, a positive number works so many milliseconds. */
    private static long work(int millis) throws InterruptedException {
        return millis == 0 ? System.currentTimeMillis() : Tasks.waitAndHeed(millis);
    }

    /** Says how much the clocks of a parent and its worker jump, and what they do to tasks and to those who wait. */
    static void run(Path directory, Isolation isolation) throws Exception {
        try (FileChannel file = FileChannel.open(jump(directory), StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            MappedByteBuffer jump = file.map(FileChannel.MapMode.READ_WRITE, 0, Long.BYTES);
            jump.order(ByteOrder.nativeOrder());
            try (var pool = PoolManager.builder(WallClock::work)
                    .isolation(isolation)
                    .size(2)
                    .queueSize(2)
                    .taskTimeout(Duration.ofSeconds(60))
                    .hangTimeout(Duration.ofSeconds(30))
                    .start()) {
                long before = pool.map(List.of(0)).get(0);
                long here = System.currentTimeMillis();
                jump.putLong(0, HOUR);
                say(minutes(System.currentTimeMillis() - here) + " "
                        + minutes(pool.map(List.of(0)).get(0) - before));
                Thread jumper = new Thread(() -> keepJumping(jump));
                jumper.setDaemon(true);
                jumper.start();
                underJumps(pool);
            }
            say("closed");
        }
    }

    private static long minutes(long millis) {
        return Math.round(millis / 60_000.0);
    }

    private static void keepJumping(MappedByteBuffer jump) {
        for (long next = -HOUR; true; next = -next) {
            jump.putLong(0, next);
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
        }
    }

    private static void underJumps(PoolManager<Integer, Long> pool) throws Exception {
        say(pool.map(Collections.nCopies(4, 500)));
        Duration limit = Duration.ofMillis(300);
        say(taking(limit, () -> {
            pool.submit(600_000, TaskOptions.defaults().taskTimeout(limit)).get();
            return "no limit";
        }));
        List<CompletableFuture<Long>> running = new ArrayList<>();
        running.add(pool.submit(600_000));
        pool.put(600_000);
        awaitBothBusy(pool); // else the worker that takes the killed one's place may take what is to wait in the queue
        say(taking(limit, () -> {
            pool.submit(0, TaskOptions.defaults().queueTimeout(limit)).get();
            return "no limit";
        }));
        say(taking(limit, () -> pool.get(limit)));
        running.add(pool.submit(0));
        running.add(pool.submit(0));
        say(taking(limit, () -> {
            pool.put(0, limit);
            return "room";
        }));
        say(taking(limit, () -> pool.join(limit)));
        PoolStats.Tasks tasks = pool.stats().tasks();
        say(tasks.timedOut() + " timed out, " + pool.stats().restarts() + " restarts, "
                + running.stream().filter(CompletableFuture::isDone).count() + " done");
        running.forEach(future -> future.cancel(true));
    }

    private static void awaitBothBusy(PoolManager<Integer, Long> pool) {
        long start = System.nanoTime();
        while (pool.stats().workers().busy() < 2) {
            if (System.nanoTime() - start > TimeUnit.MINUTES.toNanos(1)) {
                throw new IllegalStateException("no worker has taken the killed one's place");
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
        }
    }

    /** How a call ends, and whether that was too early, or so late that the clock must have to do with it. */
    private static String taking(Duration atLeast, Callable<?> call) throws Exception {
        long start = System.nanoTime();
        String how;
        try {
            how = String.valueOf(call.call());
        } catch (ExecutionException e) {
            how = e.getCause().getClass().getSimpleName();
        } catch (TimeoutException | RuntimeException e) {
            how = e.getClass().getSimpleName();
        }
        long took = System.nanoTime() - start;
        return how + (took < atLeast.toNanos() ? " too early" : took > TimeUnit.MINUTES.toNanos(1) ? " too late" : "");
    }

    private static void say(Object what) {
        System.out.println(Starving.MARK + what);
    }
}
