package org.poolmanager;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(NoLeftovers.class)
@DisplayName("Ordering")
class OrderingTest {

    @BothModes
    @DisplayName("C013: in an ordered pool the n-th get is the n-th put")
    void c013OrderedPool(Isolation isolation) throws Exception {
        try (var pool = PoolManager.builder((Integer i) -> {
                    Tasks.sleepMillis((200 - i) / 10);
                    return i;
                })
                .isolation(isolation)
                .size(4)
                .ordered(true)
                .start()) {
            pool.putAsync(IntStream.range(0, 200).boxed().toList());
            assertThat(pool.getAll())
                    .containsExactlyElementsOf(IntStream.range(0, 200).boxed().toList());
        }
    }

    @BothModes
    @DisplayName("C014: in an ordered pool a failure occupies its own slot")
    void c014FailureInItsSlot(Isolation isolation) throws Exception {
        try (var pool = PoolManager.builder(Tasks::failIfMultipleOf, 7)
                .isolation(isolation)
                .size(2)
                .ordered(true)
                .queueSize(30)
                .start()) {
            for (int i = 0; i <= 21; i++) {
                pool.put(i);
            }
            for (int i = 0; i <= 21; i++) {
                if (i % 7 == 0) {
                    long index = i;
                    assertThatThrownBy(pool::get)
                            .isInstanceOfSatisfying(
                                    TaskFailedException.class,
                                    e -> assertThat(e.index()).isEqualTo(index));
                } else {
                    assertThat(pool.get()).isEqualTo(i);
                }
            }
        }
    }

    @BothModes
    @DisplayName("C018: unordered, quick results do not wait for a slow one")
    void c018QuickOnesFirst(Isolation isolation) throws Exception {
        try (Gate gate = new Gate();
                var pool = PoolManager.builder(Tasks::passGateIfNegative, gate.port())
                        .isolation(isolation)
                        .size(2)
                        .start()) {
            pool.put(-1);
            gate.awaitArrivals(1);
            pool.putAsync(IntStream.range(0, 99).boxed().toList());
            List<Integer> quick = new ArrayList<>();
            for (int i = 0; i < 99; i++) {
                quick.add(pool.get());
            }
            assertThat(quick)
                    .containsExactlyInAnyOrderElementsOf(
                            IntStream.range(0, 99).boxed().toList());
            gate.open();
            assertThat(pool.get()).isEqualTo(-1);
        }
    }

    @BothModes
    @DisplayName("C018: one worker takes tasks in the order of putting")
    void c018Fifo(Isolation isolation) throws Exception {
        try (var pool = PoolManager.builder((Integer x) -> x)
                .isolation(isolation)
                .size(1)
                .start()) {
            pool.putAsync(IntStream.range(0, 1000).boxed().toList());
            assertThat(pool.getAll())
                    .containsExactlyElementsOf(IntStream.range(0, 1000).boxed().toList());
        }
    }
}
