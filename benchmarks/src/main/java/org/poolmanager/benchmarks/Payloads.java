package org.poolmanager.benchmarks;

import java.util.Collections;
import java.util.List;
import org.poolmanager.Isolation;

/** Tasks and results of 1 MiB, beside a bare socket that carries bytes one way and does nothing with them. */
final class Payloads {

    private static final int PAYLOAD = 1 << 20;

    private static final long RAW_BATCH = 64L << 20;

    private Payloads() {}

    static void measure(Options options, Report report) throws Exception {
        List<byte[]> large = Collections.nCopies(options.payloads(), new byte[PAYLOAD]);
        List<Integer> small = Collections.nCopies(options.payloads(), PAYLOAD);
        long bytes = (long) options.payloads() * PAYLOAD;
        try (var echo = Contestants.pool(Isolation.PROCESS, (byte[] payload) -> payload);
                var swallow = Contestants.pool(Isolation.PROCESS, (byte[] payload) -> payload.length);
                var produce = Contestants.pool(Isolation.PROCESS, (Integer size) -> new byte[size]);
                var raw = RawSocket.toSink()) {
            Turns turns = new Turns(options);
            Series bandwidth = turns.add(() -> Load.bytes(options.roundTime(), RAW_BATCH, () -> raw.send(RAW_BATCH)));
            Series both = turns.add(() -> Load.bytes(options.roundTime(), 2 * bytes, () -> echo.map(large)));
            Series there = turns.add(() -> Load.bytes(options.roundTime(), bytes, () -> swallow.map(large)));
            Series back = turns.add(() -> Load.bytes(options.roundTime(), bytes, () -> produce.map(small)));
            turns.run();

            String name = "1 MiB `byte[]`, process / raw one-way socket, ";
            Goal goal = Goal.atLeast(0.5, 0.8);
            report.add(name + "there and back, both counted", Figure.MEGABYTES_PER_SECOND, both, bandwidth, goal);
            report.add(name + "there only", Figure.MEGABYTES_PER_SECOND, there, bandwidth, null);
            report.add(name + "back only", Figure.MEGABYTES_PER_SECOND, back, bandwidth, null);
        }
    }
}
