package org.poolmanager.boot.autoconfigure;

import java.time.Duration;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.function.Consumer;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.poolmanager.PoolManager;
import org.poolmanager.PoolSettings;
import org.poolmanager.PoolState;
import org.poolmanager.boot.PoolManagers;
import org.poolmanager.boot.PoolRegistration;
import org.springframework.context.SmartLifecycle;

/**
 * Starts all pools of a context, and stops them, each on a thread of its own. How long a start takes is up to the pool's
 * {@link org.poolmanager.StartMode}. In a phase below that of executors, web
 * server and message listeners: the pools are there before these begin to take work, and stay until these have ended.
 */
final class PoolManagerLifecycle implements SmartLifecycle {

    static final int PHASE = Integer.MAX_VALUE / 2 - 1024;

    private static final Log logger = LogFactory.getLog(PoolManagerLifecycle.class);

    private final PoolManagers pools;

    private final PoolIntroduction introduction;

    private final Duration drainLimit;

    /** The pools that were stopped here, and so are started here again when the context goes on. */
    private final Set<PoolManager<?, ?>> stopped =
            Collections.synchronizedSet(Collections.newSetFromMap(new IdentityHashMap<>()));

    private volatile boolean running;

    /**
     * For the pools of one context.
     *
     * @param drainLimit how long outstanding work may take at the end before the context gives up on the phase
     */
    PoolManagerLifecycle(PoolManagers pools, PoolIntroduction introduction, Duration drainLimit) {
        this.pools = pools;
        this.introduction = introduction;
        this.drainLimit = drainLimit;
    }

    @Override
    public int getPhase() {
        return PHASE;
    }

    @Override
    public boolean isRunning() {
        return running;
    }

    @Override
    public void start() {
        running = true;
        start(pools.stream().toList());
    }

    /** A pool bean that was created late, because it is lazy, is started at once if the others are. */
    void created(String name, PoolManager<?, ?> pool) {
        if (running && pools.names().contains(name)) {
            start(List.of(pools.registration(name, pool)));
        }
    }

    private void start(List<PoolRegistration> registrations) {
        registrations.forEach(introduction::introduce);
        List<PoolRegistration> waiting =
                registrations.stream().filter(this::isToBeStarted).toList();
        waiting.forEach(this::warnIfCapped);
        awaitAll(waiting, inParallel("poolmanager-start-", waiting, PoolManager::start));
    }

    private boolean isToBeStarted(PoolRegistration registration) {
        return stopped.remove(registration.pool()) || registration.pool().state() == PoolState.NEW;
    }

    private void warnIfCapped(PoolRegistration registration) {
        PoolSettings settings = registration.pool().settings();
        Duration limit = settings.limits().close();
        if (!settings.daemon() && limit != null && limit.compareTo(drainLimit) > 0) {
            logger.warn(
                    "Pool '" + registration.name() + "' may take " + limit + " to finish its work at shutdown, but will"
                            + " get " + drainLimit + ": increase spring.lifecycle.timeout-per-shutdown-phase, or reduce"
                            + " poolmanager.pools." + registration.name() + ".shutdown.timeout");
        }
    }

    @Override
    public void stop() {
        stopAll().join();
    }

    @Override
    public void stop(Runnable callback) {
        var unused = stopAll().thenRun(callback);
    }

    /** The future never fails: whoever waits for it goes on with closing the context in any case. */
    private CompletableFuture<?> stopAll() {
        running = false;
        List<PoolRegistration> open =
                pools.stream().filter(PoolManagerLifecycle::isOpen).toList();
        open.forEach(registration -> stopped.add(registration.pool()));
        return CompletableFuture.allOf(inParallel("poolmanager-stop-", open, this::close))
                .exceptionally(failure -> {
                    logger.warn("A pool could not be stopped in good order", failure);
                    return null;
                });
    }

    private void close(PoolManager<?, ?> pool) {
        Duration own = pool.settings().limits().close();
        pool.close(own != null && own.compareTo(drainLimit) < 0 ? own : drainLimit);
    }

    /** One that is NEW may be waiting for its first task, which must not start it any more. */
    private static boolean isOpen(PoolRegistration registration) {
        return registration.pool().state() != PoolState.STOPPED;
    }

    private static CompletableFuture<?>[] inParallel(
            String prefix, List<PoolRegistration> registrations, Consumer<PoolManager<?, ?>> action) {
        return registrations.stream()
                .map(registration -> CompletableFuture.runAsync(
                        () -> action.accept(registration.pool()),
                        command -> new Thread(command, prefix + registration.name()).start()))
                .toArray(CompletableFuture<?>[]::new);
    }

    /** Waits for all, then throws the first failure with the others suppressed, so that one run shows all of them. */
    private static void awaitAll(List<PoolRegistration> registrations, CompletableFuture<?>[] starts) {
        RuntimeException first = null;
        for (CompletableFuture<?> start : starts) {
            try {
                start.get();
            } catch (ExecutionException ex) {
                RuntimeException failure = ex.getCause() instanceof RuntimeException cause
                        ? cause
                        : new IllegalStateException("A pool could not be started", ex.getCause());
                if (first == null) {
                    first = failure;
                } else {
                    first.addSuppressed(failure);
                }
            } catch (InterruptedException ex) {
                Thread.currentThread().interrupt();
                registrations.forEach(registration -> registration.pool().terminate());
                throw new IllegalStateException("Interrupted while pools were started", ex);
            }
        }
        if (first != null) {
            throw first;
        }
    }
}
