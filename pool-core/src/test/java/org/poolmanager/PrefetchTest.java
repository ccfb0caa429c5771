package org.poolmanager;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.poolmanager.wire.TaskContext;

@ExtendWith(NoLeftovers.class)
@DisplayName("Prefetching")
class PrefetchTest {

    private static Slot idle(int prefetch) {
        Slot slot = new Slot(1, prefetch);
        slot.state = WorkerState.IDLE;
        return slot;
    }

    static Task task() {
        return new Task(null, 0, TaskContext.NONE, TaskLimits.of(Limits.DEFAULT.tasks()), new Destination() {
            @Override
            public void accepted(Task task) {}

            @Override
            public void deliver(List<Task> tasks) {}
        });
    }

    @Test
    @DisplayName("with prefetch 1 a worker holds the task that it runs, however short tasks are, and no other")
    void one() {
        Slot slot = idle(1);
        for (int i = 0; i < 100; i++) {
            assertThat(slot.hasRoomFor(task())).isTrue();
            slot.add(task(), i);
            assertThat(slot.hasRoomFor(task())).isFalse();
            slot.removeHead(1, i);
        }
    }

    @Test
    @DisplayName("by default a worker holds what it does in half a millisecond, from 2 to 1024 tasks")
    void adaptive() {
        Slot slot = idle(PoolSettings.UNBOUNDED);
        assertThat(fill(slot)).isEqualTo(2);
        slot.removeHead(10_000, 0);
        assertThat(fill(slot)).isEqualTo(50);
        for (int i = 0; i < 50; i++) {
            slot.removeHead(100, 0);
        }
        assertThat(fill(slot)).isEqualTo(1024);
        Slot bounded = idle(7);
        bounded.add(task(), 0);
        bounded.removeHead(100, 0);
        assertThat(fill(bounded)).isEqualTo(7);
    }

    @Test
    @DisplayName("tasks that take 5 µs together go to a worker in one go, unless it is at a task that is none of these")
    void inOneGo() {
        Slot slot = idle(PoolSettings.UNBOUNDED);
        slot.add(task(), 0);
        assertThat(slot.isLittle(1, 0)).as("nothing is known").isFalse();
        slot.add(task(), 0);
        slot.removeHead(500, 0);
        assertThat(slot.isLittle(9, 0)).isTrue();
        assertThat(slot.isLittle(10, 0)).isFalse();
        assertThat(slot.isLittle(9, 200_000)).as("its task runs for long").isFalse();
        slot.removeHead(500, 0);
        assertThat(slot.isLittle(0, 0)).as("it has nothing to do").isFalse();
    }

    private static int fill(Slot slot) {
        while (slot.hasRoomFor(task())) {
            slot.add(task(), 0);
        }
        return slot.inFlight.size();
    }

    @BothModes
    @DisplayName("a pool that sends nothing ahead does all of its work")
    void works(Isolation isolation) throws Exception {
        try (var pool = PoolManager.builder(Tasks::twice)
                .isolation(isolation)
                .size(2)
                .prefetch(1)
                .start()) {
            List<Integer> input = IntStream.range(0, 2_000).boxed().toList();
            assertThat(pool.map(input))
                    .isEqualTo(input.stream().map(Tasks::twice).toList());
        }
    }

    @Test
    @DisplayName("less than one task is refused")
    void refused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> PoolManager.builder(Tasks::twice).prefetch(0))
                .withMessageContaining("'prefetch'")
                .withMessageContaining("must be at least 1");
    }
}
