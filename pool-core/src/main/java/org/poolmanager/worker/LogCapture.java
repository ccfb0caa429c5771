package org.poolmanager.worker;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.poolmanager.wire.LogEvent;
import org.slf4j.LoggerFactory;

/**
 * Takes the log records of named loggers, and of everything below them, out of this JVM's own logging and hands them
 * to a sink. Each record is handed over once, in the thread that logs it. Other loggers behave as they always do.
 *
 * <p>Nothing is thrown into a log call: a value whose {@code toString} throws gives a record that says so, and a sink
 * that throws loses that record. What the sink itself logs in the same thread is not captured.
 *
 * <p>Levels are those of SLF4J as numbers, {@link #OFF} for none; a name below another of the names only changes the
 * level. The root logger is called {@code "ROOT"}. Captured are Logback, if it stands behind SLF4J, Log4j2, if
 * its core is there, and always {@code java.util.logging}, which {@code System.Logger} uses too. Safe for use by many threads.
 */
final class LogCapture implements AutoCloseable {

    static final int OFF = Integer.MAX_VALUE;
    static final String ROOT = "ROOT";

    private final List<Backend> backends;

    private LogCapture(List<Backend> backends) {
        this.backends = backends;
    }

    /**
     * Begins to capture. To be called before other threads use SLF4J for the first time: until its first use has
     * ended, it does not tell which logging system it stands for. Without any name no logging system is touched.
     */
    static LogCapture install(Map<String, Integer> levels, Consumer<LogEvent> sink) {
        if (levels.isEmpty()) {
            return new LogCapture(List.of());
        }
        Gate gate = new Gate(sink);
        List<Backend> backends = new ArrayList<>();
        backends.add(new JulCapture(levels, gate));
        if (isLogback()) {
            backends.add(new LogbackCapture(levels, gate));
        }
        if (isLog4j()) {
            backends.add(new Log4jCapture(levels, gate));
        }
        return new LogCapture(backends);
    }

    /**
     * Changes levels. Captured names that are missing keep their level; names below them take part or inherit again,
     * as they are there or not; all other names are ignored, for what is captured never changes.
     */
    void levels(Map<String, Integer> levels) {
        for (Backend backend : backends) {
            backend.levels(levels);
        }
    }

    /**
     * Puts back what a logging system that was set up in the meantime has removed. A reset of Logback is noticed
     * without this call, a stop and a new start is not.
     */
    void refresh() {
        for (Backend backend : backends) {
            backend.refresh();
        }
    }

    /** Ends capturing and gives all loggers back what they had before. */
    @Override
    public void close() {
        for (Backend backend : backends) {
            backend.close();
        }
    }

    private static boolean isLogback() {
        return LoggerFactory.getILoggerFactory().getClass().getName().equals("ch.qos.logback.classic.LoggerContext");
    }

    /** Whether Log4j2 is there, behind SLF4J or used as it is, and its interface does not lead somewhere else. */
    private static boolean isLog4j() {
        ClassLoader loader = LogCapture.class.getClassLoader();
        return loader.getResource("org/apache/logging/log4j/core/LoggerContext.class") != null && Log4jCapture.isUsed();
    }

    /** Those of the names that are below no other of them. */
    static Set<String> outermost(Set<String> names, String separators) {
        Set<String> outermost = new HashSet<>();
        for (String name : names) {
            if (!isBelow(name, names, separators)) {
                outermost.add(name);
            }
        }
        return outermost;
    }

    /** Whether the logger has one of these as an ancestor; it is not its own ancestor. */
    static boolean isBelow(String name, Set<String> ancestors, String separators) {
        if (name.equals(ROOT)) {
            return false;
        }
        for (int i = name.length() - 1; i > 0; i--) {
            if (separators.indexOf(name.charAt(i)) >= 0 && ancestors.contains(name.substring(0, i))) {
                return true;
            }
        }
        return ancestors.contains(ROOT);
    }

    /** The value as text, or a text that says why there is none. */
    static String text(@Nullable Object value) {
        try {
            return String.valueOf(String.valueOf(value));
        } catch (Throwable broken) {
            return "[FAILED toString(): " + broken.getClass().getName() + "]";
        }
    }

    /** The MDC without the values that are null, which Logback allows. */
    static Map<String, String> withoutNulls(@Nullable Map<String, ? extends @Nullable String> mdc) {
        Map<String, String> texts = new HashMap<>();
        if (mdc != null) {
            for (Map.Entry<String, ? extends @Nullable String> entry : mdc.entrySet()) {
                String value = entry.getValue();
                if (entry.getKey() != null && value != null) {
                    texts.put(entry.getKey(), value);
                }
            }
        }
        return texts;
    }

    /** What stands for a record that cannot be described, because something it holds throws when asked. */
    static LogEvent broken(String logger, int level, String message, Throwable broken) {
        return LogEvent.of(logger, level, message + " [FAILED to read the rest of this record]", broken);
    }

    /** One logging system whose loggers are captured. */
    interface Backend {

        void levels(Map<String, Integer> levels);

        void refresh();

        void close();
    }

    /** The way to the sink; closed for a thread that is already on it. */
    static final class Gate {

        private final Consumer<LogEvent> sink;
        private final ThreadLocal<Boolean> delivering = new ThreadLocal<>();

        Gate(Consumer<LogEvent> sink) {
            this.sink = sink;
        }

        boolean isClosed() {
            return delivering.get() != null;
        }

        void deliver(LogEvent event) {
            delivering.set(Boolean.TRUE);
            try {
                sink.accept(event);
            } catch (Throwable lost) {
                // The log call belongs to a task, which must not fail for the way its records take.
            } finally {
                delivering.remove();
            }
        }
    }
}
