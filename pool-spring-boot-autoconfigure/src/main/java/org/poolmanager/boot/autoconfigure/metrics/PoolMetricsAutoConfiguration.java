package org.poolmanager.boot.autoconfigure.metrics;

import io.micrometer.core.instrument.MeterRegistry;
import org.poolmanager.boot.PoolManagers;
import org.poolmanager.boot.autoconfigure.PoolManagerAutoConfiguration;
import org.poolmanager.boot.autoconfigure.PoolManagerProperties;
import org.poolmanager.boot.metrics.PoolMetrics;
import org.poolmanager.boot.metrics.PoolsMeterBinder;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.AutoConfigureOrder;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;
import org.springframework.core.Ordered;

/** {@link EnableAutoConfiguration Auto-configuration} for {@link PoolMetrics} of all pools. */
@AutoConfiguration(
        after = PoolManagerAutoConfiguration.class,
        afterName = "org.springframework.boot.micrometer.metrics.autoconfigure.CompositeMeterRegistryAutoConfiguration")
@AutoConfigureOrder(Ordered.LOWEST_PRECEDENCE)
@ConditionalOnClass(MeterRegistry.class)
@ConditionalOnBean({PoolManagers.class, MeterRegistry.class})
public final class PoolMetricsAutoConfiguration {

    @Bean
    @ConditionalOnMissingBean
    PoolsMeterBinder poolsMeterBinder(PoolManagerProperties properties) {
        return new PoolsMeterBinder(properties.metrics().executorCompatible());
    }
}
