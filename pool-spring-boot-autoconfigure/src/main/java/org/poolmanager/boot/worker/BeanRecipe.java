package org.poolmanager.boot.worker;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.beans.factory.support.AbstractBeanDefinition;
import org.springframework.beans.factory.support.RootBeanDefinition;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.BindMethod;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.core.env.Environment;
import org.springframework.util.ClassUtils;

/**
 * How one bean is made, in words that can travel.
 *
 * @param name the bean's name
 * @param aliases its other names
 * @param product the bean's own class, as far as the application knows
 * @param className the class that is built, or that has the static factory method; null for one of another bean
 * @param factory how a method makes it; null if the class itself is built
 * @param kind what is special about it
 * @param traits what its definition says beside
 * @param arguments values of constructor parameters by their index; the others are injected
 */
record BeanRecipe(
        String name,
        List<String> aliases,
        String product,
        @Nullable String className,
        @Nullable Factory factory,
        Kind kind,
        Traits traits,
        Map<Integer, Object> arguments) {

    /** What is special about a bean. */
    enum Kind {
        PLAIN,
        /** A configuration class whose methods call each other and so must be intercepted. */
        ENHANCED,
        /** Properties that are bound by their constructor. */
        BOUND_BY_CONSTRUCTOR
    }

    /** A method that makes a bean, of another bean unless it is static. */
    record Factory(@Nullable String bean, String method, boolean unique) {

        private @Nullable Object[] pack() {
            return new Object[] {bean, method, unique};
        }

        private static Factory unpack(Object[] packed) {
            return new Factory((String) packed[0], (String) packed[1], (Boolean) packed[2]);
        }
    }

    /** What a definition says beside how to make the bean. */
    record Traits(
            boolean prototype,
            boolean primary,
            boolean fallback,
            boolean autowireCandidate,
            boolean defaultCandidate,
            List<String> dependsOn,
            @Nullable String initMethod,
            @Nullable String destroyMethod) {

        static Traits of(AbstractBeanDefinition definition) {
            String[] dependsOn = definition.getDependsOn();
            return new Traits(
                    definition.isPrototype(),
                    definition.isPrimary(),
                    definition.isFallback(),
                    definition.isAutowireCandidate(),
                    definition.isDefaultCandidate(),
                    dependsOn == null ? List.of() : List.of(dependsOn),
                    definition.getInitMethodName(),
                    definition.getDestroyMethodName());
        }

        /** There is one worker in a child, and the pool closes it, not the context. */
        Traits ofWorker() {
            return new Traits(false, primary, fallback, autowireCandidate, defaultCandidate, dependsOn, initMethod, "");
        }

        private @Nullable Object[] pack() {
            boolean[] flags = {prototype, primary, fallback, autowireCandidate, defaultCandidate};
            return new Object[] {flags, Packed.texts(dependsOn), initMethod, destroyMethod};
        }

        private static Traits unpack(Object[] packed) {
            boolean[] flags = (boolean[]) packed[0];
            return new Traits(
                    flags[0],
                    flags[1],
                    flags[2],
                    flags[3],
                    flags[4],
                    Packed.texts(packed[1]),
                    (String) packed[2],
                    (String) packed[3]);
        }

        private void apply(AbstractBeanDefinition definition) {
            definition.setScope(prototype ? BeanDefinition.SCOPE_PROTOTYPE : BeanDefinition.SCOPE_SINGLETON);
            definition.setPrimary(primary);
            definition.setFallback(fallback);
            definition.setAutowireCandidate(autowireCandidate);
            definition.setDefaultCandidate(defaultCandidate);
            definition.setDependsOn(dependsOn.toArray(new String[0]));
            definition.setInitMethodName(initMethod);
            definition.setDestroyMethodName(destroyMethod);
        }
    }

    @Nullable
    Object[] pack() {
        return new Object[] {
            name,
            Packed.texts(aliases),
            product,
            className,
            factory == null ? null : factory.pack(),
            kind.name(),
            traits.pack(),
            new HashMap<>(arguments)
        };
    }

    @SuppressWarnings("unchecked") // as it was packed
    static BeanRecipe unpack(Object[] packed) {
        return new BeanRecipe(
                (String) packed[0],
                Packed.texts(packed[1]),
                (String) packed[2],
                (String) packed[3],
                packed[4] == null ? null : Factory.unpack((Object[]) packed[4]),
                Kind.valueOf((String) packed[5]),
                Traits.unpack((Object[]) packed[6]),
                (Map<Integer, Object>) packed[7]);
    }

    BeanRecipe enhanced() {
        return new BeanRecipe(name, aliases, product, className, factory, Kind.ENHANCED, traits, arguments);
    }

    BeanRecipe ofWorker() {
        return new BeanRecipe(name, aliases, product, className, factory, kind, traits.ofWorker(), arguments);
    }

    /** The definition, in the child. Nothing is made before it is asked for. */
    RootBeanDefinition definition(Environment environment, ClassLoader loader) throws ClassNotFoundException {
        RootBeanDefinition definition = new RootBeanDefinition();
        definition.setLazyInit(true);
        if (className != null) {
            Class<?> type = ClassUtils.forName(className, loader);
            definition.setBeanClass(type);
            if (kind == Kind.BOUND_BY_CONSTRUCTOR) {
                definition.setInstanceSupplier(() -> bound(environment, type));
                // Tells Boot's post-processor that there is nothing left to bind.
                definition.setAttribute(BindMethod.class.getName(), BindMethod.VALUE_OBJECT);
            }
        }
        if (factory != null) {
            definition.setFactoryBeanName(factory.bean);
            definition.setAutowireMode(AbstractBeanDefinition.AUTOWIRE_CONSTRUCTOR);
            if (factory.unique) {
                definition.setUniqueFactoryMethodName(factory.method);
            } else {
                definition.setNonUniqueFactoryMethodName(factory.method);
            }
        }
        arguments.forEach(definition.getConstructorArgumentValues()::addIndexedArgumentValue);
        traits.apply(definition);
        return definition;
    }

    /** The application has validated the same values when it made its own bean. */
    private static Object bound(Environment environment, Class<?> type) {
        ConfigurationProperties annotation =
                AnnotatedElementUtils.findMergedAnnotation(type, ConfigurationProperties.class);
        String prefix = annotation == null ? "" : annotation.prefix();
        return Binder.get(environment).bindOrCreate(prefix, Bindable.of(type));
    }
}
