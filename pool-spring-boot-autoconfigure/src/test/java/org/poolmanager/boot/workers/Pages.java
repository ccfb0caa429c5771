package org.poolmanager.boot.workers;

import java.nio.charset.StandardCharsets;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.poolmanager.worker.PoolProcess;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A worker for process isolation. Most pages are drawn; its process dies of a broken one, and an endless one takes minutes. */
public final class Pages implements PoolProcess<String, byte[]> {

    public static final String LOGGER = "com.acme.pages";

    /** Their records are twice as many bytes as wait for the loggers of the parent. */
    private static final int LOUD = 40_000;

    private static final String HUNDREDS_OF_BYTES = "x".repeat(300);

    private final Logger log = LoggerFactory.getLogger(LOGGER);

    @Override
    public byte[] run(String page) throws InterruptedException {
        switch (page) {
            case "broken" -> Runtime.getRuntime().halt(3);
            case "endless" -> {
                boolean open = new CountDownLatch(1).await(2, TimeUnit.MINUTES);
                throw new IllegalStateException("not ended in time: " + open);
            }
            case "loud" -> {
                for (int i = 0; i < LOUD; i++) {
                    log.info(HUNDREDS_OF_BYTES);
                }
            }
            default -> log.debug("drawn");
        }
        return page.getBytes(StandardCharsets.UTF_8);
    }
}
