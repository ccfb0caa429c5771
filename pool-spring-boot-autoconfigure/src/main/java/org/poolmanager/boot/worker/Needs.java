package org.poolmanager.boot.worker;

import java.util.ArrayDeque;
import java.util.Deque;

/** The way from the worker to what is being looked for, and the words for what is wrong there. */
final class Needs {

    private final Class<?> worker;

    private final String key;

    private final Deque<String> path = new ArrayDeque<>();

    Needs(Class<?> worker, String key) {
        this.worker = worker;
        this.key = key;
    }

    void with(Class<?> type, String point, Runnable search) {
        path.addLast((path.isEmpty() && type == worker ? "" : type.getName() + " ") + "needs " + point);
        try {
            search.run();
        } finally {
            path.removeLast();
        }
    }

    WorkerContextException none(Class<?> type) {
        return failure(
                "there is no bean of that type",
                "Make " + type.getName() + " a bean, with @Component or a @Bean method; or give the value with"
                        + " static-args or @Value; or name a class that provides it in '" + key + "'.");
    }

    WorkerContextException unfit(String bean, String reason) {
        return failure(
                "bean '" + bean + "' " + reason,
                "Write a @Configuration class that makes what the worker needs, and name it in '" + key
                        + "'; or let the worker do without.");
    }

    WorkerContextException pool(String bean) {
        return failure(
                "bean '" + bean + "' is a pool, or knows them, and a worker has no pools",
                "Hand the next task to that pool where the result of this one arrives, in the application.");
    }

    WorkerContextException fromAutoConfiguration(String bean, String autoConfiguration) {
        return failure(
                "bean '" + bean + "' comes from " + autoConfiguration
                        + ", and auto-configuration does not run in a child JVM unless it is named",
                "Name it: '" + key + ": " + autoConfiguration + "'; or let the worker do without.");
    }

    private WorkerContextException failure(String reason, String action) {
        String way = path.isEmpty() ? "cannot be made in a child JVM" : String.join("; ", path);
        return new WorkerContextException(
                "The worker " + worker.getName() + " " + way + "; but " + reason + ".", action);
    }
}
