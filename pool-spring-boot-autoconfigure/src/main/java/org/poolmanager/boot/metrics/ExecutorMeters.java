package org.poolmanager.boot.metrics;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;
import org.poolmanager.PoolManager;
import org.poolmanager.PoolStats;

/** A pool under the names that Micrometer gives to the meters of executors, for dashboards that know these. */
final class ExecutorMeters {

    private static final String PREFIX = "executor.";

    private final PoolManager<?, ?> pool;

    private final String name;

    private final MeterRegistry registry;

    private final List<Meter> meters = new ArrayList<>();

    ExecutorMeters(PoolManager<?, ?> pool, String name, MeterRegistry registry) {
        this.pool = pool;
        this.name = name;
        this.registry = registry;
    }

    void register() {
        gauge("active", "threads", stats -> stats.workers().busy());
        gauge("pool.size", "threads", ExecutorMeters::live);
        gauge("pool.core", "threads", stats -> stats.workers().target());
        gauge("pool.max", "threads", stats -> pool.settings().maxSize());
        gauge("queued", "tasks", stats -> stats.queue().size());
        gauge("queue.remaining", "tasks", stats -> stats.queue().remaining());
        meters.add(FunctionCounter.builder(PREFIX + "completed", pool, ExecutorMeters::done)
                .baseUnit("tasks")
                .tag("name", name)
                .register(registry));
    }

    private void gauge(String what, String unit, ToDoubleFunction<PoolStats> value) {
        meters.add(Gauge.builder(PREFIX + what, pool, measured -> value.applyAsDouble(measured.stats()))
                .baseUnit(unit)
                .tag("name", name)
                .register(registry));
    }

    private static double live(PoolStats stats) {
        return (double) stats.workers().idle() + stats.workers().busy();
    }

    /** Whatever their outcome, as executors count. */
    private static double done(PoolManager<?, ?> pool) {
        PoolStats.Tasks tasks = pool.stats().tasks();
        return (double) tasks.completed() + tasks.failed() + tasks.timedOut() + tasks.crashed() + tasks.cancelled();
    }

    void remove() {
        meters.forEach(registry::remove);
        meters.clear();
    }
}
