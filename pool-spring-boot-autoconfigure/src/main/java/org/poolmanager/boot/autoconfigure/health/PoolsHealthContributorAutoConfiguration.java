package org.poolmanager.boot.autoconfigure.health;

import org.poolmanager.boot.PoolManagers;
import org.poolmanager.boot.autoconfigure.PoolManagerAutoConfiguration;
import org.poolmanager.boot.health.PoolsHealthContributor;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.AutoConfigureOrder;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.health.autoconfigure.contributor.ConditionalOnEnabledHealthIndicator;
import org.springframework.context.annotation.Bean;
import org.springframework.core.Ordered;

/** {@link EnableAutoConfiguration Auto-configuration} for the {@link PoolsHealthContributor}. */
@AutoConfiguration(after = PoolManagerAutoConfiguration.class)
@AutoConfigureOrder(Ordered.LOWEST_PRECEDENCE)
@ConditionalOnClass(ConditionalOnEnabledHealthIndicator.class)
@ConditionalOnBean(PoolManagers.class)
@ConditionalOnEnabledHealthIndicator("pools")
public final class PoolsHealthContributorAutoConfiguration {

    @Bean
    @ConditionalOnMissingBean(name = {"poolsHealthContributor", "poolsHealthIndicator"})
    PoolsHealthContributor poolsHealthContributor(PoolManagers pools) {
        return new PoolsHealthContributor(pools);
    }
}
