package org.poolmanager.worker;

import java.util.Map;

/**
 * What has travelled with the running task beside its argument and the MDC: the caller's trace context, if its
 * application traces, with the names of the propagation in use, such as {@code traceparent} and {@code baggage}. A worker
 * with a tracer of its own continues the trace from here.
 */
public final class TaskHeaders {

    private static final ThreadLocal<Map<String, String>> CURRENT = ThreadLocal.withInitial(Map::of);

    private TaskHeaders() {}

    /**
     * The headers of the task of this thread. To be called by the thread that runs the task; in any other there are none.
     *
     * @return the headers, empty if there are none
     */
    public static Map<String, String> current() {
        return CURRENT.get();
    }

    /**
     * The current thread runs a task with these headers. For the pool itself.
     *
     * @param headers those of the task; empty between tasks
     */
    public static void set(Map<String, String> headers) {
        if (headers.isEmpty()) {
            CURRENT.remove();
        } else {
            CURRENT.set(headers);
        }
    }
}
