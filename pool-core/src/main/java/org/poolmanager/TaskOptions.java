package org.poolmanager;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What holds for the tasks of one call instead of what the pool was built with. Immutable: each method gives a changed
 * copy.
 *
 * <pre>{@code
 * pool.submit(report, TaskOptions.defaults().taskTimeout(Duration.ofMinutes(5)));
 * pool.map(pages, MapOptions.defaults().tasks(TaskOptions.defaults().queueTimeout(Duration.ofSeconds(1))));
 * }</pre>
 */
public final class TaskOptions {

    private static final TaskOptions DEFAULTS = new TaskOptions(null, null, null);

    private final @Nullable Duration queueTimeout;

    private final @Nullable Duration softTimeout;

    private final @Nullable Duration taskTimeout;

    private TaskOptions(
            @Nullable Duration queueTimeout, @Nullable Duration softTimeout, @Nullable Duration taskTimeout) {
        this.queueTimeout = queueTimeout;
        this.softTimeout = softTimeout;
        this.taskTimeout = taskTimeout;
    }

    /**
     * The pool's own settings.
     *
     * @return the options that calls without options have
     */
    public static TaskOptions defaults() {
        return DEFAULTS;
    }

    /**
     * How long such a task may wait until a worker begins it, see {@link PoolManagerBuilder#queueTimeout}.
     *
     * @param limit more than zero
     * @return a changed copy
     */
    public TaskOptions queueTimeout(Duration limit) {
        return new TaskOptions(PoolManagerBuilder.positive("queue-timeout", limit), softTimeout, taskTimeout);
    }

    /**
     * When the thread of such a task is interrupted, see {@link PoolManagerBuilder#softTimeout}.
     *
     * @param limit more than zero
     * @return a changed copy
     */
    public TaskOptions softTimeout(Duration limit) {
        return new TaskOptions(queueTimeout, PoolManagerBuilder.positive("soft-timeout", limit), taskTimeout);
    }

    /**
     * When such a task is ended with its worker, see {@link PoolManagerBuilder#taskTimeout}.
     *
     * @param limit more than zero
     * @return a changed copy
     */
    public TaskOptions taskTimeout(Duration limit) {
        return new TaskOptions(queueTimeout, softTimeout, PoolManagerBuilder.positive("task-timeout", limit));
    }

    @Nullable
    Duration queueTimeout() {
        return queueTimeout;
    }

    @Nullable
    Duration softTimeout() {
        return softTimeout;
    }

    @Nullable
    Duration taskTimeout() {
        return taskTimeout;
    }
}
