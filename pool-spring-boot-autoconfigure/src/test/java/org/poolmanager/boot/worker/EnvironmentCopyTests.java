package org.poolmanager.boot.worker;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.PropertySource;
import org.springframework.core.env.StandardEnvironment;

@DisplayName("The application's environment in a child")
class EnvironmentCopyTests {

    private static final String OURS = "file.upload-dir";

    @AfterEach
    void clear() {
        System.clearProperty(OURS);
    }

    @Test
    @DisplayName("system properties of the application go before its files, whatever their names begin with")
    void systemProperties() {
        System.setProperty(OURS, "/data");
        StandardEnvironment environment = new StandardEnvironment();
        environment.getPropertySources().addLast(new MapPropertySource("application.yml", Map.of(OURS, "/tmp/dev")));
        Object[] packed = EnvironmentCopy.of(environment).pack();
        System.clearProperty(OURS); // a child does not have it

        ConfigurableEnvironment restored = EnvironmentCopy.unpack(packed).restore();

        assertThat(restored.getProperty(OURS)).isEqualTo("/data");
        PropertySource<?> travelled = restored.getPropertySources().get("application:systemProperties");
        assertThat(travelled).isNotNull();
        for (String own : new String[] {"user.dir", "file.separator", "java.home", "sun.java.command"}) {
            assertThat(System.getProperty(own)).isNotNull();
            assertThat(travelled.containsProperty(own)).as(own).isFalse();
        }
    }
}
