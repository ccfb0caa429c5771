package org.poolmanager.boot.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.poolmanager.boot.workers.Square;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.task.TaskExecutionAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

/** What a pool must not do to the application that has it. */
class HostTests {

    @Test
    @DisplayName("5.12: a pool is no executor, so the application keeps the one that Boot gives it")
    void applicationKeepsItsExecutor() {
        new ApplicationContextRunner()
                .withConfiguration(
                        AutoConfigurations.of(TaskExecutionAutoConfiguration.class, PoolManagerAutoConfiguration.class))
                .withPropertyValues(
                        "poolmanager.pools.square.worker=" + Square.class.getName(),
                        "poolmanager.pools.square.isolation=thread",
                        "poolmanager.pools.square.size=1")
                .run(context -> assertThat(context).hasBean("square").hasBean("applicationTaskExecutor"));
    }
}
