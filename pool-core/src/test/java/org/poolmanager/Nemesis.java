package org.poolmanager;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** Does to the workers of a pool from outside what systems and people do, and remembers to whom. */
final class Nemesis {

    private static final int MOST_MILLIS_BETWEEN = 2500;

    private static final int MOST_MILLIS_STOPPED = 300;

    enum Signal {
        KILL,
        TERM,
        STOP
    }

    private final PoolManager<?, ?> pool;

    private final Random random;

    private final Set<Long> ended = ConcurrentHashMap.newKeySet();

    private final Set<Long> stopped = ConcurrentHashMap.newKeySet();

    private final Map<Signal, Integer> sent = new EnumMap<>(Signal.class);

    Nemesis(PoolManager<?, ?> pool, Random random) {
        this.pool = pool;
        this.random = random;
    }

    /** Strikes now and then, as long as it is wanted. */
    @Nullable
    Void rage(BooleanSupplier wanted) throws Exception {
        while (wanted.getAsBoolean()) {
            pause(MOST_MILLIS_BETWEEN);
            List<Long> pids = pool.stats().workerList().stream()
                    .map(PoolStats.Worker::pid)
                    .filter(pid -> pid > 0)
                    .toList();
            if (!pids.isEmpty()) {
                strike(pids.get(random.nextInt(pids.size())), Signal.values()[random.nextInt(3)]);
            }
        }
        return null;
    }

    private void strike(long pid, Signal signal) throws Exception {
        // Before it happens: whoever suffers from it may be judged at once.
        (signal == Signal.STOP ? stopped : ended).add(pid);
        sent.merge(signal, 1, Integer::sum);
        send(signal.name(), pid);
        if (signal == Signal.STOP) {
            pause(MOST_MILLIS_STOPPED);
            send("CONT", pid);
        }
    }

    /** It may be gone already. */
    private static void send(String signal, long pid) throws Exception {
        new ProcessBuilder("kill", "-" + signal, Long.toString(pid))
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start()
                .waitFor();
    }

    private void pause(int mostMillis) {
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(random.nextInt(mostMillis)));
    }

    /** Whether it has ended this process, or at least tried to. */
    boolean hasEnded(long pid) {
        return ended.contains(pid);
    }

    boolean hasStopped(long pid) {
        return stopped.contains(pid);
    }

    Map<Signal, Integer> sent() {
        return sent;
    }
}
