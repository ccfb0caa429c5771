package org.poolmanager.boot;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Makes a {@link org.poolmanager.worker.PoolProcess} bean the worker of a pool that {@code poolmanager.pools} declares
 * without a {@code worker} of its own. The other way round to {@code worker: beanName}, with the same effect.
 *
 * <p>In process isolation only the bean's class is read: it is built in the child JVM, from the pool's static
 * arguments, and never in the parent. In thread isolation each worker gets an instance from the context, so the bean
 * should be of prototype scope; Spring does not destroy prototypes, the pool calls
 * {@link org.poolmanager.worker.PoolProcess#close()}.
 */
@Documented
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
public @interface PoolWorker {

    /**
     * The pool that this is the worker of: its key under {@code poolmanager.pools}. Empty when the pool names its
     * worker itself.
     *
     * @return the pool's name
     */
    String value() default "";

    /**
     * Whether all workers of a pool in thread isolation may call one singleton bean, from many threads at once. The
     * context then closes it, not the pool.
     *
     * @return true if the class is safe for use by many threads
     */
    boolean shared() default false;
}
