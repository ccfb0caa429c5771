package org.poolmanager.boot.health;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.poolmanager.PoolEvent;
import org.poolmanager.PoolManager;
import org.poolmanager.PoolState;
import org.poolmanager.boot.PoolManagers;
import org.poolmanager.boot.PoolRegistration;
import org.poolmanager.boot.PoolRegistrationListener;
import org.springframework.boot.health.contributor.CompositeHealthContributor;
import org.springframework.boot.health.contributor.HealthContributor;

/**
 * {@link CompositeHealthContributor} with one component per pool, also for none or one, so that paths such as
 * {@code pools/thumbnails} do not depend on their number.
 */
public class PoolsHealthContributor implements CompositeHealthContributor, PoolRegistrationListener {

    private final PoolManagers pools;

    /** Why pools have failed: only the event says it. */
    private final Map<PoolManager<?, ?>, String> failures = new ConcurrentHashMap<>();

    /**
     * The health of all pools.
     *
     * @param pools the pools
     */
    public PoolsHealthContributor(PoolManagers pools) {
        this.pools = pools;
    }

    @Override
    public void poolRegistered(PoolRegistration registration) {
        PoolManager<?, ?> pool = registration.pool();
        pool.addListener(event -> {
            if (event instanceof PoolEvent.StateChanged changed
                    && (changed.to() == PoolState.FAILED || changed.to() == PoolState.BROKEN)
                    && changed.reason() != null) {
                failures.put(pool, changed.reason());
            }
        });
    }

    @Override
    public @Nullable HealthContributor getContributor(String name) {
        return stream()
                .filter(entry -> entry.name().equals(name))
                .map(Entry::contributor)
                .findFirst()
                .orElse(null);
    }

    @Override
    public Stream<Entry> stream() {
        return pools.stream().map(registration -> new Entry(registration.name(), indicator(registration.pool())));
    }

    private PoolHealthIndicator indicator(PoolManager<?, ?> pool) {
        return new PoolHealthIndicator(pool, failures.get(pool));
    }
}
