package org.poolmanager.boot.autoconfigure;

import org.poolmanager.PoolManager;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanPostProcessor;

/** Starts pools whose beans are created after the context was started: with lazy initialization, at their first use. */
final class LazyPoolStarter implements BeanPostProcessor {

    private final ObjectProvider<PoolManagerLifecycle> lifecycle;

    LazyPoolStarter(ObjectProvider<PoolManagerLifecycle> lifecycle) {
        this.lifecycle = lifecycle;
    }

    @Override
    public Object postProcessAfterInitialization(Object bean, String beanName) {
        if (bean instanceof PoolManager<?, ?> pool) {
            lifecycle.getObject().created(beanName, pool);
        }
        return bean;
    }
}
