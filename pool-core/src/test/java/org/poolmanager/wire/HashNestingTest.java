package org.poolmanager.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ObjectInputFilter;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.AbstractMap;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("Nested collections")
class HashNestingTest {

    private static final Payloads READER = Payloads.java(null, info -> ObjectInputFilter.Status.ALLOWED, 1 << 20);

    /** An object whose hash code takes 2^levels steps, each level twice the same part of the one below. */
    private static Object bomb(String kind, int levels) {
        UnaryOperator<Object> level = switch (kind) {
            case "lists" -> part -> new ArrayList<>(List.of(part, part));
            case "values" -> part -> new HashMap<>(Map.of("a", part, "b", part));
            default -> part -> new AbstractMap.SimpleEntry<>(part, part);
        };
        Object built = "x";
        for (int i = 0; i < levels; i++) {
            built = level.apply(built);
        }
        return built;
    }

    /** Reads the object as the element of a set, without ever asking this JVM for its hash code first. */
    private static Object readInSet(Object element) throws PayloadException {
        return READER.decode(READER.encode(new Carrier(element)));
    }

    /** Writes itself as an element of a set would be written: key by key, no hash code asked. */
    private record Carrier(Object element) implements java.io.Serializable {

        private Object writeReplace() {
            HashSet<Object> set = new HashSet<>();
            set.add(new Unhashed(element));
            return set;
        }
    }

    /** Has a cheap hash code here, and is its content there. */
    private record Unhashed(Object content) implements java.io.Serializable {

        private Object writeReplace() {
            return content;
        }

        @Override
        public int hashCode() {
            return 1;
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"lists", "values", "entries"})
    @DisplayName("X03: a few hundred bytes that would hash for ever are refused at once, whatever they are nested in")
    void x03Refused(String kind) throws Exception {
        assertThat(READER.encode(bomb(kind, 40)).size()).isLessThan(4096);
        assertThatThrownBy(() -> readInSet(bomb(kind, 40)))
                .isInstanceOf(PayloadException.class)
                .hasMessageContaining("refused as an attack");
    }

    @Test
    @DisplayName("X03: a set of many parts, each of which takes just as long as it may, is refused when a few are read")
    void x03ManyParts() throws Exception {
        Object slow = bomb("lists", 18);
        List<List<Object>> parts = new ArrayList<>();
        for (int i = 0; i < 1_000; i++) {
            parts.add(new ArrayList<>(List.of(i)));
        }
        Set<Object> set = new HashSet<>(parts);
        parts.forEach(part -> part.add(slow)); // too late to be hashed here
        Payload payload = READER.encode(set);
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        long start = threads.getCurrentThreadCpuTime();
        assertThatThrownBy(() -> READER.decode(payload))
                .isInstanceOf(PayloadException.class)
                .hasMessageContaining("refused as an attack");
        long millis = (threads.getCurrentThreadCpuTime() - start) / 1_000_000;
        System.out.println("X03 many parts: " + payload.size() + " bytes refused after " + millis + " ms");
        assertThat(millis).isLessThan(1000);
    }

    @Test
    @DisplayName("what people nest is read")
    void harmless() throws Exception {
        assertThat(readInSet(bomb("lists", 10))).isEqualTo(new HashSet<>(List.of(bomb("lists", 10))));
        Object chain = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            chain = new ArrayList<>(List.of(chain));
        }
        assertThat(readInSet(chain)).isEqualTo(new HashSet<>(List.of(chain)));
        List<Integer> large = new ArrayList<>();
        for (int i = 0; i < 50_000; i++) {
            large.add(i);
        }
        assertThat(READER.decode(READER.encode(new HashSet<>(large)))).isEqualTo(new HashSet<>(large));
    }
}
