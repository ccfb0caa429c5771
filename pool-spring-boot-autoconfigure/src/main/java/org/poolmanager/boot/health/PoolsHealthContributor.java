package org.poolmanager.boot.health;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.poolmanager.boot.PoolManagers;
import org.poolmanager.boot.PoolRegistration;
import org.poolmanager.boot.PoolRegistrationListener;
import org.springframework.boot.health.contributor.CompositeHealthContributor;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthContributor;
import org.springframework.boot.health.contributor.HealthIndicator;

/**
 * {@link CompositeHealthContributor} with one component per pool that does not say otherwise, also for none or
 * one, so that paths such as {@code pools/thumbnails} do not depend on their number.
 */
public class PoolsHealthContributor implements CompositeHealthContributor, PoolRegistrationListener {

    /** Of a lazy pool that nobody has used, which a health group may name: to look at it does not create it. */
    private static final HealthIndicator UNCREATED =
            () -> Health.unknown().withDetail("state", "not created").build();

    private final PoolManagers pools;

    /** By the pools' names: a lazy pool that could not be started is made anew for its next user. */
    private final Map<String, PoolHealthIndicator> indicators = new ConcurrentHashMap<>();

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
        if (registration.rules().health()) {
            PoolHealthIndicator indicator = indicator(registration);
            registration.pool().addListener(indicator);
            indicators.put(registration.name(), indicator);
        }
    }

    @Override
    public @Nullable HealthContributor getContributor(String name) {
        return stream()
                .filter(entry -> entry.name().equals(name))
                .map(Entry::contributor)
                .findFirst()
                .orElseGet(() -> ofUncreated(name));
    }

    private @Nullable HealthContributor ofUncreated(String name) {
        PoolRegistration.Rules rules = pools.rulesOfUncreated(name);
        return rules != null && rules.health() ? UNCREATED : null;
    }

    @Override
    public Stream<Entry> stream() {
        return pools.stream()
                .filter(registration -> registration.rules().health())
                .map(registration -> new Entry(registration.name(), known(registration)));
    }

    private PoolHealthIndicator known(PoolRegistration registration) {
        PoolHealthIndicator listening = indicators.get(registration.name());
        return listening != null ? listening : indicator(registration);
    }

    private static PoolHealthIndicator indicator(PoolRegistration registration) {
        return new PoolHealthIndicator(registration.pool(), registration.rules().minWorkers());
    }
}
