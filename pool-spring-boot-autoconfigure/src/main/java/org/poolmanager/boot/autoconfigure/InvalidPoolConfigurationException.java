package org.poolmanager.boot.autoconfigure;

import org.jspecify.annotations.Nullable;

/** A property of a pool, or a worker's declaration, is wrong. Says where it stands, what is wrong, and what to do. */
final class InvalidPoolConfigurationException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final transient Setting setting;

    private final String reason;

    private final String action;

    InvalidPoolConfigurationException(Setting setting, String reason, String action) {
        this(setting, reason, action, null);
    }

    InvalidPoolConfigurationException(Setting setting, String reason, String action, @Nullable Throwable cause) {
        super(setting + ": " + reason + " " + action, cause);
        this.setting = setting;
        this.reason = reason;
        this.action = action;
    }

    Setting setting() {
        return setting;
    }

    String reason() {
        return reason;
    }

    String action() {
        return action;
    }

    /**
     * What a mistake is about.
     *
     * @param property the property's full name
     * @param value its value, null if it is not set
     * @param origin where it was set; for one that is not set, where the pool is configured
     */
    record Setting(
            String property,
            @Nullable Object value,
            @Nullable Object origin) {

        @Override
        public String toString() {
            return property
                    + (value == null ? " (not set" : " (\"" + value + "\"")
                    + (origin == null ? ")" : ", " + origin + ")");
        }
    }
}
