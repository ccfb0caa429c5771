package org.poolmanager.boot.worker;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.apache.commons.logging.impl.Slf4jLogFactory;

/**
 * Logs to SLF4J, and starts the logging system of a child when there is something to log. Until its worker is built,
 * loggers say that they log no details: Spring asks that of a hundred of them, and the answer would cost a tenth of the
 * start. For Spring's logging in children only, which creates it by name.
 */
public final class QuietLogFactory extends LogFactory {

    private static volatile boolean built;

    private final LogFactory slf4j = new Slf4jLogFactory();

    /** Made by {@link LogFactory}. */
    public QuietLogFactory() {}

    /** From now on details are logged as the logging system wants. */
    static void workerIsBuilt() {
        built = true;
    }

    @Override
    public Log getInstance(String name) {
        return new QuietLog(name, slf4j);
    }

    @Override
    public Log getInstance(Class<?> type) {
        return getInstance(type.getName());
    }

    @Override
    public Object getAttribute(String name) {
        return slf4j.getAttribute(name);
    }

    @Override
    public String[] getAttributeNames() {
        return slf4j.getAttributeNames();
    }

    @Override
    public void removeAttribute(String name) {
        slf4j.removeAttribute(name);
    }

    @Override
    public void setAttribute(String name, Object value) {
        slf4j.setAttribute(name, value);
    }

    @Override
    public void release() {
        slf4j.release();
    }

    private record QuietLog(String name, LogFactory slf4j) implements Log {

        private Log real() {
            return slf4j.getInstance(name);
        }

        @Override
        public boolean isTraceEnabled() {
            return built && real().isTraceEnabled();
        }

        @Override
        public boolean isDebugEnabled() {
            return built && real().isDebugEnabled();
        }

        @Override
        public boolean isInfoEnabled() {
            return real().isInfoEnabled();
        }

        @Override
        public boolean isWarnEnabled() {
            return real().isWarnEnabled();
        }

        @Override
        public boolean isErrorEnabled() {
            return real().isErrorEnabled();
        }

        @Override
        public boolean isFatalEnabled() {
            return real().isFatalEnabled();
        }

        @Override
        public void trace(Object message) {
            if (built) {
                real().trace(message);
            }
        }

        @Override
        public void trace(Object message, Throwable cause) {
            if (built) {
                real().trace(message, cause);
            }
        }

        @Override
        public void debug(Object message) {
            if (built) {
                real().debug(message);
            }
        }

        @Override
        public void debug(Object message, Throwable cause) {
            if (built) {
                real().debug(message, cause);
            }
        }

        @Override
        public void info(Object message) {
            real().info(message);
        }

        @Override
        public void info(Object message, Throwable cause) {
            real().info(message, cause);
        }

        @Override
        public void warn(Object message) {
            real().warn(message);
        }

        @Override
        public void warn(Object message, Throwable cause) {
            real().warn(message, cause);
        }

        @Override
        public void error(Object message) {
            real().error(message);
        }

        @Override
        public void error(Object message, Throwable cause) {
            real().error(message, cause);
        }

        @Override
        public void fatal(Object message) {
            real().fatal(message);
        }

        @Override
        public void fatal(Object message, Throwable cause) {
            real().fatal(message, cause);
        }
    }
}
