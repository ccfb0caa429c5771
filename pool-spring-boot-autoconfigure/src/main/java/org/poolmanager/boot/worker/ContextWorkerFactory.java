package org.poolmanager.boot.worker;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.apache.commons.logging.LogFactory;
import org.poolmanager.worker.PoolProcess;
import org.springframework.beans.factory.BeanCreationException;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.beans.factory.annotation.AutowiredAnnotationBeanPostProcessor;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.beans.factory.support.BeanDefinitionRegistryPostProcessor;
import org.springframework.beans.factory.support.DefaultListableBeanFactory;
import org.springframework.boot.LazyInitializationBeanFactoryPostProcessor;
import org.springframework.boot.context.properties.ConfigurationPropertiesBindingPostProcessor;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.convert.ApplicationConversionService;
import org.springframework.context.annotation.AnnotatedBeanDefinitionReader;
import org.springframework.context.annotation.CommonAnnotationBeanPostProcessor;
import org.springframework.context.annotation.ContextAnnotationAutowireCandidateResolver;
import org.springframework.context.support.GenericApplicationContext;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.util.ClassUtils;

/**
 * Builds a worker in its child JVM, with a context that knows the given beans and no others. Travels there as data. No
 * class is scanned, no configuration class is processed unless it is named, and nothing is made that the worker does
 * not need.
 *
 * @param worker the name of the worker class
 * @param bean the name of the worker's bean
 * @param recipes the beans: the worker, and what it needs
 * @param features what the beans need of Spring
 * @param named classes to add, with all that their annotations mean
 * @param environment the application's environment
 */
record ContextWorkerFactory(
        String worker,
        String bean,
        List<BeanRecipe> recipes,
        Features features,
        List<String> named,
        EnvironmentCopy environment)
        implements Supplier<PoolProcess<Object, Object>>, Serializable {

    private static final String OBSERVATION_REGISTRY = "io.micrometer.observation.ObservationRegistry";

    /** What the beans need of Spring; each costs start-up time. */
    record Features(boolean jakarta, boolean properties) {}

    private Object writeReplace() {
        return new Packed(new Object[] {
            worker,
            bean,
            recipes.stream().map(BeanRecipe::pack).toArray(),
            features.jakarta,
            features.properties,
            Packed.texts(named),
            environment.pack()
        });
    }

    static ContextWorkerFactory unpack(Object[] packed) {
        List<BeanRecipe> recipes = new ArrayList<>();
        for (Object recipe : (Object[]) packed[2]) {
            recipes.add(BeanRecipe.unpack((Object[]) recipe));
        }
        return new ContextWorkerFactory(
                (String) packed[0],
                (String) packed[1],
                recipes,
                new Features((Boolean) packed[3], (Boolean) packed[4]),
                Packed.texts(packed[5]),
                EnvironmentCopy.unpack((Object[]) packed[6]));
    }

    @Override
    public PoolProcess<Object, Object> get() {
        shortenLogging();
        preload();
        GenericApplicationContext context = new WorkerContext();
        context.setId("worker");
        context.setDisplayName("Context of worker " + worker);
        try {
            prepare(context, environment.restore());
            context.refresh();
            Set<String> told = singletons(context.getBeanFactory());
            ContextWorker built = new ContextWorker(context, worker(context));
            tellSingletons(context.getBeanFactory(), told);
            QuietLogFactory.workerIsBuilt();
            return built;
        } catch (RuntimeException | ClassNotFoundException | LinkageError ex) {
            QuietLogFactory.workerIsBuilt();
            context.close();
            throw new WorkerContextException(
                    "The worker " + worker + " cannot be built by Spring in its child JVM: " + innermost(ex), ex);
        }
    }

    @SuppressWarnings("unchecked") // the worker's type was checked when the pool was defined
    private PoolProcess<Object, Object> worker(GenericApplicationContext context) {
        PoolProcess<Object, Object> worker = (PoolProcess<Object, Object>) context.getBean(bean, PoolProcess.class);
        boolean mayBeObserved = !named.isEmpty() && ClassUtils.isPresent(OBSERVATION_REGISTRY, loader());
        return mayBeObserved ? ObservedWorker.observe(worker, context) : worker;
    }

    private Set<String> singletons(ConfigurableListableBeanFactory beanFactory) {
        return recipes.stream()
                .map(BeanRecipe::name)
                .filter(beanFactory::containsSingleton)
                .collect(Collectors.toSet());
    }

    /** All of them are lazy, and what Spring calls when all that are not have been made would never be. */
    private void tellSingletons(ConfigurableListableBeanFactory beanFactory, Set<String> told) {
        for (BeanRecipe recipe : recipes) {
            String name = recipe.name();
            if (!told.contains(name)
                    && beanFactory.isTypeMatch(name, SmartInitializingSingleton.class)
                    && beanFactory.isSingleton(name)) {
                beanFactory.getBean(name, SmartInitializingSingleton.class).afterSingletonsInstantiated();
            }
        }
    }

    private void prepare(GenericApplicationContext context, ConfigurableEnvironment properties)
            throws ClassNotFoundException {
        context.setEnvironment(properties);
        DefaultListableBeanFactory beanFactory = context.getDefaultListableBeanFactory();
        beanFactory.setConversionService(ApplicationConversionService.getSharedInstance());
        beanFactory.addEmbeddedValueResolver(properties::resolveRequiredPlaceholders);
        if (named.isEmpty()) {
            context.addBeanFactoryPostProcessor(NoMessages::register);
            beanFactory.setAutowireCandidateResolver(new ContextAnnotationAutowireCandidateResolver());
            context.registerBean(AutowiredAnnotationBeanPostProcessor.class);
            if (features.jakarta) {
                context.registerBean(CommonAnnotationBeanPostProcessor.class);
            }
            register(beanFactory, properties);
        } else {
            addNamed(context, properties);
        }
        if (features.properties) {
            ConfigurationPropertiesBindingPostProcessor.register(context);
        }
    }

    /** What the named classes define comes first; of the application's beans only what is missing then is added. */
    private void addNamed(GenericApplicationContext context, ConfigurableEnvironment properties)
            throws ClassNotFoundException {
        AnnotatedBeanDefinitionReader reader = new AnnotatedBeanDefinitionReader(context);
        for (String name : named) {
            reader.register(ClassUtils.forName(name, loader()));
        }
        context.registerBean(BeanDefinitionRegistryPostProcessor.class, () -> registry -> {
            try {
                register((DefaultListableBeanFactory) registry, properties);
            } catch (ClassNotFoundException ex) {
                throw new IllegalStateException(ex);
            }
        });
        context.addBeanFactoryPostProcessor(new LazyInitializationBeanFactoryPostProcessor());
    }

    private void register(DefaultListableBeanFactory beanFactory, ConfigurableEnvironment properties)
            throws ClassNotFoundException {
        List<BeanRecipe> missing = new ArrayList<>(); // before any is registered, and counts as provided for its like
        for (BeanRecipe recipe : recipes) {
            if (!isProvided(recipe, beanFactory)) {
                missing.add(recipe);
            }
        }
        boolean intercept = false;
        for (BeanRecipe recipe : missing) {
            beanFactory.registerBeanDefinition(recipe.name(), recipe.definition(properties, loader()));
            recipe.aliases().forEach(alias -> beanFactory.registerAlias(recipe.name(), alias));
            intercept |= recipe.kind() == BeanRecipe.Kind.ENHANCED;
        }
        if (intercept) {
            ConfigurationClasses.intercept(recipes, beanFactory);
        }
    }

    private boolean isProvided(BeanRecipe recipe, DefaultListableBeanFactory beanFactory)
            throws ClassNotFoundException {
        if (named.isEmpty()) {
            return false;
        }
        if (beanFactory.containsBeanDefinition(recipe.name())) {
            return true;
        }
        if (recipe.name().equals(bean)) {
            return false;
        }
        Class<?> product = ClassUtils.forName(recipe.product(), loader());
        // The maps of system properties and variables have no definition, and stand for nobody's.
        return Arrays.stream(beanFactory.getBeanNamesForType(product, true, false))
                .anyMatch(beanFactory::containsBeanDefinition);
    }

    private static ClassLoader loader() {
        return ClassLoader.getSystemClassLoader();
    }

    /** Loads what is large and needed later beside what is needed first, as Boot does when it starts an application. */
    private void preload() {
        Thread preloading = new Thread(
                () -> {
                    ApplicationConversionService.getSharedInstance();
                    if (features.properties) {
                        Binder.get(new StandardEnvironment()).bindOrCreate("poolmanager", Bindable.of(Features.class));
                    }
                },
                "poolmanager-preload");
        preloading.setDaemon(true);
        preloading.start();
    }

    /** Without a choice, Spring's logging finds SLF4J only after it has started Log4j's interface to it. */
    private static void shortenLogging() {
        if (System.getProperty(LogFactory.FACTORY_PROPERTY) == null
                && ClassUtils.isPresent("ch.qos.logback.classic.Logger", loader())) {
            System.setProperty(LogFactory.FACTORY_PROPERTY, QuietLogFactory.class.getName());
        }
    }

    private static String innermost(Throwable ex) {
        Throwable cause = ex;
        String bean = null;
        while (true) {
            if (cause instanceof BeanCreationException creation && creation.getBeanName() != null) {
                bean = creation.getBeanName();
            }
            if (cause.getCause() == null) {
                return cause + (bean == null ? "" : " (bean '" + bean + "')");
            }
            cause = cause.getCause();
        }
    }
}
