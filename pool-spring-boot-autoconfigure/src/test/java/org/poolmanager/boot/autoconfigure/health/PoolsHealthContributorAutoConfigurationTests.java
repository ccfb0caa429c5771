package org.poolmanager.boot.autoconfigure.health;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.poolmanager.PoolManager;
import org.poolmanager.PoolState;
import org.poolmanager.boot.PoolManagers;
import org.poolmanager.boot.autoconfigure.PoolManagerAutoConfiguration;
import org.poolmanager.boot.health.PoolsHealthContributor;
import org.poolmanager.boot.workers.Fragile;
import org.poolmanager.boot.workers.Square;
import org.springframework.boot.LazyInitializationBeanFactoryPostProcessor;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.health.autoconfigure.contributor.ConditionalOnEnabledHealthIndicator;
import org.springframework.boot.health.autoconfigure.contributor.HealthContributorAutoConfiguration;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthContributors;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.health.contributor.Status;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

class PoolsHealthContributorAutoConfigurationTests {

    private final ApplicationContextRunner contextRunner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    PoolManagerAutoConfiguration.class,
                    HealthContributorAutoConfiguration.class,
                    PoolsHealthContributorAutoConfiguration.class))
            .withPropertyValues("poolmanager.defaults.isolation=thread", "poolmanager.defaults.size=1");

    private final ApplicationContextRunner withPool =
            contextRunner.withPropertyValues("poolmanager.pools.square.worker=" + Square.class.getName());

    @AfterEach
    void repair() {
        Fragile.BROKEN.set(false);
    }

    @Test
    void isThereWithoutPools() {
        contextRunner.run(context ->
                assertThat(context.getBean(PoolsHealthContributor.class)).isEmpty());
    }

    @Test
    void hasOneComponentPerPool() {
        withPool.run(context -> {
            PoolsHealthContributor contributor = context.getBean(PoolsHealthContributor.class);
            assertThat(contributor.stream().map(HealthContributors.Entry::name)).containsExactly("square");
            assertThat(health(contributor, "square").getStatus()).isEqualTo(Status.UP);
            assertThat(contributor.getContributor("nope")).isNull();
            context.getBean("square", PoolManager.class).close();
            assertThat(health(contributor, "square").getStatus()).isEqualTo(Status.UNKNOWN);
        });
    }

    @Test
    void pausingOnPurposeDoesNotChangeTheAggregate() {
        withPool.run(context -> {
            PoolsHealthContributor contributor = context.getBean(PoolsHealthContributor.class);
            PoolManager<?, ?> pool = context.getBean("square", PoolManager.class);
            pool.pause();
            Health health = health(contributor, "square");
            assertThat(health.getStatus()).isEqualTo(Status.UNKNOWN);
            assertThat(health.getDetails())
                    .containsEntry("state", PoolState.PAUSED)
                    .containsEntry("reason", "The pool is paused: it takes tasks, and none begins until it is resumed");
            pool.resume();
            assertThat(health(contributor, "square").getStatus()).isEqualTo(Status.UP);
        });
    }

    @Test
    void lookingCreatesNoLazyPool() {
        withPool.withInitializer(context ->
                        context.addBeanFactoryPostProcessor(new LazyInitializationBeanFactoryPostProcessor()))
                .run(context -> {
                    PoolsHealthContributor contributor = context.getBean(PoolsHealthContributor.class);
                    assertThat(contributor).isEmpty();
                    // A health group that names it is checked at the start, before anybody has used it.
                    assertThat(health(contributor, "square").getStatus()).isEqualTo(Status.UNKNOWN);
                    assertThat(contributor.getContributor("no such pool")).isNull();
                    assertThat(context.getBeanFactory().containsSingleton("square"))
                            .isFalse();
                    context.getBean("square");
                    assertThat(health(contributor, "square").getStatus()).isEqualTo(Status.UP);
                });
    }

    @Test
    void failureOfThePoolIsExplainedWithTheErrorOfTheWorker() {
        contextRunner
                .withPropertyValues(
                        "poolmanager.pools.fragile.worker=" + Fragile.class.getName(),
                        "poolmanager.pools.fragile.task-timeout=100ms",
                        "poolmanager.pools.fragile.restart.max-backoff=100ms")
                .run(context -> {
                    PoolManager<String, String> pool =
                            context.getBean(PoolManagers.class).get("fragile", String.class, String.class);
                    Fragile.BROKEN.set(true);
                    CompletableFuture<String> task = pool.submit("a task");
                    assertThat(task).failsWithin(Duration.ofSeconds(20));
                    Awaitility.await().atMost(Duration.ofSeconds(60)).until(() -> pool.state() == PoolState.BROKEN);
                    // The state changes first, and then those are told why who listen.
                    Awaitility.await().atMost(Duration.ofSeconds(20)).untilAsserted(() -> {
                        Health health = health(context.getBean(PoolsHealthContributor.class), "fragile");
                        assertThat(health.getStatus()).isEqualTo(Status.DOWN);
                        assertThat(health.getDetails().get("reason")).asString().contains("no licence key found");
                        assertThat(health.getDetails().get("error")).asString().startsWith("TASK_TIMED_OUT: ");
                    });
                    Fragile.BROKEN.set(false);
                    Awaitility.await().atMost(Duration.ofSeconds(20)).until(() -> pool.state() == PoolState.RUNNING);
                    assertThat(health(context.getBean(PoolsHealthContributor.class), "fragile")
                                    .getStatus())
                            .isEqualTo(Status.UP);
                });
    }

    @Test
    void poolThatSaysSoHasNoComponent() {
        withPool.withPropertyValues(
                        "poolmanager.defaults.health.enabled=false",
                        "poolmanager.pools.seen.worker=" + Square.class.getName(),
                        "poolmanager.pools.seen.health.enabled=true")
                .run(context -> {
                    PoolsHealthContributor contributor = context.getBean(PoolsHealthContributor.class);
                    assertThat(contributor.stream().map(HealthContributors.Entry::name))
                            .containsExactly("seen");
                    assertThat(contributor.getContributor("square")).isNull();
                });
    }

    @Test
    void fewerWorkersThanTheyMustBeIsDownUntilThereAreEnough() {
        contextRunner
                .withPropertyValues(
                        "poolmanager.pools.fragile.worker=" + Fragile.class.getName(),
                        "poolmanager.pools.fragile.size=2",
                        "poolmanager.pools.fragile.health.min-workers=2",
                        "poolmanager.pools.fragile.start-timeout=3s",
                        "poolmanager.pools.fragile.restart.max-backoff=100ms")
                .run(context -> {
                    PoolManager<?, ?> pool = context.getBean(PoolManager.class);
                    PoolsHealthContributor contributor = context.getBean(PoolsHealthContributor.class);
                    Awaitility.await()
                            .atMost(Duration.ofSeconds(60))
                            .until(() -> health(contributor, "fragile").getStatus() == Status.UP);
                    Fragile.BROKEN.set(true);
                    assertThat(pool.killWorker(2)).isTrue();
                    Awaitility.await()
                            .atMost(Duration.ofSeconds(60))
                            .until(() -> health(contributor, "fragile").getStatus() == Status.DOWN);
                    assertThat(pool.state()).isEqualTo(PoolState.RUNNING);
                    assertThat(health(contributor, "fragile").getDetails().get("reason"))
                            .asString()
                            .startsWith("Fewer than 2 workers have been ready since ");
                    pool.resize(1);
                    Awaitility.await()
                            .atMost(Duration.ofSeconds(60))
                            .until(() -> health(contributor, "fragile").getStatus() == Status.UP);
                });
    }

    @Test
    void backsOffWhenSwitchedOff() {
        withPool.withPropertyValues("management.health.pools.enabled=false")
                .run(context -> assertThat(context).doesNotHaveBean(PoolsHealthContributor.class));
    }

    @Test
    void backsOffWhenPoolsAreDisabled() {
        withPool.withPropertyValues("poolmanager.enabled=false")
                .run(context -> assertThat(context).doesNotHaveBean(PoolsHealthContributor.class));
    }

    @Test
    void backsOffWithoutTheHealthModule() {
        withPool.withClassLoader(new FilteredClassLoader(ConditionalOnEnabledHealthIndicator.class))
                .run(context -> assertThat(context).hasNotFailed().doesNotHaveBean(PoolsHealthContributor.class));
    }

    private static Health health(PoolsHealthContributor contributor, String pool) {
        return ((HealthIndicator) contributor.getContributor(pool)).health();
    }
}
