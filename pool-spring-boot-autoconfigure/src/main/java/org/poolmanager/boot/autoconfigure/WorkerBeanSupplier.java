package org.poolmanager.boot.autoconfigure;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Supplier;
import org.poolmanager.worker.PoolProcess;
import org.springframework.beans.factory.BeanFactory;

/** Gives each worker of a pool in thread isolation an instance from the context, on the worker's own thread. */
final class WorkerBeanSupplier implements Supplier<PoolProcess<Object, Object>> {

    private final BeanFactory beanFactory;

    private final String bean;

    private final Queue<PoolProcess<Object, Object>> prepared = new ConcurrentLinkedQueue<>();

    WorkerBeanSupplier(BeanFactory beanFactory, String bean) {
        this.beanFactory = beanFactory;
        this.bean = bean;
    }

    @Override
    public PoolProcess<Object, Object> get() {
        PoolProcess<Object, Object> instance = prepared.poll();
        return instance != null ? instance : create();
    }

    /**
     * Makes the first instances on the calling thread. A pool that is lazy is created, and started, while its user holds
     * the context's lock; workers that needed further beans then would wait for that lock, and their user for them.
     */
    void prepare(int count) {
        for (int i = 0; i < count; i++) {
            prepared.add(create());
        }
    }

    @SuppressWarnings("unchecked") // the worker's type was checked when the pool was defined
    private PoolProcess<Object, Object> create() {
        PoolProcess<Object, Object> instance =
                (PoolProcess<Object, Object>) beanFactory.getBean(bean, PoolProcess.class);
        // Of a singleton only run is passed on: closing it is up to the context, not to each worker that uses it.
        return beanFactory.isSingleton(bean) ? task -> instance.run(task) : instance;
    }
}
