package org.poolmanager.boot.autoconfigure;

import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.poolmanager.boot.PoolRegistration;
import org.poolmanager.boot.autoconfigure.InvalidPoolConfigurationException.Setting;
import org.springframework.boot.context.properties.bind.BindException;
import org.springframework.boot.context.properties.bind.BindHandler;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.bind.UnboundConfigurationPropertiesException;
import org.springframework.boot.context.properties.bind.handler.NoUnboundElementsBindHandler;
import org.springframework.boot.context.properties.source.ConfigurationProperty;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.UnboundElementsSourceFilter;
import org.springframework.core.ResolvableType;
import org.springframework.core.convert.ConverterNotFoundException;
import org.springframework.core.env.Environment;

/**
 * What the environment says about pools: one entry per pool, defaults applied, unknown keys refused, and where each
 * value comes from. Bean definitions are made from it before any property bean can exist.
 */
final class PoolConfigurations {

    private static final ConfigurationPropertyName ROOT = ConfigurationPropertyName.of("poolmanager");

    private static final String DEFAULTS = "poolmanager.defaults.";

    private static final String TEMPLATES = "poolmanager.templates.";

    private final Binder binder;

    private final PropertyOrigins origins;

    private final PoolProperties defaults;

    private final Map<String, PoolProperties> templates;

    private final Map<String, PoolProperties> pools;

    private PoolConfigurations(Binder binder, PropertyOrigins origins, PoolManagerProperties properties) {
        this.binder = binder;
        this.origins = origins;
        this.defaults = properties.defaults();
        this.templates = properties.templates();
        this.pools = new TreeMap<>();
        PoolSpellings spellings = PoolSpellings.of(origins);
        properties.pools().forEach((key, pool) -> this.pools.put(spellings.of(key), pool));
        this.pools.keySet().forEach(this::checkName);
        this.templates.forEach(this::checkTemplate);
    }

    static PoolConfigurations from(Environment environment) {
        Binder binder = Binder.get(environment);
        PropertyOrigins origins = new PropertyOrigins(environment);
        return new PoolConfigurations(binder, origins, bind(binder, origins));
    }

    private static PoolManagerProperties bind(Binder binder, PropertyOrigins origins) {
        BindHandler handler = new NoUnboundElementsBindHandler(BindHandler.DEFAULT, new UnboundElementsSourceFilter());
        try {
            return binder.bindOrCreate(ROOT, Bindable.of(PoolManagerProperties.class), handler);
        } catch (BindException ex) {
            if (ex.getCause() instanceof UnboundConfigurationPropertiesException unbound) {
                throw unknownKey(unbound);
            }
            Setting setting = origins.find(ex.getName().toString());
            if (setting != null && ex.getCause() instanceof ConverterNotFoundException) {
                throw singleValue(setting, ex);
            }
            throw ex;
        }
    }

    private static InvalidPoolConfigurationException unknownKey(UnboundConfigurationPropertiesException unbound) {
        ConfigurationProperty first = unbound.getUnboundProperties().iterator().next();
        int others = unbound.getUnboundProperties().size() - 1;
        String reason = "There is no such property." + (others == 0 ? "" : " " + unbound.getMessage());
        Setting setting = new Setting(first.getName().toString(), first.getValue(), first.getOrigin());
        return new InvalidPoolConfigurationException(setting, reason, KnownKeys.advice(first.getName()), unbound);
    }

    private static InvalidPoolConfigurationException singleValue(Setting setting, BindException ex) {
        return new InvalidPoolConfigurationException(
                setting,
                "A single value cannot be used here.",
                setting.property().endsWith(".static-args")
                        ? "Write a list of values, also for one: static-args: [" + setting.value()
                                + "]; or a map by the names of the constructor's parameters."
                        : "Write keys below this one.",
                ex);
    }

    private void checkName(String name) {
        if (!PoolNames.isLegal(name)) {
            throw new InvalidPoolConfigurationException(
                    setting(name),
                    "'" + name + "' cannot be the name of a pool, and of a bean.",
                    "Choose a name of letters, digits, dashes and underscores that begins with a letter ("
                            + PoolNames.RULE + ").");
        }
    }

    Set<String> names() {
        return pools.keySet();
    }

    private void checkTemplate(String name, PoolProperties template) {
        if (template.template() != null) {
            throw new InvalidPoolConfigurationException(
                    new Setting(TEMPLATES + name + ".template", template.template(), null),
                    "A template cannot have a template.",
                    "Remove it, and repeat here what is needed of the other.");
        }
    }

    /** The pool's properties; where it has none those of its template, and then those of the defaults. */
    PoolProperties effective(String name) {
        String template = templateOf(name);
        PoolProperties common =
                template == null ? defaults : template(name, template).orElse(defaults);
        return configured(name).orElse(common);
    }

    /** What applies to pools that the application builds itself, from the defaults or from a template. */
    PoolProperties common(@Nullable String template) {
        String name = template != null ? template : defaults.template();
        PoolProperties properties = name == null ? null : findTemplate(name);
        if (name != null && properties == null) {
            throw new IllegalArgumentException("There is no template '" + name
                    + "' below 'poolmanager.templates'. There are: " + templates.keySet());
        }
        return properties == null ? defaults : properties.orElse(defaults);
    }

    /** What is not for the builder: of a declared pool, or with null of those that the application builds itself. */
    PoolRegistration.Rules rules(@Nullable String name) {
        PoolProperties.Health health = (name == null ? defaults : effective(name)).health();
        return new PoolRegistration.Rules(
                name == null ? null : templateOf(name),
                health.enabled() == null || health.enabled(),
                health.minWorkers() == null ? 1 : health.minWorkers());
    }

    private @Nullable String templateOf(String name) {
        String own = configured(name).template();
        return own != null ? own : defaults.template();
    }

    private PoolProperties template(String pool, String template) {
        PoolProperties properties = findTemplate(template);
        if (properties == null) {
            throw new InvalidPoolConfigurationException(
                    setting(pool, "template"),
                    "There is no template '" + template + "'.",
                    templates.isEmpty()
                            ? "Declare it below 'poolmanager.templates'."
                            : "Declare it below 'poolmanager.templates', or name one of these: "
                                    + new TreeSet<>(templates.keySet()) + ".");
        }
        return properties;
    }

    /** By any spelling, as an environment variable may have added one of its own. */
    private @Nullable PoolProperties findTemplate(String name) {
        return templates.containsKey(name)
                ? templates.get(name)
                : templates.entrySet().stream()
                        .filter(entry -> PoolNames.same(entry.getKey(), name))
                        .map(Map.Entry::getValue)
                        .findFirst()
                        .orElse(null);
    }

    private PoolProperties configured(String name) {
        PoolProperties pool = pools.get(name);
        if (pool == null) {
            throw new IllegalArgumentException("'poolmanager.pools." + name + "' is not configured");
        }
        return pool;
    }

    /** Binds one static argument to the type that the constructor wants. */
    @Nullable
    Object staticArgument(String name, String argument, ResolvableType type) {
        String template = templateOf(name);
        String prefix = DEFAULTS;
        if (configured(name).staticArgs() != null) {
            prefix = prefix(name);
        } else if (template != null && template(name, template).staticArgs() != null) {
            prefix = TEMPLATES + template + ".";
        }
        ConfigurationPropertyName property = ConfigurationPropertyName.adapt(prefix + "static-args" + argument, '.');
        return binder.bind(property, Bindable.of(type)).orElse(null);
    }

    /** The property that sets a key of a pool, in the pool, its template or the defaults. */
    Setting setting(String name, String key) {
        String template = templateOf(name);
        return Stream.of(prefix(name), template == null ? DEFAULTS : TEMPLATES + template + ".", DEFAULTS)
                .map(prefix -> origins.find(prefix + key))
                .filter(Objects::nonNull)
                .findFirst()
                .orElseGet(() ->
                        new Setting(prefix(name) + key, null, setting(name).origin()));
    }

    /** The property that sets a key of a template or of the defaults. */
    Setting commonSetting(@Nullable String template, String key) {
        Setting own = template == null ? null : origins.find(TEMPLATES + template + "." + key);
        Setting common = own != null ? own : origins.find(DEFAULTS + key);
        return common != null ? common : new Setting(DEFAULTS + key, null, null);
    }

    /** The pool as a whole. */
    Setting setting(String name) {
        Object origin = origins.ofPool(name).stream()
                .map(Setting::origin)
                .filter(Objects::nonNull)
                .findFirst()
                .orElse(null);
        return new Setting("poolmanager.pools." + name, "{...}", origin);
    }

    private static String prefix(String name) {
        return "poolmanager.pools." + name + ".";
    }
}
