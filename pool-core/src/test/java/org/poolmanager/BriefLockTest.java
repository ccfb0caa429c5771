package org.poolmanager;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The pool's lock")
class BriefLockTest {

    private static final long MILLIS = 20_000;

    private final BriefLock lock = new BriefLock();

    private final AtomicReference<@Nullable Object> got = new AtomicReference<>();

    private void take() {
        try {
            lock.lockInterruptibly();
            got.set("the lock");
            lock.unlock();
        } catch (InterruptedException e) {
            got.set(e);
        }
    }

    @Test
    @DisplayName("Who finds it taken sleeps, and has it when it is free")
    void sleepsWhileItIsTaken() throws Exception {
        lock.lock();
        Thread waiter = new Thread(this::take);
        waiter.start();
        await().until(() -> lock.hasQueuedThread(waiter) && waiter.getState() == Thread.State.WAITING);
        lock.unlock();
        waiter.join(MILLIS);
        assertThat(got).hasValue("the lock");
    }

    @Test
    @DisplayName("An interrupt ends the wait for it")
    void interruptEndsTheWait() throws Exception {
        lock.lock();
        Thread waiter = new Thread(this::take);
        waiter.start();
        await().until(() -> lock.hasQueuedThread(waiter));
        waiter.interrupt();
        waiter.join(MILLIS);
        lock.unlock();
        assertThat(got.get()).isInstanceOf(InterruptedException.class);
    }

    @Test
    @DisplayName("Who has been interrupted before does not get it, though it is free")
    void interruptedBefore() throws Exception {
        Thread waiter = new Thread(() -> {
            Thread.currentThread().interrupt();
            take();
        });
        waiter.start();
        waiter.join(MILLIS);
        assertThat(got.get()).isInstanceOf(InterruptedException.class);
    }
}
