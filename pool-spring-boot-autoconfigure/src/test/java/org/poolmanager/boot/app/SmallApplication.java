package org.poolmanager.boot.app;

import java.util.List;
import org.poolmanager.PoolManager;
import org.poolmanager.boot.autoconfigure.PoolManagerAutoConfiguration;
import org.springframework.boot.ApplicationRunner;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.annotation.Bean;

/** Squares two numbers in its pool, says how many workers that has, and ends. */
@SpringBootConfiguration(proxyBeanMethods = false)
@ImportAutoConfiguration(PoolManagerAutoConfiguration.class)
public class SmallApplication {

    public static void main(String[] args) {
        new SpringApplicationBuilder(SmallApplication.class)
                .web(WebApplicationType.NONE)
                .run(args)
                .close();
    }

    @Bean
    ApplicationRunner runner(PoolManager<Integer, Integer> pool) {
        return arguments -> System.out.println("The squares are " + pool.map(List.of(2, 3)) + " of "
                + pool.stats().workers().target() + " workers");
    }
}
