package org.poolmanager;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.Serializable;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.TimeZone;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.poolmanager.worker.PoolProcess;

@ExtendWith(NoLeftovers.class)
@DisplayName("What tasks do to their JVM")
class WorkerEnvironmentTest {

    private static final int HUNDRED_MB = 100 << 20;

    /** Something that travels by Java serialization, and can be computed. */
    record Sum(List<Integer> parts, String words) implements Serializable {}

    private static Object run(Object task) throws Exception {
        if (task instanceof Sum sum) {
            return sum(sum.parts.get(0) + 1);
        }
        return switch ((String) task) {
            case "print 100 MB" -> print();
            case "raw" -> raw();
            case "a program of its own" ->
                new ProcessBuilder(
                                "sh",
                                "-c",
                                "i=0; while [ $i -lt 20000 ]; do echo printed by native code $i; i=$((i+1)); done")
                        .inheritIO()
                        .start()
                        .waitFor();
            case "read" -> System.in.read();
            case "replace" -> {
                System.setOut(new PrintStream(OutputStream.nullOutputStream(), true, StandardCharsets.UTF_8));
                System.setErr(new PrintStream(OutputStream.nullOutputStream(), true, StandardCharsets.UTF_8));
                System.setIn(null);
                yield "replaced";
            }
            case "close" -> {
                System.in.close();
                System.out.close();
                System.err.close();
                new FileOutputStream(FileDescriptor.out).close();
                new FileOutputStream(FileDescriptor.err).close();
                yield "closed";
            }
            default -> change((String) task);
        };
    }

    private static Sum sum(int number) {
        return new Sum(List.of(number, number + 1), String.format(Locale.ROOT, "%,.2f", number / 3.0));
    }

    private static String print() {
        String line = "x".repeat(1023);
        for (int i = 0; i < HUNDRED_MB / 1024; i++) {
            System.out.println(line);
        }
        System.err.print("no line end, and then no end: " + "y".repeat(1 << 20));
        return "printed";
    }

    /** Not closed: that would close the descriptor. */
    @SuppressWarnings("resource")
    private static String raw() throws IOException {
        byte[] noise = new byte[1 << 20];
        new Random(1).nextBytes(noise);
        for (FileDescriptor descriptor : List.of(FileDescriptor.out, FileDescriptor.err)) {
            FileOutputStream out = new FileOutputStream(descriptor);
            for (int i = 0; i < 4; i++) {
                out.write(noise);
            }
        }
        return "written";
    }

    private static void assertFine(PoolManager<Object, Object> pool, long pid) throws Exception {
        List<Object> tasks =
                IntStream.range(0, 100).mapToObj(i -> (Object) sum(i)).toList();
        List<Object> expected =
                IntStream.range(1, 101).mapToObj(i -> (Object) sum(i)).toList();
        assertThat(pool.map(tasks)).isEqualTo(expected);
        assertThat(pool.stats().workerList().get(0).pid()).isEqualTo(pid);
    }

    @Test
    @DisplayName("C079: whatever a task does with standard input and output, the worker goes on")
    void c079StandardStreams() throws Exception {
        try (var pool = PoolManager.builder(WorkerEnvironmentTest::run).size(1).start()) {
            long pid = pool.stats().workerList().get(0).pid();
            long start = System.nanoTime();
            assertThat(pool.map(List.of("print 100 MB"))).containsExactly("printed");
            System.out.println("C079 100 MB printed in " + (System.nanoTime() - start) / 1_000_000 + " ms");
            assertFine(pool, pid);
            assertThat(pool.map(List.of("raw"))).containsExactly("written");
            assertFine(pool, pid);
            assertThat(pool.map(List.of("a program of its own"))).containsExactly(0);
            assertFine(pool, pid);
            assertThat(pool.map(List.of("read"))).containsExactly(-1);
            assertThat(pool.map(List.of("close"))).containsExactly("closed");
            assertFine(pool, pid);
            assertThat(pool.stats().restarts()).isZero();
        }
    }

    @Test
    @DisplayName("C079: a task that puts other streams in the place of the standard ones changes nothing")
    void c079ReplacedStreams() throws Exception {
        try (var pool = PoolManager.builder(WorkerEnvironmentTest::run).size(1).start()) {
            long pid = pool.stats().workerList().get(0).pid();
            assertThat(pool.map(List.of("replace"))).containsExactly("replaced");
            assertFine(pool, pid);
        }
    }

    /** In its JVM nothing is deserialized before the first task. */
    static final class Changing implements PoolProcess<Object, Object> {

        @Override
        public Object run(Object task) throws Exception {
            return WorkerEnvironmentTest.run(task);
        }
    }

    private static String change(String what) {
        switch (what) {
            case "locale" -> Locale.setDefault(Locale.forLanguageTag("ar-EG-u-nu-arab"));
            case "time zone" -> TimeZone.setDefault(TimeZone.getTimeZone("Asia/Kathmandu"));
            case "class loader" -> Thread.currentThread().setContextClassLoader(null);
            case "handler" ->
                Thread.setDefaultUncaughtExceptionHandler((thread, e) -> {
                    throw new IllegalStateException("worse", e);
                });
            case "thread" -> {
                Thread.currentThread().setName("mine");
                Thread.currentThread().setPriority(Thread.MIN_PRIORITY);
            }
            case "properties" -> {
                for (String name : List.of(
                        "java.io.tmpdir",
                        "java.class.path",
                        "java.security.policy",
                        "jdk.serialFilter",
                        "java.security.properties",
                        "user.dir",
                        "line.separator",
                        "java.home")) {
                    System.setProperty(name, "!*");
                }
            }
            default -> throw new IllegalArgumentException(what);
        }
        return what;
    }

    @Test
    @DisplayName("C080: what a task changes of its JVM's defaults does not trouble the worker")
    void c080Defaults() throws Exception {
        Locale locale = Locale.getDefault();
        for (var builder :
                List.of(PoolManager.builder(WorkerEnvironmentTest::run), PoolManager.builder(Changing.class))) {
            try (var pool = builder.size(1).loggers("test.defaults").start()) {
                long pid = pool.stats().workerList().get(0).pid();
                for (String change :
                        List.of("properties", "locale", "time zone", "class loader", "handler", "thread")) {
                    assertThat(pool.map(List.of(change))).containsExactly(change);
                    assertFine(pool, pid);
                    assertThat(pool.mapOutcomes(List.of("unknown")).get(0).failure())
                            .hasCauseExactlyInstanceOf(IllegalArgumentException.class);
                }
                assertThat(pool.stats().restarts()).isZero();
            }
        }
        assertThat(Locale.getDefault()).isEqualTo(locale);
    }

    private static final InheritableThreadLocal<String> USER = new InheritableThreadLocal<>();

    @Test
    @DisplayName(
            "threads of a pool have the context class loader of whoever built it, and nothing of a caller who happens to replace one")
    void nothingOfTheCaller() throws Exception {
        ClassLoader before = Thread.currentThread().getContextClassLoader();
        try (URLClassLoader builders = new URLClassLoader(new URL[0], before);
                URLClassLoader callers = new URLClassLoader(new URL[0], before)) {
            Thread.currentThread().setContextClassLoader(builders);
            PoolManager<Integer, List<Object>> pool = PoolManager.builder(
                            (Integer x) -> Arrays.asList(Thread.currentThread().getContextClassLoader(), USER.get()))
                    .isolation(Isolation.THREAD)
                    .size(1)
                    .recycle(policy -> policy.maxTasks(1))
                    .start();
            Thread.currentThread().setContextClassLoader(callers);
            USER.set("somebody");
            try (pool) {
                for (int i = 0; i < 5; i++) {
                    assertThat(pool.submit(i).get(20, TimeUnit.SECONDS)).containsExactly(builders, null);
                }
                assertThat(pool.stats().recycles()).isPositive();
            }
        } finally {
            Thread.currentThread().setContextClassLoader(before);
            USER.remove();
        }
    }
}
