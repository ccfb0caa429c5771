package org.poolmanager;

import java.util.Map;
import org.poolmanager.wire.LogEvent;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;
import org.slf4j.MarkerFactory;
import org.slf4j.event.Level;
import org.slf4j.spi.LoggingEventBuilder;

/** Replays records by what every SLF4J logger can do: logs them anew, in this thread and with this time. */
final class FluentReplay implements LogReplay.Backend {

    @Override
    public void replay(LogEvent event, Map<String, String> mdc) {
        Logger logger = LoggerFactory.getLogger(event.logger());
        Level level = Level.intToLevel(event.level());
        if (!logger.isEnabledForLevel(level)) {
            return;
        }
        LoggingEventBuilder builder = logger.atLevel(level);
        for (String marker : event.markers()) {
            builder = builder.addMarker(MarkerFactory.getDetachedMarker(marker));
        }
        for (Map.Entry<String, String> keyValue : event.keyValues()) {
            builder = builder.addKeyValue(keyValue.getKey(), keyValue.getValue());
        }
        builder = builder.addKeyValue("time", event.instant()).addKeyValue("thread", event.thread());
        if (event.thrown() != null) {
            builder = builder.setCause(event.thrown().toThrowable());
        }
        Map<String, String> own = MDC.getCopyOfContextMap();
        MDC.setContextMap(mdc);
        try {
            builder.log(event.message());
        } finally {
            MDC.setContextMap(own == null ? Map.of() : own);
        }
    }
}
