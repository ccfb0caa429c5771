package org.poolmanager.boot.restart;

import java.util.List;
import java.util.concurrent.Callable;
import org.poolmanager.PoolManager;
import org.poolmanager.PoolStats;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;

/** Runs once, from start to end; the result is the processes of its workers. */
@SpringBootConfiguration(proxyBeanMethods = false)
@ImportAutoConfiguration(org.poolmanager.boot.autoconfigure.PoolManagerAutoConfiguration.class)
public class RestartedApplication implements Callable<List<Long>> {

    @Override
    public List<Long> call() {
        try (ConfigurableApplicationContext context = new SpringApplicationBuilder(RestartedApplication.class)
                .web(WebApplicationType.NONE)
                .logStartupInfo(false)
                .properties(
                        "poolmanager.pools.pictures.worker=" + Painter.class.getName(),
                        "poolmanager.pools.pictures.size=2")
                .run()) {
            @SuppressWarnings("unchecked") // the declaration names the worker that has these types
            PoolManager<Picture, Picture> pool = context.getBean("pictures", PoolManager.class);
            Picture painted = pool.map(List.of(new Picture("sea"))).get(0);
            if (!painted.name().equals("sea painted")) {
                throw new IllegalStateException(painted.name());
            }
            return pool.stats().workerList().stream().map(PoolStats.Worker::pid).toList();
        } catch (InterruptedException ex) {
            throw new IllegalStateException(ex);
        }
    }
}
