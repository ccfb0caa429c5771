package org.poolmanager.boot.autoconfigure;

import java.lang.reflect.Modifier;
import java.util.Set;
import org.poolmanager.PoolManager;
import org.poolmanager.boot.autoconfigure.InvalidPoolConfigurationException.Setting;
import org.poolmanager.worker.PoolProcess;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.core.SimpleAliasRegistry;
import org.springframework.util.ClassUtils;
import org.springframework.util.StringUtils;

/** Finds the worker of each pool from the bean definitions and the class path, and refuses what cannot be one. */
final class WorkerResolver {

    private final PoolConfigurations configurations;

    private final ConfigurableListableBeanFactory beanFactory;

    private final WorkerBeans beans;

    WorkerResolver(PoolConfigurations configurations, ConfigurableListableBeanFactory beanFactory) {
        this.configurations = configurations;
        this.beanFactory = beanFactory;
        this.beans = new WorkerBeans(beanFactory);
    }

    WorkerTarget resolve(String pool) {
        String worker = configurations.effective(pool).worker();
        WorkerTarget target = StringUtils.hasText(worker) ? named(pool, worker) : annotated(pool);
        check(pool, target);
        return target;
    }

    private WorkerTarget annotated(String pool) {
        Set<String> candidates = beans.annotatedWith(pool);
        if (candidates.isEmpty()) {
            throw invalid(
                    pool,
                    "The pool has no worker.",
                    "Set it to the name of a bean or of a class that implements " + PoolProcess.class.getName()
                            + ", or put @PoolWorker(\"" + pool + "\") on the class of such a bean." + beans.hint());
        }
        if (candidates.size() > 1) {
            throw invalid(
                    pool,
                    "More than one worker is annotated with @PoolWorker(\"" + pool + "\"): "
                            + beans.describe(candidates) + ".",
                    "Name the one that is meant here, or remove the annotation from the others.");
        }
        return bean(pool, candidates.iterator().next());
    }

    private WorkerTarget named(String pool, String worker) {
        if (beanFactory.containsBean(worker)) {
            return bean(pool, withoutAlias(worker));
        }
        Class<?> type = load(pool, worker);
        Set<String> candidates = beans.of(type);
        return new WorkerTarget(
                type, candidates.size() == 1 ? candidates.iterator().next() : null);
    }

    /** Only under its own name has a bean a definition. */
    private String withoutAlias(String bean) {
        return beanFactory instanceof SimpleAliasRegistry registry ? registry.canonicalName(bean) : bean;
    }

    private WorkerTarget bean(String pool, String bean) {
        Class<?> type = beans.classOf(bean);
        if (type == null) {
            throw invalid(
                    pool,
                    "The class of bean '" + bean + "' is not known before the bean is created.",
                    "Declare the bean with the class of the worker as its type, or name the class here.");
        }
        return new WorkerTarget(type, bean);
    }

    private Class<?> load(String pool, String worker) {
        try {
            return ClassUtils.forName(worker, beanFactory.getBeanClassLoader());
        } catch (ClassNotFoundException | LinkageError ex) {
            throw new InvalidPoolConfigurationException(
                    configurations.setting(pool, "worker"),
                    "There is no bean of this name, and no class (" + ex + ").",
                    "Set it to the name of a bean or to the fully qualified name of a class that implements "
                            + PoolProcess.class.getName() + "." + beans.hint(),
                    ex);
        }
    }

    private void check(String pool, WorkerTarget target) {
        Class<?> type = target.type();
        if (!PoolProcess.class.isAssignableFrom(type)) {
            throw invalid(
                    pool,
                    type.getName() + " is not a worker: it does not implement " + PoolProcess.class.getName() + ".",
                    "Implement that interface, or name another bean or class." + beans.hint());
        }
        if (Modifier.isAbstract(type.getModifiers())) {
            throw invalid(
                    pool,
                    type.getName() + " is abstract, so no worker can be made of it.",
                    "Name a concrete class. The return type of a @Bean method must be the worker's class.");
        }
        if (ClassUtils.isInnerClass(type)) {
            throw invalid(
                    pool,
                    type.getName() + " is an inner class, so it cannot be built without an instance of the outer one.",
                    "Make the class static.");
        }
        if (target.poolType() == null) {
            throw invalid(
                    pool,
                    type.getName() + " leaves open what its tasks and results are, so its pool would fit every"
                            + " injection point.",
                    "Implement PoolProcess with types, for instance PoolProcess<Path, String>.");
        }
    }

    /** Refuses annotated workers whose pool nobody declares, neither in {@code application.yml} nor as a bean. */
    void checkAnnotations() {
        beans.forEachAnnotated((bean, pool) -> {
            boolean declared = configurations.names().stream().anyMatch(name -> PoolNames.same(name, pool));
            if (!declared && !(beanFactory.containsBean(pool) && beanFactory.isTypeMatch(pool, PoolManager.class))) {
                throw new InvalidPoolConfigurationException(
                        new Setting("poolmanager.pools." + pool, null, beans.describe(bean)),
                        "There is no pool '" + pool + "' for the worker annotated with @PoolWorker(\"" + pool + "\").",
                        "Declare the pool in application.yml, or correct the name in the annotation. Declared pools: "
                                + configurations.names() + ".");
            }
        });
    }

    private InvalidPoolConfigurationException invalid(String pool, String reason, String action) {
        return new InvalidPoolConfigurationException(configurations.setting(pool, "worker"), reason, action);
    }
}
