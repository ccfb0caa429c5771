package org.poolmanager.boot.worker;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.assertj.core.api.AbstractStringAssert;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.poolmanager.PoolManager;
import org.poolmanager.boot.autoconfigure.PoolManagerAutoConfiguration;
import org.poolmanager.boot.workers.Square;
import org.poolmanager.worker.PoolProcess;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.jackson.autoconfigure.JacksonAutoConfiguration;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.context.annotation.Lazy;
import org.springframework.context.annotation.Primary;
import tools.jackson.databind.json.JsonMapper;

/** What a worker may have injected in a child JVM, and what it may not. The children are real. */
class InjectedWorkersTests {

    private final ApplicationContextRunner contextRunner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(PoolManagerAutoConfiguration.class))
            .withPropertyValues("poolmanager.defaults.size=1");

    @TempDir
    private Path directory;

    @Test
    @DisplayName("A plain worker loads no class of Spring in its child")
    void plainWorkerHasNoSpring() {
        Path log = directory.resolve("classes");
        contextRunner
                .withPropertyValues(
                        "poolmanager.pools.p.worker=" + Square.class.getName(),
                        "poolmanager.pools.p.jvm.args=-Xlog:class+load=info:file=" + log)
                .run(context -> {
                    assertThat(pool(context).map(List.of(3))).containsExactly(9);
                    assertThat(Files.readString(log)).contains("Square").doesNotContain("org.springframework");
                });
    }

    @ParameterizedTest
    @ValueSource(strings = {"process", "thread"})
    @DisplayName("Static arguments and beans may be mixed; the worker need not be a bean itself")
    void argumentsAndBeans(String isolation) {
        run(
                isolation,
                Mixed.class,
                contextRunner
                        .withUserConfiguration(Paints.class)
                        .withPropertyValues("poolmanager.pools.p.static-args.width=7"),
                context ->
                        assertThat(ask(context)).isEqualTo("red of 7 in [blue, red] with 3 of [blue, red], main null"));
    }

    @Test
    @DisplayName("A bean method that calls another gets the bean, as in the application")
    void configurationIsFull() {
        run(
                "process",
                Counting.class,
                contextRunner.withUserConfiguration(Counters.class),
                context -> assertThat(ask(context)).isEqualTo("same counter: true"));
    }

    @Test
    @DisplayName("The same where the call is in a lambda expression or a reference, in a method that is inherited")
    void callsInLambdas() {
        run(
                "process",
                Counting.class,
                contextRunner.withUserConfiguration(Deferring.class),
                context -> assertThat(ask(context)).isEqualTo("same counter: true"));
    }

    @Test
    @DisplayName("Beside named classes there may be several beans of a class, and maps of the application's")
    void severalBesideNamed() {
        run(
                "process",
                Several.class,
                contextRunner
                        .withUserConfiguration(Paints.class, Settings.class)
                        .withPropertyValues("poolmanager.pools.p.worker-context=" + Imported.class.getName()),
                context -> assertThat(ask(context)).isEqualTo("blue, red, {a=1}"));
    }

    @Test
    @DisplayName("Beans are told when all of them have been made, as in the application")
    void initializedSingletons() {
        run(
                "process",
                Indexed.class,
                contextRunner.withBean("index", Index.class),
                context -> assertThat(ask(context)).isEqualTo("loaded"));
    }

    @Test
    @DisplayName("A worker that is named by an alias is made by its bean method")
    void alias() {
        run(
                "process",
                null,
                contextRunner
                        .withUserConfiguration(Aliased.class)
                        .withPropertyValues("poolmanager.pools.p.worker=second"),
                context -> {
                    assertThat(ask(context)).isEqualTo("quality 90");
                    assertThat(context.getBeanFactory().containsSingleton("first"))
                            .as("made in the application")
                            .isFalse();
                });
    }

    @ParameterizedTest
    @ValueSource(strings = {"process", "thread"})
    @DisplayName("Beans of simple types are injected as well")
    void simpleTypes(String isolation) {
        run(
                isolation,
                Zoned.class,
                contextRunner.withUserConfiguration(Zone.class),
                context -> assertThat(ask(context)).isEqualTo("Asia/Kathmandu"));
    }

    @Test
    @DisplayName("A worker that a bean method makes is made by it, and closed once, before what it uses")
    void workerOfABeanMethod() throws IOException {
        Path log = Files.createFile(directory.resolve("log"));
        run(
                "process",
                null,
                contextRunner
                        .withUserConfiguration(WorkerMethod.class)
                        .withPropertyValues(
                                "poolmanager.pools.p.worker=logging",
                                "poolmanager.pools.p.exit-timeout=1m", // one that is late would be killed
                                "log=" + log),
                context -> assertThat(ask(context)).isEqualTo("made by a method"));
        assertThat(Files.readAllLines(log)).containsExactly("worker closed", "log closed");
    }

    @Test
    @DisplayName("What is optional and cannot be there is not there")
    void optional() {
        run(
                "process",
                Modest.class,
                contextRunner.withConfiguration(AutoConfigurations.of(JacksonAutoConfiguration.class)),
                context -> assertThat(ask(context)).isEqualTo("without JSON, Optional.empty"));
    }

    @Test
    @DisplayName("What an auto-configuration gives must be named, and then is there")
    void autoConfiguration() {
        ApplicationContextRunner runner =
                contextRunner.withConfiguration(AutoConfigurations.of(JacksonAutoConfiguration.class));
        assertFails(JsonWorker.class, runner)
                .contains("The worker " + JsonWorker.class.getName() + " needs tools.jackson.databind.json.JsonMapper"
                        + " (parameter 'mapper' of its constructor); but bean 'jacksonJsonMapper' comes from "
                        + JacksonAutoConfiguration.class.getName()
                        + ", and auto-configuration does not run in a child JVM unless it is named.")
                .contains("Name it: 'poolmanager.pools.p.worker-context: " + JacksonAutoConfiguration.class.getName());
        run(
                "process",
                JsonWorker.class,
                runner.withPropertyValues(
                        "poolmanager.pools.p.worker-context=" + JacksonAutoConfiguration.class.getName(),
                        "spring.jackson.property-naming-strategy=SNAKE_CASE"),
                context -> assertThat(ask(context)).isEqualTo("{\"first_name\":\"x\"}"));
    }

    @Test
    @DisplayName("Named classes add to what is found, with all that their annotations mean")
    void namedClasses() {
        run(
                "process",
                Supplied.class,
                contextRunner
                        .withBean("paint", Paint.class, () -> new Paint("made by code"))
                        .withPropertyValues("poolmanager.pools.p.worker-context=" + Replacement.class.getName()),
                context -> assertThat(ask(context)).isEqualTo("for workers, 3"));
    }

    @Test
    @DisplayName("What code of the application makes is refused with the way to it")
    void suppliers() {
        assertFails(Supplied.class, contextRunner.withBean("paint", Paint.class, () -> new Paint("made by code")))
                .contains(
                        "Supplied needs org.poolmanager.boot.worker.InjectedWorkersTests$Paint (parameter 'paint' of its"
                                + " constructor); but bean 'paint' is made by a supplier, which is code of the application.")
                .contains("Write a @Configuration class that makes what the worker needs, and name it in"
                        + " 'poolmanager.pools.p.worker-context'");
    }

    @Test
    @DisplayName("What nobody defines is refused, with every step that leads there")
    void missing() {
        assertFails(Deep.class, contextRunner.withUserConfiguration(Middle.class))
                .contains("Deep needs org.poolmanager.boot.worker.InjectedWorkersTests$Middle (field 'middle');"
                        + " org.poolmanager.boot.worker.InjectedWorkersTests$Middle needs"
                        + " org.poolmanager.boot.worker.InjectedWorkersTests$Paint (field 'paint'); but there is no bean"
                        + " of that type.")
                .contains("a bean, with @Component or a @Bean method");
    }

    @Test
    @DisplayName("The whole application cannot be named")
    void application() {
        assertFails(
                        Supplied.class,
                        contextRunner.withPropertyValues("poolmanager.pools.p.worker-context=" + Whole.class.getName()))
                .contains("switches on auto-configuration, so each worker would start the whole application");
    }

    @Test
    @DisplayName("A bean that fails in the child ends the start with its error, the worker's name and the bean's")
    void failingBean() {
        assertFails(Unlucky.class, contextRunner.withBean("broken", Broken.class))
                .contains("Pool 'p' could not be started")
                .contains("The worker " + Unlucky.class.getName() + " cannot be built by Spring in its child JVM:"
                        + " java.lang.IllegalStateException: no licence key found (bean 'broken')");
    }

    @Test
    @DisplayName("A placeholder without a value is refused in the child, not injected as it stands")
    void placeholder() {
        assertFails(Placeholder.class, contextRunner)
                .contains("cannot be built by Spring in its child JVM")
                .contains("'nowhere'");
    }

    private void run(
            String isolation,
            Class<?> worker,
            ApplicationContextRunner runner,
            Consumer<AssertableApplicationContext> test) {
        ApplicationContextRunner prepared = runner.withPropertyValues("poolmanager.pools.p.isolation=" + isolation);
        if (worker != null) {
            prepared = prepared.withPropertyValues("poolmanager.pools.p.worker=" + worker.getName());
        }
        prepared.run(context -> {
            assertThat(context).hasNotFailed();
            test.accept(context);
        });
    }

    private AbstractStringAssert<?> assertFails(Class<?> worker, ApplicationContextRunner runner) {
        String[] text = new String[1];
        runner.withPropertyValues("poolmanager.pools.p.worker=" + worker.getName())
                .run(context -> {
                    assertThat(context).hasFailed();
                    Throwable failure = context.getStartupFailure();
                    StringBuilder all = new StringBuilder();
                    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
                        all.append(cause.getMessage()).append('\n');
                    }
                    text[0] = all.toString();
                });
        return assertThat(text[0]);
    }

    @SuppressWarnings("unchecked")
    private static PoolManager<Object, Object> pool(AssertableApplicationContext context) {
        return (PoolManager<Object, Object>) context.getBean("p", PoolManager.class);
    }

    private static Object ask(AssertableApplicationContext context) {
        try {
            return pool(context).map(List.of("x")).get(0);
        } catch (InterruptedException ex) {
            throw new IllegalStateException(ex);
        }
    }

    /** A worker that answers any task with the same text. */
    interface Answer extends PoolProcess<String, String> {

        String text();

        @Override
        default String run(String task) {
            return text();
        }
    }

    record Paint(String name) {

        @Override
        public String toString() {
            return name;
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class Paints {

        @Bean
        @Primary
        Paint red() {
            return new Paint("red");
        }

        @Bean
        Paint blue() {
            return new Paint("blue");
        }

        @Bean
        @Qualifier("many")
        List<Integer> numbers() {
            return List.of(1, 2, 3);
        }
    }

    static final class Mixed implements Answer {

        private final String text;

        @Autowired(required = false)
        @Qualifier("main")
        private Paint main;

        Mixed(
                Paint paint,
                int width,
                List<Paint> all,
                @Qualifier("numbers") List<Integer> numbers,
                Map<String, Paint> byName) {
            String names = all.stream().map(Paint::name).sorted().collect(Collectors.joining(", ", "[", "]"));
            text = paint + " of " + width + " in " + names + " with " + numbers.size() + " of "
                    + byName.keySet().stream().sorted().toList();
        }

        @Override
        public String text() {
            return text + ", main " + main;
        }
    }

    static final class Counter {}

    record Holder(Counter counter) {}

    @Configuration
    static class Counters {

        @Bean
        Counter counter() {
            return new Counter();
        }

        @Bean
        Holder holder() {
            return hold();
        }

        private Holder hold() {
            return new Holder(counter());
        }
    }

    static final class Counting implements Answer {

        private final Holder holder;

        private final Counter counter;

        Counting(Holder holder, Counter counter) {
            this.holder = holder;
            this.counter = counter;
        }

        @Override
        public String text() {
            return "same counter: " + (holder.counter() == counter);
        }
    }

    static class Base {

        @Bean
        Holder holder() {
            Supplier<Holder> later = () -> new Holder(((Supplier<Counter>) this::counter).get());
            return later.get();
        }

        @Bean
        Counter counter() {
            return new Counter();
        }
    }

    @Configuration
    static class Deferring extends Base {}

    @Configuration(proxyBeanMethods = false)
    static class Settings {

        @Bean
        Map<String, Integer> settings() {
            return Map.of("a", 1);
        }
    }

    static final class Several implements Answer {

        private final String text;

        Several(
                @Qualifier("blue") Paint one,
                @Qualifier("red") Paint other,
                @Qualifier("settings") Map<String, Integer> settings) {
            text = one + ", " + other + ", " + settings;
        }

        @Override
        public String text() {
            return text;
        }
    }

    static final class Index implements SmartInitializingSingleton {

        private String state = "empty";

        @Override
        public void afterSingletonsInstantiated() {
            state = "loaded";
        }
    }

    static final class Indexed implements Answer {

        private final Index index;

        Indexed(Index index) {
            this.index = index;
        }

        @Override
        public String text() {
            return index.state;
        }
    }

    static final class Quality implements Answer {

        private final int quality;

        Quality() {
            this(10);
        }

        Quality(int quality) {
            this.quality = quality;
        }

        @Override
        public String text() {
            return "quality " + quality;
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class Aliased {

        @Bean({"first", "second"})
        Quality worker() {
            return new Quality(90);
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class Zone {

        @Bean
        ZoneId zone() {
            return ZoneId.of("Asia/Kathmandu");
        }
    }

    static final class Zoned implements Answer {

        private final ZoneId zone;

        Zoned(ZoneId zone) {
            this.zone = zone;
        }

        @Override
        public String text() {
            return zone.getId();
        }
    }

    static final class Log implements AutoCloseable {

        private final Path file;

        Log(Path file) {
            this.file = file;
        }

        void write(String line) throws IOException {
            Files.writeString(file, line + "\n", StandardOpenOption.APPEND);
        }

        @Override
        public void close() throws IOException {
            write("log closed");
        }
    }

    static final class Logging implements Answer, AutoCloseable {

        private final Log log;

        Logging(Log log) {
            this.log = log;
        }

        @Override
        public String text() {
            return "made by a method";
        }

        @Override
        public void close() throws IOException {
            log.write("worker closed");
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class WorkerMethod {

        @Value("${log}")
        private Path file;

        /** Lazy, so that the application itself has none, and only the child writes. */
        @Bean
        @Lazy
        Log log() {
            return new Log(file);
        }

        @Bean
        Logging logging(Log log) {
            return new Logging(log);
        }
    }

    static final class Modest implements Answer {

        private final String text;

        Modest(ObjectProvider<JsonMapper> json, Optional<Paint> paint) {
            text = (json.getIfAvailable() == null ? "without" : "with") + " JSON, " + paint;
        }

        @Override
        public String text() {
            return text;
        }
    }

    record Person(String firstName) {}

    static final class JsonWorker implements PoolProcess<String, String> {

        private final JsonMapper mapper;

        JsonWorker(JsonMapper mapper) {
            this.mapper = mapper;
        }

        @Override
        public String run(String task) {
            return mapper.writeValueAsString(new Person(task));
        }
    }

    static final class Supplied implements Answer {

        private final Paint paint;

        @Autowired(required = false)
        private List<Integer> numbers;

        Supplied(Paint paint) {
            this.paint = paint;
        }

        @Override
        public String text() {
            return paint.name() + ", " + numbers.size();
        }
    }

    @Configuration(proxyBeanMethods = false)
    @Import(Imported.class)
    static class Replacement {

        @Bean
        Paint paint() {
            return new Paint("for workers");
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class Imported {

        @Bean
        List<Integer> numbers() {
            return List.of(1, 2, 3);
        }
    }

    /** Lazy, so that the application itself has none and starts without it. */
    @Lazy
    static final class Middle {

        @Autowired(required = false)
        private ObjectProvider<Paint> maybe;

        @Autowired
        private Paint paint;
    }

    static final class Deep implements Answer {

        @Autowired
        private Middle middle;

        @Override
        public String text() {
            return middle.paint + "" + middle.maybe;
        }
    }

    static final class Broken {

        Broken() {
            if (System.getProperty("sun.java.command").contains("WorkerMain")) {
                throw new IllegalStateException("no licence key found");
            }
        }
    }

    static final class Unlucky implements Answer {

        private final Broken broken;

        Unlucky(Broken broken) {
            this.broken = broken;
        }

        @Override
        public String text() {
            return broken.toString();
        }
    }

    static final class Placeholder implements Answer {

        private final String text;

        Placeholder(@Value("${nowhere}") String text) {
            this.text = text;
        }

        @Override
        public String text() {
            return text;
        }
    }

    @SpringBootApplication
    static class Whole {}
}
