package org.poolmanager.boot.worker;

import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.aot.AotDetector;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.beans.factory.config.DependencyDescriptor;
import org.springframework.beans.factory.support.DefaultListableBeanFactory;
import org.springframework.beans.factory.support.RootBeanDefinition;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.BindMethod;
import org.springframework.context.annotation.Bean;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.util.ClassUtils;
import org.springframework.util.ReflectionUtils;

/**
 * Follows a worker's injection points through the application's bean definitions, and writes down how everything it
 * needs is made. Creates no bean. What cannot be made in another JVM ends the search with an explanation; unless
 * classes are named for the child's context, which may provide what is missing.
 */
final class RecipeFinder {

    private final DefaultListableBeanFactory beanFactory;

    private final DependencyResolver dependencies;

    private final boolean mayBeProvidedOtherwise;

    private final Map<String, BeanRecipe> recipes = new LinkedHashMap<>();

    private final Needs needs;

    private boolean jakarta;

    private boolean properties;

    /**
     * For one worker.
     *
     * @param key the property that names classes, for error texts
     */
    RecipeFinder(DefaultListableBeanFactory beanFactory, Class<?> worker, String key, boolean mayBeProvidedOtherwise) {
        this.beanFactory = beanFactory;
        this.dependencies = new DependencyResolver(beanFactory);
        this.mayBeProvidedOtherwise = mayBeProvidedOtherwise;
        this.needs = new Needs(worker, key);
    }

    List<BeanRecipe> recipes() {
        return List.copyOf(recipes.values());
    }

    /** Whether a class needs the post-processor of {@code jakarta.annotation}. */
    boolean usesJakarta() {
        return jakarta;
    }

    /** Whether properties are bound to a bean. */
    boolean usesProperties() {
        return properties;
    }

    /** A worker class that is built as it is, whether it is a bean of the application or not. */
    void addWorker(String name, Class<?> type, Map<Integer, Object> arguments) {
        add(new BeanRecipe(
                name,
                List.of(),
                type.getName(),
                type.getName(),
                null,
                BeanRecipe.Kind.PLAIN,
                BeanRecipe.Traits.of(new RootBeanDefinition(type)).ofWorker(),
                arguments));
        follow(type, arguments.keySet());
    }

    /** A worker that a method of the application makes. */
    void addWorker(String name) {
        addBean(name);
        recipes.computeIfPresent(name, (same, recipe) -> recipe.ofWorker());
    }

    /** A bean of the application, and what it needs. */
    void addBean(String name) {
        if (recipes.containsKey(name)) {
            return;
        }
        if (!beanFactory.containsBeanDefinition(name)) {
            throw needs.unfit(name, "is an object that exists in the application only, and has no definition");
        }
        RootBeanDefinition definition = (RootBeanDefinition) beanFactory.getMergedBeanDefinition(name);
        Class<?> product = requireType(name);
        refuseUnfit(name, definition, product);
        String method = factoryMethodName(definition);
        if (method != null) {
            addProduct(name, definition, method, product);
        } else {
            addComponent(name, definition, ClassUtils.getUserClass(beanClass(definition)));
        }
        for (String other : BeanRecipe.Traits.of(definition).dependsOn()) {
            addBean(other);
        }
    }

    private Class<?> beanClass(RootBeanDefinition definition) {
        return definition.hasBeanClass()
                ? definition.getBeanClass()
                : ClassUtils.resolveClassName(
                        String.valueOf(definition.getBeanClassName()), beanFactory.getBeanClassLoader());
    }

    private void refuseUnfit(String name, RootBeanDefinition definition, Class<?> product) {
        if (DependencyResolver.isPool(product)) {
            throw needs.pool(name);
        }
        String autoConfiguration = AutoConfigurationOrigin.of(beanFactory, definition);
        if (autoConfiguration != null) {
            throw needs.fromAutoConfiguration(name, autoConfiguration);
        }
        if (beanFactory.isFactoryBean(name)) {
            throw needs.unfit(name, "is made by a FactoryBean, as proxies, clients and repositories are");
        }
        if (!definition.isSingleton() && !definition.isPrototype()) {
            throw needs.unfit(name, "has the scope '" + definition.getScope() + "'");
        }
    }

    private void addComponent(String name, RootBeanDefinition definition, Class<?> type) {
        boolean bound = isBoundByConstructor(definition);
        if (!bound && definition.getInstanceSupplier() != null && !AotDetector.useGeneratedArtifacts()) {
            throw needs.unfit(name, "is made by a supplier, which is code of the application");
        }
        if (definition.hasConstructorArgumentValues() || definition.hasPropertyValues()) {
            throw needs.unfit(name, "is defined with objects of the application as its arguments");
        }
        properties |= AnnotatedElementUtils.hasAnnotation(type, ConfigurationProperties.class);
        add(recipe(
                name,
                definition,
                type,
                type.getName(),
                null,
                bound ? BeanRecipe.Kind.BOUND_BY_CONSTRUCTOR : BeanRecipe.Kind.PLAIN));
        if (!bound) {
            follow(type, Set.of());
        }
    }

    /** The method that makes a bean, null if none does. A definition that was generated ahead of time only has it resolved. */
    static @Nullable String factoryMethodName(RootBeanDefinition definition) {
        Method resolved = definition.getFactoryMethodName() == null ? definition.getResolvedFactoryMethod() : null;
        return resolved == null ? definition.getFactoryMethodName() : resolved.getName();
    }

    private static boolean isBoundByConstructor(BeanDefinition definition) {
        return definition.getAttribute(BindMethod.class.getName()) == BindMethod.VALUE_OBJECT;
    }

    private void addProduct(String name, RootBeanDefinition definition, String method, Class<?> product) {
        String owner = definition.getFactoryBeanName();
        Method resolved = definition.getResolvedFactoryMethod();
        Class<?> declaring = ClassUtils.getUserClass(
                owner != null
                        ? requireType(owner)
                        : resolved != null ? resolved.getDeclaringClass() : beanClass(definition));
        Method factory = resolved != null ? resolved : factoryMethod(name, declaring, method);
        properties |= AnnotatedElementUtils.hasAnnotation(factory, ConfigurationProperties.class);
        boolean unique = methods(declaring, method).size() == 1;
        add(recipe(
                name,
                definition,
                factory.getReturnType(),
                owner == null ? declaring.getName() : null,
                new BeanRecipe.Factory(owner, method, unique),
                BeanRecipe.Kind.PLAIN));
        // The object is made by the method; of its class only fields and setters are injected.
        follow(ClassUtils.getUserClass(product), InjectionPoints.ofMembers(ClassUtils.getUserClass(product)));
        follow(declaring, InjectionPoints.of(factory));
        if (owner != null) {
            needs.with(declaring, "as the class whose method '" + method + "' makes it", () -> addBean(owner));
            addSiblings(owner, declaring, method);
        }
    }

    /** In a full configuration class, a call of another bean method means that bean. */
    private void addSiblings(String owner, Class<?> declaring, String method) {
        if (!ConfigurationClasses.isFull(beanFactory.getMergedBeanDefinition(owner), declaring)) {
            return;
        }
        for (String called : SiblingCalls.of(declaring, method)) {
            for (String bean : beansMadeBy(owner, called)) {
                recipes.computeIfPresent(owner, (name, recipe) -> recipe.enhanced());
                addBean(bean);
            }
        }
    }

    private List<String> beansMadeBy(String owner, String method) {
        return Arrays.stream(beanFactory.getBeanDefinitionNames())
                .filter(bean -> {
                    BeanDefinition candidate = beanFactory.getMergedBeanDefinition(bean);
                    return owner.equals(candidate.getFactoryBeanName())
                            && method.equals(factoryMethodName((RootBeanDefinition) candidate));
                })
                .toList();
    }

    private Class<?> requireType(String bean) {
        Class<?> type = beanFactory.getType(bean, false);
        if (type == null) {
            throw needs.unfit(bean, "is of a class that is not known before it is created");
        }
        return type;
    }

    private Method factoryMethod(String name, Class<?> declaring, String method) {
        List<Method> candidates = methods(declaring, method);
        if (candidates.isEmpty()) {
            throw needs.unfit(name, "is made by a method that cannot be found");
        }
        return candidates.get(0);
    }

    private static List<Method> methods(Class<?> declaring, String name) {
        return Arrays.stream(ReflectionUtils.getUniqueDeclaredMethods(declaring))
                .filter(method ->
                        method.getName().equals(name) && AnnotatedElementUtils.hasAnnotation(method, Bean.class))
                .toList();
    }

    private BeanRecipe recipe(
            String name,
            RootBeanDefinition definition,
            Class<?> product,
            @Nullable String className,
            BeanRecipe.@Nullable Factory factory,
            BeanRecipe.Kind kind) {
        return new BeanRecipe(
                name,
                List.of(beanFactory.getAliases(name)),
                product.getName(),
                className,
                factory,
                kind,
                BeanRecipe.Traits.of(definition),
                Map.of());
    }

    private void add(BeanRecipe recipe) {
        recipes.put(recipe.name(), recipe);
    }

    private void follow(Class<?> type, Set<Integer> given) {
        jakarta |= InjectionPoints.usesJakarta(type);
        follow(type, InjectionPoints.of(type, given));
    }

    private void follow(Class<?> type, List<DependencyDescriptor> points) {
        jakarta |= InjectionPoints.usesJakarta(type);
        for (DependencyDescriptor point : points) {
            Map<String, BeanRecipe> before = new LinkedHashMap<>(recipes);
            try {
                needs.with(type, DependencyResolver.describe(point), () -> follow(point));
            } catch (WorkerContextException ex) {
                if (dependencies.isRequired(point) && !mayBeProvidedOtherwise) {
                    throw ex;
                }
                recipes.keySet().retainAll(before.keySet());
            }
        }
    }

    private void follow(DependencyDescriptor point) {
        if (dependencies.isGivenByAnyContext(point)) {
            return;
        }
        List<String> beans = dependencies.candidates(point);
        if (beans.isEmpty() && dependencies.isRequired(point)) {
            throw needs.none(point.getDependencyType());
        }
        beans.forEach(this::addBean);
    }
}
