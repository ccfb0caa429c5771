package org.poolmanager;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxy;
import ch.qos.logback.core.Appender;
import ch.qos.logback.core.AppenderBase;
import ch.qos.logback.core.UnsynchronizedAppenderBase;
import ch.qos.logback.core.read.ListAppender;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.poolmanager.wire.LogEvent;
import org.poolmanager.wire.Thrown;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;
import org.slf4j.spi.LocationAwareLogger;

class LogReplayTest {

    private static final Instant INSTANT = Instant.ofEpochSecond(1_700_000_000L, 123_456_789);

    private final LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
    private final LogReplay replay = new LogReplay("thumbs");
    private final List<Runnable> undo = new ArrayList<>();

    @BeforeEach
    void quiet() {
        replay.accept(Set.of(Logger.ROOT_LOGGER_NAME));
        ch.qos.logback.classic.Logger root = context.getLogger(Logger.ROOT_LOGGER_NAME);
        List<Appender<ILoggingEvent>> appenders = new ArrayList<>();
        root.iteratorForAppenders().forEachRemaining(appenders::add);
        appenders.forEach(root::detachAppender);
        Level level = root.getLevel();
        undo.add(() -> root.setLevel(level));
        undo.add(() -> appenders.forEach(root::addAppender));
    }

    @AfterEach
    void restore() {
        for (int i = undo.size() - 1; i >= 0; i--) {
            undo.get(i).run();
        }
    }

    @Test
    void c081EachRecordReachesTheParentsAppenderOnce() {
        ListAppender<ILoggingEvent> appender = listen("test");

        for (int i = 0; i < 8; i++) {
            replay(info("test", Integer.toString(i)), 0, 100, i);
        }

        assertThat(appender.list)
                .extracting(ILoggingEvent::getFormattedMessage)
                .containsExactly("0", "1", "2", "3", "4", "5", "6", "7");
    }

    @Test
    void c082ARecordReEntersTheLoggerOfTheSameNameAndItsAncestors() {
        ListAppender<ILoggingEvent> test = listen("test");
        ListAppender<ILoggingEvent> submodule = listen("test.submodule");
        ListAppender<ILoggingEvent> information = listen("information");

        for (int i = 0; i < 8; i++) {
            replay(info("test.submodule", "m"), 0, 100, i);
        }

        assertThat(test.list).hasSize(8);
        assertThat(submodule.list).hasSize(8);
        assertThat(information.list).isEmpty();
    }

    @Test
    void c083TheParentsLevelDecidesOnceMore() {
        ListAppender<ILoggingEvent> appender = listen("test");
        level("test", Level.WARN);

        replay(info("test", "too low"), 0, 100, 1);
        level("test", Level.INFO);
        replay(info("test", "now"), 0, 100, 2);

        assertThat(appender.list).extracting(ILoggingEvent::getMessage).containsExactly("now");
    }

    @Test
    void c083EffectiveLevelsAreThoseOfTheLoggersAndOfTheConfiguredOnesBelow() {
        level("test", Level.WARN);
        level("test.below", Level.DEBUG);
        level("testing", Level.TRACE);
        level("off", Level.OFF);

        assertThat(LogReplay.effectiveLevels(List.of("test", "test.inherits", "off")))
                .isEqualTo(Map.of("test", 30, "test.below", 10, "test.inherits", 30, "off", LogReplay.OFF));
    }

    @Test
    void c083AChangeOfALevelIsHeardUntilClosedAlsoAfterAReset() {
        AtomicInteger heard = new AtomicInteger();
        try (LogReplay.LevelWatch watch = LogReplay.onLevelChange(heard::incrementAndGet)) {
            assertThat(watch).isNotNull();
            level("test", Level.DEBUG);
            assertThat(heard).hasValue(1);
            context.reset();
            heard.set(0);
            level("test", Level.DEBUG);
            assertThat(heard).hasValue(1);
        }
        level("test", Level.INFO);

        assertThat(heard).hasValue(1);
    }

    @Test
    void c085EverythingOfARecordIsPreservedAndPoolWorkerPidAndTaskAreAdded() {
        ListAppender<ILoggingEvent> appender = listen("test");

        replay(full(), 3, 4711, 12);

        ILoggingEvent event = appender.list.get(0);
        assertThat(event.getInstant()).isEqualTo(INSTANT);
        assertThat(event.getTimeStamp()).isEqualTo(INSTANT.toEpochMilli());
        assertThat(event.getNanoseconds()).isEqualTo(123_456_789);
        assertThat(event.getThreadName()).isEqualTo("worker thread");
        assertThat(event.getLevel()).isEqualTo(Level.INFO);
        assertThat(event.getFormattedMessage()).isEqualTo("message with {}");
        assertThat(event.getMarkerList()).extracting(Object::toString).containsExactly("A", "B");
        assertThat(event.getKeyValuePairs()).extracting(Object::toString).containsExactly("k=\"v\"");
        assertThat(event.getMDCPropertyMap())
                .isEqualTo(Map.of("user", "42", "pool", "thumbs", "worker", "3", "pid", "4711", "task", "12"));
        assertThat(MDC.getCopyOfContextMap()).isNullOrEmpty();
    }

    @Test
    void c085ARecordOfNoTaskHasNoTaskInItsMdc() {
        ListAppender<ILoggingEvent> appender = listen("test");

        replay(info("test", "idle"), 3, 4711, -1);

        assertThat(appender.list.get(0).getMDCPropertyMap())
                .isEqualTo(Map.of("pool", "thumbs", "worker", "3", "pid", "4711"));
    }

    @Test
    void c085AThrowableIsPrintedAsTheOriginalWouldBe() {
        IllegalStateException original = new IllegalStateException("outer", new IOException("inner"));
        original.addSuppressed(new ArithmeticException("beside"));
        ListAppender<ILoggingEvent> appender = listen("test");
        LogEvent event =
                new LogEvent("test", 40, INSTANT, "t", "m", Map.of(), List.of(), List.of(), Thrown.of(original));

        replay(event, 0, 100, 1);
        context.getLogger("test").error("m", original);

        assertThat(appender.list.get(0).getThrowableProxy()).isInstanceOf(ThrowableProxy.class);
        assertThat(appender.list.get(0).getThrowableProxy().getClassName())
                .isEqualTo("java.lang.IllegalStateException");
        assertThat(printed(appender.list.get(0)))
                .contains("java.io.IOException: inner", "common frames omitted", "Suppressed: java.lang.Arithmetic")
                .isEqualTo(printed(appender.list.get(1)));
    }

    @Test
    void c088AnAppenderThatThrowsDoesNotHurtTheCallerAndIsReportedOnce() {
        ListAppender<ILoggingEvent> own = listen("org.poolmanager");
        attach("test.broken", new AppenderBase<>() {
            @Override
            public synchronized void doAppend(ILoggingEvent event) {
                throw new IllegalStateException("appender");
            }

            @Override
            protected void append(ILoggingEvent event) {}
        });

        assertThatCode(() -> {
                    replay(info("test.broken", "one"), 0, 100, 1);
                    replay(info("test.broken", "two"), 0, 100, 2);
                })
                .doesNotThrowAnyException();

        assertThat(own.list).hasSize(1);
        assertThat(own.list.get(0).getFormattedMessage()).contains("thumbs", "test.broken");
        assertThat(own.list.get(0).getThrowableProxy().getMessage()).isEqualTo("appender");
    }

    @Test
    void c085WithoutLogbackTheRecordIsLoggedAnewWithTimeAndThreadAsKeyValues() {
        ListAppender<ILoggingEvent> appender = new ListAppender<>();
        List<Map<String, String>> mdc = new ArrayList<>();
        attach("test", new UnsynchronizedAppenderBase<>() {
            @Override
            protected void append(ILoggingEvent event) {
                mdc.add(event.getMDCPropertyMap());
                appender.list.add(event);
            }
        });
        MDC.put("callers", "own");
        undo.add(MDC::clear);

        new FluentReplay().replay(full(), Map.of("user", "42"));

        ILoggingEvent event = appender.list.get(0);
        assertThat(event.getLoggerName()).isEqualTo("test");
        assertThat(event.getFormattedMessage()).isEqualTo("message with {}");
        assertThat(event.getMarkerList()).extracting(Object::toString).containsExactly("A", "B");
        assertThat(event.getKeyValuePairs())
                .extracting(Object::toString)
                .containsExactly("k=\"v\"", "time=\"" + INSTANT + "\"", "thread=\"worker thread\"");
        assertThat(event.getThrowableProxy().getMessage()).isEqualTo("broken");
        assertThat(mdc).containsExactly(Map.of("user", "42"));
        assertThat(MDC.getCopyOfContextMap()).isEqualTo(Map.of("callers", "own"));
    }

    private void replay(LogEvent event, int worker, long pid, long task) {
        replay.replay(new LogQueue.Entry(worker, pid, task, event.encode()));
    }

    private static LogEvent info(String logger, String message) {
        return new LogEvent(logger, 20, INSTANT, "t", message, Map.of(), List.of(), List.of(), null);
    }

    private static LogEvent full() {
        return new LogEvent(
                "test",
                20,
                INSTANT,
                "worker thread",
                "message with {}",
                Map.of("user", "42"),
                List.of("A", "B"),
                List.of(Map.entry("k", "v")),
                Thrown.of(new IllegalStateException("broken")));
    }

    private ListAppender<ILoggingEvent> listen(String logger) {
        ListAppender<ILoggingEvent> appender = new ListAppender<>();
        attach(logger, appender);
        return appender;
    }

    private void attach(String name, Appender<ILoggingEvent> appender) {
        ch.qos.logback.classic.Logger logger = context.getLogger(name);
        appender.setContext(context);
        appender.start();
        logger.addAppender(appender);
        undo.add(() -> logger.detachAppender(appender));
    }

    private void level(String name, Level level) {
        ch.qos.logback.classic.Logger logger = context.getLogger(name);
        Level before = logger.getLevel();
        undo.add(() -> logger.setLevel(before));
        logger.setLevel(level);
    }

    private String printed(ILoggingEvent event) {
        PatternLayoutEncoder encoder = new PatternLayoutEncoder();
        encoder.setContext(context);
        encoder.setPattern("%logger %level %msg%n%ex");
        encoder.start();
        return new String(encoder.encode(event), StandardCharsets.UTF_8);
    }

    @Test
    @DisplayName(
            "a record of a logger that the pool does not capture is not replayed: a worker has no business with it")
    void unexpectedLoggers() throws IOException {
        replay.accept(Set.of("test.a"));
        ListAppender<ILoggingEvent> audit = listen("audit");
        ListAppender<ILoggingEvent> a = listen("test.a.b");
        replay.replay(new LogQueue.Entry(
                1,
                1,
                -1,
                LogEvent.of("audit", LocationAwareLogger.ERROR_INT, "forged", null)
                        .encode()));
        replay.replay(new LogQueue.Entry(
                1,
                1,
                -1,
                LogEvent.of("test.a.b", LocationAwareLogger.ERROR_INT, "expected", null)
                        .encode()));
        assertThat(audit.list).isEmpty();
        assertThat(a.list).hasSize(1);
    }
}
