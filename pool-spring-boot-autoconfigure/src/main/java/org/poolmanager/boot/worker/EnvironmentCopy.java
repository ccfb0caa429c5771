package org.poolmanager.boot.worker;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.boot.env.RandomValuePropertySource;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.EnumerablePropertySource;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.MutablePropertySources;
import org.springframework.core.env.PropertySource;
import org.springframework.core.env.StandardEnvironment;

/**
 * The application's environment on its way to a child: profiles, and the raw values of each property source in their
 * order, so that placeholders and overrides come out in the child as they do here. System properties and environment
 * variables are those of the child itself, which has inherited the latter; below its system properties come those of
 * the application that do not describe its JVM.
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record EnvironmentCopy(List<Source> sources, String[] activeProfiles, String[] defaultProfiles) {

    private static final String SYSTEM_PROPERTIES = StandardEnvironment.SYSTEM_PROPERTIES_PROPERTY_SOURCE_NAME;

    private static final String SYSTEM_ENVIRONMENT = StandardEnvironment.SYSTEM_ENVIRONMENT_PROPERTY_SOURCE_NAME;

    /** Prefixes of system properties that are the JVM's affair, or that of what tests it. */
    private static final List<String> OF_THE_JVM = List.of("java.", "javax.", "jdk.", "sun.", "surefire.");

    /** Others that a JVM has of itself; more of such names are the application's. */
    private static final Set<String> ALSO_OF_THE_JVM = Set.of(
            "os.name",
            "os.arch",
            "os.version",
            "user.name",
            "user.home",
            "user.dir",
            "user.language",
            "user.script",
            "user.country",
            "user.variant",
            "user.timezone",
            "file.separator",
            "file.encoding",
            "path.separator",
            "line.separator",
            "native.encoding",
            "stdin.encoding",
            "stdout.encoding",
            "stderr.encoding");

    /** Nothing of ours runs in a child, whatever classes it is given. */
    private static final Map<String, Object> NO_POOLS = Map.of("poolmanager.enabled", "false");

    private record Source(String name, Map<String, Object> values) {}

    static EnvironmentCopy of(ConfigurableEnvironment environment) {
        List<Source> sources = new ArrayList<>();
        for (PropertySource<?> source : environment.getPropertySources()) {
            if (!ConfigurationPropertySources.isAttachedConfigurationPropertySource(source)) {
                sources.add(new Source(source.getName(), values(source)));
            }
        }
        return new EnvironmentCopy(sources, environment.getActiveProfiles(), environment.getDefaultProfiles());
    }

    private static Map<String, Object> values(PropertySource<?> source) {
        Map<String, Object> values = new LinkedHashMap<>();
        if (!source.getName().equals(SYSTEM_ENVIRONMENT) && source instanceof EnumerablePropertySource<?> enumerable) {
            boolean system = source.getName().equals(SYSTEM_PROPERTIES);
            for (String name : enumerable.getPropertyNames()) {
                Object value = travelling(enumerable.getProperty(name));
                if (value != null && !(system && isOfTheJvm(name))) {
                    values.put(name, value);
                }
            }
        }
        return values;
    }

    private static boolean isOfTheJvm(String name) {
        return ALSO_OF_THE_JVM.contains(name) || OF_THE_JVM.stream().anyMatch(name::startsWith);
    }

    /** A value that any JVM can read; the rare others, live objects mostly, mean nothing elsewhere. */
    private static @Nullable Object travelling(@Nullable Object value) {
        if (value instanceof CharSequence text) {
            return text.toString();
        }
        return value instanceof Serializable && value.getClass().getName().startsWith("java.") ? value : null;
    }

    Object[] pack() {
        Object[] names = sources.stream().map(Source::name).toArray();
        Object[] values = sources.stream().map(Source::values).toArray();
        return new Object[] {names, values, activeProfiles, defaultProfiles};
    }

    @SuppressWarnings("unchecked") // as it was packed
    static EnvironmentCopy unpack(Object[] packed) {
        Object[] names = (Object[]) packed[0];
        Object[] values = (Object[]) packed[1];
        List<Source> sources = new ArrayList<>();
        for (int i = 0; i < names.length; i++) {
            sources.add(new Source((String) names[i], (Map<String, Object>) values[i]));
        }
        return new EnvironmentCopy(sources, (String[]) packed[2], (String[]) packed[3]);
    }

    /** The environment, in the child. */
    ConfigurableEnvironment restore() {
        StandardEnvironment environment = new StandardEnvironment();
        environment.setDefaultProfiles(defaultProfiles);
        environment.setActiveProfiles(activeProfiles);
        MutablePropertySources target = environment.getPropertySources();
        Set<PropertySource<?>> own = new HashSet<>(target.stream().toList());
        for (Source source : sources) {
            PropertySource<?> existing = target.get(source.name());
            if (existing != null && own.remove(existing)) {
                // Moved to its place among the others.
                target.remove(source.name());
                target.addLast(existing);
            }
            if (source.name().equals(RandomValuePropertySource.RANDOM_PROPERTY_SOURCE_NAME)) {
                target.addLast(new RandomValuePropertySource());
            } else if (!source.values().isEmpty()) {
                target.addLast(new MapPropertySource(freeName(target, source.name()), source.values()));
            }
        }
        target.addFirst(new MapPropertySource("poolmanagerWorker", NO_POOLS));
        ConfigurationPropertySources.attach(environment);
        return environment;
    }

    private static String freeName(MutablePropertySources sources, String name) {
        return sources.contains(name) ? "application:" + name : name;
    }

    /** Names only: values may be secret. */
    @Override
    public String toString() {
        return "EnvironmentCopy" + sources.stream().map(Source::name).toList() + Arrays.toString(activeProfiles);
    }
}
