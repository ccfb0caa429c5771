package org.poolmanager.boot.autoconfigure;

import java.lang.reflect.Constructor;
import java.lang.reflect.Parameter;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.IntPredicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.poolmanager.Isolation;
import org.springframework.beans.BeanUtils;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.context.properties.bind.BindException;
import org.springframework.core.DefaultParameterNameDiscoverer;
import org.springframework.core.ParameterNameDiscoverer;
import org.springframework.core.ResolvableType;
import org.springframework.core.annotation.AnnotatedElementUtils;

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

    boolean areNone() {
        return configured.isEmpty();
    }

    /** Whether there is a constructor that takes these and nothing else. */
    boolean areComplete() {
        return Arrays.stream(worker.getDeclaredConstructors())
                .anyMatch(constructor -> !constructor.isSynthetic() && takes(constructor));
    }

    /**
     * The arguments of a constructor whose other parameters are injected, by index.
     *
     * @param constructor null for a constructor without parameters
     * @param injectable whether there is a bean for the parameter with an index
     */
    Map<Integer, Object> resolvePart(@Nullable Constructor<?> constructor, IntPredicate injectable) {
        if (constructor == null ? !configured.isEmpty() : !takesPart(constructor)) {
            throw noConstructor();
        }
        Map<Integer, Object> arguments = new HashMap<>();
        if (constructor != null) {
            List<String> names = uniformNames(constructor);
            for (String key : configured.keySet()) {
                int index = isPositional() ? Integer.parseInt(key) : names.indexOf(PoolNames.uniform(key));
                arguments.put(index, bind(constructor, index));
            }
            refuseMissingValues(constructor, arguments.keySet(), injectable);
        }
        return arguments;
    }

    private boolean takesPart(Constructor<?> constructor) {
        return isPositional()
                ? configured.size() <= constructor.getParameterCount()
                : uniformNames(constructor).containsAll(uniform(configured.keySet()));
    }

    /** A constructor that takes a number or a text, which are hardly ever beans, without {@code @Value} wants a static argument. */
    private void refuseMissingValues(Constructor<?> constructor, Set<Integer> given, IntPredicate injectable) {
        for (int i = 0; i < constructor.getParameterCount(); i++) {
            Parameter parameter = constructor.getParameters()[i];
            if (!given.contains(i)
                    && BeanUtils.isSimpleValueType(parameter.getType())
                    && !AnnotatedElementUtils.hasAnnotation(parameter, Value.class)
                    && !injectable.test(i)) {
                throw noConstructor();
            }
        }
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

    private static List<String> uniformNames(Constructor<?> constructor) {
        return names(constructor).stream().map(PoolNames::uniform).toList();
    }

    private @Nullable Object[] bind(Constructor<?> constructor) {
        @Nullable Object[] arguments = new Object[constructor.getParameterCount()];
        for (int i = 0; i < arguments.length; i++) {
            arguments[i] = bind(constructor, i);
        }
        return arguments;
    }

    private @Nullable Object bind(Constructor<?> constructor, int index) {
        String key =
                isPositional() ? "[" + index + "]" : "." + names(constructor).get(index);
        return configurations.staticArgument(pool, key, ResolvableType.forConstructorParameter(constructor, index));
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
        if (!isPositional()) {
            return "The static arguments are named " + configured.keySet();
        }
        // Not their values: these are the place for secrets.
        return configured.size() == 1
                ? "There is one static argument"
                : "There are " + configured.size() + " static arguments";
    }

    private String alternative() {
        return configurations.effective(pool).isolation() == Isolation.THREAD
                ? "Or make the worker a bean, and give no static arguments, to have it created by the context."
                : "Parameters that are left out are injected: those that are beans, and those annotated with @Value.";
    }

    private static String describe(Constructor<?> constructor) {
        return constructor.getDeclaringClass().getSimpleName()
                + Arrays.stream(constructor.getParameters())
                        .map(parameter -> parameter.getType().getSimpleName()
                                + (parameter.isNamePresent() ? " " + parameter.getName() : ""))
                        .collect(Collectors.joining(", ", "(", ")"));
    }
}
