package org.poolmanager;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.core.LogEvent;
import org.apache.logging.log4j.core.LoggerContext;
import org.apache.logging.log4j.core.appender.AbstractAppender;
import org.apache.logging.log4j.core.config.Configurator;
import org.apache.logging.log4j.core.config.Property;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;
import org.slf4j.MarkerFactory;

/**
 * Applications whose SLF4J leads elsewhere than to Logback, for {@link OtherLoggingTest}. Each runs a pool and prints what
 * reaches its own handlers, a record a line.
 */
final class OtherLogging {

    private OtherLogging() {}

    /** What the tasks of both applications do. */
    static boolean log(int x) {
        Logger logger = LoggerFactory.getLogger("test.sub");
        MDC.put("own", "mine" + x);
        logger.atInfo()
                .addMarker(MarkerFactory.getMarker("MARKER"))
                .addKeyValue("key", x)
                .setCause(new IllegalStateException("outer", new IOException("inner")))
                .log("number {}", x);
        logger.debug("debug {}", x);
        java.util.logging.Logger.getLogger("test.jul").warning("jul " + x);
        System.getLogger("test.system").log(System.Logger.Level.ERROR, "system {0}", x);
        LoggerFactory.getLogger("unnamed").error("stays in the worker");
        return logger.isDebugEnabled()
                || java.util.logging.Logger.getLogger("test.sub").isLoggable(java.util.logging.Level.FINE);
    }

    private static void run(Runnable toDebug) throws Exception {
        MDC.put("caller", "me");
        try (var pool = PoolManager.builder(OtherLogging::log)
                .name("other")
                .size(1)
                .loggers("test")
                .start()) {
            print("result " + pool.map(List.of(1)));
            toDebug.run();
            long change = System.nanoTime();
            while (!pool.map(List.of(2)).get(0)) {
                if (System.nanoTime() - change > TimeUnit.SECONDS.toNanos(30)) {
                    throw new AssertionError("a change of the level is not heard");
                }
            }
            print("change after " + (System.nanoTime() - change) / 1_000_000 + " ms");
        }
    }

    private static synchronized void print(String line) {
        System.out.println(line);
    }

    static final class OnLog4j {

        private OnLog4j() {}

        public static void main(String[] args) throws Exception {
            LoggerContext context = (LoggerContext) LogManager.getContext(false);
            AbstractAppender appender = new AbstractAppender("printing", null, null, true, Property.EMPTY_ARRAY) {
                @Override
                public void append(LogEvent event) {
                    print(event.getLoggerName() + " " + event.getLevel() + " [" + event.getThreadName() + "] "
                            + event.getMessage().getFormattedMessage() + " " + event.getMarker() + " "
                            + event.getContextData() + " " + event.getThrown() + " "
                            + (event.getThrown() == null
                                    ? ""
                                    : event.getThrown().getCause() + " "
                                            + event.getThrown().getStackTrace()[0])
                            + " age " + (System.currentTimeMillis() - event.getTimeMillis()));
                }
            };
            appender.start();
            context.getConfiguration().getRootLogger().addAppender(appender, null, null);
            Configurator.setLevel("test", org.apache.logging.log4j.Level.INFO);
            run(() -> Configurator.setLevel("test.sub", org.apache.logging.log4j.Level.DEBUG));
        }
    }

    static final class OnJul {

        /** Held, because the log manager forgets loggers that nobody holds. */
        private static final java.util.logging.Logger TEST = java.util.logging.Logger.getLogger("test");

        private OnJul() {}

        public static void main(String[] args) throws Exception {
            Handler handler = new Handler() {
                @Override
                public void publish(LogRecord event) {
                    print(event.getLoggerName() + " " + event.getLevel() + " " + event.getMessage() + " "
                            + MDC.getCopyOfContextMap() + " " + event.getThrown() + " age "
                            + (System.currentTimeMillis() - event.getMillis()));
                }

                @Override
                public void flush() {}

                @Override
                public void close() {}
            };
            java.util.logging.Logger.getLogger("").addHandler(handler);
            run(() -> TEST.setLevel(java.util.logging.Level.FINE));
        }
    }
}
