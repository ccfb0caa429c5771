package org.poolmanager.boot.autoconfigure;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.poolmanager.PoolManagerBuilder;
import org.poolmanager.RetryPolicy;
import org.poolmanager.boot.autoconfigure.InvalidPoolConfigurationException.Setting;
import org.poolmanager.boot.autoconfigure.PoolProperties.Jvm;
import org.poolmanager.boot.autoconfigure.PoolProperties.Recycle;
import org.poolmanager.boot.autoconfigure.PoolProperties.Retry;
import org.poolmanager.launch.JvmOptions;
import org.springframework.util.StringUtils;
import org.springframework.util.unit.DataSize;

/**
 * Hands the properties of one pool to its builder. What is not set does not touch the builder; what the builder refuses
 * is reported with the property that said it.
 */
final class PoolPropertiesMapper {

    /** As a class path, it means that of the application, in pools whose defaults say otherwise. */
    private static final List<String> INHERIT = List.of("inherit");

    private final Function<String, Setting> settings;

    /**
     * For one pool.
     *
     * @param settings finds the property that set a key
     */
    PoolPropertiesMapper(Function<String, Setting> settings) {
        this.settings = settings;
    }

    void apply(PoolProperties properties, PoolManagerBuilder<?, ?> builder) {
        set("size", properties.size(), builder::size);
        set("queue-size", properties.queueSize(), builder::queueSize);
        set("result-size", properties.resultSize(), builder::resultSize);
        set("prefetch", properties.prefetch(), builder::prefetch);
        set("max-size", properties.maxSize(), builder::maxSize);
        set("ordered", properties.ordered(), builder::ordered);
        set("daemon", properties.daemon(), builder::daemon);
        set("start", properties.start(), builder::startMode);
        set("loggers", properties.loggers(), builder::loggers);
        set("log-overflow", properties.logOverflow(), builder::logOverflow);
        set("isolation", properties.isolation(), builder::isolation);
        setLimits(properties, builder);
        set("max-payload", properties.maxPayload(), size -> builder.maxPayload(bytes(size)));
        set("serialization.codec", properties.serialization().codec(), builder::codec);
        set(
                "serialization.allow",
                properties.serialization().allow(),
                allow -> builder.allow(allow.toArray(new String[0])));
        set("shutdown.timeout", properties.shutdown().timeout(), builder::closeTimeout);
        apply(properties.recycle(), builder);
        apply(properties.retry(), builder);
        set("restart.backoff", properties.restart().backoff(), builder::restartBackoff);
        set("restart.max-backoff", properties.restart().maxBackoff(), builder::restartMaxBackoff);
        set("quarantine.after", properties.quarantine().after(), builder::quarantine);
        set("quarantine.size", properties.quarantine().size(), builder::quarantineSize);
        set("jvm", options(properties.jvm()), builder::jvm);
        set("jvm.class-path", classPath(properties.jvm()), builder::classPath);
    }

    private void setLimits(PoolProperties properties, PoolManagerBuilder<?, ?> builder) {
        set("queue-timeout", properties.queueTimeout(), builder::queueTimeout);
        set("soft-timeout", properties.softTimeout(), builder::softTimeout);
        set("task-timeout", properties.taskTimeout(), builder::taskTimeout);
        set("stall-timeout", properties.stallTimeout(), builder::stallTimeout);
        set("hang-timeout", properties.hangTimeout(), builder::hangTimeout);
        set("slow-task-threshold", properties.slowTaskThreshold(), builder::slowTaskThreshold);
        set("start-timeout", properties.startTimeout(), builder::startTimeout);
        set("init-timeout", properties.initTimeout(), builder::initTimeout);
        set("exit-timeout", properties.exitTimeout(), builder::exitTimeout);
    }

    private void apply(Recycle recycle, PoolManagerBuilder<?, ?> builder) {
        set("recycle.max-tasks", recycle.maxTasks(), most -> builder.recycle(policy -> policy.maxTasks(most)));
        set("recycle.max-age", recycle.maxAge(), age -> builder.recycle(policy -> policy.maxAge(age)));
        set("recycle.idle-timeout", recycle.idleTimeout(), idle -> builder.recycle(policy -> policy.idleTimeout(idle)));
        set(
                "recycle.max-memory",
                recycle.maxMemory(),
                size -> builder.recycle(policy -> policy.maxMemory(size.toBytes())));
        set("recycle.min-life", recycle.minLife(), life -> builder.recycle(policy -> policy.minLife(life)));
        set("recycle.jitter", recycle.jitter(), part -> builder.recycle(policy -> policy.jitter(part)));
    }

    private void apply(Retry retry, PoolManagerBuilder<?, ?> builder) {
        set("retry.max-attempts", retry.maxAttempts(), most -> builder.retry(policy -> policy.maxAttempts(most)));
        set(
                "retry.causes",
                retry.causes(),
                causes -> builder.retry(policy -> policy.causes(causes.toArray(new RetryPolicy.Cause[0]))));
        set("retry.exceptions", retry.exceptions(), names -> builder.retry(policy -> policy.exceptions(names)));
        set("retry.backoff", retry.backoff(), first -> builder.retry(policy -> policy.backoff(first)));
        set("retry.multiplier", retry.multiplier(), factor -> builder.retry(policy -> policy.multiplier(factor)));
        set("retry.max-backoff", retry.maxBackoff(), most -> builder.retry(policy -> policy.maxBackoff(most)));
        set("retry.jitter", retry.jitter(), part -> builder.retry(policy -> policy.jitter(part)));
    }

    private <V> void set(String key, @Nullable V value, Consumer<V> setter) {
        convert(key, value, true, accepted -> {
            setter.accept(accepted);
            return true;
        });
    }

    private <V, P extends @Nullable Object> P convert(
            String key, @Nullable V value, P otherwise, Function<V, P> converter) {
        try {
            return value == null ? otherwise : converter.apply(value);
        } catch (IllegalArgumentException ex) {
            throw invalid(key, ex);
        }
    }

    private InvalidPoolConfigurationException invalid(String key, IllegalArgumentException ex) {
        return new InvalidPoolConfigurationException(
                settings.apply(key), ex.getMessage() + ".", "Change the value, or remove it to get the default.", ex);
    }

    private static int bytes(DataSize size) {
        if (size.toBytes() > Integer.MAX_VALUE) {
            throw new IllegalArgumentException(
                    "'max-payload' must be at most " + Integer.MAX_VALUE + " bytes, but is " + size);
        }
        return (int) size.toBytes();
    }

    private @Nullable JvmOptions options(Jvm jvm) {
        JvmOptions none = JvmOptions.defaults();
        JvmOptions options = new JvmOptions(
                convert("jvm.java-home", textOrNull(jvm.javaHome()), none.javaHome(), Path::of),
                convert("jvm.args", jvm.args(), none.args(), args -> new JvmOptions(null, args, Map.of(), null).args()),
                convert(
                        "jvm.env",
                        jvm.env(),
                        none.environment(),
                        env -> new JvmOptions(null, List.of(), env, null).environment()),
                convert("jvm.working-directory", textOrNull(jvm.workingDirectory()), none.workingDirectory(), Path::of),
                jvm.shareClasses() == null ? none.shareClasses() : jvm.shareClasses());
        return options.equals(none) ? null : options;
    }

    private static @Nullable String textOrNull(@Nullable String value) {
        return StringUtils.hasText(value) ? value : null;
    }

    private static @Nullable List<Path> classPath(Jvm jvm) {
        List<String> entries = jvm.classPath();
        return entries == null || entries.isEmpty() || entries.equals(INHERIT)
                ? null
                : entries.stream().map(Path::of).toList();
    }
}
