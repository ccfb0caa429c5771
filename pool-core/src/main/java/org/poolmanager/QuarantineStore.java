package org.poolmanager;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.poolmanager.wire.TaskContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tasks that killed their worker too often, as they were sent, and the evidence. Guarded by the pool's lock. */
final class QuarantineStore {

    private static final Logger LOG = LoggerFactory.getLogger(PoolManager.class);

    /** So much may be taken by tasks that nobody may ever look at. */
    static final long MAX_BYTES = Math.min(64 << 20, Runtime.getRuntime().maxMemory() / 32);

    private final PoolSettings settings;

    private final @Nullable Integer limit;

    private final Map<Long, Entry> entries = new LinkedHashMap<>();

    /** Of all payloads together. */
    private long bytes;

    /** A task with what it takes to send it again. */
    record Entry(
            QuarantinedTask evidence, @Nullable Object payload, int bytes, TaskContext context, TaskLimits limits) {}

    QuarantineStore(PoolSettings settings) {
        this.settings = settings;
        this.limit = settings.quarantine().after();
    }

    /** Whether a task that has killed one worker more is to be kept here. */
    boolean isFor(Task task) {
        return limit != null && task.crashes().size() + 1 >= limit;
    }

    /** Keeps a task that has not been ended yet; the oldest ones make room. */
    void keep(Task task, WorkerCrashedException last, Consequences todo) {
        put(new Entry(
                new QuarantinedTask(task.id, task.index, task.attempt, task.crashes(), last),
                task.payload(),
                task.bytes(),
                task.context,
                task.limits));
        List<Long> gone = makeRoom();
        todo.publish(new PoolEvent.TaskQuarantined(
                settings.name(), task.id, task.crashes().size()));
        int crashes = task.crashes().size();
        long id = task.id;
        todo.log(() -> LOG.warn(
                "Task with id {} of pool '{}' has crashed {} workers and is in quarantine now{}",
                id,
                settings.name(),
                crashes,
                gone.isEmpty()
                        ? ""
                        : "; tasks with ids " + gone + " had to leave it, because quarantine.size is "
                                + settings.quarantine().size() + " and its tasks may take " + (MAX_BYTES >> 20)
                                + " MiB together"));
    }

    /** The newest one stays in any case. */
    private List<Long> makeRoom() {
        List<Long> gone = new ArrayList<>();
        while (entries.size() > settings.quarantine().size() || (bytes > MAX_BYTES && entries.size() > 1)) {
            Long oldest = entries.keySet().iterator().next();
            take(oldest);
            gone.add(oldest);
        }
        return gone;
    }

    void put(Entry entry) {
        entries.put(entry.evidence.id(), entry);
        bytes += entry.bytes();
    }

    @Nullable
    Entry take(long id) {
        Entry taken = entries.remove(id);
        bytes -= taken == null ? 0 : taken.bytes();
        return taken;
    }

    int size() {
        return entries.size();
    }

    List<QuarantinedTask> list() {
        List<QuarantinedTask> all = new ArrayList<>();
        entries.values().forEach(entry -> all.add(entry.evidence));
        return all;
    }
}
