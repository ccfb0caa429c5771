package org.poolmanager.boot.autoconfigure;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.poolmanager.boot.autoconfigure.InvalidPoolConfigurationException.Setting;
import org.springframework.boot.context.properties.source.ConfigurationProperty;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName.Form;
import org.springframework.boot.context.properties.source.ConfigurationPropertySource;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.boot.context.properties.source.IterableConfigurationPropertySource;
import org.springframework.core.env.Environment;

/** Where properties come from: file and line, as far as their source knows. */
final class PropertyOrigins {

    private static final ConfigurationPropertyName POOLS = ConfigurationPropertyName.of("poolmanager.pools");

    /** The sources, the one that wins first. */
    private final List<ConfigurationPropertySource> sources = new ArrayList<>();

    PropertyOrigins(Environment environment) {
        ConfigurationPropertySources.get(environment).forEach(sources::add);
    }

    List<ConfigurationPropertySource> sources() {
        return sources;
    }

    /** The property as the source that wins has it, else the first property below it, else null. */
    @Nullable
    Setting find(String property) {
        ConfigurationPropertyName name = ConfigurationPropertyName.adapt(property, '.');
        Stream<ConfigurationProperty> exact = sources.stream()
                .map(source -> source.getConfigurationProperty(name))
                .filter(Objects::nonNull);
        return Stream.concat(exact, below(name))
                .findFirst()
                .map(PropertyOrigins::setting)
                .orElse(null);
    }

    /** What is set of a pool. */
    List<Setting> ofPool(String pool) {
        return below(POOLS)
                .filter(property -> poolOf(property.getName()).equals(pool))
                .map(PropertyOrigins::setting)
                .toList();
    }

    private Stream<ConfigurationProperty> below(ConfigurationPropertyName ancestor) {
        return sources.stream()
                .flatMap(source -> namesBelow(ancestor, source)
                        .map(source::getConfigurationProperty)
                        .filter(Objects::nonNull));
    }

    private static Setting setting(ConfigurationProperty property) {
        return new Setting(property.getName().toString(), property.getValue(), property.getOrigin());
    }

    /** The names of pools as this source spells them. */
    static Stream<String> poolsOf(ConfigurationPropertySource source) {
        return namesBelow(POOLS, source).map(PropertyOrigins::poolOf).distinct();
    }

    private static Stream<ConfigurationPropertyName> namesBelow(
            ConfigurationPropertyName ancestor, ConfigurationPropertySource source) {
        return source instanceof IterableConfigurationPropertySource iterable
                ? iterable.stream().filter(ancestor::isAncestorOf)
                : Stream.empty();
    }

    private static String poolOf(ConfigurationPropertyName property) {
        return property.getElement(POOLS.getNumberOfElements(), Form.ORIGINAL);
    }
}
