package org.poolmanager.boot.worker;

import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.Constructor;
import java.lang.reflect.Executable;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.Aware;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.beans.factory.InitializingBean;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.beans.factory.config.DependencyDescriptor;
import org.springframework.core.DefaultParameterNameDiscoverer;
import org.springframework.core.MethodParameter;
import org.springframework.core.annotation.MergedAnnotation;
import org.springframework.core.annotation.MergedAnnotations;

/** Where Spring puts something into the objects of a class, read from the class alone. */
final class InjectionPoints {

    private static final List<String> RESOURCES = List.of("jakarta.annotation.Resource");

    private static final List<String> INJECTIONS =
            List.of(Autowired.class.getName(), Value.class.getName(), "jakarta.inject.Inject", RESOURCES.get(0));

    private static final List<String> CALLBACKS =
            List.of("jakarta.annotation.PostConstruct", "jakarta.annotation.PreDestroy");

    private InjectionPoints() {}

    /** The constructor that Spring would call, or null if it would call the one without parameters. */
    static @Nullable Constructor<?> constructor(Class<?> type) {
        List<Constructor<?>> all = Arrays.stream(type.getDeclaredConstructors())
                .filter(constructor -> !constructor.isSynthetic())
                .toList();
        for (Constructor<?> constructor : all) {
            if (isAny(constructor, INJECTIONS)) {
                return constructor;
            }
        }
        return all.size() == 1 && all.get(0).getParameterCount() > 0 ? all.get(0) : null;
    }

    /** Whether an object of this class is not complete until Spring has had it in hands. */
    static boolean inMembers(Class<?> type) {
        return Aware.class.isAssignableFrom(type)
                || InitializingBean.class.isAssignableFrom(type)
                || DisposableBean.class.isAssignableFrom(type)
                || SmartInitializingSingleton.class.isAssignableFrom(type)
                || usesJakarta(type)
                || members(type).anyMatch(member -> isAny(member, INJECTIONS));
    }

    /** Whether the class has annotations that Spring leaves to a post-processor of their own. */
    static boolean usesJakarta(Class<?> type) {
        return members(type).anyMatch(member -> isAny(member, CALLBACKS) || isAny(member, RESOURCES));
    }

    /** All points of a class, but for those constructor parameters that are given otherwise. */
    static List<DependencyDescriptor> of(Class<?> type, Set<Integer> given) {
        List<DependencyDescriptor> points = new ArrayList<>();
        Constructor<?> constructor = constructor(type);
        if (constructor != null) {
            addParameters(points, constructor, type, given);
        }
        points.addAll(ofMembers(type));
        return points;
    }

    /** The points of a class in its fields and methods. */
    static List<DependencyDescriptor> ofMembers(Class<?> type) {
        List<DependencyDescriptor> points = new ArrayList<>();
        members(type).filter(member -> isAny(member, INJECTIONS)).forEach(member -> {
            if (member instanceof Method method) {
                addParameters(points, method, type, Set.of());
            } else {
                points.add(prepared(new DependencyDescriptor((Field) member, isRequired(member)), type));
            }
        });
        return points;
    }

    /** The parameters of a method that makes a bean. */
    static List<DependencyDescriptor> of(Method factory) {
        List<DependencyDescriptor> points = new ArrayList<>();
        addParameters(points, factory, factory.getDeclaringClass(), Set.of());
        return points;
    }

    private static void addParameters(
            List<DependencyDescriptor> points, Executable executable, Class<?> type, Set<Integer> given) {
        for (int i = 0; i < executable.getParameterCount(); i++) {
            if (!given.contains(i)) {
                MethodParameter parameter = MethodParameter.forExecutable(executable, i);
                points.add(prepared(new DependencyDescriptor(parameter, isRequired(executable)), type));
            }
        }
    }

    private static DependencyDescriptor prepared(DependencyDescriptor point, Class<?> type) {
        point.setContainingClass(type);
        point.initParameterNameDiscovery(new DefaultParameterNameDiscoverer());
        return point;
    }

    private static boolean isRequired(AnnotatedElement element) {
        MergedAnnotation<Autowired> autowired = MergedAnnotations.from(element).get(Autowired.class);
        return !autowired.isPresent() || autowired.getBoolean("required");
    }

    private static Stream<AnnotatedElement> members(Class<?> type) {
        Stream<AnnotatedElement> members = Stream.empty();
        for (Class<?> c = type; c != null && c != Object.class; c = c.getSuperclass()) {
            members = Stream.concat(
                    members,
                    Stream.concat(
                            Arrays.stream(c.getDeclaredFields())
                                    .filter(field -> !Modifier.isStatic(field.getModifiers())),
                            Arrays.stream(c.getDeclaredMethods())
                                    .filter(method ->
                                            !method.isBridge() && !Modifier.isStatic(method.getModifiers()))));
        }
        return members;
    }

    private static boolean isAny(AnnotatedElement element, List<String> annotations) {
        MergedAnnotations present = MergedAnnotations.from(element);
        return annotations.stream().anyMatch(present::isPresent);
    }
}
