package org.poolmanager;

import java.util.concurrent.locks.ReentrantLock;

/**
 * A lock that is held for microseconds. Who finds it taken looks again for about as long before he sleeps: to be woken up
 * would take several times that. The JVM does the same for {@code synchronized}, but that has no conditions.
 */
final class BriefLock extends ReentrantLock {

    private static final long serialVersionUID = 1;

    /** Some 10 µs with a processor whose pause takes 30 ns. Nobody can release the lock while the only processor looks at it. */
    private static final int LOOKS = Runtime.getRuntime().availableProcessors() > 1 ? 300 : 0;

    @Override
    public void lock() {
        if (!takeSoon()) {
            try {
                super.lock();
            } catch (OutOfMemoryError e) {
                // JDK 17 makes an object for whoever waits. What is done under the lock must be done without it as
                // well.
                while (!tryLock()) {
                    Thread.onSpinWait();
                }
            }
        }
    }

    @Override
    public void lockInterruptibly() throws InterruptedException {
        if (Thread.currentThread().isInterrupted() || !takeSoon()) {
            super.lockInterruptibly();
        }
    }

    /** Takes it if it becomes free at once. */
    private boolean takeSoon() {
        for (int i = 0; i < LOOKS; i++) {
            if (tryLock()) {
                return true;
            }
            Thread.onSpinWait();
        }
        return false;
    }
}
