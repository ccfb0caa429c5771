package org.poolmanager;

/** A thread of a pool's own: it must never wait for the pool. */
final class PoolThread extends Thread {

    private final Life life;

    PoolThread(Life life, String name, Runnable body) {
        super(body, name);
        this.life = life;
        setDaemon(true);
    }

    /** Whether the current thread belongs to this pool. */
    static boolean isOf(Life life) {
        return Thread.currentThread() instanceof PoolThread thread && thread.life == life;
    }
}
