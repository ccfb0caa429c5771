package org.poolmanager.benchmarks;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.poolmanager.LogOverflow;
import org.poolmanager.PoolManager;

/** Log records of workers, from their loggers to a handler of ours that only counts. */
final class LogRecords {

    static final String LOGGER = "org.poolmanager.benchmarks.records";

    private static final int RECORDS_PER_TASK = 1_000;

    private static final int TASKS = 20;

    private static final long LIMIT_SECONDS = 60;

    private LogRecords() {}

    static void measure(Options options, Report report) throws Exception {
        Logger logger = Logger.getLogger(LOGGER);
        Counter counter = new Counter();
        logger.setUseParentHandlers(false);
        logger.addHandler(counter);
        try (PoolManager<Integer, Integer> pool = PoolManager.builder(LogRecords::log)
                .size(Contestants.SIZE)
                .loggers(LOGGER)
                .logOverflow(LogOverflow.WAIT)
                .start()) {
            Turns turns = new Turns(options);
            Series records = turns.add(() -> round(options, pool, counter));
            turns.run();
            report.addAlone(
                    "captured log records", Figure.RECORDS_PER_SECOND, records, Goal.atLeastItself(20_000, 100_000));
        } finally {
            logger.removeHandler(counter);
        }
    }

    private static Map<Figure, Double> round(Options options, PoolManager<Integer, Integer> pool, Counter counter)
            throws Exception {
        List<Integer> tasks = Collections.nCopies(TASKS, RECORDS_PER_TASK);
        int records = TASKS * RECORDS_PER_TASK;
        Map<Figure, Double> done = Load.tasks(options.roundTime(), records, () -> {
            pool.map(tasks);
            return counter.await(records);
        });
        return Map.of(Figure.RECORDS_PER_SECOND, done.getOrDefault(Figure.TASKS_PER_SECOND, 0.0));
    }

    static Integer log(Integer records) {
        Logger logger = Logger.getLogger(LOGGER);
        for (int i = 0; i < records; i++) {
            logger.info("a record of a worker that has something to say");
        }
        return records;
    }

    private static final class Counter extends Handler {

        private final Semaphore records = new Semaphore(0);

        int await(int count) throws InterruptedException {
            if (!records.tryAcquire(count, LIMIT_SECONDS, TimeUnit.SECONDS)) {
                throw new IllegalStateException(records.availablePermits() + " of " + count + " records came");
            }
            return count;
        }

        @Override
        public void publish(LogRecord logRecord) {
            records.release();
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    }
}
