package org.poolmanager.worker;

import java.beans.PropertyChangeEvent;
import java.beans.PropertyChangeListener;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Marker;
import org.apache.logging.log4j.core.LoggerContext;
import org.apache.logging.log4j.core.appender.AbstractAppender;
import org.apache.logging.log4j.core.config.Configuration;
import org.apache.logging.log4j.core.config.LoggerConfig;
import org.apache.logging.log4j.core.config.Property;
import org.jspecify.annotations.Nullable;
import org.poolmanager.wire.LogEvent;
import org.poolmanager.wire.Thrown;
import org.slf4j.spi.LocationAwareLogger;

/**
 * Captures Log4j2's loggers: the outermost of the named ones get a configuration of our own, with the capturing appender
 * as its only one and nothing passed on; those configured below them are left with their level alone. Survives a change
 * of the configuration.
 */
final class Log4jCapture implements LogCapture.Backend, PropertyChangeListener {

    private static final String SEPARATORS = ".$";

    private final LoggerContext context = (LoggerContext) LogManager.getContext(false);
    private final CapturingAppender appender;
    private final Set<String> captured;
    private final Map<String, Integer> levels = new HashMap<>();

    /** What the configuration had for the loggers that are ours now, null where it had nothing. */
    private final Map<String, @Nullable LoggerConfig> before = new HashMap<>();

    private @Nullable Configuration taken;
    private boolean closed;

    Log4jCapture(Map<String, Integer> levels, LogCapture.Gate gate) {
        this.captured = LogCapture.outermost(levels.keySet(), SEPARATORS);
        this.levels.putAll(levels);
        this.appender = new CapturingAppender(gate);
        appender.start();
        refresh();
        context.addPropertyChangeListener(this);
    }

    /** Whether Log4j2's interface leads to Log4j2 itself. */
    static boolean isUsed() {
        return LogManager.getContext(false) instanceof LoggerContext;
    }

    @Override
    public synchronized void levels(Map<String, Integer> wanted) {
        levels.keySet().removeIf(name -> !wanted.containsKey(name) && !captured.contains(name));
        for (Map.Entry<String, Integer> entry : wanted.entrySet()) {
            String name = entry.getKey();
            if (captured.contains(name) || LogCapture.isBelow(name, captured, SEPARATORS)) {
                levels.put(name, entry.getValue());
            }
        }
        taken = null;
        refresh();
    }

    @Override
    @SuppressWarnings("ReferenceEquality") // a configuration is its object
    public synchronized void refresh() {
        Configuration configuration = context.getConfiguration();
        if (closed || configuration == taken) {
            return;
        }
        giveBack();
        taken = configuration; // before the update, which tells this listener again
        for (Map.Entry<String, LoggerConfig> entry : new HashMap<>(configuration.getLoggers()).entrySet()) {
            if (LogCapture.isBelow(slf4jName(entry.getKey()), captured, SEPARATORS)) {
                before.put(entry.getKey(), entry.getValue());
                configuration.removeLogger(entry.getKey());
            }
        }
        for (Map.Entry<String, Integer> entry : levels.entrySet()) {
            take(configuration, log4jName(entry.getKey()), captured.contains(entry.getKey()), entry.getValue());
        }
        context.updateLoggers();
    }

    private void take(Configuration configuration, String name, boolean outermost, int level) {
        if (!before.containsKey(name)) {
            before.put(name, configuration.getLoggers().get(name));
        }
        LoggerConfig ours = new LoggerConfig(name, toLog4j(level), !outermost);
        if (outermost) {
            ours.addAppender(appender, null, null);
        }
        configuration.removeLogger(name);
        configuration.addLogger(name, ours);
    }

    private void giveBack() {
        Configuration configuration = context.getConfiguration();
        for (Map.Entry<String, @Nullable LoggerConfig> entry : before.entrySet()) {
            configuration.removeLogger(entry.getKey());
            LoggerConfig own = entry.getValue();
            if (own != null) {
                configuration.addLogger(entry.getKey(), own);
            }
        }
        before.clear();
    }

    @Override
    public synchronized void close() {
        closed = true;
        context.removePropertyChangeListener(this);
        giveBack();
        context.updateLoggers();
        appender.stop();
    }

    @Override
    public void propertyChange(PropertyChangeEvent change) {
        refresh();
    }

    private static String log4jName(String name) {
        return name.equals(LogCapture.ROOT) ? LogManager.ROOT_LOGGER_NAME : name;
    }

    private static String slf4jName(String name) {
        return name.isEmpty() ? LogCapture.ROOT : name;
    }

    private static Level toLog4j(int level) {
        if (level > LocationAwareLogger.ERROR_INT) {
            return Level.OFF;
        }
        if (level > LocationAwareLogger.WARN_INT) {
            return Level.ERROR;
        }
        if (level > LocationAwareLogger.INFO_INT) {
            return Level.WARN;
        }
        if (level > LocationAwareLogger.DEBUG_INT) {
            return Level.INFO;
        }
        return level > LocationAwareLogger.TRACE_INT ? Level.DEBUG : Level.TRACE;
    }

    /** Turns Log4j2's events into ours, in the thread that logs. */
    private static final class CapturingAppender extends AbstractAppender {

        private final LogCapture.Gate gate;

        CapturingAppender(LogCapture.Gate gate) {
            super("org.poolmanager.capture", null, null, true, Property.EMPTY_ARRAY);
            this.gate = gate;
        }

        @Override
        public void append(org.apache.logging.log4j.core.LogEvent event) {
            if (!gate.isClosed()) {
                gate.deliver(toLogEvent(event));
            }
        }

        private static LogEvent toLogEvent(org.apache.logging.log4j.core.LogEvent event) {
            try {
                return convert(event);
            } catch (Throwable broken) {
                return LogCapture.broken(
                        slf4jName(event.getLoggerName()), toSlf4j(event.getLevel()), "(a message)", broken);
            }
        }

        private static LogEvent convert(org.apache.logging.log4j.core.LogEvent event) {
            Throwable thrown = event.getThrown();
            return new LogEvent(
                    slf4jName(event.getLoggerName()),
                    toSlf4j(event.getLevel()),
                    Instant.ofEpochSecond(
                            event.getInstant().getEpochSecond(),
                            event.getInstant().getNanoOfSecond()),
                    event.getThreadName(),
                    String.valueOf(event.getMessage().getFormattedMessage()),
                    LogCapture.withoutNulls(event.getContextData().toMap()),
                    markersOf(event.getMarker()),
                    List.of(),
                    thrown == null ? null : Thrown.of(thrown));
        }

        private static int toSlf4j(Level level) {
            if (level.isMoreSpecificThan(Level.ERROR)) {
                return LocationAwareLogger.ERROR_INT;
            }
            if (level.isMoreSpecificThan(Level.WARN)) {
                return LocationAwareLogger.WARN_INT;
            }
            if (level.isMoreSpecificThan(Level.INFO)) {
                return LocationAwareLogger.INFO_INT;
            }
            return level.isMoreSpecificThan(Level.DEBUG)
                    ? LocationAwareLogger.DEBUG_INT
                    : LocationAwareLogger.TRACE_INT;
        }

        private static List<String> markersOf(@Nullable Marker marker) {
            if (marker == null) {
                return List.of();
            }
            Set<String> names = new LinkedHashSet<>();
            addNames(marker, names);
            return new ArrayList<>(names);
        }

        private static void addNames(Marker marker, Set<String> names) {
            if (names.add(marker.getName()) && marker.hasParents()) {
                for (Marker parent : marker.getParents()) {
                    addNames(parent, names);
                }
            }
        }
    }
}
