package org.poolmanager.boot.autoconfigure;

import java.lang.reflect.WildcardType;
import org.jspecify.annotations.Nullable;
import org.poolmanager.PoolManager;
import org.poolmanager.worker.PoolProcess;
import org.springframework.core.ResolvableType;

/**
 * The class that runs the tasks of a pool.
 *
 * @param type the class
 * @param beanName the bean of that class that the configuration means, or null if there is none
 */
record WorkerTarget(Class<?> type, @Nullable String beanName) {

    /** The type of a pool with this worker, or null if the class leaves the types of tasks or results open. */
    @Nullable
    ResolvableType poolType() {
        ResolvableType worker = ResolvableType.forClass(type).as(PoolProcess.class);
        ResolvableType input = concrete(worker.getGeneric(0));
        ResolvableType output = concrete(worker.getGeneric(1));
        return input == null || output == null
                ? null
                : ResolvableType.forClassWithGenerics(PoolManager.class, input, output);
    }

    /**
     * The same type without variables. A {@link ResolvableType} that was reached through a generic base class still
     * holds that class's variables, and would lose their values as an argument of another type.
     */
    private static @Nullable ResolvableType concrete(ResolvableType type) {
        if (type.getType() instanceof WildcardType) {
            return type;
        }
        if (type.isArray()) {
            ResolvableType component = concrete(type.getComponentType());
            return component == null ? null : ResolvableType.forArrayComponent(component);
        }
        Class<?> resolved = type.resolve();
        if (resolved == null || !type.hasGenerics()) {
            return resolved == null ? null : ResolvableType.forClass(resolved);
        }
        if (type.getType() instanceof Class) {
            return ResolvableType.forRawClass(resolved);
        }
        ResolvableType[] generics = type.getGenerics();
        for (int i = 0; i < generics.length; i++) {
            ResolvableType generic = concrete(generics[i]);
            if (generic == null) {
                return null;
            }
            generics[i] = generic;
        }
        return ResolvableType.forClassWithGenerics(resolved, generics);
    }
}
