package org.poolmanager;

import java.io.IOException;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.poolmanager.wire.LogEvent;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.spi.LocationAwareLogger;

/**
 * Lets log records of workers re-enter the logging of this JVM, through the logger of the same name and by its level.
 * The MDC of a record gains {@code pool}, {@code worker}, {@code pid} and {@code task}.
 *
 * <p>The logging system is the one behind SLF4J, or {@code java.util.logging} if there is none. For one thread at a time.
 */
final class LogReplay {

    /** The level of a logger that is switched off. */
    static final int OFF = Integer.MAX_VALUE;

    private final String pool;
    private final Backend backend = backend();
    private boolean reported;

    private static final String OWN = "org.poolmanager.";

    private volatile Set<String> expected = Set.of();

    LogReplay(String pool) {
        this.pool = pool;
    }

    /**
     * Replays one record in the calling thread. Never throws: the first failure of an appender is reported to the
     * logger {@code org.poolmanager}, later ones of this pool are not.
     */
    void replay(LogQueue.Entry entry) {
        String logger = "(unknown)";
        try {
            LogEvent event = decode(entry);
            logger = event.logger();
            if (!isExpected(logger)) {
                return; // a worker has no business with other loggers of this JVM
            }
            Map<String, String> mdc = new HashMap<>(event.mdc());
            mdc.put("pool", pool);
            mdc.put("worker", Integer.toString(entry.worker()));
            mdc.put("pid", Long.toString(entry.pid()));
            if (entry.task() >= 0) {
                mdc.put("task", Long.toString(entry.task()));
            }
            backend.replay(event, mdc);
        } catch (Throwable problem) {
            report(logger, problem);
        }
    }

    /** Which loggers records are expected of, with those below them and the pool's own. */
    void accept(Set<String> loggers) {
        expected = Set.copyOf(loggers);
    }

    private boolean isExpected(String logger) {
        Set<String> names = expected;
        return names.contains(logger) || logger.startsWith(OWN) || isBelow(logger, names);
    }

    private static LogEvent decode(LogQueue.Entry entry) throws IOException {
        return LogEvent.decode(entry.event());
    }

    /**
     * The levels by which workers are to decide what to log: for each of the loggers its effective level, and for each
     * logger below them that is known to have a level of its own that level. Levels are those of SLF4J as numbers.
     */
    static Map<String, Integer> effectiveLevels(Collection<String> loggers) {
        Map<String, Integer> levels = new LinkedHashMap<>();
        Backend backend = backend();
        for (String logger : loggers) {
            levels.put(logger, backend.effectiveLevel(logger));
        }
        if (!loggers.isEmpty()) {
            for (String logger : backend.withOwnLevel()) {
                if (!levels.containsKey(logger) && isBelow(logger, loggers)) {
                    levels.put(logger, backend.effectiveLevel(logger));
                }
            }
        }
        return levels;
    }

    /**
     * Runs the listener after each change of a level, until closed, in the thread that makes the change, also for
     * loggers of no interest.
     *
     * @return null if this logging system does not tell: then it must be asked now and then
     */
    static @Nullable LevelWatch onLevelChange(Runnable listener) {
        return backend().watch(listener);
    }

    private static boolean isBelow(String name, Collection<String> ancestors) {
        for (String ancestor : ancestors) {
            if (ancestor.equals(Logger.ROOT_LOGGER_NAME)) {
                return true;
            }
            if (name.length() > ancestor.length()
                    && name.startsWith(ancestor)
                    && ".$".indexOf(name.charAt(ancestor.length())) >= 0) {
                return true;
            }
        }
        return false;
    }

    private void report(String logger, Throwable problem) {
        if (reported) {
            return;
        }
        reported = true;
        try {
            LoggerFactory.getLogger("org.poolmanager")
                    .error(
                            "Pool '{}': a log record of a worker for logger '{}' is lost, because logging it here"
                                    + " failed. Look at the appenders of this logger; further losses of this pool are"
                                    + " not reported.",
                            pool,
                            logger,
                            problem);
        } catch (Throwable noWayToReport) {
            // Most likely the same appender again: there is nowhere left to say it.
        }
    }

    private static Backend backend() {
        return switch (LoggerFactory.getILoggerFactory().getClass().getName()) {
            case "ch.qos.logback.classic.LoggerContext" -> new LogbackReplay();
            case "org.apache.logging.slf4j.Log4jLoggerFactory" -> new Log4jReplay();
            case "org.slf4j.jul.JDK14LoggerFactory" -> new JulReplay();
            case "org.slf4j.helpers.NOPLoggerFactory" -> isSilenceChosen() ? new FluentReplay() : new JulReplay();
            default -> new FluentReplay();
        };
    }

    /** Whether SLF4J is silent on purpose, and not because nothing stands behind it. */
    private static boolean isSilenceChosen() {
        return LogReplay.class.getClassLoader().getResource("org/slf4j/nop/NOPServiceProvider.class") != null;
    }

    /** One way into a logging system. */
    interface Backend {

        void replay(LogEvent event, Map<String, String> mdc);

        /** The loggers that do not inherit their level, as far as that can be known. */
        default List<String> withOwnLevel() {
            return List.of();
        }

        /** See {@link LogReplay#onLevelChange}. */
        default @Nullable LevelWatch watch(Runnable listener) {
            return null;
        }

        default int effectiveLevel(String name) {
            Logger logger = LoggerFactory.getLogger(name);
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
    }

    /** Ends with {@link #close()}. */
    interface LevelWatch extends AutoCloseable {

        @Override
        void close();
    }
}
