package org.poolmanager;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;
import org.poolmanager.Outcome.Kind;
import org.poolmanager.faults.Fault;
import org.poolmanager.faults.Fault.Effect;
import org.poolmanager.launch.ExitReport;

/** What must hold when the chaos is over: each task has the one outcome that it deserves, and was run once at the most. */
final class ChaosVerdict {

    private final Chaos.Plan plan;

    /** By number; null for a task that has none. */
    private final List<Outcome<Object>> outcomes;

    private final Set<Integer> put;

    private final ChaosLedger ledger;

    private final Nemesis nemesis;

    private final Map<Long, Integer> exits;

    private final List<String> complaints;

    private final Map<Kind, Integer> kinds = new EnumMap<>(Kind.class);

    private final Map<Long, Integer> crashes = new HashMap<>();

    /** Processes that a task was to end a moment after its own end. */
    private final Set<Long> ticking = new HashSet<>();

    private int clearedPuts;

    ChaosVerdict(
            Chaos.Plan plan,
            List<Outcome<Object>> outcomes,
            List<Integer> put,
            ChaosLedger ledger,
            Nemesis nemesis,
            Map<Long, Integer> exits,
            List<String> complaints) {
        this.plan = plan;
        this.outcomes = outcomes;
        this.put = new HashSet<>(put);
        this.ledger = ledger;
        this.nemesis = nemesis;
        this.exits = exits;
        this.complaints = complaints;
    }

    List<String> complaints() {
        return complaints;
    }

    int deaths() {
        return exits.values().stream().mapToInt(Integer::intValue).sum();
    }

    void judge(IntFunction<Chaos.Job> jobs, PoolStats stats, int cleared) {
        for (int number = 0; number < outcomes.size(); number++) {
            if (jobs.apply(number).fault() == Fault.EXIT_LATER) {
                ticking.addAll(ledger.begins(number));
            }
        }
        for (int number = 0; number < outcomes.size(); number++) {
            Chaos.Job job = jobs.apply(number);
            Outcome<Object> outcome = outcomes.get(number);
            String complaint = outcome == null ? ofNone(job) : of(job, outcome);
            if (complaint != null) {
                complaints.add(job + ", begun in " + ledger.begins(number) + ": " + complaint + ": " + outcome);
            }
        }
        crashes.forEach((pid, count) -> {
            if (count > exits.getOrDefault(pid, 0)) {
                complaints.add(count + " tasks are charged with the end of worker " + pid + ", which ended "
                        + exits.getOrDefault(pid, 0) + " times");
            }
        });
        addUp(stats.tasks(), cleared);
    }

    private void addUp(PoolStats.Tasks tasks, int cleared) {
        kinds.merge(Kind.CANCELLED, clearedPuts, Integer::sum);
        Map<Kind, Long> counted = Map.of(
                Kind.COMPLETED, tasks.completed(),
                Kind.FAILED, tasks.failed(),
                Kind.TIMED_OUT, tasks.timedOut(),
                Kind.CRASHED, tasks.crashed(),
                Kind.CANCELLED, tasks.cancelled());
        counted.forEach((kind, count) -> {
            if (kinds.getOrDefault(kind, 0).longValue() != count) {
                complaints.add("the pool counts " + count + " tasks as " + kind + ", and " + kinds.get(kind) + " are");
            }
        });
        if (tasks.submitted() != outcomes.size()) {
            complaints.add("the pool counts " + tasks.submitted() + " tasks, and was given " + outcomes.size());
        }
        if (clearedPuts > cleared) {
            complaints.add(clearedPuts + " tasks that were put have no outcome, and only " + cleared + " were cleared");
        }
    }

    private @Nullable String ofNone(Chaos.Job job) {
        if (!put.contains(job.number())) {
            return "it has no outcome";
        }
        clearedPuts++;
        return ledger.begins(job.number()).isEmpty() ? null : "it has no outcome, and was run";
    }

    private @Nullable String of(Chaos.Job job, Outcome<Object> outcome) {
        kinds.merge(outcome.kind(), 1, Integer::sum);
        int begins = ledger.begins(job.number()).size();
        if (begins > 1) {
            return "it was run " + begins + " times";
        }
        return switch (outcome.kind()) {
            case COMPLETED -> ofCompleted(job, outcome.get(), begins);
            case FAILED -> ofFailed(job, outcome.failure(), begins);
            case TIMED_OUT -> ofTimedOut(job, (TaskException) outcome.failure());
            case CRASHED -> ofCrashed(job, (WorkerCrashedException) outcome.failure(), begins);
            case CANCELLED -> ofCancelled(outcome.failure(), begins);
        };
    }

    private @Nullable String ofCompleted(Chaos.Job job, Object value, int begins) {
        if (begins != 1) {
            return "it completed and was never run";
        }
        if (job.fault() == Fault.RETURN_UNSERIALIZABLE) {
            return plan.isolation() == Isolation.THREAD ? null : "what it returned cannot have travelled";
        }
        Effect effect = job.fault().effect();
        if (effect != Effect.RETURNS && effect != Effect.KILLS_LATER) {
            return "it cannot have completed";
        }
        return value.equals(Chaos.valueOf(job.number())) ? null : "it has the value " + value;
    }

    private @Nullable String ofFailed(Chaos.Job job, RuntimeException failure, int begins) {
        if (begins != 1) {
            return "it failed and was never run";
        }
        boolean right = switch (job.fault()) {
            case THROW -> failure.getCause() instanceof IllegalStateException;
            case THROW_UNSERIALIZABLE -> failure instanceof TaskFailedException;
            case RETURN_UNSERIALIZABLE -> failure instanceof TaskSerializationException;
            case OVERFLOW_STACK -> failure.getCause() instanceof StackOverflowError;
            default -> false;
        };
        return right ? null : "it has somebody else's failure";
    }

    private @Nullable String ofTimedOut(Chaos.Job job, TaskException failure) {
        return job.fault().effect() == Effect.HANGS || nemesis.hasStopped(failure.workerPid())
                ? null
                : "nothing held it up";
    }

    private @Nullable String ofCrashed(Chaos.Job job, WorkerCrashedException crash, int begins) {
        long pid = crash.workerPid();
        crashes.merge(pid, 1, Integer::sum);
        ExitReport exit = crash.exit();
        if (exit == null) {
            return "nobody knows how its worker ended";
        }
        remove(exit.crashLog());
        if (nemesis.hasEnded(pid) || ticking.contains(pid)) {
            return null;
        }
        if (job.fault().effect() != Effect.KILLS) {
            return "it is innocent";
        }
        if (begins != 1) {
            return "it crashed and was never run";
        }
        boolean right = switch (job.fault()) {
            case EXIT -> exit.exitValue() == 42;
            case HALT -> exit.exitValue() == 43;
            case SEGV -> "SIGSEGV".equals(exit.signal());
            case ABORT -> "SIGABRT".equals(exit.signal());
            default -> exit.describe().startsWith("ran out of memory");
        };
        return right ? null : "it has somebody else's end: " + exit.describe();
    }

    private static @Nullable String ofCancelled(RuntimeException failure, int begins) {
        boolean never = String.valueOf(failure.getMessage()).contains("before it began");
        return never && begins > 0 ? "it is said not to have begun" : null;
    }

    /** They stay for whoever reads the exception; here, nobody does. */
    private static void remove(@Nullable Path crashLog) {
        try {
            if (crashLog != null) {
                Files.deleteIfExists(crashLog);
                Files.deleteIfExists(crashLog.getParent());
            }
        } catch (java.nio.file.DirectoryNotEmptyException e) {
            // There are more of them.
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    String summary(Duration took, PoolStats stats, int mostUnfinished) {
        return String.format(
                "Chaos %s, seed %d, %d workers: %d tasks in %d s: %s; %d cleared of those that were put; %d deaths of"
                        + " workers, signals from outside %s; at most %d unfinished at once; %d complaints",
                plan.isolation(),
                plan.seed(),
                plan.size(),
                stats.tasks().submitted(),
                took.toSeconds(),
                kinds,
                clearedPuts,
                deaths(),
                nemesis.sent(),
                mostUnfinished,
                complaints.size());
    }
}
