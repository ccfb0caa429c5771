package org.poolmanager;

import java.util.stream.Stream;

/**
 * A thread of a pool's own: it must never wait for the pool. It has the context class loader of whoever built the pool, and no
 * thread-local values of the caller in whose thread it happens to be made.
 */
final class PoolThread extends Thread {

    private final Life life;

    PoolThread(Life life, String name, Runnable body) {
        super(null, body, name, 0, false);
        this.life = life;
        setContextClassLoader(life.contextLoader);
        setDaemon(true);
    }

    /** Throws if the current thread is one of those that make happen what it wants to wait for. */
    static void refuseToWait(Life life, String pool, String what) {
        if (isOf(life)) {
            throw new IllegalStateException("This is one of the threads of pool '" + pool
                    + "' (a listener, a dependent of a future, an appender of workers' log records, or a task in a"
                    + " thread), which must not wait for " + what
                    + ": it may be the one that makes it. Hand over to another thread (thenApplyAsync)");
        }
    }

    /** Users' callbacks run on threads of a pool; an interrupt that they leave behind is nobody's. */
    static void forgetInterrupt() {
        if (Thread.currentThread() instanceof PoolThread) {
            Thread.interrupted();
        }
    }

    /** Whether the current thread belongs to this pool. */
    static boolean isOf(Life life) {
        return Thread.currentThread() instanceof PoolThread thread && thread.life == life;
    }

    /** Whether one of this pool's threads has called System.exit, which waits for the end of all shutdown hooks. */
    static boolean isExiting(Life life) {
        return Thread.getAllStackTraces().entrySet().stream()
                .filter(entry -> entry.getKey() instanceof PoolThread thread && thread.life == life)
                .flatMap(entry -> Stream.of(entry.getValue()))
                .anyMatch(frame -> frame.getClassName().equals("java.lang.Runtime")
                        && frame.getMethodName().equals("exit"));
    }
}
