package org.poolmanager;

import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.poolmanager.worker.PoolProcess;

/** A worker that takes for ever at some moment of its life, and the parent of two such workers. */
final class Lingering implements PoolProcess<byte[], Integer> {

    /** Where a pool is when something happens to it. */
    enum Moment {
        DRAINING,
        RECEIVING,
        RECYCLING,
        CLOSING,
        EXITING
    }

    private final Moment moment;

    private final int port;

    Lingering(Moment moment, int port) {
        this.moment = moment;
        this.port = port;
        if (moment == Moment.EXITING) {
            Runtime.getRuntime().addShutdownHook(new Thread(this::linger));
        }
    }

    @Override
    public Integer run(byte[] task) {
        switch (moment) {
            case DRAINING -> linger();
            case RECEIVING, RECYCLING -> Gate.pass(port, "running");
            default -> {
                // It lingers later.
            }
        }
        return task.length;
    }

    @Override
    public void close() {
        if (moment == Moment.CLOSING) {
            linger();
        }
    }

    private void linger() {
        Gate.pass(port, "lingering");
        try {
            new CountDownLatch(1).await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** Returns when two workers are there. */
    static void bring(Moment moment) throws InterruptedException {
        Gate gate = new Gate();
        gate.open();
        PoolManagerBuilder<byte[], Integer> builder = PoolManager.builder(Lingering.class)
                .staticArgs(moment, gate.port())
                .size(2)
                .daemon(false)
                .closeTimeout(Duration.ofMinutes(5))
                .exitTimeout(Duration.ofMinutes(5));
        if (moment == Moment.RECYCLING) {
            builder.recycle(policy -> policy.maxTasks(1));
        }
        PoolManager<byte[], Integer> pool = builder.start();
        Thread driver = new Thread(() -> drive(pool, moment));
        driver.setDaemon(true);
        driver.start();
        gate.awaitArrivals(2);
        if (moment == Moment.DRAINING) {
            await().until(() -> pool.state() == PoolState.DRAINING);
        }
    }

    private static void drive(PoolManager<byte[], Integer> pool, Moment moment) {
        byte[] task = new byte[moment == Moment.RECEIVING ? 100 << 20 : 1];
        try {
            switch (moment) {
                case RECEIVING, RECYCLING -> {
                    while (true) {
                        pool.map(List.of(task, task));
                    }
                }
                default -> {
                    pool.put(task);
                    pool.put(task);
                    pool.close();
                }
            }
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** Loses workers and leaves programs behind in a JVM to which all orphans come; says what became of all that. */
    static String asFirstProcess() throws Exception {
        List<Outcome<Long>> outcomes;
        try (var pool =
                PoolManager.builder(WorkerDeathTest::startProgram).size(2).start()) {
            outcomes = pool.mapOutcomes(List.of("go on", "exit", "go on", "exit", "go on", "go on"));
        }
        long done = outcomes.stream().filter(Outcome::isCompleted).count();
        long running = ProcessHandle.allProcesses()
                .filter(process -> process.pid() != 1)
                .filter(ParentJvm::isRunning)
                .count();
        return "pid " + ProcessHandle.current().pid() + ", " + (outcomes.size() - done) + " lost, " + done + " done, "
                + running + " orphans running";
    }
}
