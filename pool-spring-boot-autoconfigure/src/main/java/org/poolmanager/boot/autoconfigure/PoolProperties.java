package org.poolmanager.boot.autoconfigure;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.poolmanager.Isolation;
import org.poolmanager.LogOverflow;
import org.poolmanager.RetryPolicy;
import org.poolmanager.StartMode;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * Configuration properties of one pool, or the defaults of all. What is null was not set.
 *
 * @param worker Bean name or fully qualified class name of the PoolProcess that runs the tasks. By default, the bean
 *     annotated with @PoolWorker and the name of the pool.
 * @param size Number of workers. By default, the number of available processors.
 * @param queueSize Number of tasks that may wait while all workers are busy; then put waits. By default, twice the size.
 * @param ordered Whether results are returned in the order of their tasks.
 * @param daemon Whether closing ends outstanding work, instead of letting it finish.
 * @param loggers Names of the loggers whose records workers send to the loggers of the application.
 * @param logOverflow What happens to records of workers that come faster than the loggers of the application take them.
 * @param template Name of the template whose properties apply where the pool has none of its own.
 * @param resultSize Number of tasks that were put and may be unfetched, unfinished ones included. By default, any number.
 * @param prefetch Number of tasks that one worker may hold at the most, the running one included. By default, as many as
 *     it is likely to finish in half a millisecond.
 * @param maxSize Number of workers up to which the pool may be resized while it runs. By default, the size.
 * @param isolation Where workers run: each in a JVM of its own, or on threads of the application.
 * @param staticArgs Arguments of the worker's constructor: a list in their order, or a map by parameter name.
 * @param workerContext Classes that the context of a worker JVM gets, beside what is found to be needed.
 * @param queueTimeout Time that a task may wait until a worker begins it. By default, as long as it takes.
 * @param softTimeout Time after which the thread of a running task is interrupted. By default, never.
 * @param taskTimeout Time after which a running task is ended and its worker replaced. By default, it may run for ever.
 * @param stallTimeout Time that a task which reports its progress may report none before it is ended and its worker
 *     replaced. By default, as long as it likes.
 * @param hangTimeout Time that the process of a busy worker may give no sign of life before it is replaced.
 * @param slowTaskThreshold Time after which a warning shows where a running task is. By default, never.
 * @param start When the workers are started, and whether the application waits for them.
 * @param startTimeout Time that a worker may take until it is ready.
 * @param initTimeout Time that the building of a worker may take, for which the start timeout then does not hold. By
 *     default, what the start timeout leaves.
 * @param exitTimeout Time that workers may take to end in good order before they are killed.
 * @param recycle When workers are replaced by fresh ones although nothing is wrong with them.
 * @param retry Which tasks that did not succeed are run once more.
 * @param quarantine Which tasks are kept because they killed their worker too often.
 * @param restart How soon a worker that could not be started is started again.
 * @param jvm How the JVMs of workers are started.
 * @param serialization What may travel between the JVMs, and how.
 * @param maxPayload Size that one task or one result may have when encoded.
 * @param shutdown How the pool ends.
 * @param health What the application's health says of the pool.
 */
public record PoolProperties(
        @Nullable String worker,
        @Nullable Integer size,
        @Nullable Integer queueSize,
        @Nullable Boolean ordered,
        @Nullable Boolean daemon,
        @Nullable List<String> loggers,
        @Nullable LogOverflow logOverflow,
        @Nullable String template,
        @Nullable Integer resultSize,
        @Nullable Integer prefetch,
        @Nullable Integer maxSize,
        @Nullable Isolation isolation,
        @Nullable Map<String, Object> staticArgs,
        @Nullable List<String> workerContext,
        @Nullable Duration queueTimeout,
        @Nullable Duration softTimeout,
        @Nullable Duration taskTimeout,
        @Nullable Duration stallTimeout,
        @Nullable Duration hangTimeout,
        @Nullable Duration slowTaskThreshold,
        @Nullable StartMode start,
        @Nullable Duration startTimeout,
        @Nullable Duration initTimeout,
        @Nullable Duration exitTimeout,
        @DefaultValue Recycle recycle,
        @DefaultValue Retry retry,
        @DefaultValue Quarantine quarantine,
        @DefaultValue Restart restart,
        @DefaultValue Jvm jvm,
        @DefaultValue Serialization serialization,
        @Nullable DataSize maxPayload,
        @DefaultValue Shutdown shutdown,
        @DefaultValue Health health) {

    /** What these say, and what the others say where these say nothing. */
    PoolProperties orElse(PoolProperties others) {
        return new PoolProperties(
                first(worker, others.worker),
                first(size, others.size),
                first(queueSize, others.queueSize),
                first(ordered, others.ordered),
                first(daemon, others.daemon),
                first(loggers, others.loggers),
                first(logOverflow, others.logOverflow),
                first(template, others.template),
                first(resultSize, others.resultSize),
                first(prefetch, others.prefetch),
                first(maxSize, others.maxSize),
                first(isolation, others.isolation),
                first(staticArgs, others.staticArgs),
                first(workerContext, others.workerContext),
                first(queueTimeout, others.queueTimeout),
                first(softTimeout, others.softTimeout),
                first(taskTimeout, others.taskTimeout),
                first(stallTimeout, others.stallTimeout),
                first(hangTimeout, others.hangTimeout),
                first(slowTaskThreshold, others.slowTaskThreshold),
                first(start, others.start),
                first(startTimeout, others.startTimeout),
                first(initTimeout, others.initTimeout),
                first(exitTimeout, others.exitTimeout),
                recycle.orElse(others.recycle),
                retry.orElse(others.retry),
                quarantine.orElse(others.quarantine),
                restart.orElse(others.restart),
                jvm.orElse(others.jvm),
                serialization.orElse(others.serialization),
                first(maxPayload, others.maxPayload),
                shutdown.orElse(others.shutdown),
                health.orElse(others.health));
    }

    private static <V> @Nullable V first(@Nullable V value, @Nullable V other) {
        return value != null ? value : other;
    }

    /**
     * When workers are replaced by fresh ones although nothing is wrong with them.
     *
     * @param maxTasks Number of tasks after which a worker is replaced. By default, any number.
     * @param maxAge Age at which a worker is replaced. By default, it lives as long as the pool.
     * @param idleTimeout Time without a task after which a worker that has run some is replaced. By default, it may wait
     *     for ever.
     * @param maxMemory Resident memory of a worker's process at which it is replaced, on Linux. By default, any size.
     * @param minLife Time that a worker lives at the least, whatever its memory.
     * @param jitter Part, from 0 to 1, by which each worker's tasks, age and idle time are shortened at random.
     */
    public record Recycle(
            @Nullable Integer maxTasks,
            @Nullable Duration maxAge,
            @Nullable Duration idleTimeout,
            @Nullable DataSize maxMemory,
            @Nullable Duration minLife,
            @Nullable Double jitter) {

        private Recycle orElse(Recycle others) {
            return new Recycle(
                    first(maxTasks, others.maxTasks),
                    first(maxAge, others.maxAge),
                    first(idleTimeout, others.idleTimeout),
                    first(maxMemory, others.maxMemory),
                    first(minLife, others.minLife),
                    first(jitter, others.jitter));
        }
    }

    /**
     * Which tasks that did not succeed are run once more.
     *
     * @param maxAttempts Number of times that a task is run at the most, the first one included.
     * @param causes Causes that lead to another attempt.
     * @param exceptions Class names of exceptions that lead to another attempt, those of subclasses included.
     * @param backoff Time that a task waits before its second attempt.
     * @param multiplier Factor by which that grows with each further attempt.
     * @param maxBackoff Time that a task waits at the most.
     * @param jitter Part, from 0 to 1, by which the wait is shortened at random.
     */
    public record Retry(
            @Nullable Integer maxAttempts,
            @Nullable Set<RetryPolicy.Cause> causes,
            @Nullable Set<String> exceptions,
            @Nullable Duration backoff,
            @Nullable Double multiplier,
            @Nullable Duration maxBackoff,
            @Nullable Double jitter) {

        private Retry orElse(Retry others) {
            return new Retry(
                    first(maxAttempts, others.maxAttempts),
                    first(causes, others.causes),
                    first(exceptions, others.exceptions),
                    first(backoff, others.backoff),
                    first(multiplier, others.multiplier),
                    first(maxBackoff, others.maxBackoff),
                    first(jitter, others.jitter));
        }
    }

    /**
     * Which tasks are kept because they killed their worker too often.
     *
     * @param after Number of workers that a task has killed when it is kept, and not run again. By default, none is kept.
     * @param size Number of tasks that are kept, then the oldest go.
     */
    public record Quarantine(
            @Nullable Integer after, @Nullable Integer size) {

        private Quarantine orElse(Quarantine others) {
            return new Quarantine(first(after, others.after), first(size, others.size));
        }
    }

    /**
     * How soon a worker that could not be started is started again.
     *
     * @param backoff Time that it waits after its first failure, doubled by each further one in a row.
     * @param maxBackoff Time that it waits at the most.
     */
    public record Restart(
            @Nullable Duration backoff, @Nullable Duration maxBackoff) {

        private Restart orElse(Restart others) {
            return new Restart(first(backoff, others.backoff), first(maxBackoff, others.maxBackoff));
        }
    }

    /**
     * How worker JVMs are started.
     *
     * @param args Options of the JVM, such as -Xmx512m.
     * @param javaHome Java installation. By default, the one that runs the application.
     * @param env Environment variables, added to the inherited ones.
     * @param workingDirectory Directory in which workers run. By default, that of the application.
     * @param classPath Class path of the workers; the one word inherit means the default. By default, that of the
     *     application.
     * @param shareClasses Whether workers take classes from an archive that is made after the first start with a class
     *     path, and kept for later ones.
     */
    public record Jvm(
            @Nullable List<String> args,
            @Nullable String javaHome,
            @Nullable Map<String, String> env,
            @Nullable String workingDirectory,
            @Nullable List<String> classPath,
            @Nullable Boolean shareClasses) {

        private Jvm orElse(Jvm others) {
            return new Jvm(
                    first(args, others.args),
                    first(javaHome, others.javaHome),
                    union(env, others.env),
                    first(workingDirectory, others.workingDirectory),
                    first(classPath, others.classPath),
                    first(shareClasses, others.shareClasses));
        }

        /** Variables are set one by one, so a pool that adds one keeps those of the defaults. */
        private static @Nullable Map<String, String> union(
                @Nullable Map<String, String> values, @Nullable Map<String, String> others) {
            if (values == null || others == null) {
                return first(values, others);
            }
            Map<String, String> all = new HashMap<>(others);
            all.putAll(values);
            return all;
        }
    }

    /**
     * What may travel between the JVMs, and how.
     *
     * @param codec How objects travel: java, fory, or the class name of a PayloadCodec.
     * @param allow Patterns of class names that workers may send beside the JDK's value types and the worker's own
     *     packages, such as com.acme.model.*.
     */
    public record Serialization(
            @Nullable String codec, @Nullable List<String> allow) {

        private Serialization orElse(Serialization others) {
            return new Serialization(first(codec, others.codec), first(allow, others.allow));
        }
    }

    /**
     * How the pool ends.
     *
     * @param timeout Time that outstanding work gets when daemon is false, at most the default. By default, nine tenths
     *     of spring.lifecycle.timeout-per-shutdown-phase.
     */
    public record Shutdown(@Nullable Duration timeout) {

        private Shutdown orElse(Shutdown others) {
            return new Shutdown(first(timeout, others.timeout));
        }
    }

    /**
     * What the application's health says of the pool.
     *
     * @param enabled Whether the pool has a component in the application's health.
     * @param minWorkers Number of ready workers below which the pool is down, when it lasts longer than the start timeout.
     */
    public record Health(
            @Nullable Boolean enabled, @Nullable Integer minWorkers) {

        private Health orElse(Health others) {
            return new Health(first(enabled, others.enabled), first(minWorkers, others.minWorkers));
        }
    }
}
