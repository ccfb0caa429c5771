package org.poolmanager;

import java.io.ObjectInputFilter;
import java.lang.reflect.Type;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which classes a worker may send: the JDK's value types and collections, exceptions, whatever lies in the packages of
 * the target and of its result type, and what the user allows. Everything else is refused before it is built.
 */
final class AllowList implements ObjectInputFilter {

    private static final Set<String> JDK_PACKAGES = Set.of(
            "java.lang", "java.util", "java.math", "java.time", "java.time.chrono", "java.util.concurrent.atomic");

    private static final Set<String> JDK_CLASSES =
            Set.of("java.io.File", "java.net.URI", "java.util.concurrent.TimeUnit");

    private final Set<String> packages = new HashSet<>();

    private final ObjectInputFilter users;

    AllowList(List<String> patterns, Class<?> anchor) {
        users = patterns.isEmpty()
                ? info -> Status.UNDECIDED
                : ObjectInputFilter.Config.createFilter(String.join(";", patterns));
        packages.add(anchor.getPackageName());
        for (Class<?> type = anchor; type != null; type = type.getSuperclass()) {
            addPackagesIn(type.getGenericSuperclass());
            for (Type implemented : type.getGenericInterfaces()) {
                addPackagesIn(implemented);
            }
        }
    }

    private void addPackagesIn(@Nullable Type type) {
        if (type instanceof java.lang.reflect.ParameterizedType generic) {
            for (Type argument : generic.getActualTypeArguments()) {
                addPackagesIn(argument);
            }
        } else if (type instanceof Class<?> plain && !plain.getName().startsWith("java.")) {
            packages.add(plain.getPackageName());
        }
    }

    @Override
    public Status checkInput(FilterInfo info) {
        Class<?> type = info.serialClass();
        if (type == null) {
            return Status.UNDECIDED;
        }
        while (type.isArray()) {
            type = type.getComponentType();
        }
        return type.isPrimitive() || isAllowed(type) || users.checkInput(info) == Status.ALLOWED
                ? Status.ALLOWED
                : Status.REJECTED;
    }

    private boolean isAllowed(Class<?> type) {
        String home = type.getPackageName();
        return JDK_PACKAGES.contains(home)
                || JDK_CLASSES.contains(type.getName())
                || Throwable.class.isAssignableFrom(type)
                || packages.stream()
                        .anyMatch(allowed ->
                                home.equals(allowed) || (allowed.indexOf('.') > 0 && home.startsWith(allowed + ".")));
    }
}
