package org.poolmanager.boot.autoconfigure;

import java.lang.reflect.Constructor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.poolmanager.boot.autoconfigure.InvalidPoolConfigurationException.Setting;
import org.poolmanager.boot.worker.WorkerContextException;
import org.poolmanager.boot.worker.WorkerContexts;
import org.poolmanager.worker.PoolProcess;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.util.ClassUtils;

/** Decides which workers need Spring in their child JVM, and prepares what builds them there. */
final class ContextWorkers {

    private static final String KEY = "worker-context";

    private final PoolConfigurations configurations;

    private final WorkerContexts contexts;

    private final @Nullable ClassLoader classLoader;

    ContextWorkers(PoolConfigurations configurations, WorkerContexts contexts, @Nullable ClassLoader classLoader) {
        this.configurations = configurations;
        this.contexts = contexts;
        this.classLoader = classLoader;
    }

    /** What builds the worker of a pool with Spring; null if its constructor and static arguments are enough. */
    @Nullable
    Supplier<PoolProcess<Object, Object>> supplier(String pool, WorkerTarget worker) {
        StaticArguments arguments = new StaticArguments(configurations, pool, worker.type());
        List<Class<?>> classes = classes(pool);
        if (classes.isEmpty() && !needsSpring(worker, arguments)) {
            return null;
        }
        Constructor<?> constructor = WorkerContexts.injectedConstructor(worker.type());
        boolean byMethod = isMadeByMethod(worker, arguments);
        Map<Integer, Object> given = byMethod ? Map.of() : resolvePart(arguments, constructor);
        String key = configurations.setting(pool, KEY).property();
        try {
            return contexts.factory(new WorkerContexts.Request(worker.type(), worker.beanName(), given, classes, key));
        } catch (WorkerContextException ex) {
            throw new InvalidPoolConfigurationException(
                    configurations.setting(pool, "worker"), String.valueOf(ex.getMessage()), ex.action(), ex);
        }
    }

    /**
     * The bean that makes the workers of a pool on threads of the application, defined here because the application has
     * none that does; null if constructor and static arguments are enough.
     */
    @Nullable
    String prototype(String pool, WorkerTarget worker) {
        StaticArguments arguments = new StaticArguments(configurations, pool, worker.type());
        if (!needsSpring(worker, arguments)) {
            return null;
        }
        String bean = "poolmanager.pools." + pool + ".worker";
        Constructor<?> constructor = WorkerContexts.injectedConstructor(worker.type());
        contexts.definePrototype(bean, worker.type(), resolvePart(arguments, constructor));
        return bean;
    }

    private Map<Integer, Object> resolvePart(StaticArguments arguments, @Nullable Constructor<?> constructor) {
        return arguments.resolvePart(
                constructor, index -> constructor != null && contexts.isInjectable(constructor, index));
    }

    private boolean needsSpring(WorkerTarget worker, StaticArguments arguments) {
        return isMadeByMethod(worker, arguments)
                || WorkerContexts.isCompletedBySpring(worker.type())
                || (!arguments.areComplete() && WorkerContexts.injectedConstructor(worker.type()) != null);
    }

    private boolean isMadeByMethod(WorkerTarget worker, StaticArguments arguments) {
        return arguments.areNone() && worker.beanName() != null && contexts.isMadeByMethod(worker.beanName());
    }

    private List<Class<?>> classes(String pool) {
        List<String> names = configurations.effective(pool).workerContext();
        List<Class<?>> classes = new ArrayList<>();
        for (String name : names == null ? List.<String>of() : names) {
            classes.add(load(pool, name));
        }
        return classes;
    }

    private Class<?> load(String pool, String name) {
        Class<?> type;
        try {
            type = ClassUtils.forName(name, classLoader);
        } catch (ClassNotFoundException | LinkageError ex) {
            throw new InvalidPoolConfigurationException(
                    configurations.setting(pool, KEY),
                    "There is no class '" + name + "' (" + ex + ").",
                    "Name @Configuration classes, components or auto-configurations by their full names.",
                    ex);
        }
        if (AnnotatedElementUtils.hasAnnotation(type, EnableAutoConfiguration.class)) {
            Setting setting = configurations.setting(pool, KEY);
            throw new InvalidPoolConfigurationException(
                    setting,
                    name + " switches on auto-configuration, so each worker would start the whole application.",
                    "Name a @Configuration class with what the worker needs, or the very auto-configurations.");
        }
        return type;
    }
}
