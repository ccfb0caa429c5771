package org.poolmanager.boot.autoconfigure;

import java.time.Duration;
import org.poolmanager.PoolListener;
import org.poolmanager.PoolManager;
import org.poolmanager.boot.PoolManagerBuilderFactory;
import org.poolmanager.boot.PoolManagerCustomizer;
import org.poolmanager.boot.PoolManagers;
import org.poolmanager.boot.PoolRegistrationListener;
import org.poolmanager.boot.worker.WorkerContexts;
import org.poolmanager.wire.PayloadCodec;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.beans.factory.support.DefaultListableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.AutoConfigureOrder;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.context.LifecycleProperties;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;
import org.springframework.core.Ordered;
import org.springframework.core.env.ConfigurableEnvironment;

/**
 * {@link EnableAutoConfiguration Auto-configuration} for the {@link PoolManager pools} that properties declare. Comes
 * late, so that it sees all beans that can be workers, or have the name of a pool.
 */
@AutoConfiguration
@AutoConfigureOrder(Ordered.LOWEST_PRECEDENCE)
@ConditionalOnBooleanProperty(name = "poolmanager.enabled", matchIfMissing = true)
@EnableConfigurationProperties(PoolManagerProperties.class)
@Import(PoolManagerRegistrar.class)
public final class PoolManagerAutoConfiguration {

    /** What Spring's own lifecycle processor waits when Boot does not configure one. */
    private static final Duration FRAMEWORK_PHASE_TIMEOUT = Duration.ofSeconds(10);

    @Bean
    PoolConfigurations poolConfigurations(ConfigurableEnvironment environment) {
        return PoolConfigurations.from(environment);
    }

    @Bean
    PoolManagers poolManagers(ConfigurableListableBeanFactory beanFactory, PoolConfigurations configurations) {
        return new PoolManagers(beanFactory, configurations::rules);
    }

    @Bean(PoolManagers.FACTORY_BEAN)
    PoolManagerFactory poolManagerFactory(
            PoolConfigurations configurations,
            ConfigurableEnvironment environment,
            DefaultListableBeanFactory beanFactory,
            ObjectProvider<PayloadCodec> codecs,
            ObjectProvider<PoolManagerCustomizer> customizers,
            ObjectProvider<PoolManagerLifecycle> lifecycle) {
        ContextWorkers contextWorkers = new ContextWorkers(
                configurations, new WorkerContexts(beanFactory, environment), beanFactory.getBeanClassLoader());
        return new PoolManagerFactory(
                configurations, beanFactory, contextWorkers, new CodecBean(codecs), customizers, lifecycle);
    }

    @Bean
    @ConditionalOnMissingBean
    PoolManagerBuilderFactory poolManagerBuilderFactory(
            PoolConfigurations configurations, ObjectProvider<PayloadCodec> codecs) {
        return new ConfiguredBuilderFactory(configurations, new CodecBean(codecs));
    }

    @Bean
    PoolEventPublisher poolEventPublisher(ApplicationEventPublisher publisher) {
        return new PoolEventPublisher(publisher);
    }

    @Bean
    PoolManagerLifecycle poolManagerLifecycle(
            PoolManagers pools,
            ObjectProvider<PoolListener> listeners,
            ObjectProvider<PoolRegistrationListener> registrationListeners,
            ObjectProvider<LifecycleProperties> lifecycle) {
        Duration phase = lifecycle.stream()
                .map(LifecycleProperties::getTimeoutPerShutdownPhase)
                .findFirst()
                .orElse(FRAMEWORK_PHASE_TIMEOUT);
        // A tenth is kept for ending the workers, so that the context does not see the phase time out.
        Duration drainLimit = phase.minus(phase.dividedBy(10));
        return new PoolManagerLifecycle(pools, new PoolIntroduction(listeners, registrationListeners), drainLimit);
    }

    @Bean
    static LazyPoolStarter lazyPoolStarter(ObjectProvider<PoolManagerLifecycle> lifecycle) {
        return new LazyPoolStarter(lifecycle);
    }
}
