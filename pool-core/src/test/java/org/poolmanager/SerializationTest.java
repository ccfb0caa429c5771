package org.poolmanager;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.Serializable;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(NoLeftovers.class)
@DisplayName("Serialization")
class SerializationTest {

    record Outer(Middle middle) implements Serializable {}

    record Middle(Object inner) implements Serializable {}

    static final class Stranger {}

    @Test
    @DisplayName("C067: a task that cannot travel fails in the caller, naming the way to the culprit")
    void c067UnserializableArgument() throws Exception {
        try (var pool = PoolManager.builder((Outer x) -> 1).size(1).start()) {
            Outer bad = new Outer(new Middle(new Stranger()));
            assertThatThrownBy(() -> pool.put(bad))
                    .isInstanceOf(TaskSerializationException.class)
                    .hasMessageContaining("Stranger is not java.io.Serializable")
                    .hasMessageContaining("Outer.middle.inner");
            assertThat(pool.stats().tasks().submitted()).isZero();
            Outer good = new Outer(new Middle("fine"));
            List<Outcome<Integer>> outcomes = pool.mapOutcomes(List.of(good, bad, good));
            assertThat(outcomes).extracting(Outcome::isCompleted).containsExactly(true, false, true);
            assertThat(outcomes.get(1).failure()).isInstanceOf(TaskSerializationException.class);
            pool.putAsync(List.of(bad, good)).join();
            assertThatThrownBy(pool::getAll).isInstanceOf(TaskSerializationException.class);
        }
    }

    @Test
    @DisplayName("C068: a result that cannot travel fails its task, and the worker goes on")
    void c068UnserializableResult() throws Exception {
        try (var pool = PoolManager.builder((Integer x) -> (Object) new Stranger())
                .size(1)
                .start()) {
            long pid = pool.stats().workerList().get(0).pid();
            for (Outcome<Object> outcome :
                    pool.mapOutcomes(IntStream.range(0, 20).boxed().toList())) {
                assertThat(outcome.failure())
                        .isInstanceOf(TaskSerializationException.class)
                        .hasMessageContaining("Stranger is not java.io.Serializable");
            }
            assertThat(pool.stats().workerList().get(0).pid()).isEqualTo(pid);
        }
    }

    static final class Locked extends RuntimeException {
        private static final long serialVersionUID = 1L;

        @SuppressWarnings({"serial", "unused"})
        private final Object key = new Stranger();

        Locked(String message, Throwable cause) {
            super(message, cause);
        }
    }

    @Test
    @DisplayName("C070: an exception that cannot travel arrives as its description")
    void c070ExceptionThatCannotTravel() throws Exception {
        try (var pool = PoolManager.builder((Integer x) -> {
                    throw new Locked("no key", new IllegalStateException("the cause"));
                })
                .size(1)
                .start()) {
            assertThat(pool.mapOutcomes(List.of(1)).get(0).failure())
                    .isInstanceOf(TaskFailedException.class)
                    .hasMessageContaining("Locked: no key")
                    .cause()
                    .hasToString(Locked.class.getName() + ": no key")
                    .hasMessage("no key")
                    .cause()
                    .hasMessage("the cause");
        }
    }

    @BothModes
    @DisplayName("C072: whatever a task throws is an ordinary failure, and the worker goes on")
    void c072AnythingThrown(Isolation isolation) throws Exception {
        try (var pool = PoolManager.builder((Integer x) -> {
                    switch (x) {
                        case 0 -> throw new java.io.IOException("checked");
                        case 1 -> throw new AssertionError("error");
                        case 2 -> throw new NoClassDefFoundError("linkage");
                        case 3 -> throw new InterruptedException("interrupted");
                        case 4 -> throw new java.util.concurrent.CancellationException("cancelled");
                        case 5 -> throw new java.util.NoSuchElementException("none");
                        case 6 -> {
                            return deeper(0);
                        }
                        default -> {
                            return Thread.currentThread().isInterrupted() ? -1 : x;
                        }
                    }
                })
                .isolation(isolation)
                .size(1)
                .start()) {
            long pid = pool.stats().workerList().get(0).pid();
            List<Outcome<Integer>> outcomes =
                    pool.mapOutcomes(IntStream.range(0, 9).boxed().toList());
            for (int i = 0; i < 7; i++) {
                assertThat(outcomes.get(i).failure()).isInstanceOf(TaskFailedException.class);
            }
            assertThat(outcomes.get(6).failure()).hasCauseInstanceOf(StackOverflowError.class);
            assertThat(outcomes.get(7).get()).isEqualTo(7);
            assertThat(pool.stats().workerList().get(0).pid()).isEqualTo(pid);
        }
    }

    private static int deeper(int depth) {
        return deeper(depth + 1) + 1;
    }

    @Test
    @DisplayName("C073: payloads arrive byte for byte up to the limit, and are refused above it")
    void c073LargePayloads() throws Exception {
        int limit = 8 << 20;
        try (var pool =
                PoolManager.builder((byte[] x) -> x).size(1).maxPayload(limit).start()) {
            for (int size : new int[] {0, 1, 65_000, 256 * 1024 - 1, 256 * 1024, 256 * 1024 + 1, limit - 1}) {
                byte[] payload = new byte[size];
                for (int i = 0; i < size; i++) {
                    payload[i] = (byte) (i * 31);
                }
                byte[] back = pool.map(List.of(payload)).get(0);
                assertThat(Arrays.equals(back, payload)).as("%d bytes", size).isTrue();
            }
            assertThatThrownBy(() -> pool.put(new byte[limit]))
                    .isInstanceOf(TaskSerializationException.class)
                    .hasMessageContaining("more than max-payload (" + limit + " bytes)");
            assertThat(pool.map(List.of(new byte[3])).get(0)).hasSize(3);
        }
    }

    @Test
    @DisplayName("C075: a graph too deep to be serialized fails its task alone")
    void c075DeepGraphs() throws Exception {
        try (var pool = PoolManager.builder((Integer depth) -> Link.chain(depth))
                .size(1)
                .start()) {
            List<Outcome<Link>> outcomes = pool.mapOutcomes(List.of(10, 200_000, 10));
            assertThat(outcomes).extracting(Outcome::isCompleted).containsExactly(true, false, true);
            assertThat(outcomes.get(1).failure())
                    .isInstanceOf(TaskSerializationException.class)
                    .hasMessageContaining("nested too deeply");
        }
    }

    record Link(Link next) implements Serializable {

        static Link chain(int depth) {
            Link link = null;
            for (int i = 0; i < depth; i++) {
                link = new Link(link);
            }
            return link;
        }
    }

    @Test
    @DisplayName("X03: a worker cannot make the parent build a class that is not on its list")
    void x03Filter() throws Exception {
        try (var pool = PoolManager.builder((Integer x) -> (Object) new javax.swing.event.EventListenerList())
                .size(1)
                .start()) {
            assertThat(pool.mapOutcomes(List.of(1)).get(0).failure())
                    .isInstanceOf(TaskSerializationException.class)
                    .hasMessageContaining("class javax.swing.event.EventListenerList is not on the list")
                    .hasMessageContaining("serialization.allow");
        }
        try (var pool = PoolManager.builder((Integer x) -> (Object) new javax.swing.event.EventListenerList())
                .size(1)
                .allow("javax.swing.event.*")
                .start()) {
            assertThat(pool.map(List.of(1)).get(0)).isNotNull();
        }
    }
}
