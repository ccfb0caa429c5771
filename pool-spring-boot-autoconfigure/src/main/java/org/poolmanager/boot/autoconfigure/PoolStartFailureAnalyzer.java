package org.poolmanager.boot.autoconfigure;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.poolmanager.PoolStartException;
import org.poolmanager.boot.autoconfigure.InvalidPoolConfigurationException.Setting;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.core.env.Environment;

/** Reports pools that could not be started, each with what its worker said, and with where the pool is configured. */
final class PoolStartFailureAnalyzer extends AbstractFailureAnalyzer<PoolStartException> {

    private final @Nullable Environment environment;

    PoolStartFailureAnalyzer(@Nullable Environment environment) {
        this.environment = environment;
    }

    @Override
    protected FailureAnalysis analyze(Throwable rootFailure, PoolStartException cause) {
        Stream<PoolStartException> others = Arrays.stream(cause.getSuppressed())
                .filter(PoolStartException.class::isInstance)
                .map(PoolStartException.class::cast);
        String description = Stream.concat(Stream.of(cause), others)
                .map(this::describe)
                .collect(Collectors.joining("%n%n".formatted()));
        return new FailureAnalysis(
                description,
                "The text above is what the worker reported. If its constructor failed, correct the class or the"
                        + " pool's static-args; if Spring could not build it there, a bean that it needs, or"
                        + " worker-context; if its JVM refused to start, the pool's jvm.* properties; if it was too slow,"
                        + " allow more with start-timeout.",
                cause);
    }

    private String describe(PoolStartException failure) {
        List<Setting> settings =
                environment == null ? List.of() : new PropertyOrigins(environment).ofPool(failure.pool());
        // Names and places only: a value may be secret, and the worker's own report is careful with those it needs.
        String places = settings.stream()
                .map(setting -> "%n    %s (%s)".formatted(setting.property(), setting.origin()))
                .collect(Collectors.joining());
        return failure.getMessage()
                + (places.isEmpty() ? "" : "%n%nThe pool is configured here:%n".formatted() + places);
    }
}
