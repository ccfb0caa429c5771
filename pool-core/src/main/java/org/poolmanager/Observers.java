package org.poolmanager;

import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.poolmanager.TaskObserver.Scope;
import org.poolmanager.wire.TaskContext;
import org.poolmanager.worker.TaskHeaders;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

/** Calls a pool's {@link TaskObserver}, if there is one. What that does wrong harms no task. */
final class Observers {

    private static final Logger LOG = LoggerFactory.getLogger(PoolManager.class);

    private static final Scope NOTHING = () -> {};

    private final String pool;

    private final Complaints complaints = new Complaints();

    private volatile @Nullable TaskObserver observer;

    /** What a task's consumer will be told. */
    private final Function<Task, @Nullable Throwable> failures;

    Observers(String pool, Function<Task, @Nullable Throwable> failures) {
        this.pool = pool;
        this.failures = failures;
    }

    void observe(@Nullable TaskObserver next) {
        observer = next;
    }

    /** Follows the task that the current thread hands in; null if nobody does. */
    @Nullable
    TaskObservation begin() {
        TaskObserver current = observer;
        if (current == null) {
            return null;
        }
        try {
            return current.taskHandedIn();
        } catch (RuntimeException | Error e) {
            failed(e);
            return null;
        }
    }

    /** What the current thread knows beside a task. */
    @SuppressWarnings("try") // a scope is held, not used
    TaskContext context(@Nullable TaskObservation observation) {
        if (observation == null) {
            return TaskContext.of(MDC.getCopyOfContextMap());
        }
        try (Scope unused = observation.openScope()) {
            return TaskContext.of(MDC.getCopyOfContextMap(), observation.headers());
        } catch (RuntimeException | Error e) {
            failed(e);
            return TaskContext.of(MDC.getCopyOfContextMap());
        }
    }

    /** A task runs in the current thread. */
    Scope open(@Nullable TaskObservation observation, TaskContext context) {
        if (observation == null) {
            return NOTHING;
        }
        TaskHeaders.set(context.headers());
        Scope scope = safely(observation::openScope);
        return () -> {
            scope.close();
            TaskHeaders.set(Map.of());
        };
    }

    /** For another thread that is to work on behalf of the current one. */
    Supplier<Scope> carry() {
        TaskObserver current = observer;
        if (current == null) {
            return () -> NOTHING;
        }
        try {
            Supplier<Scope> carried = current.carry();
            return () -> safely(carried);
        } catch (RuntimeException | Error e) {
            failed(e);
            return () -> NOTHING;
        }
    }

    private Scope safely(Supplier<Scope> carried) {
        try {
            return close(carried.get());
        } catch (RuntimeException | Error e) {
            failed(e);
            return NOTHING;
        }
    }

    private Scope close(Scope scope) {
        return () -> {
            try {
                scope.close();
            } catch (RuntimeException | Error e) {
                failed(e);
            }
        };
    }

    /** Called before anybody can see the outcome. */
    void finished(Task task) {
        TaskObservation observation = task.observation;
        if (observation != null) {
            try {
                PoolEvent.TaskFinished event = task.finished(pool);
                observation.finished(event, event.kind() == Outcome.Kind.COMPLETED ? null : failures.apply(task));
            } catch (RuntimeException | Error e) {
                failed(e);
            }
        }
    }

    void refused(@Nullable TaskObservation observation) {
        if (observation != null) {
            try {
                observation.refused();
            } catch (RuntimeException | Error e) {
                failed(e);
            }
        }
    }

    private void failed(Throwable problem) {
        String more = complaints.next();
        try {
            if (more != null) {
                LOG.warn("The task observer of pool '{}' failed{}", pool, more, problem);
            }
        } catch (RuntimeException | Error e) {
            // Nor must an appender that fails harm a task.
        }
    }
}
