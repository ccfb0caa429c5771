package org.poolmanager.boot.autoconfigure;

import java.util.HashMap;
import java.util.Map;
import org.poolmanager.boot.autoconfigure.InvalidPoolConfigurationException.Setting;
import org.springframework.boot.context.properties.source.ConfigurationPropertySource;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.core.env.SystemEnvironmentPropertySource;

/**
 * Which spelling of a pool's name counts. The environment variable {@code POOLMANAGER_POOLS_MORETHUMBS_SIZE} is meant for
 * the pool {@code more-thumbs} of the YAML file, and Boot binds it so; but it also makes a map entry {@code morethumbs}.
 */
final class PoolSpellings {

    /** The spelling of the least overridden source that is not the environment, by uniform name. */
    private final Map<String, String> declared = new HashMap<>();

    private PoolSpellings() {}

    static PoolSpellings of(PropertyOrigins origins) {
        PoolSpellings spellings = new PoolSpellings();
        origins.sources().stream().filter(source -> !isEnvironment(source)).forEach(spellings::read);
        return spellings;
    }

    /** The spelling that counts for a key of the bound map. */
    String of(String key) {
        return declared.getOrDefault(PoolNames.uniform(key), key);
    }

    private void read(ConfigurationPropertySource source) {
        Map<String, String> found = new HashMap<>();
        PropertyOrigins.poolsOf(source).forEach(name -> {
            String other = found.putIfAbsent(PoolNames.uniform(name), name);
            if (other != null) {
                throw twoSpellings(name, other, source);
            }
        });
        declared.putAll(found);
    }

    private static InvalidPoolConfigurationException twoSpellings(
            String name, String other, ConfigurationPropertySource source) {
        return new InvalidPoolConfigurationException(
                new Setting("poolmanager.pools." + name, null, source.getUnderlyingSource()),
                "'" + name + "' and '" + other
                        + "' are the same pool: dashes, underscores and case make no difference.",
                "Spell the name in one way, or choose another name for one of them.");
    }

    private static boolean isEnvironment(ConfigurationPropertySource source) {
        return source.getUnderlyingSource() instanceof SystemEnvironmentPropertySource environment
                && environment.getName().endsWith(StandardEnvironment.SYSTEM_ENVIRONMENT_PROPERTY_SOURCE_NAME);
    }
}
