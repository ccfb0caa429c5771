package org.poolmanager.boot.thumbs;

import org.springframework.context.SmartLifecycle;

/** Stands for a scheduler, a message listener, a web server: it must not start in a child. */
final class ForbiddenInWorkers implements SmartLifecycle {

    ForbiddenInWorkers() {
        check();
    }

    static void check() {
        if (System.getProperty("sun.java.command").contains("WorkerMain")) {
            System.err.println("Something of the application runs in a worker");
            Runtime.getRuntime().halt(3);
        }
    }

    @Override
    public void start() {
        check();
    }

    @Override
    public void stop() {}

    @Override
    public boolean isRunning() {
        return false;
    }
}
