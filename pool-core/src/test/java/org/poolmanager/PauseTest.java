package org.poolmanager;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(NoLeftovers.class)
@DisplayName("Pausing")
class PauseTest {

    private static PoolManagerBuilder<Integer, Integer> gated(Isolation isolation, Gate gate) {
        return PoolManager.builder(Tasks::passGate, gate.port())
                .name("gated")
                .isolation(isolation)
                .size(2)
                .queueSize(4);
    }

    private static List<CompletableFuture<Integer>> submit(PoolManager<Integer, Integer> pool, int from, int to)
            throws InterruptedException {
        List<CompletableFuture<Integer>> futures = new ArrayList<>();
        for (int i = from; i < to; i++) {
            futures.add(pool.submit(i));
        }
        return futures;
    }

    @BothModes
    @DisplayName(
            "what runs goes on to its end, what waits or lies in a worker waits, and all of it runs once it is resumed")
    void holdsBack(Isolation isolation) throws Exception {
        List<PoolState> states = new CopyOnWriteArrayList<>();
        try (Gate gate = new Gate();
                var pool = gated(isolation, gate)
                        .listener(event -> {
                            if (event instanceof PoolEvent.StateChanged changed) {
                                states.add(changed.to());
                            }
                        })
                        .start()) {
            await().until(() -> states.size() == 2); // before there are further ones, which other threads tell
            List<CompletableFuture<Integer>> running = submit(pool, 0, 2);
            gate.awaitArrivals(2);
            List<CompletableFuture<Integer>> waiting = submit(pool, 2, 5); // some of them in a worker's hands
            pool.pause();
            pool.pause();
            assertThat(pool.state()).isEqualTo(PoolState.PAUSED);
            waiting.add(pool.submit(5));
            assertThat(pool.offer(9)).isFalse();
            gate.open();
            for (int i = 0; i < 2; i++) {
                assertThat(running.get(i).get(20, TimeUnit.SECONDS)).isEqualTo(i);
            }
            PoolStats stats = ApiContractTest.sample(pool);
            assertThat(stats.state()).isEqualTo(PoolState.PAUSED);
            assertThat(stats.workers().idle()).isEqualTo(2);
            assertThat(stats.queue().size()).isEqualTo(4);
            assertThat(stats.tasks().running()).isZero();
            CompletableFuture<Integer> next = pool.submit(6); // there is room again, and it waits as well
            assertThat(gate.arrivals()).containsExactlyInAnyOrder("0", "1");
            pool.resume();
            pool.resume();
            for (CompletableFuture<Integer> late : waiting) {
                late.get(20, TimeUnit.SECONDS);
            }
            assertThat(next.get(20, TimeUnit.SECONDS)).isEqualTo(6);
            assertThat(gate.arrivals()).containsExactlyInAnyOrder("0", "1", "2", "3", "4", "5", "6");
            assertThat(pool.stats().restarts()).isZero();
            await().until(() -> states.size() == 4);
            assertThat(states.subList(0, 2)) // told by two threads
                    .containsExactlyInAnyOrder(PoolState.STARTING, PoolState.RUNNING);
            assertThat(states.subList(2, 4)).containsExactly(PoolState.PAUSED, PoolState.RUNNING);
        }
    }

    @BothModes
    @DisplayName("once pause has returned nothing begins, however short tasks are, and none is lost or run twice")
    void nothingBegins(Isolation isolation) throws Exception {
        try (var pool = PoolManager.builder(Tasks::twice)
                .isolation(isolation)
                .size(2)
                .queueSize(2000)
                .start()) {
            List<Integer> input = IntStream.range(0, 20_000).boxed().toList();
            FutureTask<List<Integer>> map = new FutureTask<>(() -> pool.map(input));
            new Thread(map, "maps").start();
            int pauses = 0;
            while (!map.isDone()) {
                pool.pause();
                await().pollInterval(Duration.ofMillis(1))
                        .until(() -> pool.stats().tasks().running() == 0);
                long done = pool.stats().tasks().finished();
                pool.offer(1); // has waiting tasks handed out, if any were to be
                assertThat(pool.stats().tasks().finished()).isEqualTo(done);
                assertThat(pool.stats().tasks().running()).isZero();
                pool.resume();
                long begin = done;
                await().pollInterval(Duration.ofMillis(1))
                        .until(() -> map.isDone() || pool.stats().tasks().finished() >= begin + 1000);
                pauses++;
            }
            assertThat(map.get()).isEqualTo(input.stream().map(Tasks::twice).toList());
            System.out.println("pauses, " + isolation + ": " + pauses);
            assertThat(pauses).isPositive();
            ApiContractTest.sample(pool);
        }
    }

    @BothModes
    @DisplayName("limits of waiting go on, and their error names the pause; so does that of a full pool")
    void limitsGoOn(Isolation isolation) throws Exception {
        try (var pool = PoolManager.builder(Tasks::twice)
                .name("paused")
                .isolation(isolation)
                .size(1)
                .queueSize(1)
                .queueTimeout(Duration.ofMillis(200))
                .start()) {
            pool.pause();
            CompletableFuture<Integer> late = pool.submit(1);
            assertThatThrownBy(() -> late.get(10, TimeUnit.SECONDS))
                    .cause()
                    .isInstanceOfSatisfying(
                            TaskTimeoutException.class,
                            e -> assertThat(e.limitName()).isEqualTo("queue-timeout"))
                    .hasMessageContaining(
                            "over its queue-timeout of 200.0 ms, and never began: the pool is paused. Resume it in time, or"
                                    + " raise queue-timeout.");
            pool.submit(2, TaskOptions.defaults().queueTimeout(Duration.ofMinutes(1)));
            pool.submit(3, TaskOptions.defaults().queueTimeout(Duration.ofMinutes(1)));
            assertThatThrownBy(() -> pool.put(4, Duration.ZERO))
                    .isInstanceOf(QueueFullException.class)
                    .hasMessageContaining("Pool 'paused' is full")
                    .hasMessageEndingWith("It is paused, and runs nothing until somebody resumes it.");
            assertThat(pool.clearTasks()).isEqualTo(2);
        }
    }

    @BothModes
    @DisplayName("closing a paused daemon cancels what waits; joining a paused pool lets it run")
    void closes(Isolation isolation) throws Exception {
        var pool =
                PoolManager.builder(Tasks::twice).isolation(isolation).size(1).queueSize(4);
        var daemon = pool.start();
        daemon.pause();
        CompletableFuture<Integer> cancelled = daemon.submit(1);
        daemon.close();
        assertThatThrownBy(cancelled::get).isInstanceOf(CancellationException.class);
        assertThat(daemon.state()).isEqualTo(PoolState.STOPPED);
        assertThatThrownBy(daemon::resume)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageEndingWith("is STOPPED and cannot be resumed: only one that is RUNNING or PAUSED can");
        try (daemon) {
            daemon.start();
            assertThat(daemon.state()).as("a pause ends with the run").isEqualTo(PoolState.RUNNING);
            daemon.pause();
            CompletableFuture<Integer> run = daemon.submit(2);
            daemon.join();
            assertThat(run).isCompletedWithValue(4);
        }
    }

    @Test
    @DisplayName("only a running pool can be paused")
    void notOpen() {
        var pool = PoolManager.builder(Tasks::twice).name("new").build();
        assertThatThrownBy(pool::pause)
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("Pool 'new' is NEW and cannot be paused: only one that is RUNNING or PAUSED can");
    }

    @BothModes
    @DisplayName("a listener may pause its pool: on a thread of the pool's own nothing is waited for")
    void fromAListener(Isolation isolation) throws Exception {
        try (Gate gate = new Gate();
                var pool = gated(isolation, gate).size(1).start()) {
            CompletableFuture<Integer> running = pool.submit(1);
            var paused = running.thenAccept(ignored -> pool.pause());
            gate.awaitArrivals(1);
            List<CompletableFuture<Integer>> waiting = submit(pool, 2, 5);
            gate.letOneGo();
            paused.get(20, TimeUnit.SECONDS);
            assertThat(pool.state()).isEqualTo(PoolState.PAUSED);
            gate.open(); // one had begun before the pool was paused, and one may before the worker hears of it
            await().until(() -> pool.stats().workers().idle() == 1);
            assertThat(pool.stats().queue().size()).isBetween(1, 3);
            pool.resume();
            for (CompletableFuture<Integer> late : waiting) {
                late.get(20, TimeUnit.SECONDS);
            }
        }
    }
}
