package org.poolmanager.benchmarks;

import java.io.ObjectInputFilter;
import java.io.Serializable;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import org.poolmanager.wire.Payload;
import org.poolmanager.wire.PayloadException;
import org.poolmanager.wire.Payloads;

/** Objects to bytes and back. What is read is filtered, as in the parent. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class CodecBenchmark {

    private static final int MAX_PAYLOAD = 1 << 20;

    /**
     * A value as users have them.
     *
     * @param name a string
     * @param pages a number
     * @param tags a few more strings
     */
    public record Document(String name, int pages, List<String> tags) implements Serializable {}

    /** What travels: a boxed int, 64 characters, a {@link Document}, or ten boxed ints. */
    @Param({"integer", "string", "record", "list"})
    public String kind = "integer";

    /** Which codec: java, or fory where that is on the class path. */
    @Param({"java"})
    public String codec = "java";

    private Payloads payloads = payloads();

    private Object value = 0;

    private Payload encoded = new Payload((byte) 0, new byte[0]);

    /**
     * Makes what is decoded.
     *
     * @throws PayloadException never
     */
    @Setup
    public void setUp() throws PayloadException {
        payloads = payloads();
        value = switch (kind) {
            case "integer" -> 4711;
            case "string" -> "0123456789abcdef".repeat(4);
            case "record" -> new Document("annual report.pdf", 48, List.of("finance", "2026"));
            case "list" -> List.of(1, 2, 3, 4, 5, 6, 7, 8, 9, 10);
            default -> throw new IllegalArgumentException(kind);
        };
        encoded = payloads.encode(value);
    }

    /**
     * Object to bytes.
     *
     * @return the payload
     * @throws PayloadException never
     */
    @Benchmark
    public Payload encode() throws PayloadException {
        return payloads.encode(value);
    }

    /**
     * Bytes to object.
     *
     * @return the object
     * @throws PayloadException never
     */
    @Benchmark
    public @Nullable Object decode() throws PayloadException {
        return payloads.decode(encoded);
    }

    private Payloads payloads() {
        return Payloads.of(
                codec,
                CodecBenchmark.class.getClassLoader(),
                ObjectInputFilter.Config.createFilter("java.base/*;org.poolmanager.benchmarks.*;!*"),
                MAX_PAYLOAD);
    }
}
