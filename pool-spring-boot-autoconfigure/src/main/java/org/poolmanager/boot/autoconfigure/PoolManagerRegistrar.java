package org.poolmanager.boot.autoconfigure;

import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.beans.factory.support.BeanDefinitionRegistry;
import org.springframework.beans.factory.support.BeanNameGenerator;
import org.springframework.context.annotation.ImportBeanDefinitionRegistrar;
import org.springframework.core.env.Environment;
import org.springframework.core.type.AnnotationMetadata;

/**
 * Defines the beans of the declared pools. Unlike a {@code BeanRegistrar} it sees the definitions of the application's
 * own beans, so these can be workers, and can take the place of a declared pool.
 */
final class PoolManagerRegistrar implements ImportBeanDefinitionRegistrar {

    private final Environment environment;

    private final ConfigurableListableBeanFactory beanFactory;

    PoolManagerRegistrar(Environment environment, BeanFactory beanFactory) {
        this.environment = environment;
        this.beanFactory = (ConfigurableListableBeanFactory) beanFactory;
    }

    @Override
    public void registerBeanDefinitions(
            AnnotationMetadata metadata, BeanDefinitionRegistry registry, BeanNameGenerator nameGenerator) {
        new PoolDefinitions(PoolConfigurations.from(environment), beanFactory, registry).register();
    }
}
