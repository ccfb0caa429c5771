package org.poolmanager.boot.autoconfigure;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.poolmanager.Isolation;
import org.poolmanager.LogOverflow;
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
 * @param startTimeout Time that a worker may take until it is ready.
 * @param initTimeout Time that the building of a worker may take, for which the start timeout then does not hold. By
 *     default, what the start timeout leaves.
 * @param exitTimeout Time that workers may take to end in good order before they are killed.
 * @param jvm How the JVMs of workers are started.
 * @param serialization What may travel between the JVMs, and how.
 * @param maxPayload Size that one task or one result may have when encoded.
 * @param shutdown How the pool ends.
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
        @Nullable Isolation isolation,
        @Nullable Map<String, Object> staticArgs,
        @Nullable List<String> workerContext,
        @Nullable Duration queueTimeout,
        @Nullable Duration softTimeout,
        @Nullable Duration taskTimeout,
        @Nullable Duration stallTimeout,
        @Nullable Duration hangTimeout,
        @Nullable Duration slowTaskThreshold,
        @Nullable Duration startTimeout,
        @Nullable Duration initTimeout,
        @Nullable Duration exitTimeout,
        @DefaultValue Jvm jvm,
        @DefaultValue Serialization serialization,
        @Nullable DataSize maxPayload,
        @DefaultValue Shutdown shutdown) {

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
                first(isolation, others.isolation),
                first(staticArgs, others.staticArgs),
                first(workerContext, others.workerContext),
                first(queueTimeout, others.queueTimeout),
                first(softTimeout, others.softTimeout),
                first(taskTimeout, others.taskTimeout),
                first(stallTimeout, others.stallTimeout),
                first(hangTimeout, others.hangTimeout),
                first(slowTaskThreshold, others.slowTaskThreshold),
                first(startTimeout, others.startTimeout),
                first(initTimeout, others.initTimeout),
                first(exitTimeout, others.exitTimeout),
                jvm.orElse(others.jvm),
                serialization.orElse(others.serialization),
                first(maxPayload, others.maxPayload),
                shutdown.orElse(others.shutdown));
    }

    private static <V> @Nullable V first(@Nullable V value, @Nullable V other) {
        return value != null ? value : other;
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
}
