package org.poolmanager.worker;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.LoggerContextListener;
import ch.qos.logback.classic.spi.ThrowableProxy;
import ch.qos.logback.core.Appender;
import ch.qos.logback.core.UnsynchronizedAppenderBase;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.poolmanager.wire.LogEvent;
import org.poolmanager.wire.Thrown;
import org.slf4j.LoggerFactory;
import org.slf4j.Marker;
import org.slf4j.event.KeyValuePair;
import org.slf4j.spi.LocationAwareLogger;

/**
 * Captures Logback's loggers: the outermost of the named loggers get the capturing appender as their only one and pass
 * nothing on to their ancestors; those configured below them lose what they have. Survives a reset of the logger context.
 */
final class LogbackCapture implements LogCapture.Backend, LoggerContextListener {

    private static final String SEPARATORS = ".$";

    private final LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
    private final CapturingAppender appender;
    private final Set<String> captured;
    private final Map<String, Integer> levels = new HashMap<>();
    private final Map<String, Before> before = new HashMap<>();
    private boolean closed;

    LogbackCapture(Map<String, Integer> levels, LogCapture.Gate gate) {
        this.captured = LogCapture.outermost(levels.keySet(), SEPARATORS);
        this.levels.putAll(levels);
        this.appender = new CapturingAppender(gate);
        appender.setContext(context);
        appender.setName("org.poolmanager.capture");
        refresh();
    }

    @Override
    public synchronized void levels(Map<String, Integer> wanted) {
        for (String name : new ArrayList<>(levels.keySet())) {
            if (!wanted.containsKey(name) && !captured.contains(name)) {
                levels.remove(name);
                context.getLogger(name).setLevel(null);
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
        if (!appender.isStarted()) {
            appender.start();
        }
        for (String name : levels.keySet()) {
            remember(context.getLogger(name));
        }
        for (Logger logger : context.getLoggerList()) {
            if (LogCapture.isBelow(logger.getName(), captured, SEPARATORS) && isConfigured(logger)) {
                remember(logger);
                take(logger, false, null);
            }
        }
        for (Map.Entry<String, Integer> entry : levels.entrySet()) {
            take(context.getLogger(entry.getKey()), captured.contains(entry.getKey()), toLogback(entry.getValue()));
        }
        if (!captured.isEmpty() && !context.getCopyOfListenerList().contains(this)) {
            context.addListener(this);
        }
    }

    @Override
    public synchronized void close() {
        closed = true;
        context.removeListener(this);
        for (Map.Entry<String, Before> entry : before.entrySet()) {
            Logger logger = context.getLogger(entry.getKey());
            logger.detachAppender(appender);
            entry.getValue().restore(logger);
        }
        before.clear();
        appender.stop();
    }

    private void remember(Logger logger) {
        if (!before.containsKey(logger.getName())) {
            before.put(logger.getName(), new Before(logger.getLevel(), logger.isAdditive(), appendersOf(logger)));
        }
    }

    private boolean isConfigured(Logger logger) {
        return !levels.containsKey(logger.getName())
                && (logger.getLevel() != null
                        || !logger.isAdditive()
                        || logger.iteratorForAppenders().hasNext());
    }

    private void take(Logger logger, boolean outermost, @Nullable Level level) {
        if (outermost && !logger.isAttached(appender)) {
            logger.addAppender(appender);
        }
        logger.setAdditive(!outermost);
        for (Appender<ILoggingEvent> own : appendersOf(logger)) {
            if (own != appender) {
                logger.detachAppender(own);
            }
        }
        if (!Objects.equals(level, logger.getLevel())) {
            logger.setLevel(level);
        }
    }

    private static List<Appender<ILoggingEvent>> appendersOf(Logger logger) {
        List<Appender<ILoggingEvent>> appenders = new ArrayList<>();
        for (Iterator<Appender<ILoggingEvent>> all = logger.iteratorForAppenders(); all.hasNext(); ) {
            appenders.add(all.next());
        }
        return appenders;
    }

    private static Level toLogback(int level) {
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

    @Override
    public boolean isResetResistant() {
        return true;
    }

    @Override
    public void onReset(LoggerContext reset) {
        refresh();
    }

    @Override
    public void onStart(LoggerContext started) {
        refresh();
    }

    @Override
    public void onStop(LoggerContext stopped) {}

    @Override
    public void onLevelChange(Logger logger, Level level) {}

    /** What a logger had before it was captured. */
    private record Before(@Nullable Level level, boolean additive, List<Appender<ILoggingEvent>> appenders) {

        void restore(Logger logger) {
            if (level != null || !logger.getName().equals(LogCapture.ROOT)) {
                logger.setLevel(level);
            }
            logger.setAdditive(additive);
            for (Appender<ILoggingEvent> own : appenders) {
                logger.addAppender(own);
            }
        }
    }

    /** Turns Logback's events into ours. */
    private static final class CapturingAppender extends UnsynchronizedAppenderBase<ILoggingEvent> {

        private final LogCapture.Gate gate;

        CapturingAppender(LogCapture.Gate gate) {
            this.gate = gate;
        }

        @Override
        protected void append(ILoggingEvent event) {
            if (!gate.isClosed()) {
                gate.deliver(toLogEvent(event));
            }
        }

        private static LogEvent toLogEvent(ILoggingEvent event) {
            try {
                return convert(event);
            } catch (Throwable broken) {
                return LogCapture.broken(
                        event.getLoggerName(), toSlf4j(event.getLevel()), String.valueOf(event.getMessage()), broken);
            }
        }

        private static LogEvent convert(ILoggingEvent event) {
            return new LogEvent(
                    event.getLoggerName(),
                    toSlf4j(event.getLevel()),
                    event.getInstant(),
                    event.getThreadName(),
                    String.valueOf(event.getFormattedMessage()),
                    LogCapture.withoutNulls(event.getMDCPropertyMap()),
                    markersOf(event.getMarkerList()),
                    keyValuesOf(event.getKeyValuePairs()),
                    event.getThrowableProxy() instanceof ThrowableProxy proxy ? Thrown.of(proxy.getThrowable()) : null);
        }

        private static int toSlf4j(Level level) {
            if (level.isGreaterOrEqual(Level.ERROR)) {
                return LocationAwareLogger.ERROR_INT;
            }
            if (level.isGreaterOrEqual(Level.WARN)) {
                return LocationAwareLogger.WARN_INT;
            }
            if (level.isGreaterOrEqual(Level.INFO)) {
                return LocationAwareLogger.INFO_INT;
            }
            return level.isGreaterOrEqual(Level.DEBUG) ? LocationAwareLogger.DEBUG_INT : LocationAwareLogger.TRACE_INT;
        }

        private static List<String> markersOf(@Nullable List<Marker> markers) {
            if (markers == null) {
                return List.of();
            }
            Set<String> names = new LinkedHashSet<>();
            for (Marker marker : markers) {
                addNames(marker, names);
            }
            return new ArrayList<>(names);
        }

        @SuppressWarnings("deprecation") // SLF4J advises against markers that refer to others; code still has them
        private static void addNames(Marker marker, Set<String> names) {
            if (names.add(marker.getName())) {
                for (Iterator<Marker> references = marker.iterator(); references.hasNext(); ) {
                    addNames(references.next(), names);
                }
            }
        }

        private static List<Map.Entry<String, String>> keyValuesOf(@Nullable List<KeyValuePair> pairs) {
            if (pairs == null) {
                return List.of();
            }
            List<Map.Entry<String, String>> texts = new ArrayList<>(pairs.size());
            for (KeyValuePair pair : pairs) {
                texts.add(Map.entry(String.valueOf(pair.key), LogCapture.text(pair.value)));
            }
            return texts;
        }
    }
}
