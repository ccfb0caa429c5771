package org.poolmanager;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Notices when the pool has become slower by an order of magnitude. What it reaches is measured by the benchmarks; here
 * only a ratio counts, taken in one run, with a margin for any machine and load.
 */
@ExtendWith(NoLeftovers.class)
@DisplayName("Speed")
class SpeedTest {

    private static final double GATE = 0.05;

    private static final int ROUNDS = 7;

    @BothModes
    @DisplayName("trivial tasks take no more than twenty times what a thread pool takes")
    void trivialTasks(Isolation isolation) throws Exception {
        List<Integer> input = IntStream.range(0, 50_000).boxed().toList();
        ExecutorService threads = Executors.newFixedThreadPool(2);
        try (var pool = PoolManager.builder(Tasks::twice)
                .isolation(isolation)
                .size(2)
                .queueSize(1024)
                .start()) {
            double[] ratios = new double[ROUNDS];
            for (int round = -3; round < ROUNDS; round++) {
                long peer = nanos(() -> mapByExecutor(threads, input));
                long ours = nanos(() -> pool.map(input));
                if (round >= 0) {
                    ratios[round] = (double) peer / ours;
                }
            }
            Arrays.sort(ratios);
            System.out.printf(
                    "Trivial tasks, %s: %.2f of the speed of an ExecutorCompletionService%n",
                    isolation, ratios[ROUNDS / 2]);
            assertThat(ratios[ROUNDS / 2]).isGreaterThan(GATE);
        } finally {
            threads.shutdownNow();
        }
    }

    private static long nanos(Callable<List<Integer>> work) throws Exception {
        long start = System.nanoTime();
        assertThat(work.call()).hasSize(50_000);
        return System.nanoTime() - start;
    }

    private static List<Integer> mapByExecutor(ExecutorService threads, List<Integer> input) throws Exception {
        ExecutorCompletionService<Integer> completion = new ExecutorCompletionService<>(threads);
        for (Integer task : input) {
            completion.submit(() -> Tasks.twice(task));
        }
        List<Integer> results = new ArrayList<>(input.size());
        for (int i = 0; i < input.size(); i++) {
            results.add(completion.take().get());
        }
        return results;
    }
}
