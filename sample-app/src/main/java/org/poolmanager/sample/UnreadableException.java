package org.poolmanager.sample;

/** Thrown in a worker when the document itself is to blame. It travels to the parent as the cause of the failure. */
final class UnreadableException extends Exception {

    private final Problem problem;

    UnreadableException(Problem problem, String message, Throwable cause) {
        // Only the cause's words: parsers throw types that the parent has no need to know.
        super(message + ": " + words(cause));
        this.problem = problem;
    }

    UnreadableException(Problem problem, String message) {
        super(message);
        this.problem = problem;
    }

    Problem problem() {
        return problem;
    }

    private static String words(Throwable cause) {
        Throwable root = cause;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        String words = root.getMessage() == null ? root.getClass().getSimpleName() : root.getMessage();
        return words.length() <= 300 ? words : words.substring(0, 300) + " …";
    }
}
