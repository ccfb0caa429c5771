package org.poolmanager.boot.worker;

import java.util.List;
import org.springframework.aot.AotDetector;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.beans.factory.support.DefaultListableBeanFactory;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.ConfigurationClassPostProcessor;
import org.springframework.core.Conventions;
import org.springframework.core.annotation.AnnotatedElementUtils;

/** Gives configuration classes back what they have in the application: a call of a bean method means the bean. */
final class ConfigurationClasses {

    private static final String ATTRIBUTE =
            Conventions.getQualifiedAttributeName(ConfigurationClassPostProcessor.class, "configurationClass");

    private ConfigurationClasses() {}

    static boolean isFull(BeanDefinition definition, Class<?> type) {
        return AotDetector.useGeneratedArtifacts()
                ? interceptsCalls(type) // generated definitions have no attributes
                : "full".equals(definition.getAttribute(ATTRIBUTE));
    }

    private static boolean interceptsCalls(Class<?> type) {
        Configuration annotation = AnnotatedElementUtils.getMergedAnnotation(type, Configuration.class);
        return annotation != null && annotation.proxyBeanMethods();
    }

    static void intercept(List<BeanRecipe> recipes, DefaultListableBeanFactory beanFactory) {
        for (BeanRecipe recipe : recipes) {
            if (recipe.kind() == BeanRecipe.Kind.ENHANCED && beanFactory.containsBeanDefinition(recipe.name())) {
                beanFactory.getBeanDefinition(recipe.name()).setAttribute(ATTRIBUTE, "full");
            }
        }
        new ConfigurationClassPostProcessor().enhanceConfigurationClasses(beanFactory);
    }
}
