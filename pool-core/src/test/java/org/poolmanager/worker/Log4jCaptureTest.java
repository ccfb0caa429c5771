package org.poolmanager.worker;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.MarkerManager;
import org.apache.logging.log4j.ThreadContext;
import org.apache.logging.log4j.core.LoggerContext;
import org.apache.logging.log4j.core.appender.AbstractAppender;
import org.apache.logging.log4j.core.config.LoggerConfig;
import org.apache.logging.log4j.core.config.Property;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.poolmanager.wire.LogEvent;

/** Log4j2 used by its own interface. Behind SLF4J it is tested by {@code OtherLoggingTest}. */
@DisplayName("Capture of Log4j2")
class Log4jCaptureTest {

    private static final int DEBUG = 10;
    private static final int INFO = 20;

    private final LoggerContext context = (LoggerContext) LogManager.getContext(false);
    private final List<String> own = new ArrayList<>();
    private final AbstractAppender ear = new AbstractAppender("ear", null, null, true, Property.EMPTY_ARRAY) {
        @Override
        public void append(org.apache.logging.log4j.core.LogEvent event) {
            own.add(event.getLoggerName());
        }
    };
    private final List<LogEvent> captured = new CopyOnWriteArrayList<>();
    private LogCapture capture = LogCapture.install(Map.of(), captured::add);

    @BeforeEach
    void ownConfiguration() {
        ear.start();
        context.getConfiguration().getRootLogger().addAppender(ear, null, null);
        LoggerConfig audit = new LoggerConfig("test.audit", Level.OFF, false);
        audit.addAppender(ear, null, null);
        context.getConfiguration().addLogger("test.audit", audit);
        context.updateLoggers();
    }

    @AfterEach
    void restore() {
        capture.close();
        ThreadContext.clearAll();
        context.getConfiguration().getRootLogger().removeAppender("ear");
        context.getConfiguration().removeLogger("test.audit");
        context.updateLoggers();
    }

    @Test
    @DisplayName(
            "C082: named loggers and all below are captured, with a configuration of their own or not; others are not")
    void c082Hierarchy() {
        capture = LogCapture.install(Map.of("test", INFO), captured::add);

        LogManager.getLogger("test").info("one");
        LogManager.getLogger("test.sub").debug("too low");
        LogManager.getLogger("test.audit").info("two");
        LogManager.getLogger("testing").error("other");

        assertThat(captured).extracting(LogEvent::logger).containsExactly("test", "test.audit");
        assertThat(own).containsExactly("testing");

        capture.close();
        LogManager.getLogger("test").error("after");
        LogManager.getLogger("test.audit").error("off, as before");
        assertThat(captured).hasSize(2);
        assertThat(own).containsExactly("testing", "test");
    }

    @Test
    @DisplayName("C082: the root logger can be named")
    void c082Root() {
        capture = LogCapture.install(Map.of("ROOT", INFO), captured::add);

        LogManager.getLogger("anything").info("one");
        LogManager.getRootLogger().warn("two");

        assertThat(captured).extracting(LogEvent::logger).containsExactly("anything", "ROOT");
        assertThat(own).isEmpty();
        capture.close();
        LogManager.getLogger("anything").error("after");
        assertThat(own).containsExactly("anything");
    }

    @Test
    @DisplayName("C083: levels change, below named loggers too, and a new configuration does not end the capture")
    void c083Levels() {
        capture = LogCapture.install(Map.of("test", INFO), captured::add);
        LogManager.getLogger("test.sub").debug("too low");
        capture.levels(Map.of("test", INFO, "test.sub", DEBUG, "other", DEBUG));
        LogManager.getLogger("test.sub").debug("now");
        assertThat(LogManager.getLogger("other").isDebugEnabled()).isFalse();
        capture.levels(Map.of("test", LogCapture.OFF));
        LogManager.getLogger("test.sub").fatal("off");
        capture.levels(Map.of("test", INFO));

        context.reconfigure();
        LogManager.getLogger("test.sub").info("after a new configuration");

        assertThat(captured).extracting(LogEvent::message).containsExactly("now", "after a new configuration");
    }

    @Test
    @DisplayName("C085: everything of a record is captured")
    void c085Everything() {
        capture = LogCapture.install(Map.of("test", INFO), captured::add);
        ThreadContext.put("user", "1");

        LogManager.getLogger("test")
                .atFatal()
                .withMarker(new MarkerManager.Log4jMarker("CHILD").addParents(new MarkerManager.Log4jMarker("PARENT")))
                .withThrowable(new IllegalStateException("problem"))
                .log("a {} b {}", new StringBuilder("x"), new Object() {
                    @Override
                    public String toString() {
                        throw new UnsupportedOperationException("on purpose");
                    }
                });

        LogEvent event = captured.get(0);
        assertThat(event.level()).isEqualTo(40);
        assertThat(event.message()).startsWith("a x b ").contains("UnsupportedOperationException");
        assertThat(event.mdc()).isEqualTo(Map.of("user", "1"));
        assertThat(event.markers()).containsExactly("CHILD", "PARENT");
        assertThat(event.thread()).isEqualTo(Thread.currentThread().getName());
        assertThat(event.thrown().toThrowable()).hasToString("java.lang.IllegalStateException: problem");
    }
}
