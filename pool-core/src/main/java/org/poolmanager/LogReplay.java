package org.poolmanager;

import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.poolmanager.wire.LogEvent;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.spi.LocationAwareLogger;

/**
 * Lets log records of workers re-enter the logging of this JVM, through the logger of the same name and by its level.
 * The MDC of a record gains {@code pool}, {@code worker}, {@code pid} and {@code task}.
 *
 * <p>With Logback everything of a record is preserved. With another logging system the record is logged anew: its time
 * and thread become the key-values {@code time} and {@code thread}. Safe for use by many threads.
 */
final class LogReplay {

    /** The level of a logger that is switched off. */
    static final int OFF = Integer.MAX_VALUE;

    private final String pool;
    private final Backend backend = isLogback() ? new LogbackReplay() : new FluentReplay();
    private final AtomicBoolean reported = new AtomicBoolean();

    LogReplay(String pool) {
        this.pool = pool;
    }

    /**
     * Replays one record in the calling thread. Never throws: the first failure of an appender is reported to the
     * logger {@code org.poolmanager}, later ones of this pool are not.
     *
     * @param task sequence number of the task that logged it, negative if it was none
     */
    void replay(LogEvent event, int worker, long pid, long task) {
        try {
            Map<String, String> mdc = new HashMap<>(event.mdc());
            mdc.put("pool", pool);
            mdc.put("worker", Integer.toString(worker));
            mdc.put("pid", Long.toString(pid));
            if (task >= 0) {
                mdc.put("task", Long.toString(task));
            }
            backend.replay(event, mdc);
        } catch (Throwable problem) {
            report(event, problem);
        }
    }

    /**
     * The levels by which workers are to decide what to log: for each of the loggers its effective level, and, with
     * Logback, for each logger below them that has a level of its own that level. Levels are those of SLF4J as numbers.
     */
    static Map<String, Integer> effectiveLevels(Collection<String> loggers) {
        Map<String, Integer> levels = new LinkedHashMap<>();
        for (String logger : loggers) {
            levels.put(logger, effectiveLevel(LoggerFactory.getLogger(logger)));
        }
        if (isLogback() && !loggers.isEmpty()) {
            for (String logger : LogbackReplay.withOwnLevelBelow(loggers)) {
                levels.putIfAbsent(logger, effectiveLevel(LoggerFactory.getLogger(logger)));
            }
        }
        return levels;
    }

    /**
     * Runs the listener after each change of a level, until closed; with Logback only, which runs it in the thread
     * that makes the change, also for loggers of no interest, and once per logger that is changed.
     */
    static LevelWatch onLevelChange(Runnable listener) {
        return isLogback() ? LogbackReplay.watch(listener) : () -> {};
    }

    private void report(LogEvent event, Throwable problem) {
        if (!reported.compareAndSet(false, true)) {
            return;
        }
        try {
            LoggerFactory.getLogger("org.poolmanager")
                    .error(
                            "Pool '{}': a log record of a worker for logger '{}' is lost, because logging it here"
                                    + " failed. Look at the appenders of this logger; further losses of this pool are"
                                    + " not reported.",
                            pool,
                            event.logger(),
                            problem);
        } catch (Throwable noWayToReport) {
            // Most likely the same appender again: there is nowhere left to say it.
        }
    }

    private static int effectiveLevel(Logger logger) {
        if (logger.isTraceEnabled()) {
            return LocationAwareLogger.TRACE_INT;
        }
        if (logger.isDebugEnabled()) {
            return LocationAwareLogger.DEBUG_INT;
        }
        if (logger.isInfoEnabled()) {
            return LocationAwareLogger.INFO_INT;
        }
        if (logger.isWarnEnabled()) {
            return LocationAwareLogger.WARN_INT;
        }
        return logger.isErrorEnabled() ? LocationAwareLogger.ERROR_INT : OFF;
    }

    private static boolean isLogback() {
        return LoggerFactory.getILoggerFactory().getClass().getName().equals("ch.qos.logback.classic.LoggerContext");
    }

    /** One way into a logging system. */
    interface Backend {

        void replay(LogEvent event, Map<String, String> mdc);
    }

    /** Ends with {@link #close()}. */
    interface LevelWatch extends AutoCloseable {

        @Override
        void close();
    }
}
