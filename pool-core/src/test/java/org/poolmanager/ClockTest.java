package org.poolmanager;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The pool's clock")
class ClockTest {

    private static final long MILLI = TimeUnit.MILLISECONDS.toNanos(1);

    private final Clock clock = new Clock(new Life("clocked"), "clocked-clock");

    private static void awaitUninterruptibly(CountDownLatch latch) {
        boolean done = false;
        while (!done) {
            try {
                done = latch.await(20, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                // The end of the run interrupts what it is in the midst of.
            }
        }
    }

    @Test
    @DisplayName("What is done again and again ends with its run of the pool, also if that is in the midst of it")
    void everyEndsWithItsRun() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        AtomicInteger times = new AtomicInteger();
        clock.start();
        clock.every(MILLI, () -> {
            times.incrementAndGet();
            begun.countDown();
            awaitUninterruptibly(goOn);
        });
        begun.await();
        clock.stop();
        clock.start();
        goOn.countDown();
        AtomicInteger ticks = new AtomicInteger();
        clock.every(MILLI, ticks::incrementAndGet);
        await().until(() -> ticks.get() >= 20);
        assertThat(times).hasValue(1);
        clock.stop();
    }

    @Test
    @DisplayName("C111: what throws is run again, so that no limit is lost, and others are not held up")
    void whatThrowsIsRunAgain() {
        AtomicInteger attempts = new AtomicInteger();
        AtomicInteger ticks = new AtomicInteger();
        clock.start();
        clock.at(MILLI, () -> {
            if (attempts.incrementAndGet() < 3) {
                throw new NoClassDefFoundError("not now");
            }
        });
        clock.every(MILLI, () -> {
            if (ticks.incrementAndGet() < 3) {
                throw new IllegalStateException("nor now");
            }
        });
        await().until(() -> attempts.get() == 3 && ticks.get() >= 3);
        clock.stop();
    }
}
