package org.poolmanager.boot.observation;

import java.util.Map;
import org.poolmanager.worker.PoolProcess;
import org.poolmanager.worker.TaskHeaders;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

/** Says in which trace it is, and in its log too. Fails on demand. */
public final class Traced implements PoolProcess<String, Map<String, String>> {

    static final String LOGGER = "com.acme.traced";

    @Override
    public Map<String, String> run(String task) {
        LoggerFactory.getLogger(LOGGER).info("{}", task);
        switch (task) {
            case "throw" -> throw new IllegalStateException("no such page");
            case "exit" -> Runtime.getRuntime().halt(9);
            default -> {}
        }
        return Map.of(
                "trace",
                String.valueOf(MDC.get("traceId")),
                "span",
                String.valueOf(MDC.get("spanId")),
                "parent",
                TaskHeaders.current().getOrDefault("traceparent", "none"));
    }
}
