package org.poolmanager;

import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * How one {@code map} or {@code stream} call goes about its elements. Immutable: each method gives a changed copy.
 *
 * <pre>{@code
 * pool.map(documents, MapOptions.defaults().onProgress(new ProgressLine(System.err)));
 * }</pre>
 */
public final class MapOptions {

    private static final MapOptions DEFAULTS = new MapOptions(true, 0, -1, null, TaskOptions.defaults());

    private final boolean ordered;

    private final int buffer;

    private final long total;

    private final @Nullable Consumer<? super Progress> listener;

    private final TaskOptions tasks;

    private MapOptions(
            boolean ordered, int buffer, long total, @Nullable Consumer<? super Progress> listener, TaskOptions tasks) {
        this.ordered = ordered;
        this.buffer = buffer;
        this.total = total;
        this.listener = listener;
        this.tasks = tasks;
    }

    /**
     * Results in input order, the pool's own bound and limits, no progress.
     *
     * @return the options that calls without options have
     */
    public static MapOptions defaults() {
        return DEFAULTS;
    }

    /**
     * Gives results as they are done, not in input order.
     *
     * @return a changed copy
     */
    public MapOptions unordered() {
        return new MapOptions(false, buffer, total, listener, tasks);
    }

    /**
     * How many elements this call may have in the pool's hands or waiting for the consumer at a time. Nothing more is
     * read from the source, and so nothing more runs, until the consumer has taken a result.
     *
     * @param elements at least 1; default: the pool's own {@code size + queueSize}, 1,024 at most. A {@code map}, which takes and
     *     keeps every result at once, reads a little further ahead, and with a bound leaves room in a shared pool
     * @return a changed copy
     */
    public MapOptions buffer(int elements) {
        if (elements < 1) {
            throw new IllegalArgumentException("'buffer' must be at least 1, but is " + elements);
        }
        return new MapOptions(ordered, elements, total, listener, tasks);
    }

    /**
     * Has progress reported: at most every 100 ms, and once when the call ends. The listener is called on the thread
     * that called {@code map}, or that consumes the stream, so it may be slow at that thread's cost only. One that
     * throws is logged and not called again; the call goes on.
     *
     * @param progressListener what to call
     * @return a changed copy
     */
    public MapOptions onProgress(Consumer<? super Progress> progressListener) {
        Objects.requireNonNull(progressListener, "'onProgress' must not be null");
        return new MapOptions(ordered, buffer, total, progressListener, tasks);
    }

    /**
     * How many elements there will be, for the progress, when the source is no collection and cannot tell.
     *
     * @param elements 0 or more
     * @return a changed copy
     */
    public MapOptions total(long elements) {
        if (elements < 0) {
            throw new IllegalArgumentException("'total' must be at least 0, but is " + elements);
        }
        return new MapOptions(ordered, buffer, elements, listener, tasks);
    }

    /**
     * What holds for the task of each element.
     *
     * @param each limits
     * @return a changed copy
     */
    public MapOptions tasks(TaskOptions each) {
        Objects.requireNonNull(each, "'tasks' must not be null");
        return new MapOptions(ordered, buffer, total, listener, each);
    }

    /** Whether nothing has been changed that needs more than a plain {@code map}. */
    boolean arePlain() {
        return ordered && buffer == 0 && listener == null;
    }

    TaskOptions tasks() {
        return tasks;
    }

    boolean ordered() {
        return ordered;
    }

    int bufferOr(int standard) {
        return buffer == 0 ? standard : buffer;
    }

    /** -1 if nobody has said. */
    long total() {
        return total;
    }

    @Nullable
    Consumer<? super Progress> listener() {
        return listener;
    }
}
