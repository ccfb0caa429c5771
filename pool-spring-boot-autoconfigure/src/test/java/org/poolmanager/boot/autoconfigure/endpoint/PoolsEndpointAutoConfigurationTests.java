package org.poolmanager.boot.autoconfigure.endpoint;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.poolmanager.boot.actuate.endpoint.PoolDescriptor;
import org.poolmanager.boot.actuate.endpoint.PoolsEndpoint;
import org.poolmanager.boot.actuate.endpoint.PoolsEndpointWebExtension;
import org.poolmanager.boot.autoconfigure.PoolManagerAutoConfiguration;
import org.poolmanager.boot.workers.Square;
import org.springframework.boot.actuate.autoconfigure.endpoint.condition.ConditionalOnAvailableEndpoint;
import org.springframework.boot.actuate.endpoint.SanitizableData;
import org.springframework.boot.actuate.endpoint.SanitizingFunction;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

class PoolsEndpointAutoConfigurationTests {

    private final ApplicationContextRunner contextRunner = new ApplicationContextRunner()
            .withConfiguration(
                    AutoConfigurations.of(PoolManagerAutoConfiguration.class, PoolsEndpointAutoConfiguration.class))
            .withPropertyValues(
                    "poolmanager.pools.square.worker=" + Square.class.getName(),
                    "poolmanager.pools.square.isolation=thread",
                    "poolmanager.pools.square.size=1",
                    "poolmanager.pools.square.jvm.args=-Dkey=secret",
                    "poolmanager.pools.square.jvm.env.PASSWORD=secret",
                    "poolmanager.pools.square.jvm.env.TZ=UTC");

    private final ApplicationContextRunner exposed =
            contextRunner.withPropertyValues("management.endpoints.web.exposure.include=pools");

    @Test
    void backsOffWhenNotExposed() {
        contextRunner.run(context -> assertThat(context).doesNotHaveBean(PoolsEndpoint.class));
    }

    @Test
    void backsOffWhenAccessIsNone() {
        exposed.withPropertyValues("management.endpoint.pools.access=NONE")
                .run(context -> assertThat(context).doesNotHaveBean(PoolsEndpoint.class));
    }

    @Test
    void backsOffWithoutActuator() {
        exposed.withClassLoader(new FilteredClassLoader(ConditionalOnAvailableEndpoint.class))
                .run(context -> assertThat(context).hasNotFailed().doesNotHaveBean(PoolsEndpoint.class));
    }

    @Test
    void backsOffWhenPoolsAreDisabled() {
        exposed.withPropertyValues("poolmanager.enabled=false")
                .run(context -> assertThat(context).doesNotHaveBean(PoolsEndpoint.class));
    }

    @Test
    void existsWithItsWebExtensionWhenExposed() {
        exposed.run(context ->
                assertThat(context).hasSingleBean(PoolsEndpoint.class).hasSingleBean(PoolsEndpointWebExtension.class));
    }

    @Test
    void hasNoWebExtensionWhenExposedOverJmxOnly() {
        contextRunner
                .withPropertyValues("spring.jmx.enabled=true", "management.endpoints.jmx.exposure.include=pools")
                .run(context -> assertThat(context)
                        .hasSingleBean(PoolsEndpoint.class)
                        .doesNotHaveBean(PoolsEndpointWebExtension.class));
    }

    @Test
    void optionsAndVariablesAreHidden() {
        exposed.run(context -> {
            PoolDescriptor pool = context.getBean(PoolsEndpoint.class).pool("square");
            assertThat(pool).isNotNull();
            assertThat(pool.configuration().jvmArgs()).isEqualTo("******");
            assertThat(pool.configuration().env())
                    .containsOnly(Map.entry("PASSWORD", "******"), Map.entry("TZ", "******"));
        });
    }

    @Test
    void optionsAndVariablesAreShownOnRequestUnlessAFunctionHidesThem() {
        exposed.withPropertyValues("management.endpoint.pools.show-values=always")
                .withBean(
                        SanitizingFunction.class,
                        () -> data -> data.getKey().equals("PASSWORD") ? data.withSanitizedValue() : data)
                .run(context -> {
                    PoolDescriptor pool = context.getBean(PoolsEndpoint.class).pool("square");
                    assertThat(pool).isNotNull();
                    assertThat(pool.configuration().jvmArgs()).isEqualTo(List.of("-Dkey=secret"));
                    assertThat(pool.configuration().env())
                            .containsOnly(
                                    Map.entry("PASSWORD", SanitizableData.SANITIZED_VALUE), Map.entry("TZ", "UTC"));
                });
    }
}
