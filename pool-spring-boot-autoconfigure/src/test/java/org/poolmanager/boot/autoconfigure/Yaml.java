package org.poolmanager.boot.autoconfigure;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.boot.env.YamlPropertySourceLoader;
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.io.ByteArrayResource;

/** Puts YAML text into an environment as if it were a file, so that origins have line numbers. */
final class Yaml {

    private Yaml() {}

    static ApplicationContextInitializer<ConfigurableApplicationContext> yaml(String text) {
        return context -> addTo(context.getEnvironment(), text);
    }

    static void addTo(ConfigurableEnvironment environment, String text) {
        ByteArrayResource file = new ByteArrayResource(text.getBytes(StandardCharsets.UTF_8), "application.yml");
        try {
            new YamlPropertySourceLoader()
                    .load("application.yml", file)
                    .forEach(environment.getPropertySources()::addLast);
        } catch (IOException ex) {
            throw new UncheckedIOException(ex);
        }
        ConfigurationPropertySources.attach(environment);
    }
}
