package org.poolmanager.worker;

import java.text.MessageFormat;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Date;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.MissingResourceException;
import java.util.Objects;
import java.util.ResourceBundle;
import java.util.Set;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogManager;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;
import org.poolmanager.wire.LogEvent;
import org.poolmanager.wire.Thrown;
import org.slf4j.MDC;
import org.slf4j.spi.LocationAwareLogger;

/**
 * Captures loggers of {@code java.util.logging}: the outermost of the named loggers get the capturing handler as their
 * only one and pass nothing on to their parents, and those configured below them lose what they have; so nothing reaches a bridge to SLF4J, and no record is captured twice.
 */
final class JulCapture implements LogCapture.Backend {

    private static final String SEPARATORS = ".";

    private final CapturingHandler handler;
    private final Set<String> captured;
    private final Map<String, Integer> levels = new HashMap<>();

    /** Held here because the log manager forgets loggers that nobody else holds, with their handlers. */
    private final Map<Logger, Before> before = new HashMap<>();

    private boolean closed;

    JulCapture(Map<String, Integer> levels, LogCapture.Gate gate) {
        this.captured = LogCapture.outermost(levels.keySet(), SEPARATORS);
        this.levels.putAll(levels);
        this.handler = new CapturingHandler(gate);
        refresh();
    }

    @Override
    public synchronized void levels(Map<String, Integer> wanted) {
        for (String name : new ArrayList<>(levels.keySet())) {
            if (!wanted.containsKey(name) && !captured.contains(name)) {
                levels.remove(name);
                logger(name).setLevel(null);
            }
        }
        for (Map.Entry<String, Integer> entry : wanted.entrySet()) {
            String name = entry.getKey();
            if (captured.contains(name) || LogCapture.isBelow(name, captured, SEPARATORS)) {
                levels.put(name, entry.getValue());
            }
        }
        refresh();
    }

    @Override
    public synchronized void refresh() {
        if (closed) {
            return;
        }
        for (String name : Collections.list(LogManager.getLogManager().getLoggerNames())) {
            Logger logger = LogManager.getLogManager().getLogger(name);
            if (logger != null && LogCapture.isBelow(name, captured, SEPARATORS) && isConfigured(logger)) {
                remember(logger);
                take(logger, false, null);
            }
        }
        for (Map.Entry<String, Integer> entry : levels.entrySet()) {
            Logger logger = logger(entry.getKey());
            remember(logger);
            take(logger, captured.contains(entry.getKey()), toJul(entry.getValue()));
        }
    }

    @Override
    public synchronized void close() {
        closed = true;
        for (Map.Entry<Logger, Before> entry : before.entrySet()) {
            entry.getKey().removeHandler(handler);
            entry.getValue().restore(entry.getKey());
        }
        before.clear();
    }

    private boolean isConfigured(Logger logger) {
        return !logger.getName().isEmpty()
                && !levels.containsKey(logger.getName())
                && (logger.getLevel() != null || !logger.getUseParentHandlers() || logger.getHandlers().length > 0);
    }

    private void remember(Logger logger) {
        if (!before.containsKey(logger)) {
            before.put(logger, new Before(logger.getLevel(), logger.getUseParentHandlers(), logger.getHandlers()));
        }
    }

    private void take(Logger logger, boolean outermost, @Nullable Level level) {
        List<Handler> handlers = List.of(logger.getHandlers());
        if (outermost && !handlers.contains(handler)) {
            logger.addHandler(handler);
        }
        logger.setUseParentHandlers(!outermost);
        for (Handler own : handlers) {
            if (own != handler) {
                logger.removeHandler(own);
            }
        }
        if (!Objects.equals(level, logger.getLevel())) {
            logger.setLevel(level);
        }
    }

    private static Logger logger(String name) {
        return Logger.getLogger(name.equals(LogCapture.ROOT) ? "" : name);
    }

    private static Level toJul(int level) {
        if (level > LocationAwareLogger.ERROR_INT) {
            return Level.OFF;
        }
        if (level > LocationAwareLogger.WARN_INT) {
            return Level.SEVERE;
        }
        if (level > LocationAwareLogger.INFO_INT) {
            return Level.WARNING;
        }
        if (level > LocationAwareLogger.DEBUG_INT) {
            return Level.INFO;
        }
        return level > LocationAwareLogger.TRACE_INT ? Level.FINE : Level.ALL;
    }

    /** What a logger had before it was captured. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Before(@Nullable Level level, boolean useParentHandlers, Handler[] handlers) {

        void restore(Logger logger) {
            logger.setLevel(level);
            logger.setUseParentHandlers(useParentHandlers);
            for (Handler own : handlers) {
                logger.addHandler(own);
            }
        }
    }

    /** Turns records into our events. */
    private static final class CapturingHandler extends Handler {

        private final LogCapture.Gate gate;

        CapturingHandler(LogCapture.Gate gate) {
            this.gate = gate;
        }

        @Override
        public void publish(@Nullable LogRecord record) {
            if (record != null && !gate.isClosed()) {
                gate.deliver(toLogEvent(record));
            }
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}

        private static LogEvent toLogEvent(LogRecord record) {
            String name = record.getLoggerName();
            String logger = name == null || name.isEmpty() ? LogCapture.ROOT : name;
            try {
                return convert(record, logger);
            } catch (Throwable broken) {
                return LogCapture.broken(
                        logger, toSlf4j(record.getLevel().intValue()), String.valueOf(record.getMessage()), broken);
            }
        }

        private static LogEvent convert(LogRecord record, String logger) {
            Throwable thrown = record.getThrown();
            return new LogEvent(
                    logger,
                    toSlf4j(record.getLevel().intValue()),
                    record.getInstant(),
                    Thread.currentThread().getName(),
                    messageOf(record),
                    LogCapture.withoutNulls(MDC.getCopyOfContextMap()),
                    List.of(),
                    List.of(),
                    thrown == null ? null : Thrown.of(thrown));
        }

        private static int toSlf4j(int level) {
            if (level > Level.WARNING.intValue()) {
                return LocationAwareLogger.ERROR_INT;
            }
            if (level > Level.INFO.intValue()) {
                return LocationAwareLogger.WARN_INT;
            }
            if (level > Level.FINE.intValue()) {
                return LocationAwareLogger.INFO_INT;
            }
            return level > Level.FINER.intValue() ? LocationAwareLogger.DEBUG_INT : LocationAwareLogger.TRACE_INT;
        }

        /** As {@link java.util.logging.Formatter#formatMessage}, which would hide that a parameter failed. */
        private static String messageOf(LogRecord record) {
            String pattern = localized(record);
            Object[] parameters = record.getParameters();
            if (parameters == null || parameters.length == 0 || !hasPlaceholder(pattern)) {
                return pattern;
            }
            Object[] safe = new Object[parameters.length];
            for (int i = 0; i < parameters.length; i++) {
                Object parameter = parameters[i];
                safe[i] = parameter instanceof Number || parameter instanceof Date
                        ? parameter
                        : LogCapture.text(parameter);
            }
            try {
                return MessageFormat.format(pattern, safe);
            } catch (RuntimeException noPattern) {
                return pattern;
            }
        }

        private static String localized(LogRecord record) {
            String message = String.valueOf(record.getMessage());
            ResourceBundle bundle = record.getResourceBundle();
            if (bundle == null) {
                return message;
            }
            try {
                return bundle.getString(message);
            } catch (MissingResourceException | ClassCastException notThere) {
                return message;
            }
        }

        private static boolean hasPlaceholder(String pattern) {
            for (int i = pattern.indexOf('{'); i >= 0 && i + 1 < pattern.length(); i = pattern.indexOf('{', i + 1)) {
                if (Character.isDigit(pattern.charAt(i + 1))) {
                    return true;
                }
            }
            return false;
        }
    }
}
