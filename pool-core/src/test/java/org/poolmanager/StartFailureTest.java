package org.poolmanager;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.poolmanager.launch.ClassPath;
import org.poolmanager.launch.JvmOptions;
import org.poolmanager.worker.PoolProcess;

@ExtendWith(NoLeftovers.class)
@DisplayName("Start-up failures")
class StartFailureTest {

    @BothModes
    @DisplayName("C105: a constructor that throws fails the start, with its own exception, and nothing runs on")
    void c105ConstructorThrows(Isolation isolation) {
        var pool = PoolManager.builder(Tasks.Unbuildable.class)
                .isolation(isolation)
                .name("unbuildable")
                .size(2)
                .build();
        long start = System.nanoTime();
        assertThatThrownBy(pool::start)
                .isInstanceOf(PoolStartException.class)
                .hasMessageContaining("Pool 'unbuildable' could not be started: 2 of 2 workers failed to start")
                .hasMessageContaining("could not build its target")
                .hasMessageContaining("no licence for this machine")
                .rootCause()
                .isExactlyInstanceOf(UnsupportedOperationException.class)
                .hasMessage("no licence for this machine");
        assertTook("C105 " + isolation, start, Duration.ofSeconds(30));
        assertThat(pool.state()).isEqualTo(PoolState.FAILED);
        assertThat(pool.stats().workers().live()).isZero();
        assertThatThrownBy(() -> pool.put(1))
                .isInstanceOf(PoolBrokenException.class)
                .hasMessageContaining("no licence for this machine");
    }

    private static void assertTook(String what, long start, Duration limit) {
        Duration took = Duration.ofNanos(System.nanoTime() - start);
        System.out.println(what + ": told after " + took.toMillis() + " ms");
        assertThat(took).isLessThan(limit);
    }

    static final class Uninitializable implements PoolProcess<Integer, Integer> {

        static final int LICENCE = findLicence();

        private static int findLicence() {
            throw new UnsupportedOperationException("no licence in a static initializer");
        }

        @Override
        public Integer run(Integer task) {
            return task + LICENCE;
        }
    }

    @BothModes
    @DisplayName("C105: a static initializer that throws fails the start, with its own exception, and nothing runs on")
    void c105StaticInitializerThrows(Isolation isolation) {
        Map<Integer, Integer> failures = new ConcurrentHashMap<>();
        var pool = PoolManager.builder(Uninitializable.class)
                .isolation(isolation)
                .size(2)
                .listener(event -> {
                    if (event instanceof PoolEvent.WorkerStartFailed failed) {
                        failures.merge(failed.worker(), 1, Integer::sum);
                    }
                })
                .build();
        long start = System.nanoTime();
        assertThatThrownBy(pool::start)
                .isInstanceOf(PoolStartException.class)
                .hasMessageContaining("could not build its target")
                .hasStackTraceContaining(
                        "java.lang.ExceptionInInitializerError") // of two threads, one only gets it first hand
                .hasStackTraceContaining("no licence in a static initializer");
        assertTook("C105 static initializer, " + isolation, start, Duration.ofSeconds(30));
        await().untilAsserted(() -> assertThat(failures)
                .as("no class is missing in this JVM: the last to fail does so once, others perhaps again until then")
                .containsOnlyKeys(1, 2)
                .containsValue(1));
        assertThat(pool.state()).isEqualTo(PoolState.FAILED);
        assertThat(pool.stats().workers().live()).isZero();
    }

    abstract static class Abstract implements PoolProcess<Integer, Integer> {}

    final class Inner implements PoolProcess<Integer, Integer> {
        @Override
        public Integer run(Integer task) {
            return task;
        }
    }

    static final class NeedsAString implements PoolProcess<Integer, Integer> {

        NeedsAString(String needed) {}

        @Override
        public Integer run(Integer task) {
            return task;
        }
    }

    private static void assertTold(String what, long start, Duration gate) {
        long took = Blow.millisSince(start);
        System.out.println(what + ": told after " + took + " ms");
        assertThat(took).isLessThan(gate.toMillis());
    }

    private static final class Private implements PoolProcess<Integer, Integer> {

        private final int factor;

        private Private(int factor) {
            this.factor = factor;
        }

        @Override
        public Integer run(Integer task) {
            return factor * task;
        }
    }

    @BothModes
    @DisplayName("C107: a private class with a private constructor is no obstacle")
    void c107Private(Isolation isolation) throws Exception {
        try (var pool = PoolManager.builder(Private.class)
                .isolation(isolation)
                .staticArgs(3)
                .size(1)
                .start()) {
            assertThat(pool.map(List.of(7))).containsExactly(21);
        }
    }

    @Test
    @DisplayName("C107: an unsuitable class is refused when the pool is built, saying why")
    void c107UnsuitableClass() {
        long start = System.nanoTime();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> PoolManager.builder(Abstract.class).build())
                .withMessageContaining("is abstract: name a class that can be built");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> PoolManager.builder(Inner.class).build())
                .withMessageContaining("is an inner class: make it static");
        assertThatIllegalArgumentException()
                .isThrownBy(() ->
                        PoolManager.builder(NeedsAString.class).staticArgs(10).build())
                .withMessageContaining("no constructor that takes the static arguments (java.lang.Integer)")
                .withMessageContaining("NeedsAString(java.lang.String)");
        assertTold("C107 three unsuitable classes", start, Duration.ofSeconds(15));
    }

    @Test
    @DisplayName("C076: a function that cannot travel is refused when the pool is built, naming what it captured")
    void c076FunctionThatCannotTravel() {
        Object captured = new Object();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> PoolManager.builder((Integer x) -> x + captured.hashCode())
                        .build())
                .withMessageContaining("java.lang.Object is not java.io.Serializable")
                .withMessageContaining("A function must capture serializable values only");
    }

    @Test
    @DisplayName("C108: an option that the JVM refuses is told in the JVM's own words")
    void c108BadJvmOption() {
        var pool = PoolManager.builder(Tasks::twice)
                .size(1)
                .jvm(new JvmOptions(null, List.of("-XX:+NoSuchFlag"), Map.of(), null))
                .build();
        long start = System.nanoTime();
        assertThatThrownBy(pool::start)
                .isInstanceOf(PoolStartException.class)
                .hasMessageContaining("exited with value 1")
                .hasMessageContaining("Unrecognized VM option 'NoSuchFlag'")
                .hasMessageContaining("Its command was:");
        assertTold("C108 bad option", start, Duration.ofSeconds(10));
    }

    @Test
    @DisplayName(
            "C108: a Java home without Java, or where it is a directory, a working directory that does not exist: named")
    void c108MissingPaths(@TempDir Path empty) throws IOException {
        long start = System.nanoTime();
        assertThatThrownBy(() -> PoolManager.builder(Tasks::twice)
                        .size(1)
                        .jvm(new JvmOptions(empty, List.of(), Map.of(), null))
                        .start())
                .isInstanceOf(PoolStartException.class)
                .hasMessageContaining(empty.toString());
        Path missing = empty.resolve("missing");
        assertThatThrownBy(() -> PoolManager.builder(Tasks::twice)
                        .size(1)
                        .jvm(new JvmOptions(null, List.of(), Map.of(), missing))
                        .start())
                .isInstanceOf(PoolStartException.class)
                .hasMessageContaining(missing.toString());
        Files.createDirectories(empty.resolve("bin").resolve("java"));
        assertThatThrownBy(() -> PoolManager.builder(Tasks::twice)
                        .size(1)
                        .jvm(new JvmOptions(empty, List.of(), Map.of(), null))
                        .start())
                .isInstanceOf(PoolStartException.class)
                .hasMessageContaining("The Java home " + empty + " has no bin/java");
        assertTold("C108 two missing paths, and a directory for a program", start, Duration.ofSeconds(10));
    }

    @Test
    @DisplayName("C109: a child that never gets ready is ended at its start limit")
    void c109NeverReady() {
        long start = System.nanoTime();
        assertThatThrownBy(() -> PoolManager.builder(NeverReady.class)
                        .size(1)
                        .startTimeout(Duration.ofSeconds(2))
                        .start())
                .isInstanceOf(PoolStartException.class)
                .hasMessageContaining("was not ready within its start-timeout of 2.000 s");
        assertTold("C109 never ready, limit of 2 s", start, Duration.ofSeconds(3));
    }

    /** A Java home whose java is a script. */
    private static JvmOptions script(Path home, String... lines) throws IOException {
        Path java = Files.createDirectory(home.resolve("bin")).resolve("java");
        Files.writeString(java, "#!/bin/sh\n" + String.join("\n", lines) + "\n");
        Files.setPosixFilePermissions(java, PosixFilePermissions.fromString("rwx------"));
        return new JvmOptions(home, List.of(), Map.of(), null);
    }

    @Test
    @DisplayName("C109: a child that never connects is ended at its start limit")
    void c109NeverConnects(@TempDir Path home) throws Exception {
        JvmOptions silent = script(home, "exec sleep 600");
        long start = System.nanoTime();
        assertThatThrownBy(() -> PoolManager.builder(Tasks::twice)
                        .size(2)
                        .startTimeout(Duration.ofSeconds(1))
                        .jvm(silent)
                        .start())
                .isInstanceOf(PoolStartException.class)
                .hasMessageContaining("was not ready within its start-timeout of 1.000 s and was killed");
        assertTold("C109 never connects, limit of 1 s", start, Duration.ofSeconds(2));
    }

    private static final String AGENT = "-agentlib:jdwp=transport=dt_socket,server=y,address=127.0.0.1:0,suspend=";

    @Test
    @DisplayName("C109: a child that a debug agent suspends is ended at its start limit, and is gone")
    void c109Suspended() throws Exception {
        JvmOptions suspended = new JvmOptions(null, List.of(), Map.of("JAVA_TOOL_OPTIONS", AGENT + "y"), null);
        Timely.assertTakesLess("C109 suspended: to tell, with a limit of 1 s,", 2000, () -> {
            Set<ProcessHandle> before = children();
            long start = System.nanoTime();
            assertThatThrownBy(() -> PoolManager.builder(Tasks::twice)
                            .size(1)
                            .startTimeout(Duration.ofSeconds(1))
                            .jvm(suspended)
                            .start())
                    .isInstanceOf(PoolStartException.class)
                    .hasMessageContaining("was not ready within its start-timeout of 1.000 s and was killed");
            long took = Blow.millisSince(start);
            await().until(() -> before.containsAll(children()));
            System.out.println("C109 suspended: the child is gone after " + Blow.millisSince(start) + " ms");
            return took;
        });
    }

    private static Set<ProcessHandle> children() {
        return ProcessHandle.current().children().collect(Collectors.toSet());
    }

    @Test
    @DisplayName("C109: a debug agent that the environment gives to the parent is not inherited")
    void c109AgentOfTheParent() throws Exception {
        List<String> debugged = List.of("setsid", "env", "JAVA_TOOL_OPTIONS=" + AGENT + "n");
        try (ParentJvm parent = ParentJvm.startWith(debugged, "debugged")) {
            assertThat(parent.nextLine(Starving.MARK)).as("the parent").isEqualTo("true");
            assertThat(parent.nextLine(Starving.MARK)).as("its workers").isEqualTo("[false, false, false, false]");
            assertThat(parent.awaitExit()).isZero();
        }
    }

    @Test
    @DisplayName("C109: what a JVM says of options it picked up is tolerated")
    void c109PickedUp() throws Exception {
        try (var pool = PoolManager.builder(Tasks::twice)
                .size(1)
                .jvm(new JvmOptions(null, List.of(), Map.of("JAVA_TOOL_OPTIONS", "-Dpicked=up"), null))
                .start()) {
            assertThat(pool.map(List.of(1))).containsExactly(2);
        }
    }

    @Test
    @DisplayName("C108: a start that fails is told once, and not tried again and again")
    void c108NoRetryStorm(@TempDir Path home) throws Exception {
        Path launches = home.resolve("launches");
        JvmOptions failing = script(home, "echo launched >> '" + launches + "'", "echo no luck today >&2", "exit 7");
        long start = System.nanoTime();
        assertThatThrownBy(() ->
                        PoolManager.builder(Tasks::twice).size(2).jvm(failing).start())
                .isInstanceOf(PoolStartException.class)
                .hasMessageContaining("exited with value 7 before it was ready")
                .hasMessageContaining("no luck today");
        assertTold("C108 exit at once", start, Duration.ofSeconds(10));
        assertThat(Files.readAllLines(launches)).hasSizeBetween(2, 6);
    }

    @Test
    @DisplayName("C107: a target that the child does not find is named")
    void c107MissingInTheChild() throws Exception {
        List<Path> withoutTests = ClassPath.of(PoolManager.class).entries().stream()
                .filter(entry -> !entry.endsWith("test-classes"))
                .toList();
        long start = System.nanoTime();
        assertThatThrownBy(() -> PoolManager.builder(Tasks.Calculator.class)
                        .staticArgs(1, 2)
                        .size(1)
                        .classPath(withoutTests)
                        .start())
                .isInstanceOf(PoolStartException.class)
                .hasMessageContaining("could not build its target")
                .hasMessageContaining("org.poolmanager.Tasks$Calculator");
        assertTold("C107 missing in the child", start, Duration.ofSeconds(15));
    }

    static final class NeverReady implements PoolProcess<Integer, Integer> {

        NeverReady() throws InterruptedException {
            new java.util.concurrent.CountDownLatch(1).await();
        }

        @Override
        public Integer run(Integer task) {
            return task;
        }
    }
}
