package org.poolmanager;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InvalidClassException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.Serializable;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@ExtendWith(NoLeftovers.class)
@DisplayName("Serialization")
class SerializationTest {

    record Outer(Middle middle) implements Serializable {}

    record Middle(Object inner) implements Serializable {}

    static final class Stranger {}

    /** Does not like to be written. */
    static final class Shy implements Serializable {
        private static final long serialVersionUID = 1L;

        private void writeObject(ObjectOutputStream out) throws IOException {
            throw new IOException("do not look at me");
        }
    }

    @Test
    @DisplayName("C067: a task that cannot travel fails in the caller, naming class and way, and uses nothing up")
    void c067UnserializableArgument() throws Exception {
        try (var pool =
                PoolManager.builder((Object x) -> 1).size(1).queueSize(1).start()) {
            assertRefused(pool, new Stranger(), "Stranger is not java.io.Serializable");
            assertRefused(
                    pool,
                    new Outer(new Middle(new Stranger())),
                    "Stranger is not java.io.Serializable (reached through Outer.middle.inner)");
            assertRefused(
                    pool,
                    new Outer(new Middle(List.of(1, Map.of("key", new Object[] {null, new Stranger()})))),
                    "(reached through Outer.middle.inner[1][key][1])");
            assertRefused(
                    pool,
                    new Outer(new Middle(new Shy())),
                    "$Shy cannot be serialized (reached through Outer.middle.inner): its writeObject threw"
                            + " java.io.IOException: do not look at me");
            PoolStats stats = pool.stats();
            assertThat(stats.tasks().submitted()).isZero();
            assertThat(stats.queue().size()).isZero();
            assertThat(stats.restarts()).isZero();
            pool.put("fine");
            assertThat(pool.get()).isEqualTo(1);
        }
    }

    static byte[] echoBehindGate(byte[] task, int port) {
        if (task[0] < 0) {
            Gate.pass(port, "held");
        }
        return task;
    }

    @Test
    @DisplayName("what a caller does to its array after put does not reach the task")
    void arraysAreTakenAsTheyAre() throws Exception {
        try (Gate gate = new Gate();
                var pool = PoolManager.builder(SerializationTest::echoBehindGate, gate.port())
                        .size(1)
                        .start()) {
            pool.put(new byte[] {-1});
            gate.awaitArrivals(1);
            byte[] mine = {1, 2, 3};
            pool.put(mine);
            mine[1] = 99;
            gate.open();
            assertThat(pool.getAll()).containsExactlyInAnyOrder(new byte[] {-1}, new byte[] {1, 2, 3});
        }
    }

    private static void assertRefused(PoolManager<Object, Integer> pool, Object task, String words) {
        assertThatThrownBy(() -> pool.put(task))
                .isInstanceOf(TaskSerializationException.class)
                .hasMessageContaining(words);
        assertThatThrownBy(() -> pool.submit(task))
                .isInstanceOf(TaskSerializationException.class)
                .hasMessageContaining(words);
    }

    @Test
    @DisplayName("C067: in map and putAsync it is that element's outcome")
    void c067UnserializableElement() throws Exception {
        Outer bad = new Outer(new Middle(new Stranger()));
        Outer good = new Outer(new Middle("fine"));
        try (var pool = PoolManager.builder((Outer x) -> 1).size(1).start()) {
            List<Outcome<Integer>> outcomes = pool.mapOutcomes(List.of(good, bad, good));
            assertThat(outcomes).extracting(Outcome::isCompleted).containsExactly(true, false, true);
            assertThat(outcomes.get(1).failure()).isInstanceOf(TaskSerializationException.class);
            pool.putAsync(List.of(bad, good)).join();
            assertThatThrownBy(pool::getAll).isInstanceOf(TaskSerializationException.class);
        }
    }

    @Test
    @DisplayName("C068: a result that cannot travel fails its task, naming class and way, and the worker goes on")
    void c068UnserializableResult() throws Exception {
        try (var pool = PoolManager.builder((Integer x) -> {
                    return switch (x % 3) {
                        case 0 -> (Object) new Stranger();
                        case 1 -> new Outer(new Middle(new Stranger()));
                        default -> new Outer(new Middle(new Shy()));
                    };
                })
                .size(1)
                .start()) {
            long pid = pool.stats().workerList().get(0).pid();
            List<String> words = List.of(
                    "Stranger is not java.io.Serializable",
                    "Stranger is not java.io.Serializable (reached through Outer.middle.inner)",
                    "Shy cannot be serialized (reached through Outer.middle.inner): its writeObject threw");
            for (Outcome<Object> outcome :
                    pool.mapOutcomes(IntStream.range(0, 20).boxed().toList())) {
                assertThat(outcome.failure())
                        .isInstanceOf(TaskSerializationException.class)
                        .hasMessageContaining("result cannot travel")
                        .hasMessageContaining(words.get((int) outcome.index() % 3));
            }
            assertThat(pool.stats().workerList().get(0).pid()).isEqualTo(pid);
            assertThat(pool.stats().restarts()).isZero();
        }
    }

    /** Cannot be read again. */
    record Unreadable(int how) implements Serializable {

        private static final class Form implements Serializable {
            private static final long serialVersionUID = 1L;

            @SuppressWarnings("serial")
            private final int how;

            Form(int how) {
                this.how = how;
            }

            private void readObject(ObjectInputStream in) throws IOException, ClassNotFoundException {
                in.defaultReadObject();
                switch (how % 4) {
                    case 0 -> throw new IOException("half of it is missing");
                    case 1 -> throw new IllegalStateException("not in this JVM");
                    case 2 -> throw new NoClassDefFoundError("a/library/That");
                    default -> Deeper.down(0);
                }
            }
        }

        private Object writeReplace() {
            return new Form(how);
        }
    }

    private static final class Deeper {
        private Deeper() {}

        static int down(int depth) {
            return down(depth + 1) + 1;
        }
    }

    @Test
    @DisplayName("C069: a task that cannot be read in the child fails with the real cause, and the worker goes on")
    void c069UnreadableArgument() throws Exception {
        try (var pool = PoolManager.builder((Object x) -> 1).size(1).start()) {
            long pid = pool.stats().workerList().get(0).pid();
            List<Class<? extends Throwable>> causes = List.of(
                    IOException.class,
                    IllegalStateException.class,
                    NoClassDefFoundError.class,
                    StackOverflowError.class);
            for (int i = 0; i < 20; i++) {
                List<Outcome<Integer>> outcomes = pool.mapOutcomes(List.of(new Unreadable(i), "fine"));
                assertThat(outcomes.get(0).failure())
                        .isInstanceOf(TaskSerializationException.class)
                        .hasMessageContaining("the task cannot travel: ")
                        .hasMessageContaining(i % 4 == 3 ? "nested too deeply" : "Form cannot be read: its readObject")
                        .hasRootCauseInstanceOf(causes.get(i % 4));
                assertThat(outcomes.get(1).get()).isEqualTo(1);
            }
            assertThat(pool.stats().workerList().get(0).pid()).isEqualTo(pid);
        }
    }

    private static String document(int version) {
        return "package v; public class Document implements java.io.Serializable {"
                + " private static final long serialVersionUID = " + version + "; }";
    }

    @Test
    @DisplayName("C069: so does a task whose class is missing in the child, or there in another version")
    void c069ClassOfTheParentAlone(@TempDir Path files) throws Exception {
        Path mine = Sources.compile(files, "v.Document", document(1));
        Path others = Sources.compile(files, "v.Document", document(2));
        try (URLClassLoader loader = new URLClassLoader(new URL[] {mine.toUri().toURL()})) {
            Object document = loader.loadClass("v.Document").getConstructor().newInstance();
            try (var pool = PoolManager.builder((Object x) -> 1).size(1).start()) {
                for (int i = 0; i < 20; i++) {
                    List<Outcome<Integer>> outcomes = pool.mapOutcomes(List.of(document, "fine", document));
                    assertThat(outcomes.get(0).failure())
                            .isInstanceOf(TaskSerializationException.class)
                            .hasMessageContaining(
                                    "the task cannot travel: class v.Document is missing in the JVM that reads it")
                            .hasRootCauseInstanceOf(ClassNotFoundException.class);
                    assertThat(outcomes.get(1).get()).isEqualTo(1);
                    assertThat(outcomes.get(2).failure()).isInstanceOf(TaskSerializationException.class);
                }
                assertThat(pool.stats().restarts()).isZero();
            }
            try (var pool = PoolManager.builder((Object x) -> 1)
                    .size(1)
                    .classPath(Sources.classPathWith(others))
                    .start()) {
                for (int i = 0; i < 20; i++) {
                    List<Outcome<Integer>> outcomes = pool.mapOutcomes(List.of(document, "fine"));
                    assertThat(outcomes.get(0).failure())
                            .isInstanceOf(TaskSerializationException.class)
                            .hasMessageContaining("v.Document; local class incompatible")
                            .hasRootCauseInstanceOf(InvalidClassException.class);
                    assertThat(outcomes.get(1).get()).isEqualTo(1);
                }
                assertThat(pool.stats().restarts()).isZero();
            }
        }
    }

    @Test
    @DisplayName("C069: so does a result whose class is missing in the parent")
    void c069ClassOfTheChildAlone(@TempDir Path files) throws Exception {
        Path childs = Sources.compile(files, "v.Document", document(1));
        try (var pool = PoolManager.builder((Object x) ->
                        Class.forName("v.Document").getConstructor().newInstance())
                .size(1)
                .classPath(Sources.classPathWith(childs))
                .start()) {
            assertThat(pool.mapOutcomes(List.of(1)).get(0).failure())
                    .isInstanceOf(TaskSerializationException.class)
                    .hasMessageContaining(
                            "the result cannot travel: class v.Document is missing in the JVM that reads it")
                    .hasRootCauseInstanceOf(ClassNotFoundException.class);
            assertThat(pool.stats().restarts()).isZero();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"java", "fory"})
    @DisplayName("X03: a worker cannot make the parent build a class that is not on its list")
    void x03Filter(String codec) throws Exception {
        try (var pool = PoolManager.builder((Integer x) -> (Object) new javax.swing.event.EventListenerList())
                .size(1)
                .codec(codec)
                .start()) {
            assertThat(pool.mapOutcomes(List.of(1)).get(0).failure())
                    .isInstanceOf(TaskSerializationException.class)
                    .hasMessageContaining("class javax.swing.event.EventListenerList is not on the list")
                    .hasMessageContaining("serialization.allow");
        }
        try (var pool = PoolManager.builder((Integer x) -> (Object) new javax.swing.event.EventListenerList())
                .size(1)
                .codec(codec)
                .allow("javax.swing.event.*")
                .start()) {
            assertThat(pool.map(List.of(1)).get(0)).isNotNull();
        }
    }
}
