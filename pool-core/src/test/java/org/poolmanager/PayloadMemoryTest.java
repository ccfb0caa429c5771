package org.poolmanager;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.poolmanager.launch.JvmOptions;

@ExtendWith(NoLeftovers.class)
@DisplayName("Payloads that the memory does not hold")
class PayloadMemoryTest {

    private static final int MUCH = 200 << 20;

    /** What does not fit into a JVM with a heap of 64 MB, at least not twice. */
    private static Object make(Object task) {
        return switch ((String) task) {
            case "bytes" -> new byte[MUCH];
            case "most" -> new byte[62 << 20];
            case "text" -> "x".repeat(40 << 20);
            case "exception" -> throw new Laden();
            default -> task;
        };
    }

    /** Carries 200 MB. */
    static final class Laden extends RuntimeException {

        private static final long serialVersionUID = 1L;

        @SuppressWarnings("unused") // travels
        private final byte[] load = new byte[MUCH];
    }

    @Test
    @DisplayName("C073: what does not fit into the memory of the parent costs its task, and never the parent")
    void c073SmallParent() throws Exception {
        Process parent = new ProcessBuilder(
                        ProcessHandle.current().info().command().orElseThrow(),
                        "-Xmx64m",
                        "-cp",
                        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                        SmallParent.class.getName())
                .redirectErrorStream(true)
                .start();
        List<String> said;
        try (var out = parent.inputReader()) {
            said = out.lines().toList();
        }
        assertThat(parent.waitFor(Duration.ofSeconds(60).toSeconds(), TimeUnit.SECONDS))
                .isTrue();
        said.forEach(line -> System.out.println("C073 heap of 64 MB: " + line));
        assertThat(parent.exitValue()).as("%s", said).isZero();
        String lost = " bytes do not fit into the memory of the JVM that was to take them (pid " + parent.pid()
                + ", heap of at most ";
        assertThat(said)
                .satisfiesExactly(
                        line -> assertThat(line)
                                .contains("Endless does not fit into this JVM's memory when encoded")
                                .contains("(-Xmx)"),
                        line -> assertThat(line).contains("byte[] does not fit into this JVM's memory when encoded"),
                        line -> assertThat(line)
                                .startsWith("bytes: FAILED, ")
                                .contains("the result cannot travel: its 209715200" + lost),
                        line -> assertThat(line).isEqualTo("then: [fine]"),
                        line -> assertThat(line)
                                .startsWith("text: FAILED, ")
                                .contains("the result cannot travel: ")
                                .contains(" not fit into "),
                        line -> assertThat(line).isEqualTo("then: [fine]"),
                        line -> assertThat(line)
                                .startsWith("exception: FAILED, ")
                                .contains("the exception that it threw cannot travel: its 2097")
                                .contains(lost),
                        line -> assertThat(line).isEqualTo("then: [fine]"),
                        line -> assertThat(line).startsWith("most: FAILED, ").contains("its 65011712" + lost),
                        line -> assertThat(line).isEqualTo("then: [fine]"),
                        line -> assertThat(line).isEqualTo("0 restarts"));
    }

    /** The main class of that parent. */
    static final class SmallParent {

        private SmallParent() {}

        public static void main(String[] args) throws Exception {
            try (var pool = PoolManager.builder(PayloadMemoryTest::make)
                    .size(1)
                    .maxPayload(Integer.MAX_VALUE)
                    .jvm(new JvmOptions(
                            Path.of(System.getProperty("java.home")), List.of("-Xmx1g"), Map.of(), null, false))
                    .start()) {
                for (Object task : List.of(new PayloadSizeTest.Endless(), new byte[40 << 20])) {
                    try {
                        pool.put(task);
                        System.out.println("accepted");
                    } catch (TaskSerializationException e) {
                        System.out.println("put: " + e.getMessage());
                    }
                }
                for (String what : List.of("bytes", "text", "exception", "most")) {
                    Outcome<Object> outcome = pool.mapOutcomes(List.of(what)).get(0);
                    System.out.println(what + ": " + outcome.kind() + ", "
                            + outcome.failure().getMessage());
                    System.out.println("then: " + pool.map(List.of("fine")));
                }
                System.out.println(pool.stats().restarts() + " restarts");
            }
        }
    }

    @Test
    @DisplayName("C073: a task that does not fit into the memory of the child fails, and is not sent for ever")
    void c073SmallChild() throws Exception {
        try (var pool = PoolManager.builder((Object x) -> x instanceof byte[] bytes ? bytes.length : -1)
                .size(1)
                .jvm(new JvmOptions(
                        Path.of(System.getProperty("java.home")), List.of("-Xmx64m"), Map.of(), null, false))
                .start()) {
            Throwable problem = problem(pool, MUCH);
            assertThat(problem)
                    .isInstanceOf(TaskSerializationException.class)
                    .hasMessageContaining("the task cannot travel: its 209715200 bytes do not fit into the memory");
            assertThat(pool.stats().restarts()).isZero();
            assertThat(pool.map(List.of("fine"))).containsExactly(-1);
            problem = problem(pool, 50 << 20); // might fit, for all that the child can know beforehand
            assertThat(problem)
                    .isInstanceOf(WorkerCrashedException.class)
                    .hasMessageContaining(
                            "3 workers ran out of memory when they had it, before they began it. It takes 52428801 bytes");
            assertThat(pool.map(List.of("fine"))).containsExactly(-1);
            assertThat(pool.stats().restarts()).isEqualTo(3);
        }
    }

    private static Throwable problem(PoolManager<Object, Integer> pool, int size) throws Exception {
        Throwable problem =
                pool.submit(new byte[size]).handle((value, thrown) -> thrown).get(60, TimeUnit.SECONDS);
        System.out.println("C073 child with a heap of 64 MB, task of " + size + " bytes: " + problem);
        return problem;
    }
}
