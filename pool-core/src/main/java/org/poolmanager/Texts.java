package org.poolmanager;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.poolmanager.launch.ExitReport;
import org.poolmanager.wire.PayloadException;

/** The words of a pool's errors: what happened to what, the numbers, the likely cause, the next step. */
final class Texts {

    /** Of a stack in a message; the exception has all. */
    private static final int MAX_FRAMES = 40;

    /** Of causes that are looked at: a chain may be a ring. */
    private static final int MAX_DEPTH = 32;

    private final PoolSettings settings;

    Texts(PoolSettings settings) {
        this.settings = settings;
    }

    WorkerCrashedException crashed(TaskRef task, WorkerEnd end, boolean answerLost, long ranNanos, boolean kept) {
        StringBuilder text = new StringBuilder(task.describe());
        if (answerLost) {
            text.append(" had finished, but its result was lost: ");
        } else {
            text.append(" was lost after ")
                    .append(seconds(Duration.ofNanos(ranNanos)))
                    .append(": ");
        }
        text.append(end.text()).append(". The worker is being replaced; no other task is affected.");
        if (kept) {
            text.append(" The task is in quarantine now (quarantine.after is ")
                    .append(settings.quarantine().after())
                    .append(").");
        }
        ExitReport exit = end.exit();
        if (exit != null && !exit.lastLines().isEmpty()) {
            text.append(" Its last output:");
            for (String line : exit.lastLines()) {
                text.append(System.lineSeparator()).append("    ").append(line);
            }
        }
        return new WorkerCrashedException(task, text.toString(), end.reason(), exit);
    }

    /** A task that its workers had not even begun. */
    WorkerCrashedException unread(TaskRef task, WorkerEnd end, Task what, int workers) {
        return new WorkerCrashedException(
                task,
                task.describe() + " was lost: " + workers
                        + " workers ran out of memory when they had it, before they began it. It takes " + what.bytes()
                        + " bytes. Give the workers a larger heap (jvm.args: -Xmx...), or send a file name instead. The last"
                        + " of them: " + end.text(),
                end.reason(),
                end.exit());
    }

    /**
     * A task that was ended with its worker.
     *
     * @param ran how long it had run
     * @param stack where it was, empty if that is not known
     */
    TaskTimeoutException timedOut(TaskRef task, Fired fired, Duration ran, List<StackTraceElement> stack) {
        String limit = fired.name() + " of " + seconds(fired.limit());
        String what = switch (fired.name()) {
            case "stall-timeout" ->
                " was ended after " + seconds(ran) + ": it had reported progress, and then none for "
                        + seconds(fired.taken()) + ", over its " + limit;
            case "hang-timeout" ->
                " was ended after " + seconds(ran) + ": the process of its worker gave no sign of life" + " for "
                        + seconds(fired.taken()) + ", over its " + limit;
            default -> " was ended after " + seconds(fired.taken()) + ", over its " + limit;
        };
        String next = switch (fired.name()) {
            case "stall-timeout" -> "If it is well, have it report more often, or raise stall-timeout.";
            case "hang-timeout" ->
                "Most likely it was stopped from outside (SIGSTOP, a debugger) or its machine is"
                        + " overloaded; if neither is a fault, raise hang-timeout.";
            default -> "If such a task may take longer, raise " + fired.name() + ".";
        };
        String text = task.describe() + what + "; its worker "
                + (isProcess() ? "was killed and replaced" : "was replaced") + ". " + next + where(stack);
        return new TaskTimeoutException(task, fired, stack, text, null);
    }

    TaskTimeoutException interrupted(TaskRef task, Fired fired, Throwable cause) {
        String text =
                task.describe() + " was interrupted after " + seconds(fired.taken()) + ", over its soft-timeout of "
                        + seconds(fired.limit()) + ", and then ended by itself: " + words(cause)
                        + ". If such a task may take longer, raise soft-timeout.";
        return new TaskTimeoutException(task, fired, List.of(), text, cause);
    }

    TaskTimeoutException waitedTooLong(TaskRef task, Fired fired, PoolState state, int size) {
        String why = state == PoolState.PAUSED
                ? "the pool is paused. Resume it in time, or raise queue-timeout."
                : "the " + size + " workers were not free in time. Put less, raise size, or raise queue-timeout.";
        String text = task.describe() + " waited for " + seconds(fired.taken()) + ", over its queue-timeout of "
                + seconds(fired.limit()) + ", and never began: " + why;
        return new TaskTimeoutException(task, fired, List.of(), text, null);
    }

    String slow(TaskRef task, Fired fired, List<StackTraceElement> stack, int leftOut) {
        return task.describe() + " is slow: it has run for " + seconds(fired.taken())
                + ", over the slow-task-threshold of "
                + seconds(fired.limit()) + ", and goes on."
                + (leftOut == 0 ? "" : " " + leftOut + " slow tasks before it were not reported.")
                + where(stack);
    }

    private static String where(List<StackTraceElement> stack) {
        StringBuilder text = new StringBuilder();
        for (StackTraceElement frame : stack.subList(0, Math.min(stack.size(), MAX_FRAMES))) {
            text.append(System.lineSeparator()).append("    at ").append(frame);
        }
        return stack.isEmpty() ? "" : " It was here:" + text;
    }

    TaskFailedException failed(TaskRef task, Throwable cause) {
        return new TaskFailedException(task, task.describe() + " failed: " + words(cause), cause);
    }

    TaskSerializationException unserializable(TaskRef task, String what, Throwable cause) {
        return new TaskSerializationException(
                task, task.describe() + ": the " + what + " cannot travel: " + words(cause), cause);
    }

    TaskSerializationException refused(TaskRef task, Throwable cause) {
        String which = task.index() < 0 ? "a task" : "task " + task.index();
        return new TaskSerializationException(
                task,
                "Pool '" + settings.name() + "' cannot send " + which + " to a child JVM: " + cause.getMessage(),
                cause);
    }

    QueueFullException full(PoolStats stats, Duration waited) {
        int size = stats.workers().target();
        int capacity = settings.capacity(size);
        if (stats.queue().remaining() > 0 && settings.resultSize() != PoolSettings.UNBOUNDED) {
            return new QueueFullException(settings.name(), capacity, waited, resultsFull(stats, waited));
        }
        String text = "Pool '" + settings.name() + "' is full: " + stats.tasks().running() + " tasks running on "
                + stats.workers().live() + " of " + size + " workers, "
                + stats.queue().size()
                + " waiting (size " + size + " + queue-size " + settings.queueSize() + " may be unfinished)"
                + (waited.isZero() ? "" : "; waited " + seconds(waited))
                + (stats.state() == PoolState.PAUSED
                        ? ". It is paused, and runs nothing until somebody resumes it."
                        : ". Try again later, wait longer, or raise queue-size.");
        return new QueueFullException(settings.name(), capacity, waited, text);
    }

    private String resultsFull(PoolStats stats, Duration waited) {
        return "Pool '" + settings.name() + "' takes no more: " + settings.resultSize() + " tasks have been put and not"
                + " fetched (result-size), " + stats.resultsWaiting() + " of them are done"
                + (waited.isZero() ? "" : "; waited " + seconds(waited)) + ". Get results, or raise result-size.";
    }

    String fullForListener() {
        return "Pool '" + settings.name() + "' is full, and this is one of its own threads (a listener or a dependent"
                + " of a future), which must not wait for room: it is the one that makes room. Use offer(), or hand"
                + " over to another thread (thenApplyAsync)";
    }

    PoolStartException startFailed(int failed, int size, WorkerStartException first) {
        return new PoolStartException(
                settings.name(),
                "Pool '" + settings.name() + "' could not be started: " + failed + " of " + size
                        + " workers failed to start. " + first.getMessage(),
                first.getCause() == null ? first : first.getCause());
    }

    PoolBrokenException broken(int attempts, WorkerStartException last) {
        return new PoolBrokenException(
                settings.name(),
                "Pool '" + settings.name() + "' is broken: no worker is left, and " + attempts
                        + " starts in a row have failed. The last one: " + last.getMessage(),
                last.getCause() == null ? last : last.getCause());
    }

    /** A start that failed in the pool's own work. */
    String notStarted(int worker, Throwable why) {
        return "Worker " + worker + " of pool '" + settings.name() + "' could not be started: " + words(why)
                + scarcity(why);
    }

    static String laneFailed(Throwable why) {
        return "the pool's own thread for it failed: " + words(why) + scarcity(why);
    }

    /** What this JVM has run out of, and what to do then; empty if that is not the reason. */
    static String scarcity(Throwable why) {
        boolean classes = false;
        Throwable each = why;
        for (int depth = 0; each != null && depth < MAX_DEPTH; depth++, each = each.getCause()) {
            String message = String.valueOf(each.getMessage());
            if (message.contains("Too many open files")) {
                return ". This JVM, or the system, has no file descriptor left: find who opens so many (lsof), or raise"
                        + " the limit (ulimit -n)";
            }
            if (message.contains("unable to create native thread")
                    || message.contains("Resource temporarily unavailable")) {
                return ". No further thread or process can be made: raise the limit of the user (ulimit -u) or of the"
                        + " container (pids), or lower size";
            }
            classes |= each instanceof LinkageError || each instanceof ClassNotFoundException;
        }
        return classes
                ? ". A class of this JVM could not be loaded: most likely it has no file descriptor left (ulimit -n), or"
                        + " its files have been replaced while it runs"
                : "";
    }

    /** Why the pool itself ended a worker. */
    String ended(WorkerExit why, Recycler.@Nullable Due due) {
        return switch (why) {
            case TIMEOUT -> "the pool killed it because its task ran over its task-timeout";
            case STALLED -> "the pool killed it because its task had stopped reporting progress (stall-timeout)";
            case HUNG -> "the pool killed it because it gave no sign of life (hang-timeout)";
            case RECYCLED -> recycled(due);
            case CANCELLED -> "the pool killed it because its running task was cancelled";
            case RESIZED -> "the pool was made smaller";
            case OPERATOR -> "an operator had it killed";
            default -> "the pool ended it because it was closed";
        };
    }

    private String recycled(Recycler.@Nullable Due due) {
        RecyclePolicy policy = settings.recycle();
        String why = due == null
                ? ""
                : switch (due) {
                    case TASKS -> ": it has run its tasks (recycle.max-tasks is " + policy.maxTasks() + ")";
                    case AGE -> ": it was old (recycle.max-age is " + policy.maxAge() + ")";
                    case IDLE -> ": it was idle (recycle.idle-timeout is " + policy.idleTimeout() + ")";
                    case MEMORY -> ": its process was large (recycle.max-memory is " + policy.maxMemory() + " bytes)";
                    case REQUEST -> ": an operator asked for fresh workers";
                };
        return "the pool replaced it by a fresh one" + why;
    }

    /** An exception of the user's in words, whose own methods may fail. */
    private static String words(Throwable cause) {
        try {
            return cause instanceof PayloadException ? String.valueOf(cause.getMessage()) : cause.toString();
        } catch (RuntimeException | Error e) {
            return cause.getClass().getName() + " (it cannot be described: its own methods throw)";
        }
    }

    static String lastLines(List<String> lines) {
        return lines.isEmpty()
                ? "It printed nothing. "
                : "It printed: " + String.join(System.lineSeparator(), lines) + System.lineSeparator();
    }

    static String seconds(Duration duration) {
        if (duration.compareTo(Duration.ofSeconds(1)) < 0) {
            return String.format(Locale.ROOT, "%.1f ms", duration.toNanos() / 1e6);
        }
        return String.format(Locale.ROOT, "%.3f s", duration.toMillis() / 1e3);
    }

    private boolean isProcess() {
        return settings.isolation() == Isolation.PROCESS;
    }
}
