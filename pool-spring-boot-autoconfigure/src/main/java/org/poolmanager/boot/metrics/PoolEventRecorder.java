package org.poolmanager.boot.metrics;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.poolmanager.Outcome;
import org.poolmanager.PoolEvent;
import org.poolmanager.PoolEvent.TaskFinished;
import org.poolmanager.PoolEvent.TaskRejected;
import org.poolmanager.PoolEvent.TaskRetried;
import org.poolmanager.PoolEvent.WorkerExited;
import org.poolmanager.PoolEvent.WorkerStartFailed;
import org.poolmanager.PoolEvent.WorkerStarted;
import org.poolmanager.PoolListener;
import org.poolmanager.WorkerExit;
import org.poolmanager.boot.TaskOutcome;

/** Counts and times what happens in one pool. */
final class PoolEventRecorder implements PoolListener {

    /** What may be followed by another attempt. */
    private static final List<Outcome.Kind> RETRIED =
            List.of(Outcome.Kind.FAILED, Outcome.Kind.TIMED_OUT, Outcome.Kind.CRASHED);

    private final MeterRegistry registry;

    private final String prefix;

    private final Tags tags;

    private final Timer queueWait;

    private final DistributionSummary sent;

    private final DistributionSummary received;

    /** At hand, because looking a meter up in the registry costs more than all else that is done for a task. */
    private final Map<TaskKey, Timer> tasks = new ConcurrentHashMap<>();

    PoolEventRecorder(MeterRegistry registry, String prefix, Tags tags) {
        this.registry = registry;
        this.prefix = prefix;
        this.tags = tags;
        this.queueWait = timer("queue.wait", "From the acceptance of a task to its worker", Tags.empty());
        this.sent = size("request");
        this.received = size("response");
        registerZeros();
    }

    private DistributionSummary size(String direction) {
        return DistributionSummary.builder(prefix + "message.size")
                .description("How much tasks and their answers take on the way to and from a child JVM")
                .baseUnit("bytes")
                .tags(tags.and("direction", direction))
                .register(registry);
    }

    private void registerZeros() {
        for (Outcome.Kind kind : Outcome.Kind.values()) {
            task(kind, null);
        }
        for (TaskRejected.Reason reason : TaskRejected.Reason.values()) {
            rejected(reason);
        }
        for (WorkerExit reason : WorkerExit.values()) {
            exits(reason);
        }
        starts("SUCCESS");
        starts("FAILURE");
        RETRIED.forEach(this::retries);
    }

    @Override
    public void onEvent(PoolEvent event) {
        if (event instanceof TaskFinished finished) {
            task(finished.kind(), finished.failure()).record(finished.ran());
            queueWait.record(finished.waited());
            record(sent, finished.sent());
            record(received, finished.received());
        } else if (event instanceof TaskRejected refused) {
            rejected(refused.reason()).increment();
        } else if (event instanceof TaskRetried retried) {
            retries(retried.kind()).increment();
        } else if (event instanceof WorkerExited exited) {
            exits(exited.reason()).increment();
        } else if (event instanceof WorkerStarted ready) {
            starts("SUCCESS").record(ready.startTime());
        } else if (event instanceof WorkerStartFailed) {
            // How long it took is not known; it is the number of failures that matters.
            starts("FAILURE").record(Duration.ZERO);
        }
    }

    private static void record(DistributionSummary sizes, int bytes) {
        if (bytes > 0) {
            sizes.record(bytes);
        }
    }

    private Timer task(Outcome.Kind kind, @Nullable String failure) {
        return tasks.computeIfAbsent(
                new TaskKey(kind, TaskOutcome.error(kind, failure)),
                key -> timer(
                        "task",
                        "Tasks by outcome, and how long they ran",
                        Tags.of("outcome", TaskOutcome.of(key.kind()), "error", key.error())));
    }

    private Counter rejected(TaskRejected.Reason reason) {
        String tag = reason.name().toLowerCase(Locale.ROOT);
        return counter("rejected", "Tasks that were not accepted", tag, "tasks");
    }

    private Counter retries(Outcome.Kind kind) {
        return counter("retries", "Attempts that failed and were followed by another", TaskOutcome.of(kind), "tasks");
    }

    private Counter exits(WorkerExit reason) {
        String tag = reason == WorkerExit.OUT_OF_MEMORY ? "OOM" : reason.name();
        return counter("worker.exits", "Workers that went away", tag, null);
    }

    private Timer starts(String outcome) {
        return timer("worker.start", "How long workers take to get ready", Tags.of("outcome", outcome));
    }

    private Timer timer(String name, String description, Tags more) {
        return Timer.builder(prefix + name)
                .description(description)
                .tags(tags.and(more))
                .register(registry);
    }

    private Counter counter(String name, String description, String reason, @Nullable String unit) {
        return Counter.builder(prefix + name)
                .description(description)
                .baseUnit(unit)
                .tags(tags.and("reason", reason))
                .register(registry);
    }

    private record TaskKey(Outcome.Kind kind, String error) {}
}
