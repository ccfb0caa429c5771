package org.poolmanager.boot.worker;

import java.lang.reflect.Constructor;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.poolmanager.worker.PoolProcess;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.beans.factory.config.DependencyDescriptor;
import org.springframework.beans.factory.support.DefaultListableBeanFactory;
import org.springframework.beans.factory.support.RootBeanDefinition;
import org.springframework.core.MethodParameter;
import org.springframework.core.env.ConfigurableEnvironment;

/** What an application knows about the workers that Spring builds in child JVMs. */
public final class WorkerContexts {

    private final DefaultListableBeanFactory beanFactory;

    private final ConfigurableEnvironment environment;

    /**
     * For the workers of one application.
     *
     * @param beanFactory where everything that a worker may need is defined
     * @param environment what the children get to know
     */
    public WorkerContexts(DefaultListableBeanFactory beanFactory, ConfigurableEnvironment environment) {
        this.beanFactory = beanFactory;
        this.environment = environment;
    }

    /**
     * The constructor that Spring would fill.
     *
     * @param worker a class
     * @return the constructor, or null if it would use the one without parameters
     */
    public static @Nullable Constructor<?> injectedConstructor(Class<?> worker) {
        return InjectionPoints.constructor(worker);
    }

    /**
     * Whether Spring has something to do with an object of a class after its constructor: to inject fields or call
     * methods.
     *
     * @param worker a class
     * @return false if its constructor makes a complete object
     */
    public static boolean isCompletedBySpring(Class<?> worker) {
        return InjectionPoints.inMembers(worker);
    }

    /**
     * Whether a method makes a bean, so that its class alone does not tell how.
     *
     * @param bean the bean's name
     * @return true for a {@code @Bean} method
     */
    public boolean isMadeByMethod(String bean) {
        return beanFactory.containsBeanDefinition(bean)
                && beanFactory.getMergedBeanDefinition(bean) instanceof RootBeanDefinition definition
                && RecipeFinder.factoryMethodName(definition) != null;
    }

    /**
     * Whether there is a bean for a parameter.
     *
     * @param constructor a worker's
     * @param index the parameter's
     * @return true if Spring could choose one, or would have to choose among several
     */
    public boolean isInjectable(Constructor<?> constructor, int index) {
        DependencyDescriptor point = new DependencyDescriptor(new MethodParameter(constructor, index), true);
        return !new DependencyResolver(beanFactory).candidates(point).isEmpty();
    }

    /**
     * Defines a bean of the application that is a new worker each time, for workers on its threads.
     *
     * @param bean the name that it gets
     * @param worker its class
     * @param arguments values of constructor parameters by index; the others are injected
     */
    public void definePrototype(String bean, Class<?> worker, Map<Integer, Object> arguments) {
        if (beanFactory.containsBeanDefinition(bean)) {
            return; // by a creation of the same lazy pool that failed behind this
        }
        RootBeanDefinition definition = new RootBeanDefinition(worker);
        definition.setScope(BeanDefinition.SCOPE_PROTOTYPE);
        definition.setAutowireCandidate(false);
        arguments.forEach(definition.getConstructorArgumentValues()::addIndexedArgumentValue);
        beanFactory.registerBeanDefinition(bean, definition);
    }

    /**
     * What builds a worker in its child JVM, by a small context.
     *
     * @param request which worker, and from what
     * @return a serializable supplier
     * @throws WorkerContextException if the worker needs what no other JVM can have
     */
    public Supplier<PoolProcess<Object, Object>> factory(Request request) {
        Class<?> worker = request.worker;
        RecipeFinder finder = new RecipeFinder(beanFactory, worker, request.key, !request.classes.isEmpty());
        String name = request.bean == null ? worker.getName() : request.bean;
        if (request.bean != null && request.arguments.isEmpty() && isMadeByMethod(request.bean)) {
            finder.addWorker(name);
        } else {
            finder.addWorker(name, worker, request.arguments);
        }
        return new ContextWorkerFactory(
                worker.getName(),
                name,
                finder.recipes(),
                new ContextWorkerFactory.Features(finder.usesJakarta(), finder.usesProperties()),
                request.classes.stream().map(Class::getName).toList(),
                EnvironmentCopy.of(environment));
    }

    /**
     * Which worker is to be built, and from what.
     *
     * @param worker its class
     * @param bean its bean, or null if it is none
     * @param arguments values of constructor parameters by index
     * @param classes classes to add to the context
     * @param key the property that names these classes, for error texts
     */
    public record Request(
            Class<?> worker,
            @Nullable String bean,
            Map<Integer, Object> arguments,
            List<Class<?>> classes,
            String key) {}
}
