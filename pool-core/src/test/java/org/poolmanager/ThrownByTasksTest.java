package org.poolmanager;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.EOFException;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.poolmanager.wire.RemoteThrowable;

@ExtendWith(NoLeftovers.class)
@DisplayName("What tasks throw")
class ThrownByTasksTest {

    /** A field of it cannot travel. */
    static final class Locked extends RuntimeException {
        private static final long serialVersionUID = 1L;

        @SuppressWarnings({"serial", "unused"})
        private final Object key = new SerializationTest.Stranger();

        Locked(String message, Throwable cause) {
            super(message, cause);
        }
    }

    /** Cannot be read again. */
    static final class OneWay extends RuntimeException {
        private static final long serialVersionUID = 1L;

        private OneWay(int a, int b) {
            super("one way " + (a + b));
        }

        private void readObject(ObjectInputStream in) throws IOException {
            throw new IOException("no way back");
        }
    }

    /** Cannot be asked, and cannot travel. */
    static final class Mute extends RuntimeException {
        private static final long serialVersionUID = 1L;

        @SuppressWarnings({"serial", "unused"})
        private final Object key = new SerializationTest.Stranger();

        @Override
        public String getMessage() {
            throw new IllegalStateException("no words");
        }
    }

    private static Object fail(int how) throws Exception {
        switch (how) {
            case 0 -> throw new Locked("no key", new IllegalStateException("the cause"));
            case 1 ->
                throw (Exception) Class.forName("v.Unknown").getConstructor().newInstance();
            case 2 -> throw new OneWay(1, 2);
            case 3 -> {
                IllegalStateException second = new IllegalStateException("second");
                second.initCause(new Locked("first", second));
                throw second;
            }
            case 4 -> {
                Locked failure = new Locked("with others", null);
                failure.addSuppressed(new IOException("the other"));
                throw failure;
            }
            default -> throw new Mute();
        }
    }

    @Test
    @DisplayName("C070: an exception that cannot travel arrives with type, message, stack, cause and suppressed")
    void c070ExceptionsThatCannotTravel(@TempDir Path files) throws Exception {
        Path childs = Sources.compile(
                files,
                "v.Unknown",
                "package v; public class Unknown extends Exception { public Unknown() { super(\"who?\"); } }");
        try (var pool = PoolManager.builder(ThrownByTasksTest::fail)
                .size(1)
                .classPath(Sources.classPathWith(childs))
                .start()) {
            long pid = pool.stats().workerList().get(0).pid();
            List<Throwable> causes = pool.mapOutcomes(List.of(0, 1, 2, 3, 4, 5)).stream()
                    .map(outcome -> {
                        assertThat(outcome.failure()).isInstanceOf(TaskFailedException.class);
                        return outcome.failure().getCause();
                    })
                    .toList();
            for (Throwable cause : causes) {
                assertThat(cause).isInstanceOf(RemoteThrowable.class);
                assertThat(cause.getStackTrace())
                        .anyMatch(frame -> frame.getMethodName().equals("fail") && frame.getLineNumber() > 0);
            }
            assertThat(causes.get(0))
                    .hasToString(Locked.class.getName() + ": no key")
                    .cause()
                    .hasMessage("the cause");
            assertThat(causes.get(1)).hasToString("v.Unknown: who?");
            assertThat(causes.get(2)).hasToString(OneWay.class.getName() + ": one way 3");
            assertThat(causes.get(3))
                    .hasToString("java.lang.IllegalStateException: second")
                    .cause()
                    .hasToString(Locked.class.getName() + ": first")
                    .cause()
                    .hasMessage("[circular reference]");
            assertThat(causes.get(4).getSuppressed()[0]).hasToString("java.io.IOException: the other");
            assertThat(causes.get(5))
                    .hasToString(Mute.class.getName() + ": [getMessage() threw java.lang.IllegalStateException]");
            assertThat(pool.stats().workerList().get(0).pid()).isEqualTo(pid);
        }
    }

    static Object failOrdinarily(int task) {
        IllegalArgumentException failure =
                new IllegalArgumentException("task " + task, new IOException("the reason of " + task));
        failure.addSuppressed(new ArithmeticException("beside it"));
        throw failure;
    }

    @Test
    @DisplayName("C071: an ordinary exception arrives as itself, with the child's stack, one for each future")
    void c071OrdinaryException() throws Exception {
        try (var pool =
                PoolManager.builder(ThrownByTasksTest::failOrdinarily).size(1).start()) {
            CompletableFuture<Object> one = pool.submit(7);
            CompletableFuture<Object> two = pool.submit(7);
            TaskFailedException failure = failureOf(one);
            assertThat(failure.getMessage()).contains("java.lang.IllegalArgumentException: task 7");
            Throwable cause = failure.getCause();
            assertThat(cause)
                    .isExactlyInstanceOf(IllegalArgumentException.class)
                    .hasMessage("task 7");
            assertThat(cause.getCause()).isExactlyInstanceOf(IOException.class).hasMessage("the reason of 7");
            assertThat(cause.getSuppressed()).hasSize(1);
            assertThat(cause.getSuppressed()[0])
                    .isExactlyInstanceOf(ArithmeticException.class)
                    .hasMessage("beside it");
            StackTraceElement frame = cause.getStackTrace()[0];
            assertThat(frame.getMethodName()).isEqualTo("failOrdinarily");
            assertThat(frame.getFileName()).isEqualTo("ThrownByTasksTest.java");
            assertThat(frame.getLineNumber()).isPositive();
            assertThat(cause.getStackTrace())
                    .anyMatch(each -> each.getClassName().endsWith("WorkerMain"));
            assertThat(failureOf(two)).isNotSameAs(failure);
            assertThat(failureOf(two).getCause()).isNotSameAs(cause);
            assertThat(failure.index()).isZero();
            pool.put(8);
            assertThatThrownBy(pool::get).satisfies(thrown -> {
                StringWriter text = new StringWriter();
                thrown.printStackTrace(new PrintWriter(text));
                assertThat(text.toString())
                        .contains(
                                "at org.poolmanager.ThrownByTasksTest.c071OrdinaryException",
                                "Caused by: java.lang.IllegalArgumentException: task 8",
                                "at org.poolmanager.ThrownByTasksTest.failOrdinarily(ThrownByTasksTest.java:",
                                "Suppressed: java.lang.ArithmeticException: beside it",
                                "Caused by: java.io.IOException: the reason of 8");
            });
        }
    }

    private static TaskFailedException failureOf(CompletableFuture<Object> future) throws Exception {
        try {
            throw new AssertionError("returned " + future.get(10, TimeUnit.SECONDS));
        } catch (ExecutionException e) {
            return (TaskFailedException) e.getCause();
        }
    }

    static final class Bare extends Throwable {
        private static final long serialVersionUID = 1L;
    }

    @SuppressWarnings("unchecked") // it is the point
    private static <E extends Throwable> void sneak(Throwable thrown) throws E {
        throw (E) thrown;
    }

    private static final TaskRef OTHER = new TaskRef("other", 3);

    private static int throwAnything(int how) throws Exception {
        switch (how) {
            case 0 -> throw new IOException("checked");
            case 1 -> throw new AssertionError("error");
            case 2 -> throw new NoClassDefFoundError("linkage");
            case 3 -> ThrownByTasksTest.<RuntimeException>sneak(new Bare());
            case 4 -> {
                Thread.currentThread().interrupt();
                throw new InterruptedException("interrupted");
            }
            case 5 -> throw new CancellationException("cancelled");
            case 6 -> throw new NoSuchElementException("none");
            case 7 -> throw new QueueFullException("other", 1, Duration.ZERO, "full");
            case 8 -> throw new EOFException("the end");
            case 9 -> throw new StackOverflowError("thrown by hand");
            case 10 ->
                throw new TaskTimeoutException(
                        OTHER, new Fired("task-timeout", Duration.ZERO, Duration.ZERO), List.of(), "late", null);
            case 11 -> throw new WorkerCrashedException(OTHER, "crashed", WorkerExit.CRASH, null);
            case 12 -> throw new TaskSerializationException(OTHER, "cannot travel", null);
            case 13 -> throw new TaskFailedException(OTHER, "failed", new IOException("inner"));
            case 14 -> throw new PoolBrokenException("other", "broken", null);
            case 15 -> throw new PoolStartException("other", "not started", null);
            case 16 -> throw new ExecutionException(new IOException("inner"));
            default -> {
                return Thread.currentThread().isInterrupted() ? -1 : how;
            }
        }
        return -2;
    }

    @BothModes
    @DisplayName("C072: whatever a task throws is an ordinary failure, and the worker goes on")
    void c072AnythingThrown(Isolation isolation) throws Exception {
        try (var pool = PoolManager.builder(ThrownByTasksTest::throwAnything)
                .isolation(isolation)
                .size(1)
                .start()) {
            long pid = pool.stats().workerList().get(0).pid();
            List<Class<? extends Throwable>> kinds = List.of(
                    IOException.class,
                    AssertionError.class,
                    NoClassDefFoundError.class,
                    Bare.class,
                    InterruptedException.class,
                    CancellationException.class,
                    NoSuchElementException.class,
                    QueueFullException.class,
                    EOFException.class,
                    StackOverflowError.class,
                    TaskTimeoutException.class,
                    WorkerCrashedException.class,
                    TaskSerializationException.class,
                    TaskFailedException.class,
                    PoolBrokenException.class,
                    PoolStartException.class,
                    ExecutionException.class);
            for (int i = 0; i < kinds.size(); i++) {
                List<Outcome<Integer>> outcomes = pool.mapOutcomes(List.of(i, 100));
                assertThat(outcomes.get(0).kind()).isEqualTo(Outcome.Kind.FAILED);
                assertThat(outcomes.get(0).failure()).isExactlyInstanceOf(TaskFailedException.class);
                assertThat(outcomes.get(0).failure().getCause()).isExactlyInstanceOf(kinds.get(i));
                assertThat(outcomes.get(1).get()).isEqualTo(100);
            }
            PoolStats stats = pool.stats();
            assertThat(stats.workerList().get(0).pid()).isEqualTo(pid);
            assertThat(stats.restarts()).isZero();
            assertThat(stats.tasks().failed()).isEqualTo(kinds.size());
            assertThat(stats.tasks().completed()).isEqualTo(kinds.size());
            assertThat(stats.tasks().timedOut()).isZero();
            assertThat(stats.tasks().crashed()).isZero();
            assertThat(stats.tasks().cancelled()).isZero();
        }
    }

    @BothModes
    @DisplayName("C072: an interrupt that a task leaves behind does not reach the next one")
    void c072Interrupt(Isolation isolation) throws Exception {
        try (var pool = PoolManager.builder((Integer x) -> {
                    boolean found = Thread.currentThread().isInterrupted();
                    Thread.currentThread().interrupt();
                    return found;
                })
                .isolation(isolation)
                .size(1)
                .start()) {
            assertThat(pool.map(IntStream.range(0, 100).boxed().toList())).containsOnly(false);
        }
    }
}
