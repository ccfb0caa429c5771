package org.poolmanager.boot.actuate.endpoint;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import org.poolmanager.PoolException;
import org.poolmanager.PoolManager;
import org.poolmanager.PoolState;
import org.poolmanager.StartMode;
import org.poolmanager.WorkerStack;
import org.poolmanager.boot.PoolManagers;
import org.poolmanager.boot.PoolRegistration;
import org.springframework.boot.actuate.endpoint.OperationResponseBody;
import org.springframework.boot.actuate.endpoint.web.WebEndpointResponse;

/** What operators may do to pools, with the answers that they get. Each of them leaves a trace, see {@link OperationTrace}. */
public class PoolOperations {

    private static final int ACCEPTED = 202;

    private static final int CONFLICT = 409;

    /** What is done by then is in the answer. */
    private static final Duration PATIENCE = Duration.ofSeconds(1);

    private static final Log logger = LogFactory.getLog(PoolOperations.class);

    private final PoolManagers pools;

    private final OperationTrace trace;

    /**
     * Operations on the given pools.
     *
     * @param pools the pools
     * @param trace is told of each
     */
    public PoolOperations(PoolManagers pools, OperationTrace trace) {
        this.pools = pools;
        this.trace = trace;
    }

    /** Does something to a pool. What it throws is an answer. */
    private interface Action {

        OperationResponseBody perform(PoolManager<?, ?> pool) throws InterruptedException, TimeoutException;
    }

    WebEndpointResponse<OperationResponseBody> change(
            Operator operator, String pool, @Nullable String state, @Nullable String recycle, @Nullable String size) {
        Map<String, String> given = new TreeMap<>();
        put(given, "state", state);
        put(given, "recycle", recycle);
        put(given, "size", size);
        return perform(operator, pool, "change " + given, ACCEPTED, target -> {
            if (given.size() != 1) {
                throw new IllegalArgumentException(
                        "One of 'state' (paused, running, stopped), 'recycle' (rolling) and 'size'"
                                + " (a number of workers) must be given, and only one");
            }
            if (state != null) {
                moveTo(target, state);
            } else if (recycle != null) {
                checkIs("recycle", recycle, List.of("rolling"));
                target.recycle();
            } else if (size != null) {
                target.resize(small(size));
            }
            return operator.pool(pool);
        });
    }

    private static void put(Map<String, String> given, String name, @Nullable String value) {
        if (value != null) {
            given.put(name, value);
        }
    }

    WebEndpointResponse<OperationResponseBody> clear(Operator operator, String pool) {
        return perform(
                operator,
                pool,
                "clear queue",
                WebEndpointResponse.STATUS_OK,
                target -> new ClearedDescriptor(target.clearTasks()));
    }

    WebEndpointResponse<OperationResponseBody> killWorker(Operator operator, String pool, String id) {
        return perform(operator, pool, "kill worker " + id, ACCEPTED, target -> {
            int worker = small(id);
            if (!target.killWorker(worker)) {
                throw new IllegalStateException("Worker " + worker + " of pool '" + target.name()
                        + "' is being started or is ending: only one that is idle or busy can be killed");
            }
            return operator.pool(pool);
        });
    }

    WebEndpointResponse<OperationResponseBody> retry(Operator operator, String pool, String id) {
        return perform(operator, pool, "retry quarantined task " + id, ACCEPTED, target -> {
            var unused = target.quarantine().retry(number(id), Duration.ZERO);
            return operator.pool(pool);
        });
    }

    WebEndpointResponse<OperationResponseBody> drop(Operator operator, String pool, String id) {
        return perform(operator, pool, "drop quarantined task " + id, WebEndpointResponse.STATUS_OK, target -> {
            long task = number(id);
            if (!target.quarantine().drop(task)) {
                throw new NoSuchElementException(
                        "There is no task with id " + task + " in the quarantine of pool '" + target.name() + "'");
            }
            return new DroppedDescriptor(task);
        });
    }

    /** Where a worker is: a question, which leaves no trace. */
    WebEndpointResponse<OperationResponseBody> stack(String pool, String id) {
        return answer(pool, WebEndpointResponse.STATUS_OK, target -> {
            WorkerStack stack = target.workerStack(small(id), PATIENCE);
            return target.stats().workerList().stream()
                    .filter(worker -> worker.id() == stack.worker())
                    .map(worker -> WorkerStackDescriptor.of(worker, stack))
                    .findFirst()
                    .orElseThrow(() -> new NoSuchElementException(
                            "Worker " + stack.worker() + " of pool '" + pool + "' has left meanwhile"));
        });
    }

    static WebEndpointResponse<OperationResponseBody> unknown(String what) {
        return problem(WebEndpointResponse.STATUS_NOT_FOUND, what);
    }

    private WebEndpointResponse<OperationResponseBody> perform(
            Operator operator, String pool, String what, int done, Action action) {
        WebEndpointResponse<OperationResponseBody> answer = answer(pool, done, action);
        if (find(pool) != null) {
            trace.performed(operator.name(), pool, what, answer.getStatus());
        }
        return answer;
    }

    private WebEndpointResponse<OperationResponseBody> answer(String name, int done, Action action) {
        PoolManager<?, ?> pool = find(name);
        if (pool == null) {
            return unknown(
                    pools.names().contains(name)
                            ? "Pool '" + name + "' is lazy, and nobody has used it yet"
                            : "There is no pool '" + name + "'. There are: " + pools.names());
        }
        try {
            return new WebEndpointResponse<>(action.perform(pool), done);
        } catch (IllegalArgumentException ex) {
            return problem(WebEndpointResponse.STATUS_BAD_REQUEST, ex.getMessage());
        } catch (NoSuchElementException ex) {
            return unknown(String.valueOf(ex.getMessage()));
        } catch (IllegalStateException | PoolException ex) {
            return problem(CONFLICT, ex.getMessage());
        } catch (TimeoutException ex) {
            return problem(WebEndpointResponse.STATUS_SERVICE_UNAVAILABLE, ex.getMessage());
        } catch (InterruptedException ex) {
            Thread.currentThread().interrupt();
            return problem(WebEndpointResponse.STATUS_SERVICE_UNAVAILABLE, "The server was interrupted");
        }
    }

    private @Nullable PoolManager<?, ?> find(String name) {
        return pools.stream()
                .filter(registration -> registration.name().equals(name))
                .<PoolManager<?, ?>>map(PoolRegistration::pool)
                .findFirst()
                .orElse(null);
    }

    private static WebEndpointResponse<OperationResponseBody> problem(int status, @Nullable String text) {
        return new WebEndpointResponse<>(new ProblemDescriptor(String.valueOf(text)), status);
    }

    private static int small(String text) {
        long number = number(text);
        if (number != (int) number) {
            throw new IllegalArgumentException("'" + text + "' is too large");
        }
        return (int) number;
    }

    private static long number(String text) {
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException ex) {
            throw new IllegalArgumentException("'" + text + "' is not a number");
        }
    }

    private static String checkIs(String name, String value, List<String> allowed) {
        String lower = value.toLowerCase(Locale.ROOT);
        if (!allowed.contains(lower)) {
            throw new IllegalArgumentException(
                    "'" + name + "' must be " + String.join(", ", allowed) + ", but is '" + value + "'");
        }
        return lower;
    }

    // ---- states ----

    private static void moveTo(PoolManager<?, ?> pool, String state) throws InterruptedException {
        switch (checkIs("state", state, List.of("paused", "running", "stopped"))) {
            case "paused" -> pool.pause();
            case "running" -> run(pool);
            default -> inBackground("stop", pool, pool::close);
        }
    }

    private static void run(PoolManager<?, ?> pool) throws InterruptedException {
        PoolState now = pool.state();
        if (now == PoolState.NEW || now == PoolState.STOPPED || now == PoolState.FAILED) {
            inBackground("start", pool, () -> pool.start(StartMode.EAGER));
        } else if (now != PoolState.STARTING) {
            pool.resume();
        }
    }

    /** Waits a moment for its end; what takes longer goes on by itself. */
    private static void inBackground(String what, PoolManager<?, ?> pool, Runnable action) throws InterruptedException {
        CompletableFuture<Void> done = CompletableFuture.runAsync(action, command -> {
            Thread thread = new Thread(command, "poolmanager-" + what + "-" + pool.name());
            thread.setDaemon(true);
            thread.start();
        });
        try {
            done.get(PATIENCE.toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException ex) {
            var unused = done.exceptionally(failure -> {
                logger.warn("Pool '" + pool.name() + "' could not " + what + " as an operator wanted", failure);
                return null;
            });
        } catch (ExecutionException ex) {
            throw ex.getCause() instanceof RuntimeException cause ? cause : new IllegalStateException(ex.getCause());
        }
    }

    // ---- answers ----

    /**
     * Who asks, and what they may see.
     *
     * @param name who it is, if that is known
     * @param view shows a pool to them
     */
    record Operator(@Nullable String name, Function<String, @Nullable PoolDescriptor> view) {

        OperationResponseBody pool(String pool) {
            PoolDescriptor shown = view.apply(pool);
            if (shown == null) {
                throw new NoSuchElementException("There is no pool '" + pool + "' any more");
            }
            return shown;
        }
    }

    /**
     * Why something was not done.
     *
     * @param error what is wrong, and what to do
     */
    public record ProblemDescriptor(String error) implements OperationResponseBody {}

    /**
     * The queue was cleared.
     *
     * @param cleared how many tasks were cancelled
     */
    public record ClearedDescriptor(int cleared) implements OperationResponseBody {}

    /**
     * A task has left quarantine for good.
     *
     * @param dropped the task's number
     */
    public record DroppedDescriptor(long dropped) implements OperationResponseBody {}
}
