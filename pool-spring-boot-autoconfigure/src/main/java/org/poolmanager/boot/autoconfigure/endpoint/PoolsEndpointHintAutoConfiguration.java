package org.poolmanager.boot.autoconfigure.endpoint;

import java.util.Arrays;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import org.poolmanager.boot.PoolManagers;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.AutoConfigureOrder;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.context.annotation.Bean;
import org.springframework.core.Ordered;
import org.springframework.core.env.Environment;
import org.springframework.util.ClassUtils;

/**
 * {@link EnableAutoConfiguration Auto-configuration} for one line in the log of a web application whose pools cannot be
 * seen at {@code /actuator/pools}. Says nothing when somebody has decided so.
 */
@AutoConfiguration(after = PoolsEndpointAutoConfiguration.class)
@AutoConfigureOrder(Ordered.LOWEST_PRECEDENCE)
@ConditionalOnWebApplication
@ConditionalOnBean(PoolManagers.class)
@ConditionalOnMissingBean(type = "org.poolmanager.boot.actuate.endpoint.PoolsEndpoint")
public final class PoolsEndpointHintAutoConfiguration {

    private static final Log logger = LogFactory.getLog(PoolsEndpointHintAutoConfiguration.class);

    private static final String ACTUATOR = "org.springframework.boot.actuate.endpoint.annotation.Endpoint";

    @Bean
    SmartInitializingSingleton poolsEndpointHint(
            PoolManagers pools, Environment environment, ConfigurableListableBeanFactory beanFactory) {
        return () -> {
            if (!pools.names().isEmpty() && !isDecided(environment)) {
                logger.info(hint(beanFactory.getBeanClassLoader()));
            }
        };
    }

    private static String hint(@Nullable ClassLoader classLoader) {
        String expose = "add 'pools' to 'management.endpoints.web.exposure.include', for instance 'health,pools'.";
        return ClassUtils.isPresent(ACTUATOR, classLoader)
                ? "There is no /actuator/pools, because the endpoint is not exposed. To see pools and workers there, "
                        + expose
                : "There is no /actuator/pools, because the actuator is not on the class path. To see pools and workers"
                        + " there, add the dependency 'org.springframework.boot:spring-boot-starter-actuator', and "
                        + expose;
    }

    private static boolean isDecided(Environment environment) {
        String[] excluded =
                environment.getProperty("management.endpoints.web.exposure.exclude", String[].class, new String[0]);
        return "none".equalsIgnoreCase(environment.getProperty("management.endpoint.pools.access"))
                || Arrays.stream(excluded).anyMatch(id -> id.equals("pools") || id.equals("*"));
    }
}
