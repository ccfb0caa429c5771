package org.poolmanager;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.logging.Level;
import java.util.logging.LogManager;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.poolmanager.wire.LogEvent;
import org.slf4j.MDC;
import org.slf4j.spi.LocationAwareLogger;

/**
 * Replays records as those of {@code java.util.logging}. These have a time stamp, and no place for markers and key-values,
 * which stand before the message as with SLF4J's own binding; nor for the name of a thread, which is lost. The MDC is
 * SLF4J's while handlers run.
 */
final class JulReplay implements LogReplay.Backend {

    @Override
    public void replay(LogEvent event, Map<String, String> mdc) {
        Logger logger = logger(event.logger());
        Level level = toJul(event.level());
        if (!logger.isLoggable(level)) {
            return;
        }
        LogRecord record = new LogRecord(level, message(event));
        record.setLoggerName(logger.getName());
        record.setInstant(event.instant());
        record.setSourceClassName(event.logger()); // else it is looked for on this thread's stack
        record.setSourceMethodName(null);
        if (event.thrown() != null) {
            record.setThrown(event.thrown().toThrowable());
        }
        MDC.setContextMap(mdc);
        try {
            logger.log(record);
        } finally {
            MDC.clear();
        }
    }

    private static String message(LogEvent event) {
        if (event.markers().isEmpty() && event.keyValues().isEmpty()) {
            return event.message();
        }
        StringBuilder text = new StringBuilder();
        for (String marker : event.markers()) {
            text.append(marker).append(' ');
        }
        for (Map.Entry<String, String> keyValue : event.keyValues()) {
            text.append(keyValue.getKey())
                    .append("=\"")
                    .append(keyValue.getValue())
                    .append("\" ");
        }
        return text.append(event.message()).toString();
    }

    @Override
    public List<String> withOwnLevel() {
        LogManager manager = LogManager.getLogManager();
        List<String> names = new ArrayList<>();
        for (String name : Collections.list(manager.getLoggerNames())) {
            Logger logger = manager.getLogger(name);
            if (logger != null && logger.getLevel() != null && !name.isEmpty()) {
                names.add(name);
            }
        }
        return names;
    }

    @Override
    public int effectiveLevel(String name) {
        Logger logger = logger(name);
        if (logger.isLoggable(Level.FINEST)) {
            return LocationAwareLogger.TRACE_INT;
        }
        if (logger.isLoggable(Level.FINE)) {
            return LocationAwareLogger.DEBUG_INT;
        }
        if (logger.isLoggable(Level.INFO)) {
            return LocationAwareLogger.INFO_INT;
        }
        if (logger.isLoggable(Level.WARNING)) {
            return LocationAwareLogger.WARN_INT;
        }
        return logger.isLoggable(Level.SEVERE) ? LocationAwareLogger.ERROR_INT : LogReplay.OFF;
    }

    private static Logger logger(String name) {
        return Logger.getLogger(name.equals(org.slf4j.Logger.ROOT_LOGGER_NAME) ? "" : name);
    }

    private static Level toJul(int level) {
        if (level >= LocationAwareLogger.ERROR_INT) {
            return Level.SEVERE;
        }
        if (level >= LocationAwareLogger.WARN_INT) {
            return Level.WARNING;
        }
        if (level >= LocationAwareLogger.INFO_INT) {
            return Level.INFO;
        }
        return level >= LocationAwareLogger.DEBUG_INT ? Level.FINE : Level.FINEST;
    }
}
