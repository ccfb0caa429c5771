package org.poolmanager.boot.autoconfigure.observation;

import io.micrometer.observation.ObservationHandler;
import io.micrometer.observation.ObservationRegistry;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.util.ClassUtils;

/**
 * Whether anybody would hear of an observation of a task. The actuator alone brings a registry that nobody listens to but
 * meters, which pools have without observations; in that case these are not worth what they cost.
 */
final class Audience {

    private static final String BOOT = "org.springframework.boot.micrometer.observation.autoconfigure.";

    private static final String METERS = "io.micrometer.core.instrument.observation.MeterObservationHandler";

    private final ConfigurableListableBeanFactory beanFactory;

    Audience(ConfigurableListableBeanFactory beanFactory) {
        this.beanFactory = beanFactory;
    }

    boolean isThere() {
        return !isOfBoot() || hasCustomizer() || hasHandler();
    }

    /** Only of Boot's own registry is it known who listens. */
    private boolean isOfBoot() {
        return Stream.of(beanFactory.getBeanNamesForType(ObservationRegistry.class, true, false))
                .filter(beanFactory::containsBeanDefinition)
                .map(name -> beanFactory.getMergedBeanDefinition(name).getFactoryBeanName())
                .filter(Objects::nonNull)
                .anyMatch(name -> name.equals(BOOT + "ObservationAutoConfiguration"));
    }

    private boolean hasCustomizer() {
        Class<?> customizer = find(BOOT + "ObservationRegistryCustomizer");
        return customizer != null && beanFactory.getBeanNamesForType(customizer, true, false).length > 0;
    }

    private boolean hasHandler() {
        Class<?> meters = find(METERS);
        return Stream.of(beanFactory.getBeanNamesForType(ObservationHandler.class, true, false))
                .anyMatch(name -> meters == null || !beanFactory.isTypeMatch(name, meters));
    }

    private @Nullable Class<?> find(String name) {
        return ClassUtils.isPresent(name, beanFactory.getBeanClassLoader())
                ? ClassUtils.resolveClassName(name, beanFactory.getBeanClassLoader())
                : null;
    }
}
