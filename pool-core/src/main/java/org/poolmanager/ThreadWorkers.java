package org.poolmanager;

import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.poolmanager.wire.Payloads;
import org.poolmanager.wire.TaskContext;
import org.poolmanager.worker.PoolProcess;
import org.poolmanager.worker.Target;

/** Workers that are threads of this JVM: tasks and results do not travel, so nothing is packed. Static arguments are copied,
 * so that each worker has its own, as in a JVM of its own. */
final class ThreadWorkers implements Workers {

    final PoolSettings settings;

    final Life life;

    final Observers observers;

    private final Callable<Target> target;

    private final @Nullable Supplier<? extends PoolProcess<?, ?>> factory;

    /** How many threads run on though their worker was killed. */
    final AtomicInteger abandoned = new AtomicInteger();

    /** Set by {@link #open}, before any worker is created. */
    Set<String> loggers = Set.of();

    ThreadWorkers(
            PoolSettings settings,
            Target target,
            @Nullable Supplier<? extends PoolProcess<?, ?>> factory,
            Life life,
            Observers observers) {
        this.settings = settings;
        ClassLoader loader = target.anchor().getClassLoader();
        this.target = target.copies(Payloads.of(settings.wire().codec(), loader, null, Integer.MAX_VALUE));
        this.factory = factory;
        this.life = life;
        this.observers = observers;
    }

    @SuppressWarnings("unchecked") // the builder ties the factory's types to the pool's
    PoolProcess<@Nullable Object, @Nullable Object> build() throws Exception {
        return factory == null
                ? target.call().build()
                : (PoolProcess<@Nullable Object, @Nullable Object>) factory.get();
    }

    @Override
    public @Nullable String open(Set<String> names) {
        loggers = names;
        return null;
    }

    @Override
    public Worker create(int id, int generation, Worker.Sink sink) {
        return new ThreadWorker(this, id, sink);
    }

    @Override
    public int abandoned() {
        return abandoned.get();
    }

    @Override
    public @Nullable Object pack(@Nullable Object task, TaskContext context) {
        return task;
    }

    @Override
    public @Nullable Object unpack(@Nullable Object raw) {
        return raw;
    }

    @Override
    public boolean isAny(@Nullable Object raw, Set<String> names) {
        return raw != null && Workers.isAny(raw.getClass(), names);
    }

    @Override
    public Throwable problem(@Nullable Object raw) {
        assert raw != null;
        return (Throwable) raw;
    }
}
