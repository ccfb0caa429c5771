package org.poolmanager.boot.app;

import java.util.List;
import org.poolmanager.PoolManager;
import org.springframework.boot.ApplicationRunner;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.context.ApplicationListener;
import org.springframework.context.SmartLifecycle;
import org.springframework.context.annotation.Bean;

/** Squares a number in a pool, and does what else its arguments say. */
@SpringBootConfiguration(proxyBeanMethods = false)
@EnableAutoConfiguration
public class Application {

    public static void main(String[] args) {
        SpringApplication.run(Application.class, args);
    }

    @Bean
    ApplicationRunner runner(PoolManager<Integer, Integer> pool) {
        return arguments -> System.out.println("The squares are " + pool.map(List.of(2, 3)));
    }

    /** The end of the context and that of the JVM meet. */
    @Bean
    @ConditionalOnProperty("exit-while-closing")
    ApplicationListener<ApplicationReadyEvent> exitWhileClosing() {
        return ready -> {
            new Thread(ready.getApplicationContext()::close).start();
            System.exit(4);
        };
    }

    @Bean
    @ConditionalOnProperty("exit-while-starting")
    SmartLifecycle exit() {
        return new ExitWhileStarting();
    }

    /** Starts before the pools, whose start then meets the shutdown of the JVM. */
    static final class ExitWhileStarting implements SmartLifecycle {

        @Override
        public int getPhase() {
            return 0;
        }

        @Override
        public void start() {
            new Thread(() -> System.exit(3)).start();
        }

        @Override
        public void stop() {}

        @Override
        public boolean isRunning() {
            return false;
        }
    }
}
