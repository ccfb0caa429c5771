package org.poolmanager.boot.autoconfigure.endpoint;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.poolmanager.boot.autoconfigure.PoolManagerAutoConfiguration;
import org.poolmanager.boot.workers.Square;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.context.runner.WebApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** What the log of a web application says when there is nothing at {@code /actuator/pools}. */
@ExtendWith(OutputCaptureExtension.class)
class PoolsEndpointHintAutoConfigurationTests {

    private static final AutoConfigurations CONFIGURATIONS = AutoConfigurations.of(
            PoolManagerAutoConfiguration.class,
            PoolsEndpointAutoConfiguration.class,
            PoolsEndpointHintAutoConfiguration.class);

    private static final String[] POOL = {
        "poolmanager.pools.square.worker=" + Square.class.getName(),
        "poolmanager.pools.square.size=1",
        "poolmanager.pools.square.isolation=thread"
    };

    private final WebApplicationContextRunner contextRunner =
            new WebApplicationContextRunner().withConfiguration(CONFIGURATIONS).withPropertyValues(POOL);

    @Test
    void endpointThatIsNotExposed(CapturedOutput output) {
        contextRunner.run(context -> assertThat(context).hasNotFailed());
        assertThat(output)
                .contains(
                        "There is no /actuator/pools, because the endpoint is not exposed. To see pools and workers there,"
                                + " add 'pools' to 'management.endpoints.web.exposure.include', for instance 'health,pools'.");
    }

    @Test
    void noActuatorAtAll(CapturedOutput output) {
        // In an application, the classes that the other auto-configuration names are not looked at without the
        // actuator.
        new WebApplicationContextRunner()
                .withConfiguration(AutoConfigurations.of(
                        PoolManagerAutoConfiguration.class, PoolsEndpointHintAutoConfiguration.class))
                .withPropertyValues(POOL)
                .withClassLoader(new FilteredClassLoader("org.springframework.boot.actuate"))
                .run(context -> assertThat(context).hasNotFailed());
        assertThat(output)
                .contains("There is no /actuator/pools, because the actuator is not on the class path. To see pools and"
                        + " workers there, add the dependency 'org.springframework.boot:spring-boot-starter-actuator', and"
                        + " add 'pools' to 'management.endpoints.web.exposure.include', for instance 'health,pools'.");
    }

    @Test
    void nothingIsSaidWhereNothingIsAmiss(CapturedOutput output) {
        contextRunner
                .withPropertyValues("management.endpoints.web.exposure.include=pools")
                .run(context -> assertThat(context).hasNotFailed());
        contextRunner
                .withPropertyValues("management.endpoint.pools.access=NONE")
                .run(context -> assertThat(context).hasNotFailed());
        contextRunner
                .withPropertyValues("management.endpoints.web.exposure.exclude=pools")
                .run(context -> assertThat(context).hasNotFailed());
        new WebApplicationContextRunner()
                .withConfiguration(CONFIGURATIONS)
                .run(context -> assertThat(context).hasNotFailed());
        new ApplicationContextRunner()
                .withConfiguration(CONFIGURATIONS)
                .withPropertyValues(POOL)
                .run(context -> assertThat(context).hasNotFailed());
        assertThat(output).doesNotContain("There is no /actuator/pools");
    }
}
