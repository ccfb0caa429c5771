package org.poolmanager.boot.autoconfigure.endpoint;

import org.poolmanager.boot.PoolManagers;
import org.poolmanager.boot.actuate.endpoint.OperationTrace;
import org.poolmanager.boot.actuate.endpoint.PoolOperations;
import org.poolmanager.boot.actuate.endpoint.PoolsEndpoint;
import org.poolmanager.boot.actuate.endpoint.PoolsEndpointWebExtension;
import org.poolmanager.boot.autoconfigure.PoolManagerAutoConfiguration;
import org.poolmanager.boot.autoconfigure.PoolManagerProperties;
import org.poolmanager.boot.events.PoolHistories;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.actuate.audit.AuditEventRepository;
import org.springframework.boot.actuate.autoconfigure.endpoint.condition.ConditionalOnAvailableEndpoint;
import org.springframework.boot.actuate.autoconfigure.endpoint.expose.EndpointExposure;
import org.springframework.boot.actuate.endpoint.SanitizingFunction;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.AutoConfigureOrder;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.context.annotation.Bean;
import org.springframework.core.Ordered;

/** {@link EnableAutoConfiguration Auto-configuration} for the {@link PoolsEndpoint}. */
@AutoConfiguration(after = PoolManagerAutoConfiguration.class)
@AutoConfigureOrder(Ordered.LOWEST_PRECEDENCE)
@ConditionalOnClass(ConditionalOnAvailableEndpoint.class)
@ConditionalOnBean(PoolManagers.class)
@ConditionalOnAvailableEndpoint(PoolsEndpoint.class)
@EnableConfigurationProperties(PoolsEndpointProperties.class)
public final class PoolsEndpointAutoConfiguration {

    @Bean
    @ConditionalOnMissingBean
    PoolHistories poolHistories(PoolManagerProperties properties) {
        return new PoolHistories(properties.events().capacity());
    }

    @Bean
    @ConditionalOnMissingBean
    PoolsEndpoint poolsEndpoint(
            PoolManagers pools,
            PoolHistories histories,
            ObjectProvider<SanitizingFunction> sanitizingFunctions,
            PoolsEndpointProperties properties) {
        return new PoolsEndpoint(
                pools, histories, sanitizingFunctions.orderedStream().toList(), properties.showValues());
    }

    @Bean
    @ConditionalOnMissingBean
    @ConditionalOnAvailableEndpoint(endpoint = PoolsEndpoint.class, exposure = EndpointExposure.WEB)
    PoolOperations poolOperations(
            PoolManagers pools,
            PoolHistories histories,
            ObjectProvider<AuditEventRepository> auditing,
            ApplicationEventPublisher publisher) {
        boolean isAudited = auditing.stream().findAny().isPresent();
        return new PoolOperations(pools, new OperationTrace(histories, isAudited ? publisher : null));
    }

    @Bean
    @ConditionalOnBean(PoolsEndpoint.class)
    @ConditionalOnMissingBean
    @ConditionalOnAvailableEndpoint(exposure = EndpointExposure.WEB)
    PoolsEndpointWebExtension poolsEndpointWebExtension(
            PoolsEndpoint endpoint, PoolOperations operations, PoolsEndpointProperties properties) {
        return new PoolsEndpointWebExtension(endpoint, operations, properties.showValues(), properties.roles());
    }
}
