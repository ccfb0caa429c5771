package org.poolmanager;

import java.io.EOFException;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.poolmanager.launch.JvmOptions;

/** In a parent of its own: a pool in a JVM whose descriptors are used up, and free again later. Says what it sees. */
final class Starving {

    static final String MARK = "= ";

    private static final int A_SECOND = -1_000;

    static {
        Awaitility.setDefaultTimeout(Duration.ofSeconds(30));
    }

    private final List<FileInputStream> hoard = new ArrayList<>();

    private final Thread eater = new Thread(this::eat, "eats-descriptors");

    private volatile boolean full;

    private Starving() {
        eater.setDaemon(true);
        eater.start();
        Awaitility.await().until(() -> full);
    }

    /** Takes each descriptor as soon as it is free. */
    private void eat() {
        while (!Thread.currentThread().isInterrupted()) {
            try {
                hoard.add(new FileInputStream("/dev/null"));
            } catch (IOException e) {
                full = true;
                LockSupport.parkNanos(TimeUnit.MICROSECONDS.toNanos(100));
            }
        }
    }

    /** Gives them back. */
    void end() throws Exception {
        eater.interrupt();
        eater.join();
        for (FileInputStream one : hoard) {
            one.close();
        }
    }

    private static PoolManagerBuilder<Integer, Integer> pool() {
        return PoolManager.builder(Starving::exitOrSpin)
                .name("starving")
                .size(2)
                .restartBackoff(Duration.ofMillis(20))
                .restartMaxBackoff(Duration.ofMillis(200));
    }

    private static int exitOrSpin(int task) {
        return switch (task) {
            case 0 -> Tasks.spin(600_000);
            case A_SECOND -> Tasks.spin(1_000);
            default -> Tasks.exitUnlessNegative(task);
        };
    }

    /** Marked, because the pool's own log lines go there too. */
    private static void say(Object what) {
        System.out.println(MARK + what);
    }

    static String told(Throwable problem) {
        return problem.getClass().getSimpleName() + ": " + problem.getMessage().replace(System.lineSeparator(), " ");
    }

    /** A task that ends its worker, and one that its limit ends, while nothing can be opened; then all is well again. */
    static void run() throws Exception {
        var pool = pool().taskTimeout(Duration.ofSeconds(1)).start();
        pool.map(List.of(-1, -1));
        int before = Descriptors.open();
        Starving starving = new Starving();
        say(told(failure(pool, 3)));
        say(told(failure(pool, 0)));
        say(told(failure(pool, -1)));
        Awaitility.await().until(() -> pool.state() == PoolState.BROKEN);
        starving.end();
        Awaitility.await()
                .atMost(Duration.ofSeconds(30))
                .until(() -> pool.stats().workers().live() == 2);
        say(pool.state() + " " + pool.map(List.of(-2, -3)));
        Awaitility.await().until(() -> Descriptors.open() - before <= 2); // those of the dead are closed by and by
        say(Descriptors.open() - before);
        pool.close();
        say(ProcessHandle.current().descendants().count());
    }

    private static Throwable failure(PoolManager<Integer, Integer> pool, int task) throws Exception {
        return failure(pool.submit(task));
    }

    private static Throwable failure(CompletableFuture<Integer> task) throws Exception {
        try {
            return new AssertionError("it became " + task.get(30, TimeUnit.SECONDS));
        } catch (ExecutionException e) {
            return e.getCause();
        }
    }

    /** Something that can be used up, and be free again. */
    private interface Resource {

        void exhaust() throws Exception;

        void free() throws Exception;
    }

    /** What whoever has started this JVM takes from it, and gives back, when it is told to and before it answers. */
    private static final class Foreign implements Resource {

        @Override
        public void exhaust() throws IOException {
            ask("exhaust");
        }

        @Override
        public void free() throws IOException {
            ask("free");
        }

        private static void ask(String what) throws IOException {
            say(what);
            if (System.in.read() < 0) {
                throw new EOFException();
            }
        }
    }

    /** A pool that nothing can be forked for, neither when it starts nor later. */
    static void withoutProcesses() throws Exception {
        try (var first = pool().start()) {
            first.map(List.of(-1));
        }
        int before = Descriptors.open();
        Resource processes = new Foreign();
        var pool = pool().build();
        processes.exhaust();
        try {
            pool.start();
        } catch (PoolStartException e) {
            say(told(e));
        }
        say(ProcessHandle.current().descendants().count());
        processes.free();
        Awaitility.await().until(() -> Descriptors.open() <= before);
        pool.start();
        loseWorkers(pool, processes);
        pool.close();
        say(ProcessHandle.current().descendants().count());
        Awaitility.await().until(() -> Descriptors.open() <= before);
        say("back");
    }

    /** A pool whose disk becomes full while a task runs. */
    static void withoutSpace(String directory) throws Exception {
        System.setProperty("java.io.tmpdir", directory);
        Path ballast = Path.of(directory, "ballast");
        try (var pool = pool().start()) {
            loseWorkers(pool, new Resource() {
                @Override
                public void exhaust() throws Exception {
                    CompletableFuture<Integer> running = pool.submit(A_SECOND);
                    try (OutputStream to = Files.newOutputStream(ballast)) {
                        while (true) {
                            to.write(new byte[4096]);
                        }
                    } catch (IOException e) {
                        say(e.getMessage());
                    }
                    say(running.get());
                }

                @Override
                public void free() throws Exception {
                    Files.delete(ballast);
                }
            });
        }
    }

    /** One worker is lost, then the other, and both come back when they can. */
    private static void loseWorkers(PoolManager<Integer, Integer> pool, Resource resource) throws Exception {
        pool.map(List.of(-1, -1));
        resource.exhaust();
        say(told(failure(pool, 3)));
        say(pool.map(List.of(-1)));
        CompletableFuture<Integer> last = pool.submit(3);
        CompletableFuture<Integer> next = pool.submit(-1);
        say(told(failure(last)));
        long start = System.nanoTime();
        say(told(failure(next)));
        say(Blow.millisSince(start));
        Awaitility.await().pollInSameThread().until(() -> pool.state() == PoolState.BROKEN);
        resource.free();
        Awaitility.await()
                .atMost(Duration.ofSeconds(60))
                .until(() -> pool.stats().workers().live() == 2);
        say(pool.state() + " " + pool.map(List.of(-2, -3)));
    }

    /** A pool is started while nothing can be opened, and again when that is over. */
    static void start() throws Exception {
        try (var first = pool().start()) {
            first.map(List.of(-1));
        }
        int before = Descriptors.open();
        var pool = pool().size(3).build();
        Starving starving = new Starving();
        try {
            pool.start();
        } catch (PoolStartException e) {
            say(told(e));
        } finally {
            starving.end();
        }
        Awaitility.await().until(() -> ProcessHandle.current().descendants().count() == 0);
        say(Descriptors.open() - before);
        try (pool) {
            pool.start();
            say(pool.map(List.of(-2, -3)));
        }
    }

    private static int ignore(int task, String large) {
        return task;
    }

    private static boolean lives(String thread) {
        return Thread.getAllStackTraces().keySet().stream()
                .anyMatch(each -> each.getName().startsWith(thread));
    }

    /** A worker stops before it has read what it is to be, and its time is up while nothing can be opened. */
    static void startStopped(String javaHome) throws Exception {
        try (var first = pool().size(1).start()) {
            first.map(List.of(-1));
        }
        var pool = PoolManager.builder(Starving::ignore, "more than a pipe takes ".repeat(10_000))
                .size(1)
                .jvm(new JvmOptions(Path.of(javaHome), List.of(), Map.of(), null))
                .startTimeout(Duration.ofSeconds(5))
                .build();
        CompletableFuture<@Nullable Void> started = CompletableFuture.runAsync(() -> {
            try {
                pool.start();
            } catch (PoolStartException e) {
                say("not started");
            }
        });
        Awaitility.await().until(() -> ProcessHandle.current().descendants().count() == 1);
        Starving starving = new Starving();
        Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> lives("poolmanager-kill-"));
        starving.end();
        started.get(30, TimeUnit.SECONDS);
        say(ProcessHandle.current().descendants().count());
    }

    /** More workers than there can be descriptors. */
    static void crowd() throws Exception {
        try (var first = pool().start()) {
            first.map(List.of(-1));
            first.stats(); // no class is to be loaded when no file can be opened
        }
        int before = Descriptors.open();
        var pool = pool().size(40).build();
        try (pool) {
            pool.start();
            int live = pool.stats().workers().live();
            say(live > 0 && live < 40 ? "fewer" : live + " workers");
            say(pool.map(List.of(-2, -3)));
        }
        say(ProcessHandle.current().descendants().count());
        Awaitility.await().until(() -> Descriptors.open() <= before);
        say("back");
    }
}
