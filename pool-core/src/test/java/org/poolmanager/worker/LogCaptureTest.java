package org.poolmanager.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.Appender;
import ch.qos.logback.core.read.ListAppender;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.logging.Handler;
import java.util.logging.LogManager;
import java.util.logging.LogRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.poolmanager.wire.LogEvent;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;
import org.slf4j.Marker;
import org.slf4j.MarkerFactory;

class LogCaptureTest {

    private static final int DEBUG = 10;
    private static final int INFO = 20;
    private static final int WARN = 30;

    private final LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
    private final ch.qos.logback.classic.Logger root = context.getLogger(Logger.ROOT_LOGGER_NAME);
    private final List<Appender<ILoggingEvent>> rootAppenders = appenders(root);
    private final Level rootLevel = root.getLevel();
    private final ListAppender<ILoggingEvent> own = new ListAppender<>();
    private final List<LogEvent> captured = new CopyOnWriteArrayList<>();
    private LogCapture capture = LogCapture.install(Map.of(), captured::add);

    @BeforeEach
    void ownAppenderOnRoot() {
        rootAppenders.forEach(root::detachAppender);
        own.start();
        root.addAppender(own);
    }

    @AfterEach
    void restore() {
        capture.close();
        MDC.clear();
        root.detachAppender(own);
        rootAppenders.stream().filter(each -> !root.isAttached(each)).forEach(root::addAppender);
        root.setLevel(rootLevel);
    }

    @Test
    void c081ARecordOfANamedLoggerIsCapturedOnceAndNotLoggedHere() {
        install(Map.of("test", INFO));

        LoggerFactory.getLogger("test").info("number {}", 7);

        assertThat(captured).hasSize(1);
        assertThat(captured.get(0).message()).isEqualTo("number 7");
        assertThat(captured.get(0).logger()).isEqualTo("test");
        assertThat(captured.get(0).level()).isEqualTo(INFO);
        assertThat(own.list).isEmpty();
    }

    @Test
    void c082LoggersBelowTheNamedOneAreCapturedOthersBehaveAsAlways() {
        install(Map.of("test", INFO));

        LoggerFactory.getLogger("test.submodule").info("below");
        LoggerFactory.getLogger("information").info("other");
        LoggerFactory.getLogger("tester").info("no child of test");

        assertThat(captured).extracting(LogEvent::logger).containsExactly("test.submodule");
        assertThat(own.list).extracting(ILoggingEvent::getLoggerName).containsExactly("information", "tester");
    }

    @Test
    void c082ANamedLoggerBelowANamedLoggerGivesEachRecordOnce() {
        install(Map.of("test", INFO, "test.submodule", DEBUG, "test.a.b", WARN));

        LoggerFactory.getLogger("test.submodule").debug("one");
        LoggerFactory.getLogger("test.a.b.c").info("not enabled");
        LoggerFactory.getLogger("test").info("two");

        assertThat(captured).extracting(LogEvent::message).containsExactly("one", "two");
        assertThat(own.list).isEmpty();
    }

    @Test
    void c082TheRootLoggerCanBeNamed() {
        install(Map.of("ROOT", WARN, "test", INFO));

        LoggerFactory.getLogger("anything").warn("one");
        LoggerFactory.getLogger("anything").info("not enabled");
        LoggerFactory.getLogger("test").info("two");
        LoggerFactory.getLogger("ROOT").warn("three");
        java.util.logging.Logger.getLogger("anything.jul").warning("four");

        assertThat(captured).extracting(LogEvent::logger).containsExactly("anything", "test", "ROOT", "anything.jul");
        assertThat(own.list).isEmpty();
    }

    @Test
    void c082WhatIsConfiguredBelowANamedLoggerGivesWay() {
        ch.qos.logback.classic.Logger audit = context.getLogger("test.audit");
        java.util.logging.Logger jul = java.util.logging.Logger.getLogger("test.jul");
        audit.setAdditive(false);
        audit.setLevel(Level.OFF);
        audit.addAppender(own);
        jul.setUseParentHandlers(false);
        try {
            install(Map.of("test", INFO));
            audit.info("one");
            jul.info("two");
            capture.close();
            audit.error("off, as before");

            assertThat(captured).extracting(LogEvent::message).containsExactly("one", "two");
            assertThat(own.list).isEmpty();
            assertThat(audit.isAttached(own)).isTrue();
            assertThat(jul.getUseParentHandlers()).isFalse();
        } finally {
            audit.detachAppender(own);
            audit.setAdditive(true);
            audit.setLevel(null);
            jul.setUseParentHandlers(true);
        }
    }

    @Test
    void c082ClosingGivesLoggersBackWhatTheyHad() {
        ch.qos.logback.classic.Logger test = context.getLogger("test");
        install(Map.of("test", DEBUG, "ROOT", DEBUG));

        capture.close();
        test.info("after");

        assertThat(captured).isEmpty();
        assertThat(own.list).extracting(ILoggingEvent::getMessage).containsExactly("after");
        assertThat(test.getLevel()).isNull();
        assertThat(test.isAdditive()).isTrue();
        assertThat(root.getLevel()).isEqualTo(rootLevel);
    }

    @Test
    void c083OnlyEnabledLevelsAreCapturedAndAChangeTakesEffect() {
        Logger logger = LoggerFactory.getLogger("test.levels");
        install(Map.of("test", INFO));
        logger.debug("too low");
        assertThat(logger.isDebugEnabled()).isFalse();

        capture.levels(Map.of("test", DEBUG));
        assertThat(logger.isDebugEnabled()).isTrue();
        logger.debug("now");

        capture.levels(Map.of("test", LogCapture.OFF));
        logger.error("off");

        assertThat(captured).extracting(LogEvent::message).containsExactly("now");
    }

    @Test
    void c083LevelsBelowANamedLoggerComeAndGoAndOthersAreIgnored() {
        install(Map.of("test", INFO));
        Logger below = LoggerFactory.getLogger("test.sub");
        Logger other = LoggerFactory.getLogger("other");

        capture.levels(Map.of("test", INFO, "test.sub", DEBUG, "other", LogCapture.OFF));
        below.debug("one");
        capture.levels(Map.of("test", INFO));
        below.debug("inherits again");
        below.info("two");

        assertThat(captured).extracting(LogEvent::message).containsExactly("one", "two");
        assertThat(other.isInfoEnabled()).isTrue();
    }

    @Test
    void c083ALoggingSystemSetUpMeanwhileDoesNotEndTheCapture() {
        install(Map.of("test", DEBUG));

        context.reset();
        LoggerFactory.getLogger("test").debug("after reset");
        context.stop();
        context.reset();
        context.start();
        capture.refresh();
        LoggerFactory.getLogger("test").debug("after stop and start");

        assertThat(captured).extracting(LogEvent::message).containsExactly("after reset", "after stop and start");
    }

    @Test
    void c084EveryLoggingInterfaceIsCapturedWithNameAndLevel() {
        install(Map.of("test", 0));

        LoggerFactory.getLogger("test.slf4j").trace("one");
        java.util.logging.Logger jul = java.util.logging.Logger.getLogger("test.jul");
        jul.log(java.util.logging.Level.FINE, "two {0}", 2);
        System.getLogger("test.system").log(System.Logger.Level.WARNING, "three {0}", "3");

        assertThat(captured)
                .extracting(e -> e.logger() + " " + e.level() + " " + e.message())
                .containsExactly("test.slf4j 0 one", "test.jul 10 two 2", "test.system 30 three 3");
    }

    @Test
    void c084RecordsOfJulReachNoHandlerOfThisJvmSoThatABridgeCannotRepeatThem() {
        List<LogRecord> seen = new ArrayList<>();
        Handler bridge = new Handler() {
            @Override
            public void publish(LogRecord record) {
                seen.add(record);
            }

            @Override
            public void flush() {}

            @Override
            public void close() {}
        };
        java.util.logging.Logger julRoot = LogManager.getLogManager().getLogger("");
        julRoot.addHandler(bridge);
        try {
            install(Map.of("test", INFO));
            java.util.logging.Logger.getLogger("test.jul").info("once");
            java.util.logging.Logger.getLogger("other.jul").info("other");
        } finally {
            julRoot.removeHandler(bridge);
        }

        assertThat(captured).extracting(LogEvent::message).containsExactly("once");
        assertThat(seen).extracting(LogRecord::getMessage).containsExactly("other");
    }

    @Test
    void c085EverythingOfARecordIsCaptured() {
        install(Map.of("test", INFO));
        Instant start = Instant.now();
        Marker outer = MarkerFactory.getDetachedMarker("OUTER");
        IllegalStateException problem = new IllegalStateException("outer", new IOException("inner"));

        MDC.put("user", "1");
        LoggerFactory.getLogger("test")
                .atInfo()
                .addMarker(outer)
                .addMarker(MarkerFactory.getDetachedMarker("SECOND"))
                .addKeyValue("k", 1)
                .addKeyValue("broken", new Broken())
                .setCause(problem)
                .log("message {}", new StringBuilder("m"));
        MDC.put("user", "2");
        java.util.logging.Logger.getLogger("test").info("second");

        LogEvent first = captured.get(0);
        assertThat(first.message()).isEqualTo("message m");
        assertThat(first.markers()).containsExactly("OUTER", "SECOND");
        assertThat(first.keyValues())
                .containsExactly(
                        Map.entry("k", "1"),
                        Map.entry("broken", "[FAILED toString(): java.lang.UnsupportedOperationException]"));
        assertThat(first.thread()).isEqualTo(Thread.currentThread().getName());
        assertThat(first.instant()).isBetween(start, Instant.now());
        assertThat(first.mdc()).isEqualTo(Map.of("user", "1"));
        assertThat(first.thrown().toThrowable().getCause()).hasToString("java.io.IOException: inner");
        assertThat(captured.get(1).mdc()).isEqualTo(Map.of("user", "2"));
    }

    @Test
    void c085AParameterWhoseToStringThrowsGivesARecordThatSaysSo() {
        install(Map.of("test", INFO));

        LoggerFactory.getLogger("test").info("a {} b", new Broken());
        java.util.logging.Logger.getLogger("test")
                .log(java.util.logging.Level.INFO, "c {0} d {1}", new Object[] {new Broken(), 3});

        assertThat(captured)
                .extracting(LogEvent::message)
                .containsExactly(
                        "a [FAILED toString()] b",
                        "c [FAILED toString(): java.lang.UnsupportedOperationException] d 3");
    }

    @Test
    void c085ABrokenSinkOrRecordNeverFailsTheLogCall() {
        capture.close();
        capture = LogCapture.install(Map.of("test", INFO), event -> {
            throw new NoClassDefFoundError(event.message());
        });
        java.util.logging.LogRecord broken = new LogRecord(java.util.logging.Level.INFO, "broken") {
            @Override
            public Object[] getParameters() {
                throw new UnsupportedOperationException();
            }
        };

        assertThatCode(() -> LoggerFactory.getLogger("test").info("x")).doesNotThrowAnyException();
        assertThatCode(() -> java.util.logging.Logger.getLogger("test").log(broken))
                .doesNotThrowAnyException();

        install(Map.of("test", INFO));
        broken.setLoggerName("test");
        java.util.logging.Logger.getLogger("test").log(broken);
        assertThat(captured)
                .extracting(LogEvent::message)
                .containsExactly("broken [FAILED to read the rest of this record]");
    }

    @Test
    void whatTheSinkItselfLogsIsNotCaptured() {
        capture.close();
        capture = LogCapture.install(Map.of("test", INFO), event -> {
            captured.add(event);
            LoggerFactory.getLogger("test").info("from the sink");
            java.util.logging.Logger.getLogger("test").info("from the sink");
        });

        LoggerFactory.getLogger("test").info("one");
        java.util.logging.Logger.getLogger("test").info("two");

        assertThat(captured).extracting(LogEvent::message).containsExactly("one", "two");
    }

    @Test
    void c086RecordsArriveInTheOrderTheyWereLogged() {
        install(Map.of("test", INFO));
        Logger logger = LoggerFactory.getLogger("test.order");
        List<String> expected = new ArrayList<>();
        List<String> seen = new ArrayList<>();
        sinkInto(event -> seen.add(event.message()));

        for (int i = 0; i < 10_000; i++) {
            logger.info("{}", i);
            expected.add(Integer.toString(i));
        }

        assertThat(seen).isEqualTo(expected);
    }

    private void install(Map<String, Integer> levels) {
        capture.close();
        capture = LogCapture.install(levels, captured::add);
    }

    private void sinkInto(Consumer<LogEvent> sink) {
        capture.close();
        capture = LogCapture.install(Map.of("test", INFO), sink);
    }

    private static List<Appender<ILoggingEvent>> appenders(ch.qos.logback.classic.Logger logger) {
        List<Appender<ILoggingEvent>> appenders = new ArrayList<>();
        logger.iteratorForAppenders().forEachRemaining(appenders::add);
        return appenders;
    }

    private static final class Broken {

        @Override
        public String toString() {
            throw new UnsupportedOperationException("on purpose");
        }
    }
}
