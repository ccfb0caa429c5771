package org.poolmanager.boot.autoconfigure;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.poolmanager.PoolManager;
import org.poolmanager.boot.PoolManagers;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.beans.factory.config.ConstructorArgumentValues;
import org.springframework.beans.factory.support.BeanDefinitionRegistry;
import org.springframework.beans.factory.support.RootBeanDefinition;

/**
 * Defines one bean for each declared pool: under the pool's name, with the types of the worker's tasks and results. A
 * definition holds names and classes only; the other properties are read when the bean is created.
 */
final class PoolDefinitions {

    private static final Log logger = LogFactory.getLog(PoolDefinitions.class);

    private final PoolConfigurations configurations;

    private final ConfigurableListableBeanFactory beanFactory;

    private final BeanDefinitionRegistry registry;

    private final WorkerResolver workers;

    PoolDefinitions(
            PoolConfigurations configurations,
            ConfigurableListableBeanFactory beanFactory,
            BeanDefinitionRegistry registry) {
        this.configurations = configurations;
        this.beanFactory = beanFactory;
        this.registry = registry;
        this.workers = new WorkerResolver(configurations, beanFactory);
    }

    void register() {
        for (String pool : configurations.names()) {
            if (!isReplaced(pool)) {
                refuseClash(pool);
                register(pool, workers.resolve(pool));
            }
        }
        workers.checkAnnotations();
    }

    /** Whether the application defines this pool itself. */
    private boolean isReplaced(String pool) {
        boolean replaced = isPool(pool) || isPool(PoolNames.camelCase(pool));
        if (replaced) {
            logger.info("A bean of the application takes the place of the pool 'poolmanager.pools." + pool + "'");
        }
        return replaced;
    }

    private boolean isPool(String bean) {
        Class<?> type = beanFactory.containsBean(bean) ? beanFactory.getType(bean, false) : null;
        return type != null && PoolManager.class.isAssignableFrom(type);
    }

    private void refuseClash(String pool) {
        if (beanFactory.containsBean(pool)) {
            Class<?> type = beanFactory.getType(pool, false);
            throw new InvalidPoolConfigurationException(
                    configurations.setting(pool),
                    "A pool is a bean under its name, and there is already a bean '" + pool + "'"
                            + (type == null ? "." : " (" + type.getName() + ")."),
                    "Rename the pool or that bean.");
        }
    }

    private void register(String pool, WorkerTarget worker) {
        RootBeanDefinition definition = new RootBeanDefinition(PoolManager.class);
        definition.setTargetType(worker.poolType());
        definition.setFactoryBeanName(PoolManagers.FACTORY_BEAN);
        definition.setFactoryMethodName("create");
        ConstructorArgumentValues arguments = definition.getConstructorArgumentValues();
        arguments.addIndexedArgumentValue(0, pool);
        arguments.addIndexedArgumentValue(
                1, worker.type().getName()); // code generated ahead of time may not see the class
        arguments.addIndexedArgumentValue(2, worker.beanName());
        definition.setResourceDescription("poolmanager.pools." + pool);
        registry.registerBeanDefinition(pool, definition);
        String alias = PoolNames.camelCase(pool);
        if (!alias.equals(pool) && !registry.isBeanNameInUse(alias)) {
            registry.registerAlias(pool, alias);
        }
        keepOutOfParent(pool, worker);
    }

    /** A worker that is built elsewhere must not be built here too, only because it is a singleton bean. */
    private void keepOutOfParent(String pool, WorkerTarget worker) {
        String bean = worker.beanName();
        if (bean != null
                && registry.containsBeanDefinition(bean)
                && !PoolManagerFactory.usesBean(configurations.effective(pool))) {
            registry.getBeanDefinition(bean).setLazyInit(true);
        }
    }
}
