package org.poolmanager.boot.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.poolmanager.boot.autoconfigure.Yaml.yaml;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.poolmanager.PoolManager;
import org.poolmanager.TaskSerializationException;
import org.poolmanager.boot.PoolManagers;
import org.poolmanager.boot.PoolWorker;
import org.poolmanager.boot.workers.Square;
import org.poolmanager.worker.PoolProcess;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;

/** What users read when the configuration is wrong: property, value, place, reason, and what to do. */
class ConfigurationMistakeTests {

    private static final String SQUARE = "      worker: org.poolmanager.boot.workers.Square\n";

    private static final String SCALER = "      worker: org.poolmanager.boot.workers.Scaler\n";

    private Environment environment;

    private ApplicationContextRunner contextRunner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(PoolManagerAutoConfiguration.class))
            .withInitializer(context -> environment = context.getEnvironment());

    @Test
    void misspeltKey() {
        assertMistake(SQUARE + "      sise: 3", "sise", "\"3\"", "5:13")
                .hasReason("There is no such property.")
                .hasAction(
                        "Did you mean 'poolmanager.pools.thumbs.size'? The keys below 'poolmanager.pools.thumbs' are:"
                                + " worker, size, queue-size, ordered, ");
    }

    @Test
    void misspeltNestedKey() {
        assertMistake(SQUARE + "      jvm: {argz: [a]}", "jvm.argz[0]", "\"a\"", "5:20")
                .hasAction("Did you mean 'poolmanager.pools.thumbs.jvm.args'?");
    }

    @Test
    void misspeltTopLevelKey() {
        analysisOf("poolmanager:\n  pool:\n    thumbs:\n      size: 3\n")
                .hasReason("There is no such property.")
                .hasAction(
                        "Did you mean 'poolmanager.pools'? The keys below 'poolmanager' are: enabled, defaults, templates, pools, metrics, events.");
    }

    @Test
    void keyThatIsNoSlip() {
        assertMistake(SQUARE + "      colour: red", "colour", "\"red\"", "5:15").hasAction("Remove it. The keys below");
    }

    @Test
    void keyBelowAValue() {
        assertMistake(SQUARE + "      size: {min: 3}", "size.min", "\"3\"", "5:19")
                .hasAction("Remove it: 'poolmanager.pools.thumbs.size' has no keys below it.");
    }

    @Test
    void severalUnknownKeysAreAllNamed() {
        assertMistake(SQUARE + "      sise: 3\n      colour: red", "colour", "\"red\"", "6:15")
                .hasReason("There is no such property. The elements [poolmanager.pools.thumbs.colour,"
                        + "poolmanager.pools.thumbs.sise] were left unbound.");
    }

    @Test
    void valueOfTheWrongType() {
        assertMistake(SQUARE + "      size: many", "size", "\"many\"", "5:13")
                .hasReason("failed to convert java.lang.String to java.lang.Integer");
    }

    @Test
    void unknownStart() {
        assertMistake(SQUARE + "      start: later", "start", "\"later\"", "5:14")
                .hasAction("BACKGROUND")
                .hasAction("EAGER")
                .hasAction("LAZY");
    }

    @Test
    void moreWorkersMustBeReadyThanThereAre() {
        assertMistake(SQUARE + "      size: 2\n      health: {min-workers: 3}", "health.min-workers", "\"3\"", "6:29")
                .hasReason("'health.min-workers' must be from 1 to 'size', which is 2, but is 3.")
                .hasAction("Change the value, or remove it to get the default.");
    }

    @Test
    void noWorkerMustBeReady() {
        assertMistake(SQUARE + "      health: {min-workers: 0}", "health.min-workers", "\"0\"", "5:29")
                .hasReason("'health.min-workers' must be from 1 to 'size', which is ");
    }

    @Test
    void unknownIsolation() {
        assertMistake(SQUARE + "      isolation: fork", "isolation", "\"fork\"", "5:18")
                .hasAction("PROCESS")
                .hasAction("THREAD");
    }

    @Test
    void valueWhereKeysAreNeeded() {
        assertMistake(SQUARE + "      jvm: 3", "jvm", "\"3\"", "5:12").hasReason("A single value cannot be used here.");
    }

    @Test
    void sizeZero() {
        assertMistake(SQUARE + "      size: 0", "size", "\"0\"", "5:13")
                .hasReason("'size' must be at least 1, but is 0.")
                .hasAction("Change the value, or remove it to get the default.");
    }

    @Test
    void queueSizeZero() {
        assertMistake(SQUARE + "      queue-size: 0", "queue-size", "\"0\"", "5:19")
                .hasReason("'queue-size' must be at least 1, but is 0.");
    }

    @Test
    void mistakeInTheDefaults() {
        analysisOf("poolmanager:\n  defaults:\n    task-timeout: -3s\n  pools:\n    thumbs:\n" + SQUARE)
                .hasDescription("Property: poolmanager.defaults.task-timeout")
                .hasDescription("Value: \"-3s\"")
                .hasDescription("[application.yml] - 3:19")
                .hasReason("'task-timeout' must be more than zero, but is PT-3S.");
    }

    @Test
    void payloadBeyondTheLimit() {
        assertMistake(SQUARE + "      max-payload: 3GB", "max-payload", "\"3GB\"", "5:20")
                .hasReason("'max-payload' must be at most 2147483647 bytes");
    }

    @Test
    void unknownCodec() {
        assertMistake(SQUARE + "      serialization: {codec: kryo}", "serialization.codec", "\"kryo\"", "5:30")
                .hasReason("'serialization.codec' must be 'java', 'fory' or the class name of a PayloadCodec, but is"
                        + " 'kryo': there is no such class on the class path.");
    }

    @Test
    void codecWithoutItsDependency() {
        assertMistake(SQUARE + "      serialization: {codec: fory}", "serialization.codec", "\"fory\"", "5:30")
                .hasReason("add the dependency org.apache.fory:fory-core");
    }

    @Test
    void maxSizeBelowTheSize() {
        assertMistake(SQUARE + "      size: 3\n      max-size: 2", "max-size", "\"2\"", "6:17")
                .hasReason("'max-size' must not be less than 'size', which is 3, but is 2.");
    }

    @Test
    void emptyJvmArgument() {
        assertMistake(SQUARE + "      jvm: {args: ['']}", "jvm.args[0]", "\"\"", "5:20")
                .hasReason("'args' must not contain a null or empty argument.");
    }

    @Test
    void noWorker() {
        contextRunner = contextRunner.withBean("square", Square.class);
        assertMistake("      size: 3", "worker", "not set", "4:13")
                .hasReason("The pool has no worker.")
                .hasAction(
                        "Set it to the name of a bean or of a class that implements org.poolmanager.worker.PoolProcess,"
                                + " or put @PoolWorker(\"thumbs\") on the class of such a bean.")
                .hasAction("The beans that are workers: bean 'square' (org.poolmanager.boot.workers.Square).");
    }

    @Test
    void unknownWorker() {
        assertMistake("      worker: thumbWorker", "worker", "\"thumbWorker\"", "4:15")
                .hasReason("There is no bean of this name, and no class"
                        + " (java.lang.ClassNotFoundException: thumbWorker).")
                .hasAction("Set it to the name of a bean or to the fully qualified name of a class that implements");
    }

    @Test
    void workerThatIsNone() {
        assertMistake("      worker: java.lang.String", "worker", "\"java.lang.String\"", "4:15")
                .hasReason("java.lang.String is not a worker: it does not implement"
                        + " org.poolmanager.worker.PoolProcess.");
    }

    @Test
    void abstractWorker() {
        contextRunner = contextRunner.withUserConfiguration(InterfaceWorker.class);
        assertMistake("      worker: anyWorker", "worker", "\"anyWorker\"", "4:15")
                .hasReason("org.poolmanager.worker.PoolProcess is abstract, so no worker can be made of it.")
                .hasAction("The return type of a @Bean method must be the worker's class.");
    }

    @Test
    void rawWorker() {
        contextRunner = contextRunner.withBean("raw", Raw.class);
        assertMistake("      worker: raw", "worker", "\"raw\"", "4:15")
                .hasReason("leaves open what its tasks and results are, so its pool would fit every injection point.")
                .hasAction("Implement PoolProcess with types, for instance PoolProcess<Path, String>.");
    }

    @Test
    void innerClassAsWorker() {
        assertMistake("      worker: " + Inner.class.getName(), "worker", "\"" + Inner.class.getName() + "\"", "4:15")
                .hasReason("is an inner class")
                .hasAction("Make the class static.");
    }

    @Test
    void twoAnnotatedWorkersForOnePool() {
        contextRunner = contextRunner.withBean("one", First.class).withBean("two", Second.class);
        assertMistake("      size: 3", "worker", "not set", "4:13")
                .hasReason("More than one worker is annotated with @PoolWorker(\"thumbs\"): bean 'one' ("
                        + First.class.getName() + "), bean 'two' (" + Second.class.getName() + ").")
                .hasAction("Name the one that is meant here");
    }

    @Test
    void annotatedWorkerForNoPool() {
        contextRunner = contextRunner.withBean("one", First.class);
        analysisOf("poolmanager:\n  pools:\n    thumbnails:\n" + SQUARE)
                .hasDescription("Property: poolmanager.pools.thumbs")
                .hasDescription("Origin: bean 'one' (" + First.class.getName() + ")")
                .hasReason("There is no pool 'thumbs' for the worker annotated with @PoolWorker(\"thumbs\").")
                .hasAction("Declared pools: [thumbnails].");
    }

    @Test
    void nameThatNoPoolCanHave() {
        analysisOf("poolmanager:\n  pools:\n    7up:\n      size: 3\n")
                .hasDescription("Property: poolmanager.pools.7up")
                .hasDescription("[application.yml] - 4:13")
                .hasReason("'7up' cannot be the name of a pool, and of a bean.")
                .hasAction("[A-Za-z][A-Za-z0-9_-]*");
    }

    @Test
    void twoSpellingsOfOneName() {
        analysisOf("poolmanager:\n  pools:\n    more-thumbs:\n" + SQUARE + "    moreThumbs:\n" + SQUARE)
                .hasReason("'moreThumbs' and 'more-thumbs' are the same pool: dashes, underscores and case make no"
                        + " difference.");
    }

    @Test
    void nameOfAnotherBean() {
        contextRunner = contextRunner.withBean("thumbs", String.class, () -> "a bean");
        analysisOf("poolmanager:\n  pools:\n    thumbs:\n" + SQUARE)
                .hasDescription("Property: poolmanager.pools.thumbs")
                .hasDescription("[application.yml] - 4:15")
                .hasReason("A pool is a bean under its name, and there is already a bean 'thumbs' (java.lang.String).")
                .hasAction("Rename the pool or that bean.");
    }

    @Test
    void singleStaticArgumentWithoutAList() {
        assertMistake(SCALER + "      static-args: 3", "static-args", "\"3\"", "5:20")
                .hasAction("Write a list of values, also for one: static-args: [3]");
    }

    @Test
    void noStaticArguments() {
        assertMistake(SCALER, "static-args", "not set", "4:15")
                .hasReason("There are no static arguments, and the worker org.poolmanager.boot.workers.Scaler has no"
                        + " constructor that takes that. It has: Scaler(int quality, Duration maxPause).")
                .hasAction("Give one value for each parameter of a constructor")
                .hasAction(
                        "Parameters that are left out are injected: those that are beans, and those annotated with @Value.");
    }

    @Test
    void tooManyStaticArguments() {
        assertMistake(SQUARE + "      static-args: [3]", "static-args[0]", "\"3\"", "5:21")
                .hasReason("There is one static argument, and the worker org.poolmanager.boot.workers.Square has no"
                        + " constructor that takes that. It has: Square().");
    }

    @Test
    void misnamedStaticArgument() {
        assertMistake(SCALER + "      static-args: {quality: 3, pause: 1s}", "static-args.quality", "\"3\"", "5:30")
                .hasReason("The static arguments are named [quality, pause]");
    }

    @Test
    void staticArgumentOfTheWrongType() {
        assertMistake(
                        SCALER + "      static-args: {quality: fine, max-pause: 1s}",
                        "static-args.quality",
                        "\"fine\"",
                        "5:30")
                .hasReason("failed to convert java.lang.String to int");
    }

    @Test
    void singletonWorkerInThreadIsolation() {
        contextRunner = contextRunner.withBean("square", Square.class);
        assertMistake("      worker: square\n      isolation: thread", "worker", "\"square\"", "4:15")
                .hasReason(
                        "Bean 'square' (org.poolmanager.boot.workers.Square) is a singleton, and in thread isolation the"
                                + " workers of pool 'thumbs' would all call this one object from different threads at once.")
                .hasAction("@Scope(\"prototype\")")
                .hasAction("@PoolWorker(shared = true)");
    }

    @Test
    void workerThatCannotBeBuilt() {
        analysisOf("poolmanager:\n  pools:\n    thumbs:\n      worker: org.poolmanager.boot.workers.Failing\n"
                        + "      isolation: thread\n")
                .hasDescription("Pool 'thumbs' could not be started")
                .hasDescription("java.lang.IllegalStateException: no licence key found")
                .hasDescription("The pool is configured here:")
                .hasDescription("    poolmanager.pools.thumbs.worker (Byte array resource [application.yml] - 4:15)")
                .hasAction("correct the class or the pool's static-args");
    }

    @Test
    void jvmOptionThatTheJvmRefuses() {
        analysisOf("poolmanager:\n  pools:\n    thumbs:\n" + SQUARE + "      size: 1\n      jvm: {args: [-Xmx1k]}")
                .hasDescription("Pool 'thumbs' could not be started")
                .hasDescription("Too small maximum heap")
                .hasDescription(
                        "    poolmanager.pools.thumbs.jvm.args[0] (Byte array resource [application.yml] - 6:20)")
                .hasAction("if its JVM refused to start, the pool's jvm.* properties");
    }

    @Test
    void allPoolsThatCannotBeStartedAreReported() {
        analysisOf("poolmanager:\n  defaults: {isolation: thread, worker: org.poolmanager.boot.workers.Failing}\n"
                        + "  pools: {one: {size: 1}, two: {size: 1}}\n")
                .hasDescription("Pool 'one' could not be started")
                .hasDescription("Pool 'two' could not be started");
    }

    @Test
    void unknownTemplate() {
        analysisOf("poolmanager:\n  templates: {small: {size: 1}}\n  pools:\n    thumbs:\n" + SQUARE
                        + "      template: smal\n")
                .hasDescription("Property: poolmanager.pools.thumbs.template\n")
                .hasDescription("[application.yml] - 6:17")
                .hasReason("There is no template 'smal'.")
                .hasAction("Declare it below 'poolmanager.templates', or name one of these: [small].");
    }

    @Test
    void templateOfATemplate() {
        analysisOf("poolmanager:\n  templates: {a: {template: b}, b: {size: 1}}\n")
                .hasDescription("Property: poolmanager.templates.a.template\n")
                .hasReason("A template cannot have a template.");
    }

    @Test
    void mistakeInATemplate() {
        analysisOf("poolmanager:\n  templates:\n    small:\n      size: 0\n  pools:\n    thumbs:\n" + SQUARE
                        + "      template: small\n")
                .hasDescription("Property: poolmanager.templates.small.size\n")
                .hasDescription("[application.yml] - 4:13")
                .hasReason("'size' must be at least 1, but is 0.");
    }

    @Test
    void dependencyThatTheChildCannotHave() {
        contextRunner = contextRunner.withBean("licence", Licence.class, () -> new Licence("from code"));
        assertMistake("      worker: " + Needy.class.getName(), "worker", "\"" + Needy.class.getName() + "\"", "4:15")
                .hasReason("The worker " + Needy.class.getName() + " needs " + Licence.class.getName()
                        + " (parameter 'licence' of its constructor); but bean 'licence' is made by a supplier, which is"
                        + " code of the application.")
                .hasAction("Write a @Configuration class that makes what the worker needs, and name it in"
                        + " 'poolmanager.pools.thumbs.worker-context'; or let the worker do without.");
    }

    @Test
    void dependencyThatNobodyHas() {
        assertMistake("      worker: " + Needy.class.getName(), "worker", "\"" + Needy.class.getName() + "\"", "4:15")
                .hasReason("(parameter 'licence' of its constructor); but there is no bean of that type.")
                .hasAction("Make " + Licence.class.getName() + " a bean, with @Component or a @Bean method; or give the"
                        + " value with static-args or @Value; or name a class that provides it in"
                        + " 'poolmanager.pools.thumbs.worker-context'.");
    }

    @Test
    void unknownClassForTheWorkersContext() {
        assertMistake(SQUARE + "      worker-context: com.acme.Nope", "worker-context", "\"com.acme.Nope\"", "5:23")
                .hasReason("There is no class 'com.acme.Nope' (java.lang.ClassNotFoundException: com.acme.Nope).")
                .hasAction("Name @Configuration classes, components or auto-configurations by their full names.");
    }

    @Test
    void taskThatIsNotSerializable() {
        assertThat(failureOf(new Parcel("x")))
                .isInstanceOf(TaskSerializationException.class)
                .hasMessageContaining("'thumbs'")
                .hasMessageContaining(Parcel.class.getName())
                .hasMessageContainingAll("java.io.Serializable");
    }

    @Test
    void resultThatIsNotSerializable() {
        assertThat(failureOf("x"))
                .isInstanceOf(TaskSerializationException.class)
                .hasMessageContaining("'thumbs'")
                .hasMessageContaining(Parcel.class.getName())
                .hasMessageContainingAll("java.io.Serializable");
    }

    private Throwable failureOf(Object task) {
        Throwable[] failure = new Throwable[1];
        contextRunner
                .withInitializer(
                        yaml("poolmanager:\n  pools:\n    thumbs: {size: 1, worker: " + Packer.class.getName() + "}\n"))
                .run(context -> {
                    PoolManager<Object, Object> pool =
                            context.getBean(PoolManagers.class).get("thumbs", Object.class, Object.class);
                    failure[0] = catchThrowable(() -> pool.map(List.of(task)));
                });
        return failure[0];
    }

    @Test
    @ExtendWith(OutputCaptureExtension.class)
    void secretAmongTheOptionsOfAJvm(CapturedOutput output) {
        contextRunner
                .withInitializer(yaml("poolmanager:\n  pools:\n    thumbs:\n" + SQUARE + "      size: 1\n"
                        + "      jvm: {args: [-Dx=1, -Ddb.password=geheim, -Djavax.net.ssl.keyStore=/path]}\n"))
                .run(context -> assertThat(context).hasNotFailed());
        assertThat(output)
                .contains(
                        "'poolmanager.pools.thumbs.jvm.args[1]' (Byte array resource [application.yml] - 6:27) looks like a"
                                + " secret: -Ddb.password=****. Options of a JVM are seen by its diagnostic tools and stand in its"
                                + " crash logs. Let the worker have it by @Value, @ConfigurationProperties or static-args instead:"
                                + " these reach it over a private channel.")
                .doesNotContain("geheim")
                .doesNotContain("keyStore=****");
    }

    private Mistake assertMistake(String poolYaml, String key, String value, String lineAndColumn) {
        return analysisOf("poolmanager:\n  pools:\n    thumbs:\n" + poolYaml + "\n")
                .hasDescription("Property: poolmanager.pools.thumbs." + key + "\n")
                .hasDescription("Value: " + value + "\n")
                .hasDescription("Origin: Byte array resource [application.yml] - " + lineAndColumn + "\n");
    }

    private Mistake analysisOf(String text) {
        Mistake[] mistake = new Mistake[1];
        contextRunner.withInitializer(yaml(text)).run(context -> {
            assertThat(context).hasFailed();
            mistake[0] = new Mistake(Failures.analyze(context.getStartupFailure(), environment));
        });
        return mistake[0];
    }

    private record Mistake(FailureAnalysis analysis) {

        Mistake hasDescription(String text) {
            assertThat(analysis.getDescription()).contains(text);
            return this;
        }

        Mistake hasReason(String text) {
            assertThat(analysis.getDescription()).containsSubsequence("Reason: ", text);
            return this;
        }

        Mistake hasAction(String text) {
            assertThat(analysis.getAction()).contains(text);
            return this;
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class InterfaceWorker {

        @Bean
        PoolProcess<String, String> anyWorker() {
            return task -> task;
        }
    }

    @SuppressWarnings("rawtypes") // that is the mistake
    static final class Raw implements PoolProcess {

        @Override
        public Object run(Object task) {
            return task;
        }
    }

    record Licence(String key) {}

    static final class Needy implements PoolProcess<String, String> {

        private final Licence licence;

        Needy(Licence licence) {
            this.licence = licence;
        }

        @Override
        public String run(String task) {
            return task + licence;
        }
    }

    /** Fails to travel, as any record does that does not say it can. */
    record Parcel(String content) {}

    static final class Packer implements PoolProcess<Object, Object> {

        @Override
        public Object run(Object task) {
            return new Parcel(task.toString());
        }
    }

    @PoolWorker("thumbs")
    static final class First implements PoolProcess<String, String> {

        @Override
        public String run(String task) {
            return task;
        }
    }

    @PoolWorker("thumbs")
    static final class Second implements PoolProcess<String, String> {

        @Override
        public String run(String task) {
            return task;
        }
    }

    final class Inner implements PoolProcess<String, String> {

        @Override
        public String run(String task) {
            return task + ConfigurationMistakeTests.this;
        }
    }
}
