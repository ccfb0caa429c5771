package org.poolmanager.benchmarks;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.poolmanager.PoolManager;

/** A program that runs from jars, has an archive of its workers' classes made, and then starts workers on demand. */
public final class StartProgram {

    private static final double PATIENCE_MILLIS = 60_000;

    private StartProgram() {}

    /**
     * Called by {@link PackagedStart}: answers each line with the milliseconds that a start took.
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
        while (requests.readLine() != null) {
            System.out.println(WorkerStart.worker());
        }
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
