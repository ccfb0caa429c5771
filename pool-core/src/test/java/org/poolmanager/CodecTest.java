package org.poolmanager;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.poolmanager.launch.ClassPath;
import org.poolmanager.wire.PayloadCodec;

@ExtendWith(NoLeftovers.class)
@DisplayName("Codecs")
class CodecTest {

    /** Not Serializable. */
    record Point(int x, int y) {}

    /** Knows points, and nothing else. */
    public static final class PointCodec implements PayloadCodec {

        @Override
        public void encode(Object value, OutputStream out) throws IOException {
            if (!(value instanceof Point point)) {
                throw new IOException(value.getClass().getName() + " is no point");
            }
            out.write((point.x + "," + point.y).getBytes(StandardCharsets.UTF_8));
        }

        @Override
        public Object decode(InputStream in) throws IOException {
            String[] parts = new String(in.readAllBytes(), StandardCharsets.UTF_8).split(",");
            return new Point(Integer.parseInt(parts[0]), Integer.parseInt(parts[1]));
        }
    }

    private static Object mirror(Object task, Point offset) {
        if (task instanceof Point point) {
            return new Point(point.y + offset.x, point.x + offset.y);
        }
        if ("fail".equals(task)) {
            throw new IllegalStateException("as told");
        }
        return "stranger".equals(task) ? new Thread("nobody") : task;
    }

    @ParameterizedTest
    @ValueSource(strings = {"fory", "org.poolmanager.CodecTest$PointCodec"})
    @DisplayName("a codec carries static arguments, tasks and results; the pool carries the rest")
    void codecs(String codec) throws Exception {
        try (var pool = PoolManager.builder(CodecTest::mirror, new Point(100, 200))
                .size(1)
                .codec(codec)
                .start()) {
            assertThat(pool.map(List.of(new Point(1, 2), "text", 5))).containsExactly(new Point(102, 201), "text", 5);
            List<Outcome<Object>> outcomes = pool.mapOutcomes(List.of("fail", "stranger", "fine"));
            assertThat(outcomes.get(0).failure()).hasCauseExactlyInstanceOf(IllegalStateException.class);
            assertThat(outcomes.get(1).failure())
                    .isInstanceOf(TaskSerializationException.class)
                    .hasMessageContaining("the result cannot travel: an object of java.lang.Thread cannot be encoded");
            assertThat(outcomes.get(2).get()).isEqualTo("fine");
            assertThatThrownBy(() -> pool.put(new Thread("nobody")))
                    .isInstanceOf(TaskSerializationException.class)
                    .hasMessageContaining("an object of java.lang.Thread cannot be encoded");
            assertThat(pool.stats().restarts()).isZero();
        }
    }

    record Document(String name, List<String> tags, Map<String, Object> more, double[] weights) {}

    @Test
    @DisplayName("Fory carries what the JDK and the user have, shared parts and cycles included")
    void fory() throws Exception {
        try (var pool =
                PoolManager.builder((Object x) -> x).size(1).codec("fory").start()) {
            Map<String, Object> more = new HashMap<>(Map.of("size", 3, "at", java.time.Instant.EPOCH));
            Document document = new Document("report", List.of("a", "b"), more, new double[] {1.5});
            Document back = (Document) pool.map(List.of((Object) document)).get(0);
            assertThat(back).usingRecursiveComparison().isEqualTo(document);
            List<Object> cycle = new ArrayList<>();
            cycle.add(cycle);
            List<?> cycled = (List<?>) pool.map(List.of((Object) cycle)).get(0);
            assertThat(cycled.get(0)).isSameAs(cycled);
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
    @DisplayName("with Fory, a graph too deep or too large fails its task alone, and the next is fine")
    void foryLimits() throws Exception {
        try (var pool = PoolManager.builder((Object x) -> x instanceof Integer depth ? Link.chain(depth) : x)
                .size(1)
                .codec("fory")
                .maxPayload(1 << 20)
                .start()) {
            for (int i = 0; i < 3; i++) {
                assertThatThrownBy(() -> pool.put(Link.chain(100_000)))
                        .isInstanceOf(TaskSerializationException.class)
                        .hasMessageContaining("nested too deeply");
                assertThatThrownBy(() -> pool.put(List.of(new byte[2 << 20])))
                        .isInstanceOf(TaskSerializationException.class)
                        .hasMessageContaining("takes more than max-payload (1048576 bytes)");
                List<Outcome<Object>> outcomes = pool.mapOutcomes(List.of(100_000, Link.chain(3)));
                assertThat(outcomes.get(0).failure())
                        .isInstanceOf(TaskSerializationException.class)
                        .hasMessageContaining("nested too deeply");
                assertThat(outcomes.get(1).get()).isEqualTo(Link.chain(3));
            }
            assertThat(pool.stats().restarts()).isZero();
        }
    }

    @BothModes
    @DisplayName("an unknown codec is refused when the pool is built")
    void unknown(Isolation isolation) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> PoolManager.builder(Tasks::twice)
                        .isolation(isolation)
                        .codec("kryo")
                        .build())
                .withMessageContaining("'serialization.codec' must be 'java', 'fory' or the class name");
    }

    @Test
    @DisplayName("a codec that the child does not have is the error of the start")
    void missingInTheChild() {
        List<Path> withoutFory = ClassPath.of(CodecTest.class).entries().stream()
                .filter(entry -> !entry.toString().contains("fory"))
                .toList();
        try (var pool = PoolManager.builder(Tasks::twice)
                .size(1)
                .codec("fory")
                .classPath(withoutFory)
                .build()) {
            assertThatThrownBy(pool::start)
                    .isInstanceOf(PoolStartException.class)
                    .hasMessageContaining("add the dependency org.apache.fory:fory-core");
        }
    }
}
