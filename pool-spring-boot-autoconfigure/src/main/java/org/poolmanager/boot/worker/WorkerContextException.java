package org.poolmanager.boot.worker;

/** A worker cannot be built by Spring in a child JVM. Says what is missing and which class needs it. */
public final class WorkerContextException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final String action;

    WorkerContextException(String reason, String action) {
        super(reason);
        this.action = action;
    }

    WorkerContextException(String reason, Throwable cause) {
        super(reason, cause);
        this.action = "";
    }

    /**
     * What to do about it.
     *
     * @return a sentence, empty if the reason says it all
     */
    public String action() {
        return action;
    }
}
