package org.poolmanager.boot.worker;

import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.support.AbstractBeanDefinition;
import org.springframework.beans.factory.support.DefaultListableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.util.ClassUtils;

/** Tells beans that the application defines from those that Spring Boot adds. */
final class AutoConfigurationOrigin {

    private static final String BOOT = "org.springframework.boot.";

    private AutoConfigurationOrigin() {}

    /** The name of the auto-configuration class that a bean comes from; null if it does not. */
    static @Nullable String of(DefaultListableBeanFactory beanFactory, AbstractBeanDefinition definition) {
        String owner = definition.getFactoryBeanName();
        Class<?> type = owner != null
                ? beanFactory.getType(owner, false)
                : definition.hasBeanClass() ? definition.getBeanClass() : null;
        // Properties are values only, whoever declares them.
        return type == null || AnnotatedElementUtils.hasAnnotation(type, ConfigurationProperties.class)
                ? null
                : outermost(ClassUtils.getUserClass(type));
    }

    private static @Nullable String outermost(Class<?> type) {
        Class<?> outermost = type;
        for (Class<?> outer = type; outer != null; outer = outer.getEnclosingClass()) {
            if (AnnotatedElementUtils.hasAnnotation(outer, AutoConfiguration.class)) {
                return outer.getName();
            }
            outermost = outer;
        }
        return outermost.getName().startsWith(BOOT) ? outermost.getName() : null;
    }
}
