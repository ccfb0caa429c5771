package org.poolmanager.boot.app;

import java.util.List;
import org.poolmanager.PoolManager;
import org.poolmanager.boot.autoconfigure.PoolManagerAutoConfiguration;
import org.poolmanager.worker.PoolProcess;
import org.springframework.boot.ApplicationRunner;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Lazy;

/** Its worker, and what that needs, are made by methods that call each other. */
@SpringBootConfiguration
@ImportAutoConfiguration(PoolManagerAutoConfiguration.class)
public class MethodsApplication {

    public static void main(String[] args) {
        new SpringApplicationBuilder(MethodsApplication.class)
                .web(WebApplicationType.NONE)
                .run(args)
                .close();
    }

    static class Counter {}

    record Holder(Counter counter) {}

    static final class Telling implements PoolProcess<String, String> {

        private final int quality;

        private final boolean same;

        Telling() {
            this(10, false);
        }

        Telling(int quality, boolean same) {
            this.quality = quality;
            this.same = same;
        }

        @Override
        public String run(String task) {
            return task + ": quality " + quality + ", same counter " + same;
        }
    }

    @Bean
    @Lazy
    Counter counter() {
        return new Counter();
    }

    @Bean
    @Lazy
    Holder holder() {
        return new Holder(counter());
    }

    @Bean
    static Telling telling(Holder holder, Counter counter) {
        return new Telling(90, holder.counter() == counter);
    }

    @Bean
    ApplicationRunner runner(PoolManager<String, String> pool) {
        return arguments -> System.out.println("The worker says " + pool.map(List.of("x")));
    }
}
