package org.poolmanager.benchmarks;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.poolmanager.PoolManager;

/** A program that runs from jars, has an archive of its workers' classes made, and then measures workers on demand. */
public final class StartProgram {

    /** What it can be asked for. */
    enum Request {
        /** A start of a worker. */
        START,
        /** A task that uses the JDK a lot, in a worker that has the archive. */
        WORK,
        /** The same in this JVM, which has none. */
        WORK_HERE
    }

    private static final double PATIENCE_MILLIS = 60_000;

    private static final int TIMES = 500;

    private static final int WARM_UP = 20;

    private static final int KEYS = 2000;

    private StartProgram() {}

    /**
     * Called by {@link PackagedStart}: answers each {@link Request} with the milliseconds that it took.
     *
     * @param args the directory of the archives
     * @throws Exception if the pool does not work
     */
    public static void main(String[] args) throws Exception {
        Path archives = Path.of(args[0]);
        try (PoolManager<Integer, Integer> pool =
                PoolManager.builder(Contestants::square).size(1).start()) {
            pool.submit(1).get();
            awaitArchive(archives);
        }
        System.out.println("trained");
        BufferedReader requests = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        try (PoolManager<Integer, Double> pool =
                PoolManager.builder(StartProgram::work).size(1).start()) {
            for (int i = 0; i < WARM_UP; i++) {
                pool.submit(TIMES).get();
                work(TIMES);
            }
            String line;
            while ((line = requests.readLine()) != null) {
                double millis = switch (Request.valueOf(line)) {
                    case START -> WorkerStart.worker();
                    case WORK -> pool.submit(TIMES).get();
                    case WORK_HERE -> work(TIMES);
                };
                System.out.println(millis);
            }
        }
    }

    /** Takes as long as code of the JDK needs that any program runs, and says how many milliseconds that was. */
    private static Double work(Integer times) {
        long start = System.nanoTime();
        Map<String, Integer> map = new HashMap<>();
        for (int i = 0; i < times; i++) {
            map.clear();
            for (int key = 0; key < KEYS; key++) {
                map.merge("key " + key % (KEYS / 2), key, Integer::sum);
            }
        }
        return Load.millisSince(start);
    }

    private static void awaitArchive(Path archives) throws IOException {
        long start = System.nanoTime();
        while (!isThere(archives)) {
            if (Load.millisSince(start) > PATIENCE_MILLIS) {
                throw new IOException("no archive was made in " + archives);
            }
            Thread.onSpinWait();
        }
    }

    private static boolean isThere(Path archives) throws IOException {
        if (!Files.isDirectory(archives)) {
            return false;
        }
        try (Stream<Path> files = Files.list(archives)) {
            return files.anyMatch(file -> file.toString().matches(".*\\.(jsa|aot)"));
        }
    }
}
