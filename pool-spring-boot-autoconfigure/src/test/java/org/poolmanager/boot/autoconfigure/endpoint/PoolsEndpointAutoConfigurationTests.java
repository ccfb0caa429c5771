package org.poolmanager.boot.autoconfigure.endpoint;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import javax.management.MBeanOperationInfo;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.poolmanager.PoolManager;
import org.poolmanager.PoolStats;
import org.poolmanager.boot.PoolManagers;
import org.poolmanager.boot.actuate.endpoint.PoolDescriptor;
import org.poolmanager.boot.actuate.endpoint.PoolOperations;
import org.poolmanager.boot.actuate.endpoint.PoolSummaryDescriptor;
import org.poolmanager.boot.actuate.endpoint.PoolsEndpoint;
import org.poolmanager.boot.actuate.endpoint.PoolsEndpointWebExtension;
import org.poolmanager.boot.actuate.endpoint.WorkerDescriptor;
import org.poolmanager.boot.actuate.endpoint.WorkerStackDescriptor;
import org.poolmanager.boot.autoconfigure.PoolManagerAutoConfiguration;
import org.poolmanager.boot.events.PoolRecord;
import org.poolmanager.boot.workers.Deadly;
import org.poolmanager.boot.workers.Square;
import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.annotation.ReflectiveRuntimeHintsRegistrar;
import org.springframework.aot.hint.predicate.RuntimeHintsPredicates;
import org.springframework.boot.actuate.autoconfigure.endpoint.EndpointAutoConfiguration;
import org.springframework.boot.actuate.autoconfigure.endpoint.condition.ConditionalOnAvailableEndpoint;
import org.springframework.boot.actuate.autoconfigure.endpoint.jmx.JmxEndpointAutoConfiguration;
import org.springframework.boot.actuate.endpoint.OperationResponseBody;
import org.springframework.boot.actuate.endpoint.SanitizableData;
import org.springframework.boot.actuate.endpoint.SanitizingFunction;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.jmx.JmxAutoConfiguration;
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

    @ParameterizedTest
    @ValueSource(strings = {"READ_ONLY", "UNRESTRICTED"})
    @DisplayName("X05: over JMX nothing can be changed, whatever the access")
    void x05OverJmxNothingCanBeChanged(String access) {
        contextRunner
                .withConfiguration(AutoConfigurations.of(
                        JmxAutoConfiguration.class,
                        EndpointAutoConfiguration.class,
                        JmxEndpointAutoConfiguration.class))
                .withPropertyValues(
                        "spring.jmx.enabled=true",
                        "management.endpoints.jmx.exposure.include=pools",
                        "management.endpoint.pools.access=" + access)
                .run(context -> {
                    MBeanServer server = context.getBean(MBeanServer.class);
                    Set<ObjectName> names = server.queryNames(
                            new ObjectName("org.springframework.boot:type=Endpoint,name=Pools,*"), null);
                    assertThat(names).hasSize(1);
                    assertThat(server.getMBeanInfo(names.iterator().next()).getOperations())
                            .isNotEmpty()
                            .allSatisfy(operation ->
                                    assertThat(operation.getImpact()).isEqualTo(MBeanOperationInfo.INFO));
                });
    }

    @Test
    @DisplayName("5.11: a native image is told of every record that an answer is made of")
    void answersInANativeImage() {
        RuntimeHints hints = new RuntimeHints();
        new ReflectiveRuntimeHintsRegistrar()
                .registerRuntimeHints(hints, PoolsEndpoint.class, PoolsEndpointWebExtension.class);
        Set<Class<?>> answers = new HashSet<>();
        for (Class<?> owner : List.of(PoolsEndpoint.class, PoolOperations.class)) {
            Stream.of(owner.getDeclaredClasses())
                    .filter(OperationResponseBody.class::isAssignableFrom)
                    .forEach(answer -> collect(answer, answers));
        }
        collect(PoolDescriptor.class, answers);
        collect(WorkerStackDescriptor.class, answers);
        assertThat(answers)
                .contains(PoolSummaryDescriptor.class, WorkerDescriptor.class, PoolRecord.class, PoolStats.Exit.class)
                .hasSizeGreaterThan(20)
                .allSatisfy(answer -> assertThat(answer.getRecordComponents())
                        .allSatisfy(component -> assertThat(
                                        RuntimeHintsPredicates.reflection().onMethodInvocation(component.getAccessor()))
                                .accepts(hints)));
    }

    /** The records of ours that a type is made of, through lists and maps. */
    private static void collect(Type type, Set<Class<?>> records) {
        if (type instanceof ParameterizedType generic) {
            Stream.of(generic.getActualTypeArguments()).forEach(argument -> collect(argument, records));
        } else if (type instanceof Class<?> plain
                && plain.isRecord()
                && plain.getName().startsWith("org.poolmanager.")
                && records.add(plain)) {
            Stream.of(plain.getRecordComponents()).forEach(component -> collect(component.getGenericType(), records));
        }
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

    @Test
    void whatIsRecycledRetriedAndQuarantinedIsShown() {
        exposed.withPropertyValues(
                        "poolmanager.pools.deadly.worker=" + Deadly.class.getName(),
                        "poolmanager.pools.deadly.size=1",
                        "poolmanager.pools.deadly.retry.max-attempts=2",
                        "poolmanager.pools.deadly.retry.backoff=1ms",
                        "poolmanager.pools.deadly.recycle.max-tasks=1",
                        "poolmanager.pools.deadly.quarantine.after=2")
                .run(context -> {
                    PoolsEndpoint endpoint = context.getBean(PoolsEndpoint.class);
                    PoolDescriptor quiet = endpoint.pool("square");
                    assertThat(quiet).isNotNull();
                    assertThat(quiet.quarantine()).isNull();
                    assertThat(quiet.configuration().recycle()).isNull();
                    assertThat(quiet.configuration().retry()).isNull();
                    assertThat(quiet.configuration().quarantine()).isNull();

                    PoolManager<Integer, Integer> deadly =
                            context.getBean(PoolManagers.class).get("deadly", Integer.class, Integer.class);
                    assertThat(deadly.map(List.of(1))).containsExactly(1);
                    assertThat(deadly.mapOutcomes(List.of(-1)).get(0).isCompleted())
                            .isFalse();
                    Awaitility.await()
                            .atMost(Duration.ofSeconds(20))
                            .until(() -> deadly.stats().recycles() == 1
                                    && deadly.stats().restarts() == 2);
                    PoolDescriptor pool = endpoint.pool("deadly");
                    assertThat(pool).isNotNull();
                    assertThat(pool.restarts()).isEqualTo(new PoolDescriptor.Restarts(2, 1));
                    assertThat(pool.tasks().retried()).isEqualTo(1);
                    assertThat(pool.configuration().recycle().maxTasks()).isEqualTo(1);
                    assertThat(pool.configuration().retry().maxAttempts()).isEqualTo(2);
                    assertThat(pool.quarantine()).singleElement().satisfies(task -> {
                        assertThat(task.taskId()).isEqualTo(2);
                        assertThat(task.attempts()).isEqualTo(2);
                        assertThat(task.crashes()).hasSize(2);
                        assertThat(task.message()).contains("exited with value 3");
                    });
                });
    }
}
