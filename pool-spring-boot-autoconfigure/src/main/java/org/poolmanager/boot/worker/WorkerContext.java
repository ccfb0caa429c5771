package org.poolmanager.boot.worker;

import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.springframework.context.support.GenericApplicationContext;
import org.springframework.core.io.Resource;
import org.springframework.core.io.support.PathMatchingResourcePatternResolver;
import org.springframework.core.io.support.ResourcePatternResolver;

/** A context that does not prepare for looking through the class path, and all modules of the JDK, before it is asked to. */
final class WorkerContext extends GenericApplicationContext {

    @Override
    protected ResourcePatternResolver getResourcePatternResolver() {
        return new Resources();
    }

    private final class Resources implements ResourcePatternResolver {

        @Override
        public Resource[] getResources(String pattern) throws IOException {
            return new PathMatchingResourcePatternResolver(WorkerContext.this).getResources(pattern);
        }

        @Override
        public Resource getResource(String location) {
            return WorkerContext.this.getResource(location);
        }

        @Override
        public @Nullable ClassLoader getClassLoader() {
            return WorkerContext.this.getClassLoader();
        }
    }
}
