package org.poolmanager.boot.app;

import java.util.concurrent.ExecutionException;
import org.poolmanager.PoolManager;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Import;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;

/** A web application whose requests need its pool. */
@SpringBootConfiguration(proxyBeanMethods = false)
@EnableAutoConfiguration
@Import(WebApplication.Controller.class)
public class WebApplication {

    public static void main(String[] args) {
        SpringApplication.run(WebApplication.class, args);
    }

    @RestController
    static class Controller {

        private final PoolManager<Integer, Integer> pool;

        Controller(PoolManager<Integer, Integer> pool) {
            this.pool = pool;
        }

        /** Answers when the task is done. */
        @GetMapping("/work/{millis}")
        int work(@PathVariable int millis) throws InterruptedException, ExecutionException {
            return pool.submit(millis).get();
        }

        /** Answers at once. */
        @GetMapping("/leave/{millis}")
        void leave(@PathVariable int millis) throws InterruptedException {
            pool.put(millis);
        }
    }
}
