package org.poolmanager.boot.worker;

import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.poolmanager.PoolManager;
import org.poolmanager.boot.PoolManagers;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.ObjectFactory;
import org.springframework.beans.factory.config.DependencyDescriptor;
import org.springframework.beans.factory.support.DefaultListableBeanFactory;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.core.MethodParameter;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.core.io.ResourceLoader;

/** Which beans of the application Spring would choose for an injection point, found without creating any. */
final class DependencyResolver {

    private static final Set<String> HOLDERS = Set.of("jakarta.inject.Provider", Optional.class.getName());

    /** What a context injects of itself. */
    private static final Set<Class<?>> CONTEXT =
            Set.of(BeanFactory.class, ResourceLoader.class, ApplicationEventPublisher.class);

    private final DefaultListableBeanFactory beanFactory;

    DependencyResolver(DefaultListableBeanFactory beanFactory) {
        this.beanFactory = beanFactory;
    }

    static boolean isPool(Class<?> type) {
        return PoolManager.class.isAssignableFrom(type) || PoolManagers.class.isAssignableFrom(type);
    }

    /** A {@code @Value}, the environment, and the context itself. */
    boolean isGivenByAnyContext(DependencyDescriptor point) {
        Class<?> type = point.getDependencyType();
        return beanFactory.getAutowireCandidateResolver().getSuggestedValue(point) != null
                || CONTEXT.stream().anyMatch(part -> part.isAssignableFrom(type))
                || (type.isInterface() && type.isAssignableFrom(StandardEnvironment.class));
    }

    /** Whether Spring would fail if there is nothing to inject. */
    boolean isRequired(DependencyDescriptor point) {
        return point.isRequired() && !isHolder(point.getDependencyType());
    }

    /** The beans; the chosen one alone where it is clear, all that match where only the child can tell. */
    List<String> candidates(DependencyDescriptor point) {
        Class<?> type = point.getDependencyType();
        if (isHolder(type)) {
            return candidates(element(point));
        }
        if (isMany(type)) {
            List<String> elements = matching(element(point));
            return elements.isEmpty() ? matching(point) : elements;
        }
        return narrowed(matching(point), point);
    }

    private static DependencyDescriptor element(DependencyDescriptor point) {
        DependencyDescriptor element = new DependencyDescriptor(point);
        element.increaseNestingLevel();
        return element;
    }

    private static boolean isHolder(Class<?> type) {
        return ObjectFactory.class.isAssignableFrom(type) || HOLDERS.contains(type.getName());
    }

    private static boolean isMany(Class<?> type) {
        return type.isArray()
                || type == Stream.class
                || (type.isInterface() && (Collection.class.isAssignableFrom(type) || Map.class == type));
    }

    private List<String> matching(DependencyDescriptor point) {
        List<String> exact = matchingExactly(point);
        return exact.isEmpty() ? matchingExactly(point.forFallbackMatch()) : exact;
    }

    private List<String> matchingExactly(DependencyDescriptor point) {
        return Arrays.stream(beanFactory.getBeanNamesForType(point.getDependencyType(), true, false))
                .filter(name -> beanFactory.isAutowireCandidate(name, point))
                .toList();
    }

    private List<String> narrowed(List<String> candidates, DependencyDescriptor point) {
        if (candidates.size() < 2) {
            return candidates;
        }
        List<String> primary = candidates.stream()
                .filter(name -> beanFactory.containsBeanDefinition(name)
                        && beanFactory.getMergedBeanDefinition(name).isPrimary())
                .toList();
        if (primary.size() == 1) {
            return primary;
        }
        String wanted = point.getDependencyName();
        List<String> named =
                candidates.stream().filter(name -> isCalled(name, wanted)).toList();
        return named.size() == 1 ? named : candidates;
    }

    private boolean isCalled(String bean, @Nullable String wanted) {
        return wanted != null
                && (bean.equals(wanted)
                        || Arrays.asList(beanFactory.getAliases(bean)).contains(wanted));
    }

    /** For people: {@code com.acme.Fonts (parameter 'fonts' of its constructor)}. */
    static String describe(DependencyDescriptor point) {
        String type = point.getResolvableType().toString();
        MethodParameter parameter = point.getMethodParameter();
        if (parameter == null) {
            return type + " (field '" + point.getDependencyName() + "')";
        }
        String name = point.getDependencyName();
        String which = name == null ? String.valueOf(parameter.getParameterIndex() + 1) : "'" + name + "'";
        return type + " (parameter " + which + " of "
                + (parameter.getMethod() == null
                        ? "its constructor)"
                        : "method '" + parameter.getMethod().getName() + "')");
    }
}
