package org.poolmanager.boot.autoconfigure;

import org.poolmanager.boot.autoconfigure.InvalidPoolConfigurationException.Setting;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/** Reports a wrong pool configuration in the form that Boot uses for properties that cannot be bound. */
final class InvalidPoolConfigurationFailureAnalyzer extends AbstractFailureAnalyzer<InvalidPoolConfigurationException> {

    @Override
    protected FailureAnalysis analyze(Throwable rootFailure, InvalidPoolConfigurationException cause) {
        Setting setting = cause.setting();
        String description = String.format(
                "The configuration of a pool is invalid:%n%n    Property: %s%n    Value: %s%n    Origin: %s%n    Reason: %s",
                setting.property(),
                setting.value() == null ? "not set" : "\"" + setting.value() + "\"",
                setting.origin() == null ? "unknown" : setting.origin(),
                cause.reason());
        return new FailureAnalysis(description, cause.action(), cause);
    }
}
