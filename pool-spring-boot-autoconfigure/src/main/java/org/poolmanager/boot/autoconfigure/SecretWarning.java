package org.poolmanager.boot.autoconfigure;

import java.util.List;
import java.util.function.IntFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.poolmanager.Isolation;
import org.poolmanager.boot.autoconfigure.InvalidPoolConfigurationException.Setting;

/** Warns of secrets among the options of worker JVMs, which show them to whoever looks at these JVMs. */
final class SecretWarning {

    private static final Log logger = LogFactory.getLog(SecretWarning.class);

    private static final Pattern SECRET = Pattern.compile(
            "(-D[^=]*(?:passw|pwd|secret|token|key|credential)[^=]*)=.+", Pattern.CASE_INSENSITIVE | Pattern.DOTALL);

    private SecretWarning() {}

    /**
     * Looks at the options of one pool.
     *
     * @param settings finds the property that set an option
     */
    static void logIfNeeded(PoolProperties properties, IntFunction<Setting> settings) {
        List<String> options = properties.jvm().args();
        if (options == null || properties.isolation() == Isolation.THREAD) {
            return;
        }
        for (int i = 0; i < options.size(); i++) {
            Matcher secret = SECRET.matcher(options.get(i));
            if (secret.matches() && !isHarmless(secret.group(1))) {
                Setting setting = settings.apply(i);
                logger.warn("'" + setting.property() + "' (" + setting.origin() + ") looks like a secret: "
                        + secret.group(1) + "=****. Options of a JVM are seen by its diagnostic tools and stand in its"
                        + " crash logs. Let the worker have it by @Value, @ConfigurationProperties or static-args instead:"
                        + " these reach it over a private channel.");
            }
        }
    }

    /** Stores of keys and tokens are named by paths, which are no secrets. */
    private static boolean isHarmless(String name) {
        return name.endsWith("Store") || name.endsWith("StoreType") || name.endsWith("-store") || name.endsWith("path");
    }
}
