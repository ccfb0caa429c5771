package org.poolmanager;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Where each task writes down that it has begun, in whatever process it is: one entry by one write at the end of the file,
 * which a kill finds done or not done, and never half done.
 */
final class ChaosLedger {

    private static final int ENTRY = Integer.BYTES + Long.BYTES;

    private final Map<Integer, List<Long>> pids = new HashMap<>();

    private ChaosLedger() {}

    /** Called by a task that begins. */
    static void begun(String ledger, int task) {
        ByteBuffer entry = ByteBuffer.allocate(ENTRY)
                .putInt(task)
                .putLong(ProcessHandle.current().pid())
                .flip();
        try (FileChannel file = FileChannel.open(Path.of(ledger), StandardOpenOption.APPEND)) {
            file.write(entry);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static ChaosLedger read(Path file) throws IOException {
        ChaosLedger ledger = new ChaosLedger();
        ByteBuffer entries = ByteBuffer.wrap(Files.readAllBytes(file));
        while (entries.hasRemaining()) {
            int task = entries.getInt();
            ledger.pids.computeIfAbsent(task, unused -> new ArrayList<>()).add(entries.getLong());
        }
        return ledger;
    }

    /** The processes in which a task has begun, one for each time. */
    List<Long> begins(int task) {
        return pids.getOrDefault(task, List.of());
    }
}
