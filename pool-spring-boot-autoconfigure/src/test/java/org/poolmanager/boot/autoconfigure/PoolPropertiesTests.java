package org.poolmanager.boot.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.RecordComponent;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.poolmanager.Isolation;
import org.poolmanager.LogOverflow;
import org.poolmanager.RetryPolicy;
import org.poolmanager.StartMode;
import org.poolmanager.boot.autoconfigure.PoolProperties.Health;
import org.poolmanager.boot.autoconfigure.PoolProperties.Jvm;
import org.poolmanager.boot.autoconfigure.PoolProperties.Quarantine;
import org.poolmanager.boot.autoconfigure.PoolProperties.Recycle;
import org.poolmanager.boot.autoconfigure.PoolProperties.Restart;
import org.poolmanager.boot.autoconfigure.PoolProperties.Retry;
import org.poolmanager.boot.autoconfigure.PoolProperties.Serialization;
import org.poolmanager.boot.autoconfigure.PoolProperties.Shutdown;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;
import org.springframework.util.unit.DataSize;

class PoolPropertiesTests {

    private final PoolProperties full = new PoolProperties(
            "worker",
            1,
            2,
            true,
            false,
            List.of("logger"),
            LogOverflow.WAIT,
            "template",
            7,
            8,
            9,
            Isolation.THREAD,
            Map.of("0", "argument"),
            List.of("context"),
            Duration.ofSeconds(31),
            Duration.ofSeconds(32),
            Duration.ofSeconds(3),
            Duration.ofSeconds(33),
            Duration.ofSeconds(34),
            Duration.ofSeconds(35),
            StartMode.EAGER,
            Duration.ofSeconds(4),
            Duration.ofSeconds(36),
            Duration.ofSeconds(37),
            new Recycle(
                    21,
                    Duration.ofSeconds(22),
                    Duration.ofSeconds(23),
                    DataSize.ofBytes(24),
                    Duration.ofSeconds(25),
                    0.26),
            new Retry(
                    41,
                    Set.of(RetryPolicy.Cause.CRASH),
                    Set.of("exception"),
                    Duration.ofSeconds(42),
                    4.3,
                    Duration.ofSeconds(44),
                    0.45),
            new Quarantine(46, 47),
            new Restart(Duration.ofSeconds(61), Duration.ofSeconds(62)),
            new Jvm(List.of("-Xmx1m"), "home", Map.of("KEY", "value"), "directory", List.of("class-path"), false),
            new Serialization("codec", List.of("pattern")),
            DataSize.ofBytes(5),
            new Shutdown(Duration.ofSeconds(6)),
            new Health(true, 81));

    private final PoolProperties none = bind(Map.of());

    @Test
    void whatIsNotSetIsNull() throws ReflectiveOperationException {
        assertAllNull(none, "recycle", "retry", "quarantine", "restart", "jvm", "serialization", "shutdown", "health");
        assertAllNull(none.recycle());
        assertAllNull(none.retry());
        assertAllNull(none.quarantine());
        assertAllNull(none.restart());
        assertAllNull(none.jvm());
        assertAllNull(none.serialization());
        assertAllNull(none.shutdown());
        assertAllNull(none.health());
    }

    @Test
    void everyDefaultAppliesToAPoolThatSetsNothing() {
        assertThat(none.orElse(full)).isEqualTo(full);
    }

    @Test
    void everyValueOfThePoolBeatsTheDefault() {
        assertThat(full.orElse(none)).isEqualTo(full);
        PoolProperties other = bind(Map.ofEntries(
                Map.entry("worker", "other"),
                Map.entry("size", "11"),
                Map.entry("queue-size", "12"),
                Map.entry("ordered", "false"),
                Map.entry("daemon", "true"),
                Map.entry("loggers", "other"),
                Map.entry("log-overflow", "drop"),
                Map.entry("template", "other"),
                Map.entry("result-size", "17"),
                Map.entry("prefetch", "18"),
                Map.entry("max-size", "19"),
                Map.entry("isolation", "process"),
                Map.entry("static-args.a", "b"),
                Map.entry("worker-context", "other"),
                Map.entry("queue-timeout", "21s"),
                Map.entry("soft-timeout", "22s"),
                Map.entry("stall-timeout", "23s"),
                Map.entry("hang-timeout", "24s"),
                Map.entry("slow-task-threshold", "25s"),
                Map.entry("init-timeout", "26s"),
                Map.entry("exit-timeout", "27s"),
                Map.entry("task-timeout", "13s"),
                Map.entry("start", "lazy"),
                Map.entry("start-timeout", "14s"),
                Map.entry("recycle.max-tasks", "31"),
                Map.entry("recycle.max-age", "32s"),
                Map.entry("recycle.idle-timeout", "33s"),
                Map.entry("recycle.max-memory", "34B"),
                Map.entry("recycle.min-life", "35s"),
                Map.entry("recycle.jitter", "0.36"),
                Map.entry("retry.max-attempts", "51"),
                Map.entry("retry.causes", "timeout"),
                Map.entry("retry.exceptions", "other"),
                Map.entry("retry.backoff", "52s"),
                Map.entry("retry.multiplier", "5.3"),
                Map.entry("retry.max-backoff", "54s"),
                Map.entry("retry.jitter", "0.55"),
                Map.entry("quarantine.after", "56"),
                Map.entry("quarantine.size", "57"),
                Map.entry("restart.backoff", "71s"),
                Map.entry("restart.max-backoff", "72s"),
                Map.entry("jvm.args", "-Xmx2m"),
                Map.entry("jvm.java-home", "other"),
                Map.entry("jvm.env.KEY", "other"),
                Map.entry("jvm.working-directory", "other"),
                Map.entry("jvm.class-path", "other"),
                Map.entry("jvm.share-classes", "true"),
                Map.entry("serialization.codec", "other"),
                Map.entry("serialization.allow", "other"),
                Map.entry("max-payload", "15B"),
                Map.entry("shutdown.timeout", "16s"),
                Map.entry("health.enabled", "false"),
                Map.entry("health.min-workers", "82")));
        assertThat(other.orElse(full)).isEqualTo(other);
    }

    @Test
    void environmentVariablesAddUp() {
        PoolProperties pool = bind(Map.of("jvm.env.OTHER", "mine"));
        assertThat(pool.orElse(full).jvm().env()).containsOnly(Map.entry("KEY", "value"), Map.entry("OTHER", "mine"));
    }

    private static PoolProperties bind(Map<String, String> values) {
        return new Binder(new MapConfigurationPropertySource(values))
                .bindOrCreate("", Bindable.of(PoolProperties.class));
    }

    private static void assertAllNull(Record properties, String... except) throws ReflectiveOperationException {
        for (RecordComponent component : properties.getClass().getRecordComponents()) {
            if (!Arrays.asList(except).contains(component.getName())) {
                assertThat(component.getAccessor().invoke(properties))
                        .as(component.getName())
                        .isNull();
            }
        }
    }
}
