package org.poolmanager.boot.autoconfigure;

import java.lang.reflect.Constructor;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.poolmanager.Isolation;
import org.springframework.boot.context.properties.bind.BindException;
import org.springframework.core.DefaultParameterNameDiscoverer;
import org.springframework.core.ParameterNameDiscoverer;
import org.springframework.core.ResolvableType;

/** Makes the arguments of a worker's constructor from {@code static-args}, as Boot makes properties from values. */
final class StaticArguments {

    private static final ParameterNameDiscoverer NAMES = new DefaultParameterNameDiscoverer();

    private final PoolConfigurations configurations;

    private final String pool;

    private final Class<?> worker;

    /** Bound as a map in both forms; the keys of a list are its indexes. */
    private final Map<String, Object> configured;

    StaticArguments(PoolConfigurations configurations, String pool, Class<?> worker) {
        this.configurations = configurations;
        this.pool = pool;
        this.worker = worker;
        Map<String, Object> arguments = configurations.effective(pool).staticArgs();
        this.configured = arguments == null ? Map.of() : arguments;
    }

    /** The arguments, in the order of the constructor's parameters. */
    @Nullable
    Object[] resolve() {
        List<Constructor<?>> candidates = Arrays.stream(worker.getDeclaredConstructors())
                .filter(constructor -> !constructor.isSynthetic() && takes(constructor))
                .toList();
        BindException failure = null;
        for (Constructor<?> candidate : candidates) {
            try {
                return bind(candidate);
            } catch (BindException ex) {
                failure = failure == null ? ex : failure;
            }
        }
        throw failure != null ? failure : noConstructor();
    }

    private boolean takes(Constructor<?> constructor) {
        if (configured.size() != constructor.getParameterCount()) {
            return false;
        }
        return isPositional() || uniform(names(constructor)).equals(uniform(configured.keySet()));
    }

    private boolean isPositional() {
        return IntStream.range(0, configured.size()).allMatch(i -> configured.containsKey(String.valueOf(i)));
    }

    private static Set<String> uniform(Iterable<String> names) {
        Set<String> uniform = new TreeSet<>();
        names.forEach(name -> uniform.add(PoolNames.uniform(name)));
        return uniform;
    }

    private static List<String> names(Constructor<?> constructor) {
        @Nullable String @Nullable [] names = NAMES.getParameterNames(constructor);
        return names == null
                ? List.of()
                : Arrays.stream(names).map(String::valueOf).toList();
    }

    private @Nullable Object[] bind(Constructor<?> constructor) {
        List<String> names = isPositional() ? List.of() : names(constructor);
        @Nullable Object[] arguments = new Object[constructor.getParameterCount()];
        for (int i = 0; i < arguments.length; i++) {
            String key = isPositional() ? "[" + i + "]" : "." + names.get(i);
            arguments[i] =
                    configurations.staticArgument(pool, key, ResolvableType.forConstructorParameter(constructor, i));
        }
        return arguments;
    }

    private InvalidPoolConfigurationException noConstructor() {
        String constructors = Arrays.stream(worker.getDeclaredConstructors())
                .filter(constructor -> !constructor.isSynthetic())
                .map(StaticArguments::describe)
                .collect(Collectors.joining(", "));
        return new InvalidPoolConfigurationException(
                configurations.setting(pool, "static-args"),
                given() + ", and the worker " + worker.getName() + " has no constructor that takes that. It has: "
                        + constructors + ".",
                "Give one value for each parameter of a constructor, as a list in their order or as a map by their names"
                        + " (which a class has if it was compiled with -parameters). " + alternative());
    }

    private String given() {
        if (configured.isEmpty()) {
            return "There are no static arguments";
        }
        return isPositional()
                ? "The static arguments are " + configured.values()
                : "The static arguments are named " + configured.keySet();
    }

    private String alternative() {
        return configurations.effective(pool).isolation() == Isolation.THREAD
                ? "Or make the worker a bean, and give no static arguments, to have it created by the context."
                : "A worker JVM has no beans to inject: a worker that needs some must be created by the context, with"
                        + " 'poolmanager.pools." + pool + ".isolation' set to 'thread' and no static arguments.";
    }

    private static String describe(Constructor<?> constructor) {
        return constructor.getDeclaringClass().getSimpleName()
                + Arrays.stream(constructor.getParameters())
                        .map(parameter -> parameter.getType().getSimpleName()
                                + (parameter.isNamePresent() ? " " + parameter.getName() : ""))
                        .collect(Collectors.joining(", ", "(", ")"));
    }
}
