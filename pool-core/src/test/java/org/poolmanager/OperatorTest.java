package org.poolmanager;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(NoLeftovers.class)
@DisplayName("Workers by hand")
class OperatorTest {

    private static PoolManagerBuilder<Integer, Integer> gated(Isolation isolation, Gate gate, int size) {
        return PoolManager.builder(Tasks::passGate, gate.port())
                .name("gated")
                .isolation(isolation)
                .size(size)
                .queueSize(8);
    }

    @BothModes
    @DisplayName("recycling under load: each worker is replaced, each task runs once, and none notices")
    void recyclesUnderLoad(Isolation isolation) throws Exception {
        try (var pool = PoolManager.builder(RecyclingTest.Counting.class)
                .staticArgs(0)
                .isolation(isolation)
                .size(3)
                .start()) {
            Set<String> tasks = new HashSet<>();
            Set<String> before = workersOfNext100(pool, tasks);
            for (int round = 1; round <= 2; round++) {
                assertThat(pool.recycle()).isEqualTo(3);
                long recycled = 3L * round;
                while (pool.stats().recycles() < recycled) {
                    workersOfNext100(pool, tasks);
                }
            }
            assertThat(workersOfNext100(pool, tasks)).doesNotContainAnyElementsOf(before);
            PoolStats stats = ApiContractTest.sample(pool);
            assertThat(stats.restarts()).isZero();
            assertThat(stats.recycles()).isEqualTo(6);
            assertThat(stats.workerList()).allSatisfy(worker -> {
                assertThat(worker.generation()).isEqualTo(3);
                assertThat(worker.lastExit().reason()).isEqualTo(WorkerExit.RECYCLED);
                assertThat(worker.lastExit().message())
                        .isEqualTo("the pool replaced it by a fresh one: an operator asked for fresh workers");
            });
        }
    }

    /** Runs tasks that were not run before, each of them once, and says by whom. */
    private static Set<String> workersOfNext100(PoolManager<Integer, String> pool, Set<String> done) throws Exception {
        int next = done.size() + 1;
        Set<String> workers = new HashSet<>();
        for (String result : pool.map(IntStream.range(next, next + 100).boxed().toList())) {
            String[] words = result.split(" ");
            workers.add(words[0]);
            assertThat(done.add(words[2])).as(result).isTrue();
        }
        assertThat(done).hasSize(next + 99);
        return workers;
    }

    @BothModes
    @DisplayName("recycling: idle workers come first, a running task is finished, also while the pool is paused")
    void recyclesAroundALongTask(Isolation isolation) throws Exception {
        try (Gate gate = new Gate();
                var pool = gated(isolation, gate, 2).start()) {
            CompletableFuture<Integer> running = pool.submit(1);
            gate.awaitArrivals(1);
            pool.pause();
            assertThat(pool.recycle()).isEqualTo(2);
            await().atMost(Duration.ofSeconds(20)).until(() -> pool.stats().recycles() == 1);
            assertThat(running).isNotDone();
            gate.open();
            assertThat(running.get(20, TimeUnit.SECONDS)).isEqualTo(1);
            await().atMost(Duration.ofSeconds(20)).until(() -> pool.stats().recycles() == 2);
            assertThat(pool.stats().restarts()).isZero();
            pool.resume();
            assertThat(pool.map(List.of(2, 3))).containsExactly(2, 3);
        }
    }

    @Test
    @DisplayName("only a pool that runs can be recycled")
    void notRunning() {
        var pool = PoolManager.builder(Tasks::twice).name("new").build();
        assertThatThrownBy(pool::recycle)
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("Pool 'new' is NEW and cannot be recycled: only one that is RUNNING or PAUSED can");
    }

    @BothModes
    @DisplayName("killing a worker costs the task that it runs, whose error says so, and nothing else")
    void kills(Isolation isolation) throws Exception {
        List<PoolEvent.WorkerExited> exits = new CopyOnWriteArrayList<>();
        try (Gate gate = new Gate();
                var pool = gated(isolation, gate, 1)
                        .quarantine(1)
                        .listener(event -> {
                            if (event instanceof PoolEvent.WorkerExited exited) {
                                exits.add(exited);
                            }
                        })
                        .start()) {
            CompletableFuture<Integer> running = pool.submit(1);
            gate.awaitArrivals(1);
            CompletableFuture<Integer> prefetched = pool.submit(2);
            CompletableFuture<Integer> queued = pool.submit(3);
            assertThat(pool.killWorker(1)).isTrue();
            assertThatThrownBy(() -> running.get(20, TimeUnit.SECONDS))
                    .cause()
                    .isInstanceOfSatisfying(WorkerCrashedException.class, e -> {
                        assertThat(e.reason()).isEqualTo(WorkerExit.OPERATOR);
                        assertThat(e.exit() == null).isEqualTo(isolation == Isolation.THREAD);
                        assertThat(e.workerPid()).isPositive();
                    })
                    .hasMessageContaining("of pool 'gated'")
                    .hasMessageContaining("an operator had its worker killed. The worker is being replaced;"
                            + " no other task is affected.");
            gate.open();
            assertThat(prefetched.get(20, TimeUnit.SECONDS)).isEqualTo(2);
            assertThat(queued.get(20, TimeUnit.SECONDS)).isEqualTo(3);
            PoolStats stats = ApiContractTest.sample(pool);
            assertThat(stats.tasks().crashed()).isEqualTo(1);
            assertThat(stats.restarts()).isEqualTo(1);
            assertThat(stats.quarantined()).as("it is not the task's fault").isZero();
            assertThat(stats.workerList().get(0).lastExit().reason()).isEqualTo(WorkerExit.OPERATOR);
            assertThat(stats.workerList().get(0).lastExit().message()).isEqualTo("an operator had it killed");
            await().until(() -> exits.size() == 1);
            assertThat(exits.get(0).reason()).isEqualTo(WorkerExit.OPERATOR);
            assertThatThrownBy(() -> pool.killWorker(2))
                    .isInstanceOf(NoSuchElementException.class)
                    .hasMessage("Pool 'gated' has no worker 2; its workers are 1");
        }
    }

    @BothModes
    @DisplayName(
            "a task whose worker was killed by hand is run again if crashes are retried; an idle worker costs nothing")
    void killsAndRetries(Isolation isolation) throws Exception {
        try (Gate gate = new Gate();
                var pool = gated(isolation, gate, 1)
                        .retry(policy -> policy.maxAttempts(2).backoff(Duration.ofMillis(1)))
                        .start()) {
            assertThat(pool.killWorker(1)).isTrue();
            await().atMost(Duration.ofSeconds(20)).until(() -> pool.stats().restarts() == 1 && pool.isAlive());
            CompletableFuture<Integer> running = pool.submit(1);
            gate.awaitArrivals(1);
            assertThat(pool.killWorker(1)).isTrue();
            gate.awaitArrivals(2);
            gate.open();
            assertThat(running.get(20, TimeUnit.SECONDS)).isEqualTo(1);
            assertThat(pool.stats().tasks().retried()).isEqualTo(1);
        }
    }

    @BothModes
    @DisplayName("a worker that does not serve is not killed")
    void killsNoWorkerTwice(Isolation isolation) throws Exception {
        var pool =
                PoolManager.builder(Tasks::twice).isolation(isolation).size(1).start();
        pool.close();
        assertThat(pool.killWorker(1)).isFalse();
    }

    @BothModes
    @DisplayName("killing workers under load: each task has one outcome, and only crashes are lost")
    void killsUnderLoad(Isolation isolation) throws Exception {
        try (var pool =
                PoolManager.builder(Tasks::twice).isolation(isolation).size(2).start()) {
            List<Integer> input = IntStream.range(0, 30_000).boxed().toList();
            FutureTask<List<Outcome<Integer>>> map = new FutureTask<>(() -> pool.mapOutcomes(input));
            new Thread(map, "maps").start();
            int killed = 0;
            for (int i = 0; i < 6; i++) {
                int id = 1 + i % 2;
                await().atMost(Duration.ofSeconds(20)).until(() -> map.isDone() || pool.killWorker(id));
                killed++;
            }
            int lost = 0;
            List<Outcome<Integer>> outcomes = map.get(60, TimeUnit.SECONDS);
            for (int i = 0; i < outcomes.size(); i++) {
                Outcome<Integer> outcome = outcomes.get(i);
                if (outcome.isCompleted()) {
                    assertThat(outcome.get()).isEqualTo(2 * i);
                } else {
                    assertThat(outcome.failure())
                            .isInstanceOfSatisfying(
                                    WorkerCrashedException.class,
                                    e -> assertThat(e.reason()).isEqualTo(WorkerExit.OPERATOR));
                    lost++;
                }
            }
            assertThat(outcomes).hasSize(input.size());
            assertThat(lost).isLessThanOrEqualTo(killed);
            ApiContractTest.sample(pool);
        }
    }

    @BothModes
    @DisplayName("a worker shows where its task is, and nothing when it has none")
    void shows(Isolation isolation) throws Exception {
        try (Gate gate = new Gate();
                var pool = gated(isolation, gate, 1).start()) {
            assertThat(pool.workerStack(1, Duration.ofSeconds(10)).task()).isNull();
            CompletableFuture<Integer> running = pool.submit(1);
            gate.awaitArrivals(1);
            WorkerStack stack = pool.workerStack(1, Duration.ofSeconds(10));
            assertThat(stack.worker()).isEqualTo(1);
            assertThat(stack.pid()).isEqualTo(pool.stats().workerList().get(0).pid());
            assertThat(stack.task()).isEqualTo(1);
            assertThat(stack.frames())
                    .anyMatch(frame -> frame.getMethodName().equals("pass"))
                    .anyMatch(frame -> frame.getMethodName().equals("passGate"));
            gate.open();
            assertThat(running.get(20, TimeUnit.SECONDS)).isEqualTo(1);
            assertThat(pool.workerStack(1, Duration.ofSeconds(10)).frames()).isEmpty();
            assertThatThrownBy(() -> pool.workerStack(0, Duration.ofSeconds(10)))
                    .isInstanceOf(NoSuchElementException.class);
            assertThat(pool.stats().restarts()).isZero();
        }
    }

    @BothModes
    @DisplayName("a question to a worker whose tasks are short is answered, and costs none of them")
    void showsShortTasks(Isolation isolation) throws Exception {
        try (var pool =
                PoolManager.builder(Tasks::twice).isolation(isolation).size(1).start()) {
            FutureTask<List<Integer>> map = new FutureTask<>(
                    () -> pool.map(IntStream.range(0, 20_000).boxed().toList()));
            new Thread(map, "maps").start();
            List<WorkerStack> stacks = new ArrayList<>();
            do {
                stacks.add(pool.workerStack(1, Duration.ofSeconds(10)));
            } while (!map.isDone());
            assertThat(map.get()).hasSize(20_000);
            assertThat(stacks)
                    .allMatch(stack -> stack.task() != null || stack.frames().isEmpty());
        }
    }

    @Test
    @DisplayName("a process that is stopped shows nothing, and the error says what is the matter")
    void showsNothing() throws Exception {
        try (Gate gate = new Gate();
                var pool = gated(Isolation.PROCESS, gate, 1).start()) {
            CompletableFuture<Integer> running = pool.submit(1);
            gate.awaitArrivals(1);
            long pid = pool.stats().workerList().get(0).pid();
            ParentJvm.signal("STOP", pid);
            try {
                assertThatThrownBy(() -> pool.workerStack(1, Duration.ofMillis(300)))
                        .isInstanceOf(TimeoutException.class)
                        .hasMessage(
                                "Worker 1 of pool 'gated' (pid " + pid + ") has not shown its stack within 300.0 ms."
                                        + " Most likely its process is stopped, or its machine is overloaded");
                pool.submit(2); // it is handed out, and does not come back
                long begin = System.nanoTime();
                pool.pause();
                assertThat((System.nanoTime() - begin) / 1_000_000).isBetween(900L, 5000L);
                pool.resume();
            } finally {
                ParentJvm.signal("CONT", pid);
            }
            gate.open();
            assertThat(running.get(20, TimeUnit.SECONDS)).isEqualTo(1);
        }
    }

    @BothModes
    @DisplayName("clearing is an event that says how many tasks it has cancelled")
    void clears(Isolation isolation) throws Exception {
        List<PoolEvent> cleared = new CopyOnWriteArrayList<>();
        try (var pool = PoolManager.builder(Tasks::twice)
                .name("clear")
                .isolation(isolation)
                .size(1)
                .listener(event -> {
                    if (event instanceof PoolEvent.QueueCleared) {
                        cleared.add(event);
                    }
                })
                .start()) {
            assertThat(pool.clearTasks()).isZero();
            pool.pause();
            pool.put(1);
            pool.put(2);
            assertThat(pool.clearTasks()).isEqualTo(2);
            await().until(() -> cleared.equals(List.of(new PoolEvent.QueueCleared("clear", 2))));
        }
    }
}
