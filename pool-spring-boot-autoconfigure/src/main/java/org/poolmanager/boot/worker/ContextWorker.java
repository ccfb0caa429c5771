package org.poolmanager.boot.worker;

import org.poolmanager.worker.PoolProcess;
import org.springframework.context.ConfigurableApplicationContext;

/** The user's worker, and the context that made it and ends with it. */
record ContextWorker(ConfigurableApplicationContext context, PoolProcess<Object, Object> worker)
        implements PoolProcess<Object, Object> {

    @Override
    public Object run(Object task) throws Exception {
        return worker.run(task);
    }

    @Override
    public void close() throws Exception {
        try (context) {
            worker.close();
        }
    }
}
