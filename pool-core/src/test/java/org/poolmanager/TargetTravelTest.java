package org.poolmanager;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.Serializable;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.poolmanager.worker.PoolProcess;
import org.poolmanager.worker.TaskFunction;

@ExtendWith(NoLeftovers.class)
@DisplayName("Targets and static arguments on their way")
class TargetTravelTest {

    /** Like a bean that declares functions of its own. */
    static class Bean {

        private final int factor = 3;

        TaskFunction<Integer, Integer> lambda() {
            return x -> x * factor;
        }

        TaskFunction<Integer, Integer> anonymous() {
            return new TaskFunction<>() {
                private static final long serialVersionUID = 1L;

                @Override
                public Integer apply(Integer x) {
                    return x * factor;
                }
            };
        }

        TaskFunction<Integer, Integer> reference() {
            return this::times;
        }

        private int times(int x) {
            return x * factor;
        }
    }

    static final class SerializableBean extends Bean implements Serializable {
        private static final long serialVersionUID = 1L;

        private final int summand = 4;

        TaskFunction<Integer, Integer> plus() {
            return x -> x + summand;
        }
    }

    /** Made where there is no enclosing instance. */
    private static final TaskFunction<Integer, Integer> STATIC_ANONYMOUS = new TaskFunction<>() {
        private static final long serialVersionUID = 1L;

        @Override
        public Integer apply(Integer x) {
            return x + 1;
        }
    };

    @Test
    @DisplayName("C076: lambdas, method references and anonymous classes work, captured values included")
    void c076FunctionsThatTravel() throws Exception {
        List<Integer> captured = new ArrayList<>(List.of(10));
        assertThat(result((Integer x) -> x + captured.get(0))).isEqualTo(15);
        assertThat(result(Tasks::twice)).isEqualTo(10);
        assertThat(result("text"::charAt, 3)).isEqualTo('t');
        assertThat(result(STATIC_ANONYMOUS)).isEqualTo(6);
        assertThat(result(new SerializableBean().plus())).isEqualTo(9);
    }

    private static <R> R result(TaskFunction<Integer, R> function) throws Exception {
        return result(function, 5);
    }

    private static <R> R result(TaskFunction<Integer, R> function, int task) throws Exception {
        try (var pool = PoolManager.builder(function).size(1).start()) {
            return pool.map(List.of(task)).get(0);
        }
    }

    @Test
    @DisplayName("C076: those that capture what cannot travel are refused when the pool is built, with the class named")
    void c076FunctionsThatDoNotTravel() {
        Bean bean = new Bean();
        assertRefused(
                bean.lambda(), Bean.class.getName() + " is not java.io.Serializable (reached through a lambda in ");
        assertRefused(
                bean.reference(), Bean.class.getName() + " is not java.io.Serializable (reached through a lambda");
        assertRefused(bean.anonymous(), Bean.class.getName() + " is not java.io.Serializable (reached through ");
        Function<Integer, Integer> plain = x -> x;
        assertRefused(plain::apply, "TargetTravelTest$$Lambda");
        Object[] captured = {List.of(new SerializationTest.Stranger())};
        assertRefused(
                x -> captured.length,
                "SerializationTest$Stranger is not java.io.Serializable (reached through a lambda in"
                        + " org.poolmanager.TargetTravelTest: captured value arg$1[0][0])");
        class Local implements TaskFunction<Integer, Integer> {
            private static final long serialVersionUID = 1L;

            @Override
            public Integer apply(Integer x) {
                return x + hashCode() + TargetTravelTest.this.hashCode();
            }
        }
        assertRefused(new Local(), TargetTravelTest.class.getName() + " is not java.io.Serializable");
    }

    private static void assertRefused(TaskFunction<Integer, Integer> function, String words) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> PoolManager.builder(function).size(1).build())
                .withMessageContaining("cannot travel to a child JVM")
                .withMessageContaining(words);
    }

    private static final String PLUGIN = """
            package v;
            public class Plugin implements org.poolmanager.worker.PoolProcess<Integer, Integer> {
                public Integer run(Integer task) { return task + 7; }
                public static org.poolmanager.worker.TaskFunction<Integer, Integer> function() { return x -> x + 8; }
            }
            """;

    @Test
    @SuppressWarnings("unchecked")
    @DisplayName("C076: a class of a child class loader works if that says where its classes are")
    void c076ChildClassLoader(@TempDir Path files) throws Exception {
        Path classes = Sources.compile(files, "v.Plugin", PLUGIN);
        try (URLClassLoader loader =
                new URLClassLoader(new URL[] {classes.toUri().toURL()})) {
            Class<?> plugin = loader.loadClass("v.Plugin");
            try (var pool = PoolManager.builder((Class<? extends PoolProcess<Integer, Integer>>) plugin)
                    .size(1)
                    .start()) {
                assertThat(pool.map(List.of(1))).containsExactly(8);
            }
            Object function = plugin.getMethod("function").invoke(null);
            assertThat(result((TaskFunction<Integer, Integer>) function)).isEqualTo(13);
        }
    }

    @Test
    @SuppressWarnings("unchecked")
    @DisplayName("C076: and is refused when the pool is built if that does not say")
    void c076SecretiveClassLoader(@TempDir Path files) throws Exception {
        Path classes = Sources.compile(files, "v.Plugin", PLUGIN);
        byte[] bytes = Files.readAllBytes(classes.resolve("v/Plugin.class"));
        ClassLoader loader = new ClassLoader(TargetTravelTest.class.getClassLoader()) {
            @Override
            protected Class<?> findClass(String name) throws ClassNotFoundException {
                if (!name.equals("v.Plugin")) {
                    throw new ClassNotFoundException(name);
                }
                return defineClass(name, bytes, 0, bytes.length);
            }
        };
        Class<?> plugin = loader.loadClass("v.Plugin");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> PoolManager.builder((Class<? extends PoolProcess<Integer, Integer>>) plugin)
                        .build())
                .withMessageContaining("v.Plugin")
                .withMessageContaining("does not tell where its classes are");
        PoolManager.builder((Class<? extends PoolProcess<Integer, Integer>>) plugin)
                .classPath(Sources.classPathWith(classes))
                .build()
                .close();
    }

    /** 10 MB, and a word in a file for each time that somebody reads it. */
    static final class Model implements Serializable {
        private static final long serialVersionUID = 1L;

        final List<Integer> values = new ArrayList<>(Collections.nCopies(3, 1));

        private final byte[] bulk = new byte[10 << 20];

        private final String log;

        Model(Path log) {
            this.log = log.toString();
            bulk[bulk.length - 1] = 42;
        }

        private void readObject(ObjectInputStream in) throws IOException, ClassNotFoundException {
            in.defaultReadObject();
            Files.writeString(Path.of(log), "read\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        }

        synchronized int change() {
            values.add(1);
            return values.size();
        }

        byte last() {
            return bulk[bulk.length - 1];
        }
    }

    /** How many changes its model has seen, with the identity of the worker in front. */
    private static String change(int task, Model model, String name) {
        return model.last() + name + System.identityHashCode(model) + "@"
                + ProcessHandle.current().pid() + ":" + model.change();
    }

    @BothModes
    @DisplayName(
            "C077: static arguments are read once per worker start, each worker has its own, as they were at build")
    void c077StaticArguments(Isolation isolation, @TempDir Path files) throws Exception {
        Path log = files.resolve("log");
        Model model = new Model(log);
        try (var pool = PoolManager.builder(TargetTravelTest::change, model, "model ")
                .isolation(isolation)
                .size(4)
                .build()) {
            model.values.clear();
            model.bulk[model.bulk.length - 1] = 0;
            pool.start();
            for (int round = 0; round < 4; round++) {
                List<String> answers = pool.map(IntStream.range(0, 250).boxed().toList());
                assertThat(answers)
                        .allMatch(answer -> answer.startsWith("42model "))
                        .doesNotHaveDuplicates();
                if (round == 0) {
                    assertThat(answers).anyMatch(answer -> answer.endsWith(":4")); // three of the build, one of its own
                }
            }
            assertThat(model.values).isEmpty();
            assertThat(Files.readAllLines(log)).hasSize(4);
            if (isolation == Isolation.PROCESS) {
                long victim = pool.stats().workerList().get(0).pid();
                ProcessHandle.of(victim).orElseThrow().destroyForcibly();
                await().until(() -> pool.stats().workers().live() == 4
                        && pool.stats().workerList().stream().noneMatch(worker -> worker.pid() == victim));
                await().until(() -> pool.map(IntStream.range(0, 250).boxed().toList()).stream()
                        .anyMatch(answer -> answer.endsWith(":4"))); // the others may be faster at first
                assertThat(Files.readAllLines(log)).hasSize(5);
            }
        }
        System.out.println(
                "C077 " + isolation + ": read " + Files.readAllLines(log).size() + " times");
    }

    @Test
    @DisplayName("C077: in threads, a static argument that cannot travel is shared")
    void c077SharedStaticArgument() throws Exception {
        Object shared = new SerializationTest.Stranger();
        try (var pool = PoolManager.builder((Integer x, Object argument) -> argument, shared)
                .isolation(Isolation.THREAD)
                .size(2)
                .start()) {
            assertThat(pool.map(List.of(1, 2, 3))).allMatch(argument -> argument == shared);
        }
    }

    /** Says who it is and how many tasks it has had. */
    static final class Counter implements PoolProcess<Integer, String> {

        private static final AtomicInteger BUILT = new AtomicInteger();

        private final String name;

        private final int port;

        private int done;

        Counter(String log, int port) throws IOException {
            this.port = port;
            name = ProcessHandle.current().pid() + "-" + BUILT.incrementAndGet();
            Files.writeString(Path.of(log), name + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        }

        @Override
        public String run(Integer task) throws InterruptedException {
            if (task < 0) {
                Gate.pass(port, name);
                Tasks.waitAndHeed(60_000);
            }
            return name + ":" + ++done;
        }
    }

    @BothModes
    @DisplayName("C078: a worker is built once per start, keeps its state, and is fresh after replacement")
    void c078State(Isolation isolation, @TempDir Path files) throws Exception {
        Path log = files.resolve("log");
        try (Gate gate = new Gate();
                var pool = PoolManager.builder(Counter.class)
                        .staticArgs(log.toString(), gate.port())
                        .isolation(isolation)
                        .size(2)
                        .start()) {
            gate.open();
            List<String> answers = pool.map(IntStream.range(0, 100).boxed().toList());
            assertThat(answers).doesNotHaveDuplicates(); // each name counts its own tasks
            List<String> built = Files.readAllLines(log);
            assertThat(built).hasSize(2);
            int total = built.stream()
                    .mapToInt(name -> (int) answers.stream()
                            .filter(answer -> answer.startsWith(name + ":"))
                            .count())
                    .sum();
            assertThat(total).isEqualTo(100);
            var hanging = pool.submit(-1);
            gate.awaitArrivals(1); // before it has begun, no worker would be killed
            assertThat(hanging.cancel(true)).isTrue();
            await().until(() -> pool.stats().workers().live() == 2
                    && Files.readAllLines(log).size() == 3);
            List<String> all = Files.readAllLines(log);
            await().until(() -> {
                List<String> more = pool.map(IntStream.range(0, 100).boxed().toList());
                assertThat(more).doesNotHaveDuplicates();
                return more.contains(all.get(2) + ":1"); // the other may be faster at first
            });
            assertThat(pool.stats().restarts()).isEqualTo(1);
        }
    }
}
