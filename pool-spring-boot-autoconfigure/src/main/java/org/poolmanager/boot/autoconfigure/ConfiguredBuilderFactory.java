package org.poolmanager.boot.autoconfigure;

import org.jspecify.annotations.Nullable;
import org.poolmanager.PoolManager;
import org.poolmanager.PoolManagerBuilder;
import org.poolmanager.boot.PoolManagerBuilderFactory;
import org.poolmanager.worker.PoolProcess;

/** Makes builders that know the defaults and the templates. */
final class ConfiguredBuilderFactory implements PoolManagerBuilderFactory {

    private final PoolConfigurations configurations;

    private final CodecBean codec;

    ConfiguredBuilderFactory(PoolConfigurations configurations, CodecBean codec) {
        this.codec = codec;
        this.configurations = configurations;
    }

    @Override
    public <T, R> PoolManagerBuilder<T, R> builder(Class<? extends PoolProcess<T, R>> worker) {
        return prepared(worker, null);
    }

    @Override
    public <T, R> PoolManagerBuilder<T, R> builder(Class<? extends PoolProcess<T, R>> worker, String template) {
        return prepared(worker, template);
    }

    private <T, R> PoolManagerBuilder<T, R> prepared(
            Class<? extends PoolProcess<T, R>> worker, @Nullable String template) {
        PoolManagerBuilder<T, R> builder = PoolManager.builder(worker);
        // The context closes the pool, after the web server has ended the requests that may need it.
        builder.shutdownHook(false);
        codec.applyTo(builder);
        new PoolPropertiesMapper(key -> configurations.commonSetting(template, key))
                .apply(configurations.common(template), builder);
        return builder;
    }
}
