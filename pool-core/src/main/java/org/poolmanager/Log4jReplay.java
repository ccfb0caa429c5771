package org.poolmanager;

import java.beans.PropertyChangeListener;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Marker;
import org.apache.logging.log4j.MarkerManager.Log4jMarker;
import org.apache.logging.log4j.core.Logger;
import org.apache.logging.log4j.core.LoggerContext;
import org.apache.logging.log4j.core.config.LoggerConfig;
import org.apache.logging.log4j.core.impl.Log4jLogEvent;
import org.apache.logging.log4j.core.time.MutableInstant;
import org.apache.logging.log4j.message.SimpleMessage;
import org.apache.logging.log4j.util.SortedArrayStringMap;
import org.apache.logging.log4j.util.StringMap;
import org.jspecify.annotations.Nullable;
import org.poolmanager.wire.LogEvent;
import org.slf4j.spi.LocationAwareLogger;

/**
 * Replays records as Log4j2 events of another time and thread. Key-values become entries of the context map, as SLF4J's
 * binding to Log4j2 has it; the markers after the first become its parents.
 */
final class Log4jReplay implements LogReplay.Backend {

    @Override
    public void replay(LogEvent event, Map<String, String> mdc) {
        Logger logger = context()
                .getLogger(
                        event.logger().equals(org.slf4j.Logger.ROOT_LOGGER_NAME)
                                ? LogManager.ROOT_LOGGER_NAME
                                : event.logger());
        Level level = toLog4j(event.level());
        Marker marker = marker(event.markers());
        if (!logger.isEnabled(level, marker)) {
            return;
        }
        MutableInstant instant = new MutableInstant();
        Instant logged = event.instant();
        long second = logged.getEpochSecond();
        int nano = logged.getNano();
        instant.initFromEpochSecond(second, nano);
        Log4jLogEvent.Builder builder = Log4jLogEvent.newBuilder()
                .setLoggerName(logger.getName())
                .setLevel(level)
                .setMarker(marker)
                .setMessage(new SimpleMessage(event.message()))
                .setInstant(instant)
                .setThreadName(event.thread())
                .setContextData(contextData(event, mdc));
        if (event.thrown() != null) {
            builder.setThrown(event.thrown().toThrowable());
        }
        logger.get().log(builder.build());
    }

    private static StringMap contextData(LogEvent event, Map<String, String> mdc) {
        StringMap data = new SortedArrayStringMap();
        mdc.forEach(data::putValue);
        for (Map.Entry<String, String> keyValue : event.keyValues()) {
            data.putValue(keyValue.getKey(), keyValue.getValue());
        }
        return data;
    }

    /** Not registered anywhere, so that names chosen by a worker do not pile up. */
    private static @Nullable Marker marker(List<String> names) {
        if (names.isEmpty()) {
            return null;
        }
        Log4jMarker marker = new Log4jMarker(names.get(0));
        for (String parent : names.subList(1, names.size())) {
            marker.addParents(new Log4jMarker(parent));
        }
        return marker;
    }

    @Override
    public List<String> withOwnLevel() {
        List<String> names = new ArrayList<>();
        for (Map.Entry<String, LoggerConfig> entry :
                context().getConfiguration().getLoggers().entrySet()) {
            if (!entry.getKey().isEmpty() && entry.getValue().getExplicitLevel() != null) {
                names.add(entry.getKey());
            }
        }
        return names;
    }

    @Override
    public LogReplay.LevelWatch watch(Runnable listener) {
        LoggerContext context = context();
        PropertyChangeListener changes = change -> listener.run();
        context.addPropertyChangeListener(changes);
        return () -> context.removePropertyChangeListener(changes);
    }

    private static LoggerContext context() {
        return (LoggerContext) LogManager.getContext(false);
    }

    private static Level toLog4j(int level) {
        if (level >= LocationAwareLogger.ERROR_INT) {
            return Level.ERROR;
        }
        if (level >= LocationAwareLogger.WARN_INT) {
            return Level.WARN;
        }
        if (level >= LocationAwareLogger.INFO_INT) {
            return Level.INFO;
        }
        return level >= LocationAwareLogger.DEBUG_INT ? Level.DEBUG : Level.TRACE;
    }
}
