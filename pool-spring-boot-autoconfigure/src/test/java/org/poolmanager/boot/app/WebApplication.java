package org.poolmanager.boot.app;

import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
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

        /**
         * Answers when the task is done. The answer is on its way when this returns: a web server that ends gracefully
         * waits for that, and may close the connection before it has sent what it was left with.
         */
        @GetMapping("/work/{task}")
        void work(@PathVariable int task, HttpServletResponse response)
                throws InterruptedException, ExecutionException, IOException {
            String answer = pool.submit(task).get().toString();
            response.setContentLength(answer.length());
            response.getOutputStream().print(answer);
            response.flushBuffer();
        }

        /** Answers at once. */
        @GetMapping("/leave/{task}")
        void leave(@PathVariable int task) throws InterruptedException {
            pool.put(task);
        }
    }
}
