package org.poolmanager.boot.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.boot.test.util.TestPropertyValues;
import org.springframework.boot.test.util.TestPropertyValues.Type;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.core.env.SystemEnvironmentPropertySource;

/** An environment variable changes a pool, and makes no second one. */
class PoolSpellingsTests {

    private final StandardEnvironment environment = new StandardEnvironment();

    @Test
    void variableWithoutDashesChangesThePoolWithDashes() {
        yaml("more-thumbs", "size: 2");
        variable("POOLMANAGER_POOLS_MORETHUMBS_SIZE", "8");
        PoolConfigurations configurations = PoolConfigurations.from(environment);
        assertThat(configurations.names()).containsExactly("more-thumbs");
        assertThat(configurations.effective("more-thumbs").size()).isEqualTo(8);
    }

    @Test
    void variableWithUnderscoresForDashes() {
        yaml("more-thumbs", "size: 2");
        variable("POOLMANAGER_POOLS_MORE_THUMBS_QUEUE_SIZE", "8");
        PoolConfigurations configurations = PoolConfigurations.from(environment);
        assertThat(configurations.names()).containsExactly("more-thumbs");
        assertThat(configurations.effective("more-thumbs").queueSize()).isEqualTo(8);
    }

    @Test
    void variableForANameWithCapitalsAndUnderscores() {
        yaml("More_Thumbs", "size: 2");
        variable("POOLMANAGER_POOLS_MORETHUMBS_SIZE", "8");
        PoolConfigurations configurations = PoolConfigurations.from(environment);
        assertThat(configurations.names()).containsExactly("More_Thumbs");
        assertThat(configurations.effective("More_Thumbs").size()).isEqualTo(8);
    }

    @Test
    void variableAloneMakesAPool() {
        variable("POOLMANAGER_POOLS_EXTRA_WORKER", "extraWorker");
        assertThat(PoolConfigurations.from(environment).names()).containsExactly("extra");
    }

    @Test
    void spellingOfTheLeastOverriddenSourceCounts() {
        yaml("more-thumbs", "size: 2");
        TestPropertyValues.of("poolmanager.pools.moreThumbs.size=3").applyTo(environment, Type.MAP, "commandLine");
        PoolConfigurations configurations = PoolConfigurations.from(environment);
        assertThat(configurations.names()).containsExactly("more-thumbs");
        assertThat(configurations.effective("more-thumbs").size()).isEqualTo(3);
    }

    @Test
    void listOfStaticArgumentsFromVariables() {
        yaml("thumbs", "size: 2");
        variable("POOLMANAGER_POOLS_THUMBS_STATICARGS_0", "85");
        assertThat(PoolConfigurations.from(environment).effective("thumbs").staticArgs())
                .containsEntry("0", "85");
    }

    private void yaml(String pool, String line) {
        Yaml.addTo(environment, "poolmanager:\n  pools:\n    " + pool + ":\n      " + line + "\n");
    }

    private void variable(String name, String value) {
        String source = StandardEnvironment.SYSTEM_ENVIRONMENT_PROPERTY_SOURCE_NAME;
        environment
                .getPropertySources()
                .replace(source, new SystemEnvironmentPropertySource(source, Map.of(name, value)));
        ConfigurationPropertySources.attach(environment);
    }
}
