package org.poolmanager.boot;

import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.poolmanager.PoolManager;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.core.ResolvableType;

/**
 * All pools of an application context, those that {@code application.yml} declares and the user's own beans. A bean of
 * this type is there for code that does not know its pools when it is compiled; everybody else injects the pool.
 */
public final class PoolManagers {

    /** The bean that makes the pools that {@code application.yml} declares. */
    public static final String FACTORY_BEAN = "poolManagerFactory";

    private final ConfigurableListableBeanFactory beanFactory;

    private final Function<@Nullable String, PoolRegistration.Rules> rules;

    private volatile @Nullable Names latest;

    /** What was found among so many definitions and singletons. */
    private record Names(int definitions, int singletons, Set<String> pools) {

        boolean isOf(ConfigurableListableBeanFactory beanFactory) {
            return definitions == beanFactory.getBeanDefinitionCount() && singletons == beanFactory.getSingletonCount();
        }
    }

    /**
     * The pools of a bean factory.
     *
     * @param beanFactory where the pools are beans
     * @param rules what properties say of a declared pool by its name, or with null of all others
     */
    public PoolManagers(
            ConfigurableListableBeanFactory beanFactory, Function<@Nullable String, PoolRegistration.Rules> rules) {
        this.beanFactory = beanFactory;
        this.rules = rules;
    }

    /**
     * The bean names of all pools, created or not.
     *
     * @return the names, as a copy
     */
    public Set<String> names() {
        Names known = latest;
        if (known == null || !known.isOf(beanFactory) || !beanFactory.isConfigurationFrozen()) {
            known = find();
            latest = known;
        }
        return new LinkedHashSet<>(known.pools);
    }

    /** Looks at every bean of the application, which takes longer than all else that an answer about pools needs. */
    private Names find() {
        int definitions = beanFactory.getBeanDefinitionCount();
        int singletons = beanFactory.getSingletonCount();
        List<String> found = Arrays.asList(beanFactory.getBeanNamesForType(PoolManager.class, false, false));
        return new Names(definitions, singletons, new LinkedHashSet<>(found));
    }

    /**
     * One pool. With lazy initialization this creates and starts it.
     *
     * @param name the name or an alias of the bean
     * @return the pool
     * @throws NoSuchElementException if there is no such pool
     */
    public PoolManager<?, ?> get(String name) {
        checkExists(name);
        return beanFactory.getBean(name, PoolManager.class);
    }

    /**
     * One pool, with the types that its tasks and results have.
     *
     * @param name the name or an alias of the bean
     * @param input what a task is
     * @param output what a result is
     * @return the pool
     * @param <T> what a task is
     * @param <R> what a result is
     * @throws NoSuchElementException if there is no such pool
     * @throws IllegalArgumentException if its tasks or results are of another type
     */
    @SuppressWarnings("unchecked") // the bean's declared type has just been compared
    public <T, R> PoolManager<T, R> get(String name, Class<T> input, Class<R> output) {
        checkExists(name);
        if (!beanFactory.isTypeMatch(name, ResolvableType.forClassWithGenerics(PoolManager.class, input, output))) {
            throw new IllegalArgumentException("Pool '" + name + "' is a " + type(name) + ", not a PoolManager<"
                    + input.getName() + ", " + output.getName() + ">");
        }
        return (PoolManager<T, R>) get(name);
    }

    private void checkExists(String name) {
        if (!beanFactory.containsBean(name) || !beanFactory.isTypeMatch(name, PoolManager.class)) {
            throw new NoSuchElementException("There is no pool '" + name + "'. There are: " + names());
        }
    }

    /**
     * Calls an action for each pool that exists.
     *
     * @param action takes the bean's name and the pool
     */
    public void forEach(BiConsumer<String, PoolManager<?, ?>> action) {
        stream().forEach(registration -> action.accept(registration.name(), registration.pool()));
    }

    /**
     * The pools that exist. With lazy initialization those that nobody has used are left out, and stay uncreated.
     *
     * @return the pools
     */
    public Stream<PoolRegistration> stream() {
        return names().stream().filter(beanFactory::containsSingleton).map(name -> registration(name, get(name)));
    }

    /**
     * What properties say of a pool that would be created by its first use.
     *
     * @param name the bean's name
     * @return null if there is no such pool, or it exists
     */
    public PoolRegistration.@Nullable Rules rulesOfUncreated(String name) {
        boolean uncreated = names().contains(name) && !beanFactory.containsSingleton(name);
        return uncreated ? rules.apply(isDeclared(name) ? name : null) : null;
    }

    /**
     * Describes a pool.
     *
     * @param name the bean's name
     * @param pool the bean
     * @return name, pool, type and where it comes from
     */
    public PoolRegistration registration(String name, PoolManager<?, ?> pool) {
        boolean declared = isDeclared(name);
        return new PoolRegistration(name, pool, declared, rules.apply(declared ? name : null), type(name));
    }

    private boolean isDeclared(String name) {
        return beanFactory.containsBeanDefinition(name)
                && FACTORY_BEAN.equals(beanFactory.getMergedBeanDefinition(name).getFactoryBeanName());
    }

    private ResolvableType type(String name) {
        if (!beanFactory.containsBeanDefinition(name)) {
            return ResolvableType.forClass(PoolManager.class);
        }
        return beanFactory.getMergedBeanDefinition(name).getResolvableType();
    }
}
