package org.poolmanager.boot.actuate.endpoint;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.poolmanager.Limits;
import org.poolmanager.PoolSettings;
import org.poolmanager.boot.PoolRegistration;
import org.poolmanager.launch.JvmOptions;
import org.springframework.boot.actuate.endpoint.SanitizableData;
import org.springframework.boot.actuate.endpoint.Sanitizer;

/** Describes what pools were built with, and hides what may be secret. */
final class ConfigurationDescriber {

    private final Sanitizer sanitizer;

    private final boolean showUnsanitized;

    ConfigurationDescriber(Sanitizer sanitizer, boolean showUnsanitized) {
        this.sanitizer = sanitizer;
        this.showUnsanitized = showUnsanitized;
    }

    ConfigurationDescriptor describe(PoolRegistration registration, int size) {
        PoolSettings settings = registration.pool().settings();
        JvmOptions jvm = settings.jvm();
        Limits.Tasks tasks = settings.limits().tasks();
        Limits.Workers workers = settings.limits().workers();
        return new ConfigurationDescriptor(
                registration.declared() ? "yaml" : "bean",
                size == settings.size() ? null : List.of("size"),
                registration.rules().template(),
                settings.startMode(),
                settings.isolation(),
                size,
                settings.maxSize(),
                settings.queueSize(),
                bound(settings.resultSize()),
                bound(settings.prefetch()),
                settings.ordered(),
                settings.daemon(),
                new TreeSet<>(settings.loggers()),
                settings.logOverflow(),
                tasks.queue(),
                tasks.soft(),
                tasks.run(),
                tasks.stall(),
                workers.hang(),
                tasks.slow(),
                workers.start(),
                workers.init(),
                workers.exit(),
                settings.limits().close(),
                settings.recycle().isOff() ? null : settings.recycle(),
                settings.retry().isOff() ? null : settings.retry(),
                settings.quarantine().after() == null ? null : settings.quarantine(),
                settings.wire().maxPayload(),
                settings.wire().codec(),
                jvm.args().isEmpty() ? null : sanitize("jvmArgs", jvm.args()),
                jvm.environment().isEmpty() ? null : sanitize(jvm.environment()));
    }

    private static @Nullable Integer bound(int value) {
        return value == PoolSettings.UNBOUNDED ? null : value;
    }

    private Map<String, @Nullable Object> sanitize(Map<String, String> environment) {
        Map<String, @Nullable Object> sanitized = new TreeMap<>();
        environment.forEach((name, value) -> sanitized.put(name, sanitize(name, value)));
        return sanitized;
    }

    private @Nullable Object sanitize(String key, Object value) {
        return sanitizer.sanitize(new SanitizableData(null, key, value), showUnsanitized);
    }
}
