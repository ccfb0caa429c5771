package org.poolmanager;

import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicLongArray;
import org.jspecify.annotations.Nullable;
import org.poolmanager.wire.LogEvent;
import org.slf4j.event.Level;

/** How many records of each level have been replayed and dropped. */
final class LogTally {

    /** The least severe first. */
    private static final Level[] LEVELS = {Level.TRACE, Level.DEBUG, Level.INFO, Level.WARN, Level.ERROR};

    private static final int STEP = Level.DEBUG.toInt() - Level.TRACE.toInt();

    private final AtomicLongArray replayed = new AtomicLongArray(LEVELS.length);

    private final AtomicLongArray dropped = new AtomicLongArray(LEVELS.length);

    private volatile @Nullable Instant lastDropped;

    void replayed(byte[] event) {
        replayed.incrementAndGet(index(event));
    }

    void dropped(byte[] event) {
        dropped.incrementAndGet(index(event));
        lastDropped = Instant.now();
    }

    private static int index(byte[] event) {
        return Math.max(0, Math.min(LEVELS.length - 1, LogEvent.level(event) / STEP));
    }

    PoolStats.Logs stats(long allReplayed, long allDropped) {
        PoolStats.Logs.Level[] levels = new PoolStats.Logs.Level[LEVELS.length];
        for (int i = 0; i < levels.length; i++) {
            levels[i] = new PoolStats.Logs.Level(LEVELS[i].name(), replayed.get(i), dropped.get(i));
        }
        return new PoolStats.Logs(allReplayed, allDropped, lastDropped, List.of(levels));
    }
}
