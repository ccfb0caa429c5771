package org.poolmanager.worker;

import java.util.Map;
import org.poolmanager.wire.TaskContext;
import org.slf4j.MDC;

/**
 * The MDC of the task thread: what it was when the worker was built, and during a task what travelled with the task. After
 * a task it is as before. While nothing travels and no logger is captured, SLF4J is not touched: a child that does not
 * log shall not pay for the start of a logging system.
 */
final class TaskMdc {

    private boolean used;

    private Map<String, String> betweenTasks = Map.of();

    /** Called in the task thread, once the worker is built. */
    TaskMdc(boolean used) {
        if (used) {
            Map<String, String> mdc = MDC.getCopyOfContextMap();
            betweenTasks = mdc == null ? Map.of() : mdc;
            this.used = true;
        }
    }

    void enter(TaskContext context) {
        if (context.mdc().isEmpty()) {
            return;
        }
        used = true; // from here on; what a task before has left behind is nobody's
        context.mdc().forEach(MDC::put);
    }

    void leave() {
        if (used) {
            MDC.setContextMap(betweenTasks);
        }
    }
}
