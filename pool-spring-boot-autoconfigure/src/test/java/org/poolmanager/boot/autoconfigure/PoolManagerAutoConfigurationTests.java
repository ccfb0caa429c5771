package org.poolmanager.boot.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.poolmanager.boot.autoconfigure.Yaml.yaml;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.poolmanager.Isolation;
import org.poolmanager.Limits;
import org.poolmanager.LogOverflow;
import org.poolmanager.PoolEvent;
import org.poolmanager.PoolListener;
import org.poolmanager.PoolManager;
import org.poolmanager.PoolSettings;
import org.poolmanager.PoolState;
import org.poolmanager.RecyclePolicy;
import org.poolmanager.RetryPolicy;
import org.poolmanager.boot.PoolManagerBuilderFactory;
import org.poolmanager.boot.PoolManagerCustomizer;
import org.poolmanager.boot.PoolManagers;
import org.poolmanager.boot.PoolWorker;
import org.poolmanager.boot.workers.Scaler;
import org.poolmanager.boot.workers.Square;
import org.poolmanager.launch.JvmOptions;
import org.poolmanager.wire.PayloadCodec;
import org.poolmanager.worker.PoolProcess;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.LazyInitializationBeanFactoryPostProcessor;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.PayloadApplicationEvent;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Scope;
import org.springframework.core.annotation.Order;

class PoolManagerAutoConfigurationTests {

    private final ApplicationContextRunner contextRunner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(PoolManagerAutoConfiguration.class))
            .withPropertyValues("poolmanager.defaults.isolation=thread", "poolmanager.defaults.size=1");

    private static final String SQUARE = "poolmanager.pools.square.worker=" + Square.class.getName();

    @Test
    void withoutPoolsThereIsARegistryThatIsEmpty() {
        contextRunner.run(context -> {
            assertThat(context).hasNotFailed().doesNotHaveBean(PoolManager.class);
            assertThat(context.getBean(PoolManagers.class).names()).isEmpty();
        });
    }

    @Test
    void disabledMeansNoBeanAtAll() {
        contextRunner
                .withPropertyValues(SQUARE, "poolmanager.enabled=false")
                .run(context ->
                        assertThat(context).doesNotHaveBean(PoolManager.class).doesNotHaveBean(PoolManagers.class));
    }

    @Test
    void eachEntryIsARunningPool() {
        contextRunner.withPropertyValues(SQUARE).run(context -> {
            PoolManager<?, ?> pool = context.getBean("square", PoolManager.class);
            assertThat(pool.state()).isEqualTo(PoolState.RUNNING);
            assertThat(pool.name()).isEqualTo("square");
            assertThat(context.getBean(PoolManagerProperties.class).pools()).containsOnlyKeys("square");
            assertThat(pool.worker()).isEqualTo(Square.class.getName());
            assertThat(context.getBean(PoolManagers.class)
                            .get("square", Integer.class, Integer.class)
                            .map(List.of(2, 3)))
                    .containsExactly(4, 9);
        });
    }

    @Test
    void poolsAreClosedWithTheContext() {
        List<PoolManager<?, ?>> pools = new ArrayList<>();
        contextRunner.withPropertyValues(SQUARE).run(context -> pools.add(context.getBean(PoolManager.class)));
        assertThat(pools).singleElement().extracting(PoolManager::state).isEqualTo(PoolState.STOPPED);
    }

    @Test
    void whatIsNotSetDoesNotTouchTheBuilder() {
        new ApplicationContextRunner()
                .withConfiguration(AutoConfigurations.of(PoolManagerAutoConfiguration.class))
                .withPropertyValues(SQUARE)
                .withInitializer(context ->
                        context.addBeanFactoryPostProcessor(new LazyInitializationBeanFactoryPostProcessor()))
                .run(context -> {
                    PoolSettings expected = PoolManager.builder(Square.class)
                            .name("square")
                            .build()
                            .settings();
                    PoolManagerFactory factory = context.getBean(PoolManagerFactory.class);
                    try (PoolManager<?, ?> pool = factory.create("square", Square.class.getName(), null)) {
                        assertThat(pool.settings()).isEqualTo(expected);
                    }
                });
    }

    @Test
    void everyKeyReachesTheBuilder() {
        contextRunner.withInitializer(yaml("""
                        poolmanager:
                          pools:
                            square:
                              worker: org.poolmanager.boot.workers.Square
                              size: 3
                              queue_size: 7
                              result-size: 70
                              prefetch: 3
                              max-size: 4
                              ordered: true
                              daemon: false
                              loggers: [com.acme, org.acme]
                              log-overflow: drop
                              queue-timeout: 3m
                              soft-timeout: 1m
                              task-timeout: 2m
                              stall-timeout: 40s
                              hang-timeout: 50s
                              slow-task-threshold: 10s
                              start-timeout: 20s
                              init-timeout: 15s
                              exit-timeout: 7s
                              max-payload: 1MB
                              shutdown:
                                timeout: 25s
                              recycle:
                                max-tasks: 5000
                                max-age: 6h
                                idle-timeout: 10m
                                max-memory: 1GB
                                min-life: 5s
                                jitter: 0.2
                              retry:
                                max-attempts: 3
                                causes: [crash, timeout]
                                exceptions: [java.io.IOException]
                                backoff: 1s
                                multiplier: 3
                                max-backoff: 1m
                                jitter: 0.5
                              restart:
                                backoff: 300ms
                                max-backoff: 3s
                              quarantine:
                                after: 2
                                size: 10
                              serialization:
                                codec: java
                                allow: [com.acme.model.*]
                              jvm:
                                args: ["-Xmx64m"]
                                java-home:
                                working-directory: /tmp
                                share-classes: false
                                env:
                                  TZ: UTC
                                  MY_KEY: value
                        """)).run(context -> {
            PoolSettings settings = context.getBean(PoolManager.class).settings();
            assertThat(settings.size()).isEqualTo(3);
            assertThat(settings.queueSize()).isEqualTo(7);
            assertThat(settings.resultSize()).isEqualTo(70);
            assertThat(settings.prefetch()).isEqualTo(3);
            assertThat(settings.maxSize()).isEqualTo(4);
            assertThat(settings.ordered()).isTrue();
            assertThat(settings.daemon()).isFalse();
            assertThat(settings.isolation()).isEqualTo(Isolation.THREAD);
            assertThat(settings.loggers()).containsExactlyInAnyOrder("com.acme", "org.acme");
            assertThat(settings.logOverflow()).isEqualTo(LogOverflow.DROP);
            assertThat(settings.limits().tasks())
                    .isEqualTo(new Limits.Tasks(
                            Duration.ofMinutes(3),
                            Duration.ofMinutes(1),
                            Duration.ofMinutes(2),
                            Duration.ofSeconds(40),
                            Duration.ofSeconds(10)));
            assertThat(settings.limits().workers())
                    .isEqualTo(new Limits.Workers(
                            Duration.ofSeconds(20),
                            Duration.ofSeconds(15),
                            Duration.ofSeconds(50),
                            Duration.ofSeconds(7)));
            assertThat(settings.limits().close()).isEqualTo(Duration.ofSeconds(25));
            assertThat(settings.recycle())
                    .isEqualTo(new RecyclePolicy(
                            5000, Duration.ofHours(6), Duration.ofMinutes(10), 1L << 30, Duration.ofSeconds(5), 0.2));
            assertThat(settings.retry())
                    .isEqualTo(new RetryPolicy(
                            3,
                            Set.of(RetryPolicy.Cause.CRASH, RetryPolicy.Cause.TIMEOUT),
                            Set.of("java.io.IOException"),
                            Duration.ofSeconds(1),
                            3,
                            Duration.ofMinutes(1),
                            0.5));
            assertThat(settings.restart())
                    .isEqualTo(new PoolSettings.Restart(Duration.ofMillis(300), Duration.ofSeconds(3)));
            assertThat(settings.quarantine()).isEqualTo(new PoolSettings.Quarantine(2, 10));
            assertThat(settings.wire().codec()).isEqualTo("java");
            assertThat(settings.wire().allow()).containsExactly("com.acme.model.*");
            assertThat(settings.wire().maxPayload()).isEqualTo(1 << 20);
            assertThat(settings.jvm())
                    .isEqualTo(new JvmOptions(
                            null, List.of("-Xmx64m"), Map.of("TZ", "UTC", "MY_KEY", "value"), Path.of("/tmp"), false));
        });
    }

    @Test
    void injectionByGenericTypeByNameAndByAlias() {
        contextRunner
                .withPropertyValues(
                        SQUARE,
                        "poolmanager.pools.pdf-render.worker=" + Generic.class.getName(),
                        "poolmanager.pools.other.worker=" + Square.class.getName())
                .withUserConfiguration(Injected.class)
                .run(context -> {
                    Injected injected = context.getBean(Injected.class);
                    assertThat(injected.byType.name()).isEqualTo("pdf-render");
                    assertThat(injected.byQualifier.name()).isEqualTo("other");
                    assertThat(injected.byParameter.name()).isEqualTo("square");
                    assertThat(injected.byAlias.name()).isEqualTo("pdf-render");
                    assertThat(injected.all).containsOnlyKeys("square", "pdf-render", "other");
                    assertThat(injected.ofType).containsOnlyKeys("square", "other");
                    assertThat(injected.none).isEmpty();
                });
    }

    @Test
    void anEntryWithoutKeysIsAPoolOfDefaults() {
        contextRunner
                .withBean("worker", Annotated.class)
                .withInitializer(yaml("""
                        poolmanager:
                          pools:
                            annotated:
                        """))
                .run(context -> assertThat(
                                context.getBean("annotated", PoolManager.class).worker())
                        .isEqualTo(Annotated.class.getName()));
    }

    @Test
    void aBeanOfTheUserReplacesTheEntryOfTheSameName() {
        contextRunner
                .withPropertyValues(SQUARE, "poolmanager.pools.square.size=5")
                .withUserConfiguration(OwnPool.class)
                .run(context -> {
                    assertThat(context).hasSingleBean(PoolManager.class);
                    PoolManager<?, ?> pool = context.getBean("square", PoolManager.class);
                    assertThat(pool.settings().size()).isEqualTo(2);
                    assertThat(pool.state()).isEqualTo(PoolState.RUNNING);
                });
    }

    @Test
    void theBeanFactoryIsAskedForTypesWithoutCreatingWorkers() {
        contextRunner
                .withPropertyValues(
                        "poolmanager.pools.lonely.worker=lonely-worker", "poolmanager.pools.lonely.isolation=process")
                .withBean("lonely-worker", NeverHere.class)
                .run(context -> {
                    assertThat(context).hasNotFailed();
                    assertThat(context.getBean("lonely", PoolManager.class).worker())
                            .isEqualTo(NeverHere.class.getName());
                });
    }

    @Test
    void prototypeBeansAreWorkersOfAPoolInThreadIsolation() {
        contextRunner
                .withPropertyValues(
                        "poolmanager.pools.injected.worker=injectedWorker", "poolmanager.pools.injected.size=2")
                .withUserConfiguration(PrototypeWorker.class)
                .run(context -> {
                    PoolManagers pools = context.getBean(PoolManagers.class);
                    assertThat(pools.get("injected", String.class, String.class).map(List.of("a")))
                            .containsExactly("a from the context");
                    assertThat(context.getBean(PrototypeWorker.class).made).hasSize(2);
                });
    }

    @Test
    void aSharedSingletonServesAllWorkersAndIsClosedByTheContextOnly() {
        contextRunner
                .withPropertyValues("poolmanager.pools.shared.size=2")
                .withBean("sharedWorker", Shared.class)
                .run(context -> {
                    PoolManagers pools = context.getBean(PoolManagers.class);
                    assertThat(pools.get("shared", String.class, Integer.class).map(List.of("a", "b")))
                            .containsOnly(System.identityHashCode(context.getBean(Shared.class)));
                    pools.get("shared").close();
                    assertThat(context.getBean(Shared.class).closed).isFalse();
                });
    }

    @Test
    void staticArgumentsByPosition() {
        contextRunner
                .withInitializer(yaml("""
                        poolmanager:
                          pools:
                            scaler:
                              worker: org.poolmanager.boot.workers.Scaler
                              static-args: [85, 2m]
                        """))
                .run(context ->
                        assertThat(scale(context.getBean(PoolManagers.class))).isEqualTo("x@85/PT2M"));
    }

    @Test
    void staticArgumentsByName() {
        contextRunner
                .withInitializer(yaml("""
                        poolmanager:
                          pools:
                            scaler:
                              worker: org.poolmanager.boot.workers.Scaler
                              static-args:
                                max-pause: 3s
                                quality: 85
                        """))
                .run(context ->
                        assertThat(scale(context.getBean(PoolManagers.class))).isEqualTo("x@85/PT3S"));
    }

    @Test
    void staticArgumentsFromTheDefaults() {
        contextRunner
                .withPropertyValues(
                        "poolmanager.pools.scaler.worker=" + Scaler.class.getName(),
                        "poolmanager.defaults.static-args[0]=1",
                        "poolmanager.defaults.static-args[1]=1s")
                .run(context ->
                        assertThat(scale(context.getBean(PoolManagers.class))).isEqualTo("x@1/PT1S"));
    }

    @Test
    void staticArgumentsFromACustomizer() {
        contextRunner
                .withPropertyValues("poolmanager.pools.scaler.worker=" + Scaler.class.getName())
                .withBean(
                        PoolManagerCustomizer.class,
                        () -> (name, builder) -> builder.staticArgs(7, Duration.ofSeconds(1)))
                .run(context ->
                        assertThat(scale(context.getBean(PoolManagers.class))).isEqualTo("x@7/PT1S"));
    }

    private static String scale(PoolManagers pools) throws InterruptedException {
        return pools.get("scaler", String.class, String.class).map(List.of("x")).get(0);
    }

    @Test
    void precedenceIsPoolThenTemplateThenDefaultsThenBuilder() {
        contextRunner.withInitializer(yaml("""
                        poolmanager:
                          defaults: {queue-size: 5, daemon: false, jvm: {env: {A: defaults, B: defaults}}}
                          templates:
                            cpu-heavy: {size: 3, queue-size: 6, static-args: [1, 1s], jvm: {env: {B: template, C: template}}}
                          pools:
                            scaler: {worker: org.poolmanager.boot.workers.Scaler, template: cpuHeavy, size: 2}
                        """)).run(context -> {
            PoolSettings settings = context.getBean(PoolManager.class).settings();
            assertThat(settings.size()).isEqualTo(2);
            assertThat(settings.queueSize()).isEqualTo(6);
            assertThat(settings.daemon()).isFalse();
            assertThat(settings.ordered()).isFalse();
            assertThat(settings.jvm().environment())
                    .containsOnly(Map.entry("A", "defaults"), Map.entry("B", "template"), Map.entry("C", "template"));
            assertThat(scale(context.getBean(PoolManagers.class))).isEqualTo("x@1/PT1S");
        });
    }

    @Test
    void theDefaultsMayNameATemplate() {
        contextRunner
                .withPropertyValues(SQUARE, "poolmanager.defaults.template=t", "poolmanager.templates.t.queue-size=9")
                .run(context -> assertThat(
                                context.getBean(PoolManager.class).settings().queueSize())
                        .isEqualTo(9));
    }

    @Test
    void builderFactoryKnowsDefaultsAndTemplates() {
        contextRunner
                .withPropertyValues("poolmanager.defaults.queue-size=5", "poolmanager.templates.small.queue-size=1")
                .run(context -> {
                    PoolManagerBuilderFactory factory = context.getBean(PoolManagerBuilderFactory.class);
                    PoolSettings plain = factory.builder(Square.class).build().settings();
                    assertThat(plain.queueSize()).isEqualTo(5);
                    assertThat(plain.isolation()).isEqualTo(Isolation.THREAD);
                    assertThat(factory.builder(Square.class, "small")
                                    .build()
                                    .settings()
                                    .queueSize())
                            .isEqualTo(1);
                    Assertions.assertThatIllegalArgumentException()
                            .isThrownBy(() -> factory.builder(Square.class, "tiny"))
                            .withMessage(
                                    "There is no template 'tiny' below 'poolmanager.templates'. There are: [small]");
                });
    }

    @Test
    void whatHappensToPoolsIsAnEventOfTheApplicationToo() {
        List<PoolEvent> events = new CopyOnWriteArrayList<>();
        contextRunner
                .withPropertyValues(SQUARE)
                .withInitializer(context -> context.addApplicationListener(event -> {
                    if (event instanceof PayloadApplicationEvent<?> payload
                            && payload.getPayload() instanceof PoolEvent poolEvent) {
                        events.add(poolEvent);
                    }
                }))
                .run(context -> context.getBean(PoolManagers.class)
                        .get("square", Integer.class, Integer.class)
                        .map(List.of(1)));
        assertThat(events)
                .hasAtLeastOneElementOfType(PoolEvent.WorkerStarted.class)
                .doesNotHaveAnyElementsOfTypes(PoolEvent.TaskFinished.class)
                .filteredOn(PoolEvent.StateChanged.class::isInstance)
                .extracting(event -> ((PoolEvent.StateChanged) event).to())
                .contains(PoolState.STARTING, PoolState.RUNNING, PoolState.STOPPED);
    }

    @Test
    @DisplayName("A codec bean is the codec of all pools that name none, and of builders that the application asks for")
    void codecBean() {
        contextRunner
                .withPropertyValues(
                        SQUARE,
                        "poolmanager.pools.other.worker=" + Square.class.getName(),
                        "poolmanager.pools.other.serialization.codec=java")
                .withBean(TextCodec.class)
                .run(context -> {
                    PoolManagers pools = context.getBean(PoolManagers.class);
                    String codec = TextCodec.class.getName();
                    assertThat(pools.get("square").settings().wire().codec()).isEqualTo(codec);
                    assertThat(pools.get("other").settings().wire().codec()).isEqualTo("java");
                    assertThat(context.getBean(PoolManagerBuilderFactory.class)
                                    .builder(Square.class)
                                    .build()
                                    .settings()
                                    .wire()
                                    .codec())
                            .isEqualTo(codec);
                });
    }

    /** Knows texts in lists, and nothing else. */
    public static final class TextCodec implements PayloadCodec {

        @Override
        public void encode(Object value, OutputStream out) throws IOException {
            out.write(String.valueOf(value).getBytes(StandardCharsets.UTF_8));
        }

        @Override
        public Object decode(InputStream in) throws IOException {
            return List.of(new String(in.readAllBytes(), StandardCharsets.UTF_8));
        }
    }

    @Test
    void aCustomizerMayBeForOnePool() {
        contextRunner
                .withPropertyValues(SQUARE, "poolmanager.pools.other.worker=" + Square.class.getName())
                .withBean(PoolManagerCustomizer.class, () -> (name, builder) -> {
                    if (name.equals("other")) {
                        builder.queueSize(77);
                    }
                })
                .run(context -> {
                    PoolManagers pools = context.getBean(PoolManagers.class);
                    assertThat(pools.get("other").settings().queueSize()).isEqualTo(77);
                    assertThat(pools.get("square").settings().queueSize()).isEqualTo(2);
                });
    }

    @Test
    void customizersComeLastAndInOrder() {
        contextRunner
                .withPropertyValues(SQUARE, "poolmanager.pools.square.queue-size=3")
                .withUserConfiguration(Customizers.class)
                .run(context -> {
                    PoolSettings settings = context.getBean(PoolManager.class).settings();
                    assertThat(settings.queueSize()).isEqualTo(22);
                    assertThat(context.getBean(Customizers.class).names).containsExactly("square");
                });
    }

    @Test
    void listenerBeansHearOfAllPools() {
        List<PoolEvent> events = new CopyOnWriteArrayList<>();
        contextRunner
                .withPropertyValues(SQUARE)
                .withBean(PoolListener.class, () -> events::add)
                .withBean(
                        "own",
                        PoolManager.class,
                        () -> PoolManager.builder(Square.class)
                                .name("own")
                                .size(1)
                                .isolation(Isolation.THREAD)
                                .build())
                .run(context -> {});
        assertThat(events)
                .filteredOn(PoolEvent.StateChanged.class::isInstance)
                .extracting(event -> event.pool() + " " + ((PoolEvent.StateChanged) event).to())
                .contains("square STARTING", "square RUNNING", "square STOPPED")
                .contains("own STARTING", "own RUNNING", "own STOPPED");
    }

    @Test
    void registryKnowsNamesAndTypes() {
        contextRunner
                .withPropertyValues(
                        SQUARE,
                        "poolmanager.pools.a-b.worker=" + Scaler.class.getName(),
                        "poolmanager.pools.a-b.static-args[0]=1",
                        "poolmanager.pools.a-b.static-args[1]=1s")
                .run(context -> {
                    PoolManagers pools = context.getBean(PoolManagers.class);
                    assertThat(pools.names()).containsExactlyInAnyOrder("square", "a-b");
                    assertThat(pools.get("aB")).isSameAs(pools.get("a-b"));
                    List<String> seen = new ArrayList<>();
                    pools.forEach((name, pool) -> seen.add(name + " " + pool.state()));
                    assertThat(seen).containsExactlyInAnyOrder("square RUNNING", "a-b RUNNING");
                    Assertions.assertThatExceptionOfType(NoSuchElementException.class)
                            .isThrownBy(() -> pools.get("nope"))
                            .withMessageContaining("There is no pool 'nope'. There are: [");
                    Assertions.assertThatIllegalArgumentException()
                            .isThrownBy(() -> pools.get("square", Integer.class, String.class))
                            .withMessageContaining("PoolManager<java.lang.Integer, java.lang.Integer>");
                });
    }

    @Test
    void poolsAreVisibleToConditionsOfLaterAutoConfigurations() {
        contextRunner
                .withConfiguration(AutoConfigurations.of(LaterAutoConfiguration.class))
                .withPropertyValues(SQUARE)
                .run(context -> assertThat(context).hasBean("seen"));
    }

    @Test
    void actuatorHealthAndMicrometerAreOptional() {
        contextRunner
                .withClassLoader(new FilteredClassLoader(
                        "org.springframework.boot.actuate", "org.springframework.boot.health", "io.micrometer"))
                .withPropertyValues(SQUARE)
                .run(context -> assertThat(context).hasNotFailed().hasSingleBean(PoolManager.class));
    }

    abstract static class Base<T> implements PoolProcess<T, List<T>> {}

    static final class Generic extends Base<Map<String, int[]>> {

        @Override
        public List<Map<String, int[]>> run(Map<String, int[]> task) {
            return List.of(task);
        }
    }

    @PoolWorker("annotated")
    @Scope("prototype")
    static final class Annotated implements PoolProcess<Integer, Integer> {

        @Override
        public Integer run(Integer task) {
            return task;
        }
    }

    /** Fails when it is built in the JVM of the tests, which the name of its main class gives away. */
    static final class NeverHere implements PoolProcess<Integer, Integer> {

        NeverHere() {
            if (!System.getProperty("sun.java.command").contains("WorkerMain")) {
                throw new IllegalStateException("A worker for another process was built in the parent");
            }
        }

        @Override
        public Integer run(Integer task) {
            return task;
        }
    }

    @PoolWorker(value = "shared", shared = true)
    static final class Shared implements PoolProcess<String, Integer> {

        volatile boolean closed;

        @Override
        public Integer run(String task) {
            return System.identityHashCode(this);
        }

        @Override
        public void close() {
            closed = true;
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class PrototypeWorker {

        private final List<Object> made = new CopyOnWriteArrayList<>();

        @Bean
        @Scope("prototype")
        WithDependency injectedWorker() {
            WithDependency worker = new WithDependency(" from the context");
            made.add(worker);
            return worker;
        }
    }

    static final class WithDependency implements PoolProcess<String, String> {

        private final String suffix;

        WithDependency(String suffix) {
            this.suffix = suffix;
        }

        @Override
        public String run(String task) {
            return task + suffix;
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class Injected {

        final PoolManager<Map<String, int[]>, List<Map<String, int[]>>> byType;
        final PoolManager<Integer, Integer> byQualifier;
        final PoolManager<Integer, Integer> byParameter;
        final PoolManager<?, ?> byAlias;
        final Map<String, PoolManager<?, ?>> all;
        final Map<String, PoolManager<Integer, Integer>> ofType;
        final Collection<PoolManager<String, String>> none;

        Injected(
                PoolManager<Map<String, int[]>, List<Map<String, int[]>>> byType,
                @Qualifier("other") PoolManager<Integer, Integer> byQualifier,
                PoolManager<Integer, Integer> square,
                PoolManager<?, ?> pdfRender,
                Map<String, PoolManager<?, ?>> all,
                Map<String, PoolManager<Integer, Integer>> ofType,
                ObjectProvider<PoolManager<String, String>> none) {
            this.byType = byType;
            this.byQualifier = byQualifier;
            this.byParameter = square;
            this.byAlias = pdfRender;
            this.all = all;
            this.ofType = ofType;
            this.none = none.stream().toList();
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class OwnPool {

        @Bean
        PoolManager<Integer, Integer> square() {
            return PoolManager.builder(Square.class)
                    .size(2)
                    .isolation(Isolation.THREAD)
                    .build();
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class Customizers {

        private final List<String> names = new ArrayList<>();

        @Bean
        @Order(2)
        PoolManagerCustomizer second() {
            return (name, builder) -> builder.queueSize(22);
        }

        @Bean
        @Order(1)
        PoolManagerCustomizer first() {
            return (name, builder) -> {
                names.add(name);
                builder.queueSize(11);
            };
        }
    }

    @AutoConfiguration(after = PoolManagerAutoConfiguration.class)
    @ConditionalOnBean(PoolManager.class)
    static class LaterAutoConfiguration {

        @Bean
        String seen() {
            return "seen";
        }
    }
}
