package org.poolmanager.boot.thumbs;

import org.poolmanager.PoolManager;
import org.springframework.boot.ApplicationRunner;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.context.properties.ConfigurationPropertiesScan;
import org.springframework.context.SmartLifecycle;
import org.springframework.context.annotation.Bean;
import org.springframework.scheduling.annotation.EnableScheduling;
import org.springframework.scheduling.annotation.Scheduled;

/** Prints what its worker knows. Everything but that worker and what it needs must stay out of the child JVM. */
@SpringBootApplication
@ConfigurationPropertiesScan
@EnableScheduling
public class ThumbsApplication {

    public static void main(String[] args) {
        System.setProperty("started.by", "main");
        SpringApplication.run(ThumbsApplication.class, args);
    }

    @Bean
    ApplicationRunner runner(PoolManager<String, String> thumbs) {
        return arguments ->
                System.out.println("The worker says " + thumbs.submit("sun.png").get());
    }

    /** Needed by the worker, so this very class is a bean of the child's context; its other beans are not. */
    @Bean
    Palette palette(ThumbProperties properties) {
        return new Palette(properties.color());
    }

    @Bean
    SmartLifecycle notInWorkers() {
        return new ForbiddenInWorkers();
    }

    @Scheduled(fixedRate = 1)
    void tick() {
        ForbiddenInWorkers.check();
    }
}
