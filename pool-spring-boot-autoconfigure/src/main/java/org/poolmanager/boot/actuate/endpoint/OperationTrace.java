package org.poolmanager.boot.actuate.endpoint;

import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import org.poolmanager.boot.events.PoolHistories;
import org.springframework.boot.actuate.audit.listener.AuditApplicationEvent;
import org.springframework.context.ApplicationEventPublisher;

/** Remembers who has done what to a pool: in the pool's history, and where the application is audited, there. */
public class OperationTrace {

    /** The type of the audit events. */
    public static final String AUDIT_TYPE = "POOL_OPERATION";

    private static final int FIRST_REFUSAL = 300;

    private static final Log logger = LogFactory.getLog(OperationTrace.class);

    private final PoolHistories histories;

    private final @Nullable ApplicationEventPublisher audit;

    /**
     * A trace.
     *
     * @param histories what has happened to pools
     * @param audit takes audit events; null if nothing is audited
     */
    public OperationTrace(PoolHistories histories, @Nullable ApplicationEventPublisher audit) {
        this.histories = histories;
        this.audit = audit;
    }

    void performed(@Nullable String principal, String pool, String what, int status) {
        if (status < FIRST_REFUSAL) {
            histories.operated(pool, principal == null ? what : what + ", by " + principal);
        }
        if (audit != null) {
            Map<String, @Nullable Object> data = new LinkedHashMap<>();
            data.put("pool", pool);
            data.put("operation", what);
            data.put("status", status);
            try {
                audit.publishEvent(new AuditApplicationEvent(principal == null ? "" : principal, AUDIT_TYPE, data));
            } catch (RuntimeException ex) {
                logger.error("The operation '" + what + "' on pool '" + pool + "' could not be audited", ex);
            }
        }
    }
}
