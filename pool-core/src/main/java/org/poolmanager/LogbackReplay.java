package org.poolmanager;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.classic.spi.LoggerContextListener;
import ch.qos.logback.classic.spi.LoggerContextVO;
import ch.qos.logback.classic.spi.StackTraceElementProxy;
import ch.qos.logback.classic.spi.ThrowableProxy;
import ch.qos.logback.core.spi.SequenceNumberGenerator;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.poolmanager.wire.LogEvent;
import org.poolmanager.wire.RemoteThrowable;
import org.slf4j.LoggerFactory;
import org.slf4j.Marker;
import org.slf4j.MarkerFactory;
import org.slf4j.event.KeyValuePair;

/** Replays records as Logback events of our own, because Logback's own would say that they happened here and now. */
final class LogbackReplay implements LogReplay.Backend {

    @Override
    public void replay(LogEvent event, Map<String, String> mdc) {
        Logger logger = knownLogger(event.logger());
        Level level = Level.convertAnSLF4JLevel(org.slf4j.event.Level.intToLevel(event.level()));
        List<Marker> markers = markers(event.markers());
        if (logger.isEnabledFor(markers.isEmpty() ? null : markers.get(0), level)) {
            logger.callAppenders(new ReplayedEvent(event, level, markers, mdc, logger.getLoggerContext()));
        }
    }

    /**
     * That of the name, or the nearest above it: one of that name would inherit all from it. Workers may have a logger per
     * object, and Logback never forgets one.
     */
    private static Logger knownLogger(String name) {
        LoggerContext context = context();
        Logger known = context.exists(name);
        String above = name;
        while (known == null) {
            int end = Math.max(above.lastIndexOf('.'), above.lastIndexOf('$'));
            above = end < 0 ? org.slf4j.Logger.ROOT_LOGGER_NAME : above.substring(0, end);
            known = context.exists(above);
        }
        return known;
    }

    @Override
    public List<String> withOwnLevel() {
        List<String> names = new ArrayList<>();
        for (Logger logger : context().getLoggerList()) {
            if (logger.getLevel() != null) {
                names.add(logger.getName());
            }
        }
        return names;
    }

    @Override
    public LogReplay.LevelWatch watch(Runnable listener) {
        LoggerContext context = context();
        LevelListener levels = new LevelListener(listener);
        context.addListener(levels);
        return () -> context.removeListener(levels);
    }

    private static LoggerContext context() {
        return (LoggerContext) LoggerFactory.getILoggerFactory();
    }

    /** Detached, so that names chosen by a worker do not pile up in the marker factory. */
    private static List<Marker> markers(List<String> names) {
        if (names.isEmpty()) {
            return List.of();
        }
        List<Marker> markers = new ArrayList<>(names.size());
        for (String name : names) {
            markers.add(MarkerFactory.getDetachedMarker(name));
        }
        return markers;
    }

    /** Hears of levels that change one by one, and all at once. */
    private static final class LevelListener implements LoggerContextListener {

        private final Runnable listener;

        LevelListener(Runnable listener) {
            this.listener = listener;
        }

        @Override
        public boolean isResetResistant() {
            return true;
        }

        @Override
        public void onLevelChange(Logger logger, Level level) {
            listener.run();
        }

        @Override
        public void onStart(LoggerContext context) {
            listener.run();
        }

        @Override
        public void onReset(LoggerContext context) {
            listener.run();
        }

        @Override
        public void onStop(LoggerContext context) {}
    }

    /** A record of a worker in the shape that appenders expect. */
    private static final class ReplayedEvent implements ILoggingEvent {

        private static final StackTraceElement[] NO_CALLER = {};

        private final LogEvent event;
        private final Level level;
        private final List<Marker> markers;
        private final Map<String, String> mdc;
        private final List<KeyValuePair> keyValues;
        private final @Nullable ThrowableProxy thrown;
        private final LoggerContextVO contextView;
        private final long sequenceNumber;

        ReplayedEvent(
                LogEvent event, Level level, List<Marker> markers, Map<String, String> mdc, LoggerContext context) {
            this.event = event;
            this.level = level;
            this.markers = markers;
            this.mdc = mdc;
            this.keyValues = new ArrayList<>(event.keyValues().size());
            for (Map.Entry<String, String> keyValue : event.keyValues()) {
                keyValues.add(new KeyValuePair(keyValue.getKey(), keyValue.getValue()));
            }
            this.thrown = event.thrown() == null
                    ? null
                    : new RemoteProxy(event.thrown().toThrowable(), 0);
            this.contextView = context.getLoggerContextRemoteView();
            SequenceNumberGenerator generator = context.getSequenceNumberGenerator();
            this.sequenceNumber = generator == null ? 0 : generator.nextSequenceNumber();
        }

        @Override
        public String getThreadName() {
            return event.thread();
        }

        @Override
        public Level getLevel() {
            return level;
        }

        @Override
        public String getMessage() {
            return event.message();
        }

        @Override
        public Object @Nullable [] getArgumentArray() {
            return null;
        }

        @Override
        public String getFormattedMessage() {
            return event.message();
        }

        @Override
        public String getLoggerName() {
            return event.logger();
        }

        @Override
        public LoggerContextVO getLoggerContextVO() {
            return contextView;
        }

        @Override
        public @Nullable IThrowableProxy getThrowableProxy() {
            return thrown;
        }

        @Override
        public StackTraceElement[] getCallerData() {
            return NO_CALLER;
        }

        @Override
        public boolean hasCallerData() {
            return false;
        }

        @Override
        public List<Marker> getMarkerList() {
            return markers;
        }

        @Override
        public Map<String, String> getMDCPropertyMap() {
            return mdc;
        }

        @Override
        @Deprecated
        public Map<String, String> getMdc() {
            return mdc;
        }

        @Override
        public long getTimeStamp() {
            return event.instant().toEpochMilli();
        }

        @Override
        @SuppressWarnings("JavaInstantGetSecondsGetNano") // Logback asks for exactly this part
        public int getNanoseconds() {
            return event.instant().getNano();
        }

        @Override
        public Instant getInstant() {
            return event.instant();
        }

        @Override
        public long getSequenceNumber() {
            return sequenceNumber;
        }

        @Override
        public List<KeyValuePair> getKeyValuePairs() {
            return keyValues;
        }

        @Override
        public void prepareForDeferredProcessing() {}

        @Override
        public String toString() {
            return "[" + level + "] " + event.message();
        }
    }

    /** A throwable under its original class name; a subclass, because structured layouts insist on the class. */
    private static final class RemoteProxy extends ThrowableProxy {

        private final String originalType;
        private final int commonFrames;
        private final @Nullable RemoteProxy cause;
        private final RemoteProxy[] suppressed;

        RemoteProxy(RemoteThrowable remote, int commonFrames) {
            super(remote);
            this.originalType = remote.originalType();
            this.commonFrames = commonFrames;
            this.cause = remote.getCause() instanceof RemoteThrowable nested ? below(nested) : null;
            Throwable[] all = remote.getSuppressed();
            this.suppressed = new RemoteProxy[all.length];
            for (int i = 0; i < all.length; i++) {
                suppressed[i] = below((RemoteThrowable) all[i]);
            }
        }

        private RemoteProxy below(RemoteThrowable nested) {
            return new RemoteProxy(nested, commonFrames(nested.getStackTrace(), getStackTraceElementProxyArray()));
        }

        private static int commonFrames(StackTraceElement[] frames, StackTraceElementProxy[] enclosing) {
            int common = 0;
            while (common < Math.min(frames.length, enclosing.length)
                    && frames[frames.length - 1 - common].equals(
                            enclosing[enclosing.length - 1 - common].getStackTraceElement())) {
                common++;
            }
            return common;
        }

        @Override
        public String getClassName() {
            return originalType;
        }

        @Override
        public @Nullable String getOverridingMessage() {
            return null;
        }

        @Override
        public int getCommonFrames() {
            return commonFrames;
        }

        @Override
        public @Nullable IThrowableProxy getCause() {
            return cause;
        }

        @Override
        public IThrowableProxy[] getSuppressed() {
            return suppressed;
        }
    }
}
