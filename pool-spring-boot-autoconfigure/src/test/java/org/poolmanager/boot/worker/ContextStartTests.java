package org.poolmanager.boot.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
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

    /** Fewer are enough where the result is clear; noise of the machine must not decide. */
    private static final int FEW_ROUNDS = 5;

    private static final int ROUNDS = 15;

    /** The ratio of a worker's start, as it is by default, to that of a whole {@code SpringApplication} in a plain JVM. */
    private static final double GATE = 0.5;

    /** The same ratio if the worker has no archive of its classes either: what the context itself costs. */
    private static final double GATE_OF_CONTEXT = 0.6;

    /** The ratio of starts with an archive to those without. */
    private static final double GATE_OF_ARCHIVE = 0.9;

    private static final Duration TRAINED = Duration.ofSeconds(90);

    @Test
    @Timeout(600)
    @EnabledOnOs(OS.LINUX)
    @DisplayName("A worker with a context starts in half the time of a SpringApplication with the same bean")
    void start(@TempDir Path directory) throws IOException {
        Path archives = directory.resolve("archives");
        System.setProperty("poolmanager.cache-directory", archives.toString());
        try {
            new ApplicationContextRunner()
                    .withConfiguration(AutoConfigurations.of(PoolManagerAutoConfiguration.class))
                    .withUserConfiguration(Beans.class)
                    .withPropertyValues("poolmanager.defaults.size=1", "start.quality=85")
                    .withPropertyValues("poolmanager.defaults.jvm.class-path=" + jars(directory))
                    .withInitializer(context ->
                            context.addBeanFactoryPostProcessor(new LazyInitializationBeanFactoryPostProcessor()))
                    .withPropertyValues(shared("plain", Plain.class), shared("context", Injected.class))
                    .withPropertyValues(unshared("plainAlone", Plain.class))
                    .withPropertyValues(unshared("contextAlone", Injected.class))
                    .withPropertyValues(unshared("application", WholeApplication.class))
                    .run(context -> {
                        assertThat(context).hasNotFailed();
                        try (PoolManager<?, ?> first = context.getBean("context", PoolManager.class)) {
                            await().atMost(TRAINED).until(() -> first.isAlive() && hasArchive(archives));
                        }
                        compare(name -> new Starts(context.getBean(name, PoolManager.class)));
                    });
        } finally {
            System.clearProperty("poolmanager.cache-directory");
        }
    }

    private static void compare(Function<String, Starts> pools) {
        Starts plain = pools.apply("plain");
        Starts plainAlone = pools.apply("plainAlone");
        Starts context = pools.apply("context");
        Starts contextAlone = pools.apply("contextAlone");
        Starts application = pools.apply("application");
        for (int round = 1; round <= ROUNDS; round++) {
            List.of(plain, plainAlone, context, contextAlone, application).forEach(Starts::measure);
            if (round >= FEW_ROUNDS
                    && context.ratioTo(application) < 0.9 * GATE
                    && contextAlone.ratioTo(application) < 0.9 * GATE_OF_CONTEXT
                    && context.ratioTo(contextAlone) < 0.9 * GATE_OF_ARCHIVE) {
                break;
            }
        }
        System.out.printf(
                "Child start, with an archive of its classes and without: plain %s and %s, with context %s and %s;"
                        + " SpringApplication without: %s%n",
                plain, plainAlone, context, contextAlone, application);
        System.out.printf(
                "Medians of the rounds' ratios: context/application %.2f (gate %.2f, aim 0.33), both without archive"
                        + " %.2f (gate %.2f); with/without archive: context %.2f (gate %.2f), plain %.2f%n",
                context.ratioTo(application),
                GATE,
                contextAlone.ratioTo(application),
                GATE_OF_CONTEXT,
                context.ratioTo(contextAlone),
                GATE_OF_ARCHIVE,
                plain.ratioTo(plainAlone));
        assertThat(context.ratioTo(application)).isLessThanOrEqualTo(GATE);
        assertThat(contextAlone.ratioTo(application)).isLessThanOrEqualTo(GATE_OF_CONTEXT);
        assertThat(context.ratioTo(contextAlone)).isLessThanOrEqualTo(GATE_OF_ARCHIVE);
    }

    private static boolean hasArchive(Path directory) throws IOException {
        if (!Files.isDirectory(directory)) {
            return false;
        }
        try (Stream<Path> files = Files.list(directory)) {
            return files.anyMatch(file -> file.toString().matches(".*\\.(jsa|aot)"));
        }
    }

    /** The class path as an application has it that was built: directories of classes become jars. */
    private static String jars(Path directory) throws IOException {
        List<String> jars = new ArrayList<>();
        for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
            Path path = Path.of(entry);
            jars.add(Files.isDirectory(path) ? pack(path, directory.resolve("packed-" + jars.size() + ".jar")) : entry);
        }
        return String.join(",", jars);
    }

    private static String pack(Path classes, Path jar) throws IOException {
        try (OutputStream file = Files.newOutputStream(jar);
                JarOutputStream out = new JarOutputStream(file);
                Stream<Path> tree = Files.walk(classes)) {
            for (Path path : tree.filter(Files::isRegularFile).toList()) {
                out.putNextEntry(new JarEntry(classes.relativize(path).toString()));
                Files.copy(path, out);
            }
        }
        return jar.toString();
    }

    /** The starts of one pool's worker. */
    private static final class Starts {

        private final PoolManager<?, ?> pool;

        private final List<Double> millis = new ArrayList<>();

        private final List<Double> processorMillis = new ArrayList<>();

        Starts(PoolManager<?, ?> pool) {
            this.pool = pool;
        }

        /** Nothing else of these tests runs beside it. */
        void measure() {
            pool.close();
            pool.start();
            PoolStats.Worker worker = pool.stats().workerList().get(0);
            millis.add(worker.startTime().toNanos() / 1e6);
            processorMillis.add(processorTime(worker.pid()).toNanos() / 1e6);
            pool.close();
        }

        /** Each round is compared in itself, so that a burst of other work spoils that round only. */
        double ratioTo(Starts other) {
            return median(IntStream.range(0, millis.size())
                    .mapToObj(round -> millis.get(round) / other.millis.get(round))
                    .toList());
        }

        private static Duration processorTime(long pid) {
            return ProcessHandle.of(pid)
                    .flatMap(process -> process.info().totalCpuDuration())
                    .orElseThrow();
        }

        private static double median(List<Double> values) {
            return values.stream().sorted().toList().get(values.size() / 2);
        }

        @Override
        public String toString() {
            return String.format(
                    "%.0f ms (processor %.0f ms, %d rounds)", median(millis), median(processorMillis), millis.size());
        }
    }

    private static String shared(String name, Class<?> worker) {
        return "poolmanager.pools." + name + ".worker=" + worker.getName();
    }

    private static String[] unshared(String name, Class<?> worker) {
        return new String[] {shared(name, worker), "poolmanager.pools." + name + ".jvm.share-classes=false"};
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
