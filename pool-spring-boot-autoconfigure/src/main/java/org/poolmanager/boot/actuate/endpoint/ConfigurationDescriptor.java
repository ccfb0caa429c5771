package org.poolmanager.boot.actuate.endpoint;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.poolmanager.Isolation;
import org.poolmanager.LogOverflow;
import org.poolmanager.PoolSettings;
import org.poolmanager.RecyclePolicy;
import org.poolmanager.RetryPolicy;
import org.poolmanager.StartMode;

/**
 * What holds for a pool. What is not set is null.
 *
 * @param source {@code yaml} if properties declare the pool, {@code bean} if it is the user's own
 * @param changedAtRuntime what is not as the pool was built; null if all is
 * @param template the template whose properties apply where the pool has none of its own, if any
 * @param start when the workers are started, and whether the application waits for them
 * @param isolation where workers run
 * @param size how many workers
 * @param maxSize how many workers there may be at the most
 * @param queueSize how many tasks may wait while all workers are busy
 * @param resultSize how many results may wait to be fetched; null: any number
 * @param prefetch how many tasks one worker may hold at the most; null: as many as it soon finishes
 * @param ordered whether results come in the order of their tasks
 * @param daemon whether closing ends outstanding work
 * @param loggers names of the loggers whose records workers send here
 * @param logOverflow what happens to records that are not taken fast enough
 * @param queueTimeout how long a task may wait
 * @param softTimeout when a task is interrupted
 * @param taskTimeout how long a task may run
 * @param stallTimeout how long a task that reports progress may report none
 * @param hangTimeout how long the process of a busy worker may give no sign of life
 * @param slowTaskThreshold when a warning shows where a task is
 * @param startTimeout how long a worker may take to get ready
 * @param initTimeout how long the building of a worker may take
 * @param exitTimeout how long workers may take to end in good order
 * @param shutdownTimeout how long outstanding work may take at the end
 * @param recycle when workers are replaced although nothing is wrong with them, if ever
 * @param retry which tasks are run once more, if any
 * @param quarantine which tasks are kept because they killed their worker, if any
 * @param maxPayload how many bytes a task or a result may have
 * @param codec how objects travel
 * @param jvmArgs options of the workers' JVMs, or {@code ******}
 * @param env environment variables of the workers' JVMs, with values or {@code ******}
 */
public record ConfigurationDescriptor(
        String source,
        @Nullable List<String> changedAtRuntime,
        @Nullable String template,
        StartMode start,
        Isolation isolation,
        int size,
        int maxSize,
        int queueSize,
        @Nullable Integer resultSize,
        @Nullable Integer prefetch,
        boolean ordered,
        boolean daemon,
        Set<String> loggers,
        LogOverflow logOverflow,
        @Nullable Duration queueTimeout,
        @Nullable Duration softTimeout,
        @Nullable Duration taskTimeout,
        @Nullable Duration stallTimeout,
        Duration hangTimeout,
        @Nullable Duration slowTaskThreshold,
        Duration startTimeout,
        @Nullable Duration initTimeout,
        Duration exitTimeout,
        @Nullable Duration shutdownTimeout,
        @Nullable RecyclePolicy recycle,
        @Nullable RetryPolicy retry,
        PoolSettings.@Nullable Quarantine quarantine,
        int maxPayload,
        String codec,
        @Nullable Object jvmArgs,
        @Nullable Map<String, @Nullable Object> env) {}
