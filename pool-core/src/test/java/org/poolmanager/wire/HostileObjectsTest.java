package org.poolmanager.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.io.ObjectInputFilter;
import java.io.ObjectInputStream;
import java.io.Serializable;
import java.lang.management.ManagementFactory;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("Objects sent to do harm")
class HostileObjectsTest {

    private static final int LIMIT = 1 << 20;

    private final Payloads writing = Payloads.java(null, null, LIMIT);

    /** Allows what is the JDK's, and chains. */
    private final Payloads reading = Payloads.java(null, HostileObjectsTest::check, LIMIT);

    private static ObjectInputFilter.Status check(ObjectInputFilter.FilterInfo info) {
        Class<?> type = info.serialClass();
        if (type == null) {
            return ObjectInputFilter.Status.UNDECIDED;
        }
        boolean allowed =
                type.isArray() || type.getName().startsWith("java.") || type == Chain.class || Proxy.isProxyClass(type);
        return allowed ? ObjectInputFilter.Status.ALLOWED : ObjectInputFilter.Status.REJECTED;
    }

    private static final AtomicBoolean TOUCHED = new AtomicBoolean();

    /** Does something as soon as it is read. */
    static final class Touching implements Serializable {

        private static final long serialVersionUID = 1L;

        private void readObject(ObjectInputStream in) throws IOException, ClassNotFoundException {
            in.defaultReadObject();
            TOUCHED.set(true);
        }
    }

    @Test
    @DisplayName("X03: a class off the list is refused before anything of it runs")
    void x03SideEffect() throws Exception {
        Payload hidden = writing.encode(new ArrayList<>(List.of("fine", new Touching())));
        assertRefused("side effect", hidden, "HostileObjectsTest$Touching is not on the list");
        assertThat(TOUCHED).isFalse();
        writing.decode(hidden);
        assertThat(TOUCHED).isTrue(); // it would have done it
    }

    @ParameterizedTest
    @ValueSource(strings = {"bytes", "objects", "list", "map"})
    @DisplayName("X03: an array that claims 2^31-1 elements is refused before it is allocated")
    void x03HugeArray(String what) throws Exception {
        Object honest = switch (what) {
            case "bytes" -> new Object[] {new byte[0x1234]};
            case "objects" -> new Object[0x1234];
            case "list" -> new ArrayList<>(Arrays.asList(new Object[0x1234]));
            default ->
                IntStream.range(0, 0x1234)
                        .boxed()
                        .collect(Collectors.toMap(i -> "key " + i, i -> "", (one, other) -> one, HashMap::new));
        };
        byte[] bytes = writing.encode(honest).content().clone();
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        int patched = 0;
        for (int at = 0; at + 4 <= bytes.length; at++) {
            if (buffer.getInt(at) == 0x1234) {
                buffer.putInt(at, Integer.MAX_VALUE);
                patched++;
            }
        }
        assertThat(patched).isPositive();
        assertRefused(what, new Payload(Simple.OBJECT, bytes), "refused as an attack");
    }

    @Test
    @DisplayName("X03: sets in sets, whose hash codes take for ever, are refused")
    void x03Bomb() throws Exception {
        Set<Object> root = new HashSet<>();
        Set<Object> a = root;
        Set<Object> b = new HashSet<>();
        for (int i = 0; i < 100; i++) {
            Set<Object> left = new HashSet<>(List.of("x"));
            Set<Object> right = new HashSet<>();
            a.addAll(List.of(left, right));
            b.addAll(List.of(left, right));
            a = left;
            b = right;
        }
        // An iterator at each of four million steps, and nothing kept: RegressionTest has a parent with little heap.
        assertThat(kilobytesToRefuse("bomb", writing.encode(root), "refused as an attack"))
                .isPositive();
    }

    /** Holds the next. */
    static final class Chain implements InvocationHandler, Serializable {

        private static final long serialVersionUID = 1L;

        private @Nullable Object next;

        @Override
        public Object invoke(Object proxy, Method method, Object @Nullable [] args) {
            return 0;
        }
    }

    @Test
    @DisplayName("X03: a chain of proxies that is too deep for the stack is refused")
    void x03Proxies() throws Exception {
        Object proxy = "the end";
        for (int i = 0; i < 20_000; i++) {
            Chain link = new Chain();
            link.next = proxy;
            proxy = Proxy.newProxyInstance(
                    HostileObjectsTest.class.getClassLoader(), new Class<?>[] {Comparable.class}, link);
        }
        Object first = proxy;
        Payload[] written = new Payload[1];
        Thread writer = new Thread(null, () -> written[0] = encode(first), "writer", 1L << 30);
        writer.start();
        writer.join();
        assertRefused("proxies", written[0], "");
    }

    private Payload encode(Object value) {
        try {
            return Payloads.java(null, null, 64 << 20).encode(value);
        } catch (PayloadException e) {
            throw new AssertionError(e);
        }
    }

    private void assertRefused(String what, Payload payload, String message) {
        long kilobytes = kilobytesToRefuse(what, payload, message);
        assertThat(kilobytes).isLessThan(10 << 10);
    }

    private long kilobytesToRefuse(String what, Payload payload, String message) {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long allocated = threads.getCurrentThreadAllocatedBytes();
        long start = threads.getCurrentThreadCpuTime();
        assertThatExceptionOfType(PayloadException.class)
                .isThrownBy(() -> reading.decode(payload))
                .withMessageContaining(message);
        long millis = (threads.getCurrentThreadCpuTime() - start) / 1_000_000;
        long kilobytes = (threads.getCurrentThreadAllocatedBytes() - allocated) >> 10;
        System.out.println("X03 " + what + ": refused after " + millis + " ms and " + kilobytes + " KiB of garbage");
        assertThat(millis).isLessThan(1000);
        return kilobytes;
    }
}
