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

    private final PoolSettings settings;

    private final @Nullable Integer limit;

    private final Map<Long, Entry> entries = new LinkedHashMap<>();

    /** A task with what it takes to send it again. */
    record Entry(QuarantinedTask evidence, @Nullable Object payload, TaskContext context, TaskLimits limits) {}

    QuarantineStore(PoolSettings settings) {
        this.settings = settings;
        this.limit = settings.quarantine().after();
    }

    /** Whether a task that has killed one worker more is to be kept here. */
    boolean isFor(Task task) {
        return limit != null && task.crashes().size() + 1 >= limit;
    }

    /** Keeps a task that has not been ended yet; the oldest one makes room. */
    void keep(Task task, WorkerCrashedException last, Consequences todo) {
        put(new Entry(
                new QuarantinedTask(task.id, task.index, task.attempt, task.crashes(), last),
                task.payload(),
                task.context,
                task.limits));
        Long oldest = entries.keySet().iterator().next();
        boolean full = entries.size() > settings.quarantine().size();
        if (full) {
            entries.remove(oldest);
        }
        todo.publish(new PoolEvent.TaskQuarantined(
                settings.name(), task.id, task.crashes().size()));
        int crashes = task.crashes().size();
        long id = task.id;
        todo.log(() -> LOG.warn(
                "Task with id {} of pool '{}' has crashed {} workers and is in quarantine now{}",
                id,
                settings.name(),
                crashes,
                full
                        ? "; task with id " + oldest + " had to leave it, because quarantine.size is "
                                + settings.quarantine().size()
                        : ""));
    }

    void put(Entry entry) {
        entries.put(entry.evidence.id(), entry);
    }

    @Nullable
    Entry take(long id) {
        return entries.remove(id);
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
