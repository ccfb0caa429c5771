package org.poolmanager.boot.metrics;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Measurement;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Statistic;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.TimeGauge;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.micrometer.core.instrument.search.Search;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.ToDoubleFunction;
import java.util.stream.LongStream;
import org.poolmanager.PoolManager;
import org.poolmanager.PoolState;
import org.poolmanager.PoolStats;
import org.poolmanager.launch.ResidentSize;

/**
 * {@link MeterBinder} for a pool. All meters carry the tag {@code pool}, and exist from the start, so that dashboards
 * show zeros; what happened before binding is in {@code poolmanager.submitted} only.
 */
public class PoolMetrics implements MeterBinder, AutoCloseable {

    private static final String PREFIX = "poolmanager.";

    private static final double NANOS = 1e9;

    /** That of workers in threads. */
    private static final long OWN_PID = ProcessHandle.current().pid();

    private static final List<String> LEVELS = List.of("TRACE", "DEBUG", "INFO", "WARN", "ERROR");

    private final PoolManager<?, ?> pool;

    private final String name;

    private final Tags tags;

    private final boolean executorCompatible;

    private final List<Binding> bindings = new CopyOnWriteArrayList<>();

    /**
     * The meters of a pool.
     *
     * @param pool the pool
     * @param name the value of the tag {@code pool}
     */
    public PoolMetrics(PoolManager<?, ?> pool, String name) {
        this(pool, name, false);
    }

    /**
     * The meters of a pool.
     *
     * @param pool the pool
     * @param name the value of the tag {@code pool}
     * @param executorCompatible whether to add {@code executor.*} with the tag {@code name}, as thread pools have them
     */
    public PoolMetrics(PoolManager<?, ?> pool, String name, boolean executorCompatible) {
        this.pool = pool;
        this.name = name;
        this.tags = Tags.of("pool", name);
        this.executorCompatible = executorCompatible;
    }

    /** A pool that is closed wants none: nobody is to be alarmed because it has none. */
    private static int wanted(PoolStats stats) {
        return stats.state() == PoolState.NEW || stats.state() == PoolState.STOPPED
                ? 0
                : stats.workers().target();
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        workers(registry, "idle", stats -> stats.workers().idle());
        workers(registry, "busy", stats -> stats.workers().busy());
        workers(registry, "starting", stats -> stats.workers().starting());
        // Without a unit: Prometheus would append it to the name, which ends in max.
        gauge("workers.max", "How many workers there should be", PoolMetrics::wanted)
                .register(registry);
        gauge("queued", "Tasks that wait", stats -> stats.queue().size())
                .baseUnit("tasks")
                .register(registry);
        gauge(
                        "queue.remaining",
                        "How many more tasks would be accepted",
                        stats -> stats.queue().remaining())
                .baseUnit("tasks")
                .register(registry);
        TimeGauge.builder(PREFIX + "queue.oldest", pool, TimeUnit.SECONDS, PoolMetrics::oldest)
                .description("How long the oldest task in the queue has waited")
                .tags(tags)
                .register(registry);
        gauge("results.waiting", "Results that nobody has fetched yet", PoolStats::resultsWaiting)
                .register(registry);
        FunctionCounter.builder(
                        PREFIX + "submitted",
                        pool,
                        counted -> counted.stats().tasks().submitted())
                .description("Tasks that were accepted")
                .baseUnit("tasks")
                .tags(tags)
                .register(registry);
        for (String level : LEVELS) {
            logRecords(registry, level, "forwarded", PoolStats.Logs.Level::replayed);
            logRecords(registry, level, "dropped", PoolStats.Logs.Level::dropped);
        }
        active(registry);
        gauge("memory.used", "Resident memory of all workers", PoolMetrics::residentBytes)
                .baseUnit("bytes")
                .register(registry);
        PoolEventRecorder recorder = new PoolEventRecorder(registry, PREFIX, tags);
        pool.addListener(recorder);
        ExecutorMeters executor = new ExecutorMeters(pool, name, registry);
        if (executorCompatible) {
            executor.register();
        }
        bindings.add(new Binding(registry, recorder, executor));
    }

    private void logRecords(
            MeterRegistry registry, String level, String result, ToDoubleFunction<PoolStats.Logs.Level> value) {
        FunctionCounter.builder(
                        PREFIX + "log.records",
                        pool,
                        counted -> counted.stats().logs().levels().stream()
                                .filter(records -> records.level().equals(level))
                                .mapToDouble(value)
                                .sum())
                .description("Log records that workers sent")
                .baseUnit("records")
                .tags(tags)
                .tags("level", level.toLowerCase(Locale.ROOT), "result", result)
                .register(registry);
    }

    /** What a long-task timer would say, without one that each task would have to start and stop. */
    private void active(MeterRegistry registry) {
        List<Measurement> measurements = List.of(
                new Measurement(() -> (double) elapsed().count(), Statistic.ACTIVE_TASKS),
                new Measurement(() -> elapsed().sum() / NANOS, Statistic.DURATION),
                new Measurement(() -> elapsed().max().orElse(0) / NANOS, Statistic.MAX));
        Meter.builder(PREFIX + "task.active", Meter.Type.LONG_TASK_TIMER, measurements)
                .description("Tasks that run now, and for how long they have")
                .baseUnit("seconds")
                .tags(tags)
                .register(registry);
    }

    private LongStream elapsed() {
        return pool.stats().workerList().stream()
                .map(PoolStats.Worker::task)
                .filter(Objects::nonNull)
                .mapToLong(task -> task.elapsed().toNanos());
    }

    private static double residentBytes(PoolStats stats) {
        return stats.workerList().stream()
                .mapToLong(PoolStats.Worker::pid)
                .filter(pid -> pid > 0 && pid != OWN_PID)
                .map(ResidentSize::of)
                .filter(bytes -> bytes > 0)
                .sum();
    }

    private void workers(MeterRegistry registry, String state, ToDoubleFunction<PoolStats> value) {
        gauge("workers", "Workers by what they do", value)
                .baseUnit("workers")
                .tag("state", state)
                .register(registry);
    }

    private Gauge.Builder<?> gauge(String name, String description, ToDoubleFunction<PoolStats> value) {
        return Gauge.builder(PREFIX + name, pool, measured -> value.applyAsDouble(measured.stats()))
                .description(description)
                .tags(tags);
    }

    private static double oldest(PoolManager<?, ?> pool) {
        Duration oldest = pool.stats().queue().oldest();
        return oldest == null ? 0 : oldest.toNanos() / NANOS;
    }

    /** Takes the meters out of all registries, and stops counting. */
    @Override
    public void close() {
        for (Binding binding : bindings) {
            pool.removeListener(binding.recorder());
            Search.in(binding.registry()).name(name -> name.startsWith(PREFIX)).tags(tags).meters().stream()
                    .forEach(binding.registry()::remove);
            binding.executor().remove();
        }
        bindings.clear();
    }

    private record Binding(MeterRegistry registry, PoolEventRecorder recorder, ExecutorMeters executor) {}
}
