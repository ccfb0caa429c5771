package org.poolmanager;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Follows one task for a {@link TaskObserver}. */
public interface TaskObservation {

    /**
     * Makes the task the one that the current thread is in the middle of. Opened in the thread that hands in the task, to
     * read the MDC that travels with it, and in thread isolation while it runs.
     *
     * @return ends that
     */
    TaskObserver.Scope openScope();

    /**
     * What travels with the task beside the MDC; there it is {@link org.poolmanager.worker.TaskHeaders}.
     *
     * @return the headers, such as {@code traceparent}
     */
    Map<String, String> headers();

    /**
     * The task has its outcome, which nobody has seen yet.
     *
     * @param event what has become of it
     * @param failure what its consumer will be told, null if it completed
     */
    void finished(PoolEvent.TaskFinished event, @Nullable Throwable failure);

    /** The task was not accepted, and never will be. */
    void refused();
}
