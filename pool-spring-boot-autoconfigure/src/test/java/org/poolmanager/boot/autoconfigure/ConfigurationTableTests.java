package org.poolmanager.boot.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.RecordComponent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.poolmanager.PoolManager;
import org.poolmanager.boot.PoolManagers;
import org.poolmanager.boot.PoolRegistration;
import org.poolmanager.boot.workers.Square;
import org.springframework.boot.LazyInitializationBeanFactoryPostProcessor;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.context.properties.bind.DataObjectPropertyName;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The table of keys in the documentation is made from the metadata that IDEs show. Run with {@code -Ddocs.update=true} to
 * write it anew.
 */
class ConfigurationTableTests {

    private static final Path FILE = Path.of("..", "docs", "configuration.md");

    private static final String BEGIN = "<!-- Made from the configuration metadata by ConfigurationTableTests. -->\n";

    private static final String END = "<!-- End of what is made. -->\n";

    private static final String PREFIX = "poolmanager.defaults.";

    private static final String BY_DEFAULT = " By default, ";

    private static final Map<String, JsonNode> METADATA = new TreeMap<>();

    @BeforeAll
    static void read() throws IOException {
        try (InputStream json =
                ConfigurationTableTests.class.getResourceAsStream("/META-INF/spring-configuration-metadata.json")) {
            new JsonMapper()
                    .readTree(json)
                    .get("properties")
                    .forEach(property -> METADATA.put(property.get("name").asString(), property));
        }
    }

    @Test
    @DisplayName("The table in docs/configuration.md is that of the metadata")
    void tableIsUpToDate() throws IOException {
        String text = Files.readString(FILE);
        int begin = text.indexOf(BEGIN);
        int end = text.indexOf(END);
        assertThat(begin).as("the mark before the table").isNotNegative();
        assertThat(end).as("the mark after the table").isGreaterThan(begin);
        String expected = text.substring(0, begin) + BEGIN + table() + text.substring(end);
        if (Boolean.getBoolean("docs.update")) {
            Files.writeString(FILE, expected);
        } else {
            assertThat(text)
                    .as("Run this test with -Ddocs.update=true, and commit docs/configuration.md")
                    .isEqualTo(expected);
        }
    }

    @Test
    @DisplayName("Each key has a description and a type, and each default of the metadata is that of the builder")
    void defaultsAreThoseOfTheBuilder() {
        List<String> values = new ArrayList<>();
        for (String key : keys("", PoolProperties.class)) {
            JsonNode property = METADATA.get(PREFIX + key);
            assertThat(property).as(key).isNotNull();
            assertThat(property.get("description")).as(key).isNotNull();
            if (property.has("defaultValue")) {
                values.add(PREFIX + key + "=" + property.get("defaultValue").asString());
            }
        }
        assertThat(values).hasSizeGreaterThanOrEqualTo(5);
        new ApplicationContextRunner()
                .withConfiguration(AutoConfigurations.of(PoolManagerAutoConfiguration.class))
                .withPropertyValues("poolmanager.pools.square.worker=" + Square.class.getName())
                .withPropertyValues(values.toArray(new String[0]))
                .withInitializer(context ->
                        context.addBeanFactoryPostProcessor(new LazyInitializationBeanFactoryPostProcessor()))
                .run(context -> {
                    PoolManagerFactory factory = context.getBean(PoolManagerFactory.class);
                    try (PoolManager<?, ?> pool = factory.create("square", Square.class.getName(), null)) {
                        assertThat(context.getBean(PoolManagers.class)
                                        .registration("square", pool)
                                        .rules())
                                .isEqualTo(new PoolRegistration.Rules(null, true, 1));
                        assertThat(pool.settings())
                                .isEqualTo(PoolManager.builder(Square.class)
                                        .name("square")
                                        .build()
                                        .settings());
                    }
                });
    }

    private static String table() {
        StringBuilder table = new StringBuilder("| Key | Type | Default | Meaning |\n|---|---|---|---|\n");
        for (String key : keys("", PoolProperties.class)) {
            JsonNode property = METADATA.get(PREFIX + key);
            String description = property.get("description").asString();
            int at = description.indexOf(BY_DEFAULT);
            String fallback = "none";
            if (property.has("defaultValue")) {
                fallback = "`" + property.get("defaultValue").asString() + "`";
            } else if (at >= 0) {
                fallback = description.substring(at + BY_DEFAULT.length(), description.length() - 1);
            }
            table.append("| `%s` | %s | %s | %s |\n"
                    .formatted(
                            key,
                            type(property.get("type").asString()),
                            fallback,
                            at < 0 ? description : description.substring(0, at)));
        }
        return table.toString();
    }

    /** The keys of a record of properties and of those inside it, in the order in which it has them. */
    private static List<String> keys(String prefix, Class<?> type) {
        List<String> keys = new ArrayList<>();
        for (RecordComponent component : type.getRecordComponents()) {
            String key = prefix + DataObjectPropertyName.toDashedForm(component.getName());
            if (component.getType().isRecord()) {
                keys.addAll(keys(key + ".", component.getType()));
            } else {
                keys.add(key);
            }
        }
        return keys;
    }

    private static String type(String name) {
        String simple = name.replaceAll("<.*", "").replaceAll(".*\\.", "");
        return switch (simple) {
            case "Map" -> name.endsWith("Object>") ? "list or map" : "map";
            case "Set" -> "list";
            case "String" -> "text";
            case "DataSize" -> "size";
            case "Isolation" -> "`process`, `thread`";
            case "LogOverflow" -> "`wait`, `drop`";
            case "StartMode" -> "`eager`, `background`, `lazy`";
            default -> simple.toLowerCase(Locale.ROOT);
        };
    }
}
