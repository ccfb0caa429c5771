package org.poolmanager;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(NoLeftovers.class)
@DisplayName("Back-pressure")
class BackPressureTest {

    @BothModes
    @DisplayName("C019: exactly size + queue-size tasks are accepted, prefetched ones included")
    void c019ExactBound(Isolation isolation) throws Exception {
        try (Gate gate = new Gate();
                var pool = PoolManager.builder(Tasks::passGate, gate.port())
                        .isolation(isolation)
                        .size(2)
                        .queueSize(4)
                        .start()) {
            int accepted = 0;
            while (pool.offer(accepted)) {
                accepted++;
            }
            assertThat(accepted).isEqualTo(6);
            gate.awaitArrivals(2);
            assertThat(pool.offer(6)).isFalse();
            assertThat(pool.stats().queue()).satisfies(queue -> {
                assertThat(queue.size()).isEqualTo(4);
                assertThat(queue.capacity()).isEqualTo(4);
                assertThat(queue.remaining()).isZero();
            });
            gate.letOneGo();
            await().atMost(Duration.ofSeconds(5)).until(() -> pool.offer(7));
            assertThat(pool.offer(8)).isFalse();
            gate.open();
            assertThat(pool.getAll()).hasSize(7);
        }
    }

    @BothModes
    @DisplayName("C021: a put that ran out of time leaves no trace")
    void c021TimedPut(Isolation isolation) throws Exception {
        try (Gate gate = new Gate();
                var pool = PoolManager.builder(Tasks::passGate, gate.port())
                        .isolation(isolation)
                        .name("narrow")
                        .size(1)
                        .queueSize(1)
                        .start()) {
            pool.put(0);
            pool.put(1);
            assertThatThrownBy(() -> pool.put(2, Duration.ofMillis(50)))
                    .isInstanceOfSatisfying(QueueFullException.class, e -> {
                        assertThat(e.capacity()).isEqualTo(2);
                        assertThat(e.waited()).isEqualTo(Duration.ofMillis(50));
                    })
                    .hasMessage("Pool 'narrow' is full: 1 tasks running on 1 of 1 workers, 1 waiting (size 1 +"
                            + " queue-size 1 may be unfinished); waited 50.0 ms. Try again later, wait longer, or raise"
                            + " queue-size.");
            assertThatThrownBy(() -> pool.put(3, Duration.ZERO)).isInstanceOf(QueueFullException.class);
            assertThat(pool.stats().tasks().submitted()).isEqualTo(2);
            assertThat(pool.stats().tasks().rejected()).isEqualTo(2);
            gate.open();
            assertThat(pool.getAll()).containsExactly(0, 1);
            assertThat(gate.arrivals()).containsExactly("0", "1");
        }
    }

    @BothModes
    @DisplayName("C022: an interrupted put never runs its task")
    void c022InterruptedPut(Isolation isolation) throws Exception {
        try (Gate gate = new Gate();
                var pool = PoolManager.builder(Tasks::passGate, gate.port())
                        .isolation(isolation)
                        .size(1)
                        .queueSize(1)
                        .start()) {
            pool.put(0);
            pool.put(1);
            AtomicReference<Throwable> thrown = new AtomicReference<>();
            Thread putter = new Thread(() -> {
                try {
                    pool.put(2);
                } catch (InterruptedException e) {
                    thrown.set(e);
                }
            });
            putter.start();
            await().until(() -> putter.getState() == Thread.State.TIMED_WAITING);
            putter.interrupt();
            putter.join(10_000);
            assertThat(thrown.get()).isInstanceOf(InterruptedException.class);
            Thread.currentThread().interrupt();
            assertThatThrownBy(() -> pool.put(3)).isInstanceOf(InterruptedException.class);
            gate.open();
            assertThat(pool.getAll()).containsExactly(0, 1);
            assertThat(gate.arrivals()).containsExactly("0", "1");
        }
    }

    @BothModes
    @DisplayName("C023: a put that waits is released when the pool is terminated")
    void c023PutWhileTerminated(Isolation isolation) throws Exception {
        try (Gate gate = new Gate()) {
            var pool = PoolManager.builder(Tasks::passGate, gate.port())
                    .isolation(isolation)
                    .size(1)
                    .queueSize(1)
                    .start();
            pool.put(0);
            pool.put(1);
            AtomicReference<Throwable> thrown = new AtomicReference<>();
            Thread putter = new Thread(() -> {
                try {
                    pool.put(2);
                } catch (InterruptedException | RuntimeException e) {
                    thrown.set(e);
                }
            });
            putter.start();
            await().until(() -> putter.getState() == Thread.State.TIMED_WAITING);
            pool.terminate();
            putter.join(10_000);
            assertThat(thrown.get()).isInstanceOf(IllegalStateException.class).hasMessageContaining(pool.name());
        }
    }

    @BothModes
    @DisplayName("C024: 64 producers on a queue of one are all served")
    void c024ManyProducers(Isolation isolation) throws Exception {
        try (var pool = PoolManager.builder(Tasks::twice)
                .isolation(isolation)
                .size(1)
                .queueSize(1)
                .start()) {
            CompletableFuture<?>[] producers = new CompletableFuture<?>[64];
            for (int p = 0; p < producers.length; p++) {
                producers[p] = pool.putAsync(java.util.Collections.nCopies(20, p));
            }
            assertThat(pool.getAll()).hasSize(64 * 20);
            CompletableFuture.allOf(producers).join();
        }
    }
}
