package org.poolmanager.benchmarks;

import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.infra.Blackhole;
import org.poolmanager.wire.Frame;
import org.poolmanager.wire.FrameReader;
import org.poolmanager.wire.FrameType;
import org.poolmanager.wire.FrameWriter;

/** Frames to bytes and back, through memory instead of a socket: the time per frame in a batch. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class FrameBenchmark {

    private static final int BATCH = 16;

    private static final int MAX_PAYLOAD = 2 << 20;

    /** Bytes in a payload: an encoded int; a small object; many times the buffers. */
    @Param({"5", "512", "600000"})
    public int payload;

    private final MemoryChannel written = new MemoryChannel(BATCH * MAX_PAYLOAD);

    private final MemoryChannel read = new MemoryChannel(BATCH * MAX_PAYLOAD);

    private final FrameWriter writer = new FrameWriter(written);

    private final FrameReader reader = new FrameReader(read, MAX_PAYLOAD);

    private Frame frame = Frame.of(FrameType.TASK, 1);

    /**
     * Makes a frame to write, and a batch of them to read.
     *
     * @throws IOException never
     */
    @Setup
    public void setUp() throws IOException {
        frame = Frame.of(FrameType.TASK, 1, new byte[payload]);
        writeBatch(new FrameWriter(read));
    }

    /**
     * Writes a batch and flushes it.
     *
     * @throws IOException never
     */
    @Benchmark
    @OperationsPerInvocation(BATCH)
    public void write() throws IOException {
        written.clear();
        writeBatch(writer);
    }

    private void writeBatch(FrameWriter to) throws IOException {
        for (int i = 0; i < BATCH; i++) {
            to.begin(frame);
            while (!to.fill()) {
                to.flush();
            }
        }
        to.flush();
    }

    /**
     * Reads a batch.
     *
     * @param hole where the frames go
     * @throws IOException never
     */
    @Benchmark
    @OperationsPerInvocation(BATCH)
    public void read(Blackhole hole) throws IOException {
        read.rewind();
        for (int i = 0; i < BATCH; i++) {
            hole.consume(reader.next());
        }
    }
}
