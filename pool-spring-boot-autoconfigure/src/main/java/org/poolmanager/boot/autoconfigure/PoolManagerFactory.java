package org.poolmanager.boot.autoconfigure;

import java.util.List;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.poolmanager.Isolation;
import org.poolmanager.PoolManager;
import org.poolmanager.PoolManagerBuilder;
import org.poolmanager.boot.PoolManagerCustomizer;
import org.poolmanager.boot.PoolWorker;
import org.poolmanager.boot.autoconfigure.InvalidPoolConfigurationException.Setting;
import org.poolmanager.boot.worker.WorkerContexts;
import org.poolmanager.worker.PoolProcess;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.ConfigurableBeanFactory;
import org.springframework.core.NativeDetector;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.util.ClassUtils;

/** Builds each pool that {@code application.yml} declares, when its bean is created. */
final class PoolManagerFactory {

    private static final Pattern KEY = Pattern.compile("'([a-z]+(?:[.-][a-z]+)*)'");

    private final PoolConfigurations configurations;

    private final ConfigurableBeanFactory beanFactory;

    private final ContextWorkers contextWorkers;

    private final CodecBean codec;

    private final List<PoolManagerCustomizer> customizers;

    private final ObjectProvider<PoolManagerLifecycle> lifecycle;

    PoolManagerFactory(
            PoolConfigurations configurations,
            ConfigurableBeanFactory beanFactory,
            ContextWorkers contextWorkers,
            CodecBean codec,
            ObjectProvider<PoolManagerCustomizer> customizers,
            ObjectProvider<PoolManagerLifecycle> lifecycle) {
        this.configurations = configurations;
        this.beanFactory = beanFactory;
        this.contextWorkers = contextWorkers;
        this.codec = codec;
        this.customizers = customizers.orderedStream().toList();
        this.lifecycle = lifecycle;
    }

    /** The factory method of every bean definition that {@link PoolDefinitions} makes. */
    PoolManager<?, ?> create(String name, String workerClass, @Nullable String workerBean) {
        Class<?> worker = ClassUtils.resolveClassName(workerClass, beanFactory.getBeanClassLoader());
        PoolProperties properties = configurations.effective(name);
        if (properties.isolation() != Isolation.THREAD && NativeDetector.inNativeImage()) {
            refuseNativeImage(name);
        }
        PoolManagerBuilder<Object, Object> builder = builder(worker).name(name);
        // The context closes the pool, after the web server has ended the requests that may need it.
        builder.shutdownHook(false);
        codec.applyTo(builder);
        new PoolPropertiesMapper(key -> configurations.setting(name, key)).apply(properties, builder);
        SecretWarning.logIfNeeded(properties, index -> configurations.setting(name, "jvm.args[" + index + "]"));
        WorkerTarget target = new WorkerTarget(worker, workerBean);
        if (workerBean != null && usesBean(properties)) {
            refuseSingleton(worker, workerBean, name);
        }
        InvalidPoolConfigurationException unresolved = null;
        WorkerBeanSupplier beans = null;
        try {
            beans = supply(target, properties, builder, name);
        } catch (InvalidPoolConfigurationException ex) {
            if (customizers.isEmpty() || !mayBeGivenArguments(worker, properties)) {
                throw ex;
            }
            unresolved = ex;
        }
        PoolManager<?, ?> pool = build(name, builder, unresolved);
        checkMinWorkers(name, pool.settings().size());
        if (beans != null && lifecycle.getObject().isRunning()) {
            beans.prepare(pool.settings().size());
        }
        return pool;
    }

    /** A customizer may know the arguments that the properties do not have, if all the worker needs is these. */
    private static boolean mayBeGivenArguments(Class<?> worker, PoolProperties properties) {
        return properties.staticArgs() == null
                && properties.workerContext() == null
                && !WorkerContexts.isCompletedBySpring(worker);
    }

    /** Tells the builder how workers are made; returns the supplier if beans of this context are the workers. */
    private @Nullable WorkerBeanSupplier supply(
            WorkerTarget worker, PoolProperties properties, PoolManagerBuilder<Object, Object> builder, String name) {
        WorkerBeanSupplier beans = null;
        Supplier<PoolProcess<Object, Object>> supplier;
        if (properties.isolation() == Isolation.THREAD) {
            String own = usesBean(properties) ? worker.beanName() : null;
            String bean = own != null ? own : contextWorkers.prototype(name, worker);
            beans = bean == null ? null : new WorkerBeanSupplier(beanFactory, bean);
            supplier = beans;
        } else {
            supplier = contextWorkers.supplier(name, worker);
        }
        if (supplier != null) {
            builder.workerFactory(supplier);
        } else {
            builder.staticArgs(new StaticArguments(configurations, name, worker.type()).resolve());
        }
        return beans;
    }

    /** Whether the context makes the workers. Static arguments mean: the class is built from these, wherever it runs. */
    static boolean usesBean(PoolProperties properties) {
        return properties.isolation() == Isolation.THREAD && properties.staticArgs() == null;
    }

    @SuppressWarnings("unchecked") // the worker's type was checked when the pool was defined
    private static PoolManagerBuilder<Object, Object> builder(Class<?> worker) {
        return PoolManager.builder((Class<? extends PoolProcess<Object, Object>>) worker);
    }

    private void refuseNativeImage(String pool) {
        throw new InvalidPoolConfigurationException(
                configurations.setting(pool),
                "This application is a native image, and has no JVM that the workers of pool '" + pool
                        + "' could run in.",
                "Run the pool on threads with 'isolation: thread', or run the application on a JVM.");
    }

    private void refuseSingleton(Class<?> worker, String bean, String pool) {
        PoolWorker annotation = AnnotatedElementUtils.getMergedAnnotation(worker, PoolWorker.class);
        if (beanFactory.isSingleton(bean) && (annotation == null || !annotation.shared())) {
            throw new InvalidPoolConfigurationException(
                    configurations.setting(pool, "worker"),
                    "Bean '" + bean + "' (" + worker.getName() + ") is a singleton, and in thread isolation the"
                            + " workers of pool '" + pool + "' would all call this one object from different threads at"
                            + " once.",
                    "Give the bean prototype scope with @Scope(\"prototype\"), so that each worker gets its own; or, if it"
                            + " is safe for use by many threads, say so with @PoolWorker(shared = true).");
        }
    }

    /**
     * Builds the pool.
     *
     * @param unresolved why the properties alone do not tell how to build the worker, if they do not
     */
    private PoolManager<?, ?> build(
            String name, PoolManagerBuilder<?, ?> builder, @Nullable InvalidPoolConfigurationException unresolved) {
        customizers.forEach(customizer -> customizer.customize(name, builder));
        try {
            return builder.build();
        } catch (IllegalArgumentException ex) {
            throw unresolved != null
                    ? unresolved
                    : new InvalidPoolConfigurationException(
                            culprit(name, String.valueOf(ex.getMessage())),
                            ex.getMessage() + ".",
                            "Correct the properties of the pool.",
                            ex);
        }
    }

    private void checkMinWorkers(String name, int size) {
        int least = configurations.rules(name).minWorkers();
        if (least < 1 || least > size) {
            throw new InvalidPoolConfigurationException(
                    configurations.setting(name, "health.min-workers"),
                    "'health.min-workers' must be from 1 to 'size', which is " + size + ", but is " + least + ".",
                    "Change the value, or remove it to get the default.");
        }
    }

    /** What does not fit together is found out where the pool is built; the text begins with the key. */
    private Setting culprit(String name, String message) {
        Matcher key = KEY.matcher(message);
        return key.lookingAt() ? configurations.setting(name, key.group(1)) : configurations.setting(name);
    }
}
