package org.poolmanager.benchmarks;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.poolmanager.PoolManager;

/** How throughput of child JVMs follows the size of one thing at a time. */
final class Scaling {

    private static final int[] WORKERS = {1, 2, 4, 8, 16};

    private static final int[] QUEUES = {1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096};

    private static final int[] PAYLOADS = {0, 64, 1 << 10, 4 << 10, 16 << 10, 64 << 10, 256 << 10, 1 << 20, 4 << 20};

    private static final int[] LARGE_PAYLOADS = {1 << 20, 4 << 20, 16 << 20, 64 << 20};

    private static final int[] PRODUCERS = {1, 2, 4, 8, 16, 32};

    private static final int MOST_PAYLOADS = 2_000;

    private static final long BATCH_BYTES = 32L << 20;

    private static final int PARTS = 10;

    /**
     * An element of user code.
     *
     * @param id a number
     * @param name a word
     */
    record Item(int id, String name) implements Serializable {}

    private Scaling() {}

    static void measure(Options options, Report report) throws Exception {
        workers(options, report);
        queues(options, report);
        smallPayloads(options, report);
        largePayloads(options.withFewWarmups(), report);
        producers(options, report);
        order(options, report);
        logCapture(options, report);
        types(options, report);
    }

    private static Callable<Integer> squares(PoolManager<Integer, Integer> pool, int tasks) {
        List<Integer> input = Collections.nCopies(tasks, 3);
        return () -> pool.map(input).size();
    }

    private static Turns.Turn load(Options options, int tasks, Callable<?> batch) {
        return () -> Load.tasks(options.roundTime(), tasks, batch);
    }

    private static int part(Options options) {
        return Math.max(1, options.tasks() / PARTS);
    }

    private static void workers(Options options, Report report) throws Exception {
        try (Pools pools = new Pools()) {
            Scale scale = new Scale(
                    "workers",
                    "Tasks of 50 µs per second by workers, queue size 1024",
                    Figure.TASKS_PER_SECOND,
                    options);
            List<Integer> input = Collections.nCopies(Math.max(1, options.tasks() / 50), 50);
            for (int size : WORKERS) {
                var pool = pools.add(Contestants.pool(size, Contestants.WIDE_QUEUE, Contestants::spin));
                scale.add(size + " workers", load(options, input.size(), () -> pool.map(input)));
            }
            scale.measure(report);
        }
    }

    private static void queues(Options options, Report report) throws Exception {
        try (Pools pools = new Pools()) {
            Scale scale = new Scale(
                    "queues", "Trivial tasks per second by queue size, 2 workers", Figure.TASKS_PER_SECOND, options);
            for (int queue : QUEUES) {
                var pool = pools.add(Contestants.pool(Contestants.SIZE, queue, Contestants::square));
                scale.add("queue size " + queue, load(options, part(options), squares(pool, part(options))));
            }
            scale.measure(report);
        }
    }

    private static void smallPayloads(Options options, Report report) throws Exception {
        payloads("payloads", "Payloads there and back per second", Figure.TASKS_PER_SECOND, PAYLOADS, options, report);
    }

    private static void largePayloads(Options options, Report report) throws Exception {
        payloads(
                "large-payloads",
                "Large payloads there and back, both counted",
                Figure.MEGABYTES_PER_SECOND,
                LARGE_PAYLOADS,
                options,
                report);
    }

    private static void payloads(String name, String title, Figure figure, int[] sizes, Options options, Report report)
            throws Exception {
        try (Pools pools = new Pools()) {
            var pool = pools.add(Contestants.pool(Contestants.SIZE, 2 * Contestants.SIZE, (byte[] payload) -> payload));
            Scale scale = new Scale(name, title, figure, options);
            for (int size : sizes) {
                if (size > options.largest()) {
                    continue;
                }
                long fitting = BATCH_BYTES / Math.max(1, size);
                int tasks = (int) Math.max(2, Math.min(Math.min(MOST_PAYLOADS, options.tasks()), fitting));
                List<byte[]> input = Collections.nCopies(tasks, new byte[size]);
                Callable<?> batch = () -> pool.map(input).size();
                scale.add(
                        bytes(size),
                        figure == Figure.TASKS_PER_SECOND
                                ? load(options, tasks, batch)
                                : () -> Load.bytes(options.roundTime(), 2L * tasks * size, batch));
            }
            scale.measure(report);
        }
    }

    private static String bytes(int size) {
        return size >= 1 << 20 ? (size >> 20) + " MiB" : size >= 1 << 10 ? (size >> 10) + " KiB" : size + " B";
    }

    private static void producers(Options options, Report report) throws Exception {
        ExecutorService threads = Executors.newCachedThreadPool();
        try (Pools pools = new Pools()) {
            var pool = pools.add(Contestants.pool(Contestants.SIZE, Contestants.WIDE_QUEUE, Contestants::square));
            Scale scale = new Scale(
                    "producers",
                    "Trivial tasks per second by threads that call `map` at once, queue size 1024",
                    Figure.TASKS_PER_SECOND,
                    options);
            for (int producers : PRODUCERS) {
                int share = Math.max(1, options.tasks() / producers);
                List<Callable<Integer>> calls = Collections.nCopies(producers, squares(pool, share));
                scale.add(producers + " producers", load(options, share * producers, () -> {
                    for (Future<Integer> call : threads.invokeAll(calls)) {
                        call.get();
                    }
                    return producers;
                }));
            }
            scale.measure(report);
        } finally {
            threads.shutdownNow();
        }
    }

    private static void order(Options options, Report report) throws Exception {
        try (Pools pools = new Pools()) {
            Scale scale = new Scale(
                    "order",
                    "Trivial tasks per second with `putAsync` and `get`, queue size 1024",
                    Figure.TASKS_PER_SECOND,
                    options);
            List<Integer> input = Collections.nCopies(part(options), 3);
            for (boolean ordered : new boolean[] {false, true}) {
                var pool = pools.add(PoolManager.builder(Contestants::square)
                        .size(Contestants.SIZE)
                        .queueSize(Contestants.WIDE_QUEUE)
                        .ordered(ordered)
                        .start());
                scale.add(ordered ? "in order" : "as they come", load(options, input.size(), () -> {
                    var fed = pool.putAsync(input);
                    for (int i = 0; i < input.size(); i++) {
                        pool.get();
                    }
                    return fed.get();
                }));
            }
            scale.measure(report);
        }
    }

    private static void logCapture(Options options, Report report) throws Exception {
        try (Pools pools = new Pools()) {
            Scale scale = new Scale(
                    "capture",
                    "Trivial tasks per second without and with log capture, nothing logged, queue size 1024",
                    Figure.TASKS_PER_SECOND,
                    options);
            var without = pools.add(Contestants.pool(Contestants.SIZE, Contestants.WIDE_QUEUE, Contestants::square));
            var with = pools.add(PoolManager.builder(Contestants::square)
                    .size(Contestants.SIZE)
                    .queueSize(Contestants.WIDE_QUEUE)
                    .loggers(LogRecords.LOGGER)
                    .start());
            scale.add("without", load(options, part(options), squares(without, part(options))));
            scale.add("with", load(options, part(options), squares(with, part(options))));
            scale.measure(report);
        }
    }

    private static void types(Options options, Report report) throws Exception {
        try (Pools pools = new Pools()) {
            Scale scale = new Scale(
                    "types", "Elements there and back per second, queue size 1024", Figure.TASKS_PER_SECOND, options);
            List<Object> elements =
                    List.of(7, "a word or two", new Item(7, "a word"), new ArrayList<>(List.of(1, 2, 3)));
            var pool =
                    pools.add(Contestants.pool(Contestants.SIZE, Contestants.WIDE_QUEUE, (Object element) -> element));
            List<String> names = List.of("Integer", "String", "record", "List");
            for (int i = 0; i < elements.size(); i++) {
                List<Object> input = Collections.nCopies(part(options), elements.get(i));
                scale.add(
                        names.get(i),
                        load(options, input.size(), () -> pool.map(input).size()));
            }
            scale.measure(report);
        }
    }
}
