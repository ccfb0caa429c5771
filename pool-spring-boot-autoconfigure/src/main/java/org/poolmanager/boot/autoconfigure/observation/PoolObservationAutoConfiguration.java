package org.poolmanager.boot.autoconfigure.observation;

import io.micrometer.core.instrument.observation.MeterObservationHandler;
import io.micrometer.observation.ObservationRegistry;
import org.poolmanager.boot.PoolManagers;
import org.poolmanager.boot.autoconfigure.PoolManagerAutoConfiguration;
import org.poolmanager.boot.metrics.PoolTaskMeterObservationHandler;
import org.poolmanager.boot.observation.PoolTaskObservationConvention;
import org.poolmanager.boot.observation.PoolsTaskObserver;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.AutoConfigureOrder;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;

/** {@link EnableAutoConfiguration Auto-configuration} for observations of tasks. */
@AutoConfiguration(
        after = PoolManagerAutoConfiguration.class,
        afterName = "org.springframework.boot.micrometer.observation.autoconfigure.ObservationAutoConfiguration")
@AutoConfigureOrder(Ordered.LOWEST_PRECEDENCE)
@ConditionalOnClass(ObservationRegistry.class)
@ConditionalOnBean({PoolManagers.class, ObservationRegistry.class})
public final class PoolObservationAutoConfiguration {

    @Bean
    @ConditionalOnMissingBean
    PoolsTaskObserver poolsTaskObserver(
            ObservationRegistry registry,
            ObjectProvider<PoolTaskObservationConvention> convention,
            ConfigurableListableBeanFactory beanFactory) {
        return new PoolsTaskObserver(registry, convention.getIfAvailable(), new Audience(beanFactory)::isThere);
    }

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(MeterObservationHandler.class)
    static class MetersConfiguration {

        @Bean
        @Order(Ordered.HIGHEST_PRECEDENCE)
        PoolTaskMeterObservationHandler poolTaskMeterObservationHandler() {
            return new PoolTaskMeterObservationHandler();
        }
    }
}
