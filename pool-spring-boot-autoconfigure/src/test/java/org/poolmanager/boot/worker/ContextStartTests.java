package org.poolmanager.boot.worker;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.poolmanager.PoolManager;
import org.poolmanager.PoolStats;
import org.poolmanager.boot.autoconfigure.PoolManagerAutoConfiguration;
import org.poolmanager.worker.PoolProcess;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.Banner;
import org.springframework.boot.LazyInitializationBeanFactoryPostProcessor;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

/** What a context costs a child: its start beside that of a plain worker, and of an application with the same beans. */
class ContextStartTests {

    private static final int ROUNDS = 3;

    /** The ratio to a whole {@code SpringApplication} that must be kept. */
    private static final double GATE = 0.5;

    @Test
    @Timeout(300)
    @DisplayName("A worker with a context starts in half the time of a SpringApplication with the same bean")
    void start() {
        Map<String, List<Duration>> starts = new LinkedHashMap<>();
        Map<String, List<Duration>> efforts = new LinkedHashMap<>();
        new ApplicationContextRunner()
                .withConfiguration(AutoConfigurations.of(PoolManagerAutoConfiguration.class))
                .withUserConfiguration(Beans.class)
                .withPropertyValues("poolmanager.defaults.size=1", "start.quality=85")
                .withInitializer(context ->
                        context.addBeanFactoryPostProcessor(new LazyInitializationBeanFactoryPostProcessor()))
                .withPropertyValues(pool("plain", Plain.class), pool("context", Injected.class))
                .withPropertyValues(pool("application", WholeApplication.class))
                .run(context -> {
                    assertThat(context).hasNotFailed();
                    for (int round = 0; round < ROUNDS; round++) {
                        for (String name : List.of("plain", "context", "application")) {
                            PoolManager<?, ?> pool = context.getBean(name, PoolManager.class);
                            if (round > 0) { // lazy, so the first look has just started it, and no other beside it
                                pool.close();
                                pool.start();
                            }
                            PoolStats.Worker worker = pool.stats().workerList().get(0);
                            starts.computeIfAbsent(name, key -> new ArrayList<>())
                                    .add(worker.startTime());
                            efforts.computeIfAbsent(name, key -> new ArrayList<>())
                                    .add(processorTime(worker.pid()));
                        }
                    }
                });
        report("processor time", efforts);
        assertThat(report("time until it is ready", starts)).isLessThanOrEqualTo(GATE);
    }

    private static double report(String what, Map<String, List<Duration>> measured) {
        double plain = median(measured.get("plain"));
        double context = median(measured.get("context"));
        double application = median(measured.get("application"));
        System.out.printf(
                "Child start, %s, median of %d interleaved rounds: plain %.0f ms, with context %.0f ms, with"
                        + " SpringApplication %.0f ms; context/application %.2f (gate %.2f), context/plain %.1f%n",
                what, ROUNDS, plain, context, application, context / application, GATE, context / plain);
        return context / application;
    }

    private static Duration processorTime(long pid) {
        return ProcessHandle.of(pid)
                .flatMap(process -> process.info().totalCpuDuration())
                .orElseThrow();
    }

    private static String pool(String name, Class<?> worker) {
        return "poolmanager.pools." + name + ".worker=" + worker.getName();
    }

    private static double median(List<Duration> durations) {
        double[] millis = durations.stream()
                .mapToDouble(time -> time.toNanos() / 1e6)
                .sorted()
                .toArray();
        assertThat(millis).as(Arrays.toString(millis)).hasSize(ROUNDS);
        return millis[ROUNDS / 2];
    }

    @ConfigurationProperties("start")
    record Settings(int quality, @DefaultValue("5s") Duration patience) {}

    record Component(Settings settings) {}

    static final class Injected implements PoolProcess<String, String> {

        private final Component component;

        private final int quality;

        Injected(Component component, @Value("${start.quality}") int quality) {
            this.component = component;
            this.quality = quality;
        }

        @Override
        public String run(String task) {
            return task + component + quality;
        }
    }

    @Configuration(proxyBeanMethods = false)
    @EnableConfigurationProperties(Settings.class)
    @Import(Component.class)
    static class Beans {}

    static final class Plain implements PoolProcess<String, String> {

        @Override
        public String run(String task) {
            return task;
        }
    }

    /** What a worker would do without us: no web server, no auto-configuration, and the same beans. */
    static final class WholeApplication implements PoolProcess<String, String> {

        private final ConfigurableApplicationContext context;

        private final Injected worker;

        WholeApplication() {
            context = new SpringApplicationBuilder(Beans.class, Injected.class)
                    .web(WebApplicationType.NONE)
                    .bannerMode(Banner.Mode.OFF)
                    .properties("start.quality=85")
                    .run();
            worker = context.getBean(Injected.class);
        }

        @Override
        public String run(String task) {
            return worker.run(task);
        }

        @Override
        public void close() {
            context.close();
        }
    }
}
