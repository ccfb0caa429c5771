package org.poolmanager.benchmarks;

import static org.poolmanager.benchmarks.StartProgram.Request.START;
import static org.poolmanager.benchmarks.StartProgram.Request.WORK;
import static org.poolmanager.benchmarks.StartProgram.Request.WORK_HERE;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.poolmanager.PoolEvent;
import org.poolmanager.PoolManager;

/** From the start of a pool of one until its worker is ready, beside a child JVM that only says hello over a pipe. */
final class WorkerStart {

    private static final long LIMIT_SECONDS = 60;

    private WorkerStart() {}

    static void measure(Options options, Report report) throws Exception {
        Turns turns = new Turns(options);
        try (PackagedStart jars = new PackagedStart(PackagedStart.Form.EVERYTHING);
                PackagedStart libraries = new PackagedStart(PackagedStart.Form.LIBRARIES)) {
            Series helloOfJars = turns.add(() -> hello(jars.classPath()));
            Series workerOfJars = turns.add(() -> Map.of(Figure.MILLIS, jars.millis(START)));
            Series helloOfLibraries = turns.add(() -> hello(libraries.classPath()));
            Series workerOfLibraries = turns.add(() -> Map.of(Figure.MILLIS, libraries.millis(START)));
            Series hello = turns.add(() -> hello(System.getProperty("java.class.path")));
            Series worker = turns.add(() -> Map.of(Figure.MILLIS, worker()));
            Series work = turns.add(() -> Map.of(Figure.MILLIS, jars.millis(WORK)));
            Series workHere = turns.add(() -> Map.of(Figure.MILLIS, jars.millis(WORK_HERE)));
            turns.run();
            report.add(
                    "worker ready / bare child JVM, hello over a pipe, from jars",
                    Figure.MILLIS,
                    workerOfJars,
                    helloOfJars,
                    Goal.atMost(2.2, 1.4));
            report.add(
                    "the same with the application's classes in a directory",
                    Figure.MILLIS,
                    workerOfLibraries,
                    helloOfLibraries,
                    null);
            report.add(
                    "the same before there is an archive of classes, the pool in a directory as well",
                    Figure.MILLIS,
                    worker,
                    hello,
                    null);
            report.add(
                    "a task of hash maps and strings, in a worker from jars with its archive / in its parent",
                    Figure.MILLIS,
                    work,
                    workHere,
                    null);
        }
    }

    /** Starts a pool of one, and says how many milliseconds that took. */
    static double worker() throws Exception {
        CompletableFuture<Void> ready = new CompletableFuture<>();
        long start = System.nanoTime();
        PoolManager<Integer, Integer> pool = PoolManager.builder(Contestants::square)
                .size(1)
                .listener(event -> {
                    if (event instanceof PoolEvent.WorkerStarted) {
                        ready.complete(null);
                    }
                })
                .start();
        try {
            ready.get(LIMIT_SECONDS, TimeUnit.SECONDS);
            return Load.millisSince(start);
        } finally {
            pool.close();
        }
    }

    private static Map<Figure, Double> hello(String classPath) throws IOException {
        long start = System.nanoTime();
        Process child = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:+UseSerialGC",
                        "-cp",
                        classPath,
                        HelloChild.class.getName())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try {
            if (child.getInputStream().read() < 0) {
                throw new IOException("the bare child JVM said nothing");
            }
            return Map.of(Figure.MILLIS, Load.millisSince(start));
        } finally {
            child.destroyForcibly();
        }
    }
}
