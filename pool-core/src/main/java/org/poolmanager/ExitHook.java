package org.poolmanager;

import org.jspecify.annotations.Nullable;

/**
 * Ends a pool that is still open when this JVM ends. It knows what to do and not whose pool it is, so that a pool that
 * nobody uses any more can be noticed although it is open.
 */
final class ExitHook {

    private final String threadName;

    /** For listeners and appenders, which hear of the end on its thread. */
    private final @Nullable ClassLoader contextLoader;

    private final Runnable action;

    /** Null while it is not registered. */
    private @Nullable Thread thread;

    ExitHook(String threadName, @Nullable ClassLoader contextLoader, Runnable action) {
        this.threadName = threadName;
        this.contextLoader = contextLoader;
        this.action = action;
    }

    synchronized void add() {
        if (thread != null) {
            return;
        }
        Thread hook = new Thread(null, action, threadName, 0, false);
        hook.setContextClassLoader(contextLoader);
        try {
            Runtime.getRuntime().addShutdownHook(hook);
            thread = hook;
        } catch (IllegalStateException e) {
            // This JVM is shutting down already; the children's life line ends them.
        }
    }

    synchronized void remove() {
        if (thread == null) {
            return;
        }
        try {
            Runtime.getRuntime().removeShutdownHook(thread);
        } catch (IllegalStateException e) {
            // This JVM is shutting down: the hook runs, and finds the pool closed.
        }
        thread = null;
    }
}
