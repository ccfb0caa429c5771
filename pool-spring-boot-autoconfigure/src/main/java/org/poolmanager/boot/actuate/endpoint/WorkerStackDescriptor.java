package org.poolmanager.boot.actuate.endpoint;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.poolmanager.PoolStats;
import org.poolmanager.WorkerStack;
import org.springframework.boot.actuate.endpoint.OperationResponseBody;

/**
 * One worker, and where it is.
 *
 * @param worker the worker
 * @param taskId the number of the task that the stack is of; null if it had none
 * @param stack the calls of that task, the innermost first; empty if it had none
 */
public record WorkerStackDescriptor(
        WorkerDescriptor worker, @Nullable Long taskId, List<String> stack) implements OperationResponseBody {

    static WorkerStackDescriptor of(PoolStats.Worker worker, WorkerStack shown) {
        return new WorkerStackDescriptor(
                WorkerDescriptor.of(worker),
                shown.task(),
                shown.frames().stream().map(StackTraceElement::toString).toList());
    }
}
