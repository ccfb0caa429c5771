package org.poolmanager;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.poolmanager.PrefetchTest.task;

import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.LinkedList;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A queue of tasks")
class TaskQueueTest {

    @Test
    @DisplayName("has the same tasks in the same order as a list, whatever is done with it")
    void model() {
        long seed = System.nanoTime();
        System.out.println("TaskQueue seed " + seed);
        Random random = new Random(seed);
        for (int round = 0; round < 300; round++) {
            TaskQueue queue = new TaskQueue();
            Deque<Task> model = new LinkedList<>();
            int bias = 2 + random.nextInt(4);
            for (int step = 0; step < 1_000; step++) {
                change(queue, model, random, bias);
                assertThat(queue.size()).isEqualTo(model.size());
                assertThat(queue.isEmpty()).isEqualTo(model.isEmpty());
                assertThat(queue.peek()).isSameAs(model.peek());
                if (step % 10 == 0) {
                    assertThat(new ArrayList<>(queue)).isEqualTo(new ArrayList<>(model));
                }
            }
        }
    }

    private static void change(TaskQueue queue, Deque<Task> model, Random random, int bias) {
        switch (random.nextInt(bias + 5)) {
            case 0 -> {
                Task first = task();
                queue.addFirst(first);
                model.addFirst(first);
            }
            case 1 -> removeSome(queue, model, random.nextLong(), random.nextInt(1, 60));
            case 2, 3 -> {
                for (int i = random.nextInt(100); i > 0; i--) {
                    assertThat(queue.poll()).isSameAs(model.poll());
                }
            }
            case 4 -> queue.reserve();
            case 5 -> removeOne(queue, model, random);
            default -> {
                for (int i = random.nextInt(100); i > 0; i--) {
                    Task last = task();
                    queue.add(last);
                    model.add(last);
                }
            }
        }
    }

    private static void removeOne(TaskQueue queue, Deque<Task> model, Random random) {
        List<Task> all = List.copyOf(model);
        Task one = all.isEmpty() || random.nextInt(5) == 0 ? task() : all.get(random.nextInt(all.size()));
        assertThat(queue.remove(one)).isEqualTo(model.remove(one));
    }

    @Test
    @DisplayName("that room was reserved in, and nothing added to, is as it was")
    void reserved() {
        for (int count : new int[] {0, 63, 64, 65, 128}) {
            TaskQueue queue = new TaskQueue();
            List<Task> all = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                all.add(task());
                queue.add(all.get(i));
            }
            queue.reserve();
            assertThat(new ArrayList<>(queue)).isEqualTo(all);
            Task first = task();
            queue.addFirst(first);
            all.add(0, first);
            Task last = task();
            queue.add(last);
            all.add(last);
            assertThat(new ArrayList<>(queue)).isEqualTo(all);
            for (int at : new int[] {all.size() - 1, 0, all.size() / 2 - 1}) {
                assertThat(queue.remove(all.get(Math.max(0, at)))).isTrue();
                all.remove(Math.max(0, at));
                assertThat(new ArrayList<>(queue)).isEqualTo(all);
                if (all.isEmpty()) {
                    break;
                }
            }
        }
    }

    /** Each n-th on average, by the iterator; both in the same way. */
    private static void removeSome(TaskQueue queue, Deque<Task> model, long seed, int n) {
        Random same = new Random(seed);
        queue.removeIf(task -> same.nextInt(n) == 0);
        Random again = new Random(seed);
        model.removeIf(task -> again.nextInt(n) == 0);
    }

    @Test
    @DisplayName("can be walked and emptied by its iterator, which says when it is misused")
    void iterator() {
        TaskQueue queue = new TaskQueue();
        List<Task> all = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            Task task = task();
            queue.add(task);
            all.add(task);
        }
        List<Task> seen = new ArrayList<>();
        Iterator<Task> walk = queue.iterator();
        assertThatThrownBy(walk::remove).isInstanceOf(IllegalStateException.class);
        while (walk.hasNext()) {
            seen.add(walk.next());
            assertThat(walk.hasNext()).isEqualTo(seen.size() < all.size());
            walk.remove();
            assertThatThrownBy(walk::remove).isInstanceOf(IllegalStateException.class);
        }
        assertThatThrownBy(walk::next).isInstanceOf(NoSuchElementException.class);
        assertThat(seen).isEqualTo(all);
        assertThat(queue).isEmpty();
        Task next = all.get(7);
        queue.add(next);
        assertThat(queue.remove()).isSameAs(next);
        assertThatThrownBy(queue::remove).isInstanceOf(NoSuchElementException.class);
    }
}
