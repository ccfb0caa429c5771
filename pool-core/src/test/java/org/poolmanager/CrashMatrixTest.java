package org.poolmanager;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.Serializable;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.poolmanager.faults.Fault;
import org.poolmanager.worker.PoolProcess;

@ExtendWith(NoLeftovers.class)
@DisplayName("Crash matrix")
class CrashMatrixTest {

    /** What hangs runs into it, and nothing else has it: the first task of a fresh JVM on a busy machine would too. */
    private static final Duration LIMIT = Duration.ofSeconds(2);

    /** Where nothing hangs: a JVM that writes a crash log may take its time, within that of the whole cell. */
    private static final Duration AMPLE_LIMIT = Duration.ofSeconds(9);

    /** Likewise for what hangs while it is built. */
    private static final Duration BUILDING = Duration.ofSeconds(5);

    private static final List<Fault> FAULTS =
            List.of(Fault.EXIT, Fault.HALT, Fault.SEGV, Fault.THROW, Fault.IGNORE_INTERRUPTS);

    /** Where a fault strikes. */
    enum Place {
        READING_THE_ARGUMENT,
        CONSTRUCTOR,
        TASK,
        WRITING_THE_RESULT,
        AFTER_THE_RESULT,
        SHUTDOWN_HOOK
    }

    /** What a fault does in places that do not declare exceptions. */
    private static void strike(Fault fault) {
        try {
            fault.strike();
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    /** Strikes on its way, in or out. */
    static final class Trap implements Serializable {

        private final Fault fault;

        private final Place place;

        Trap(Fault fault, Place place) {
            this.fault = fault;
            this.place = place;
        }

        private void writeObject(ObjectOutputStream out) throws IOException {
            if (place == Place.WRITING_THE_RESULT) {
                strike(fault);
            }
            out.defaultWriteObject();
        }

        private void readObject(ObjectInputStream in) throws IOException, ClassNotFoundException {
            in.defaultReadObject();
            if (place == Place.READING_THE_ARGUMENT) {
                strike(fault);
            }
        }
    }

    /** A task of the matrix: a trap to be read, or what is to be done; {@code done} is its result otherwise. */
    record Cell(Fault fault, Place place, int gate, Object trap) implements Serializable {}

    /** Its second generation, and no other, is built as the matrix says. */
    static final class Victim implements PoolProcess<Cell, Object> {

        Victim(Fault fault, Place place, String directory) throws IOException {
            if (place == Place.CONSTRUCTOR && !isFirst(directory, "built") && isFirst(directory, "rebuilt")) {
                strike(fault);
            }
        }

        /** Of all processes. */
        private static boolean isFirst(String directory, String file) throws IOException {
            try {
                Files.createFile(Path.of(directory, file));
                return true;
            } catch (FileAlreadyExistsException e) {
                return false;
            }
        }

        @Override
        public Object run(Cell cell) {
            switch (cell.place) {
                case CONSTRUCTOR -> System.exit(7);
                case TASK -> strike(cell.fault);
                case WRITING_THE_RESULT -> {
                    return new Trap(cell.fault, cell.place);
                }
                case AFTER_THE_RESULT ->
                    new Thread(() -> {
                                Gate.pass(cell.gate, "after the result");
                                strike(cell.fault);
                            })
                            .start();
                case SHUTDOWN_HOOK -> {
                    Runtime.getRuntime().addShutdownHook(new Thread(() -> strike(cell.fault)));
                    System.exit(7);
                }
                default -> {
                    // Only its argument matters.
                }
            }
            return "done";
        }
    }

    static Stream<Arguments> cells() {
        return FAULTS.stream().flatMap(fault -> Stream.of(Place.values()).map(place -> Arguments.of(fault, place)));
    }

    @ParameterizedTest(name = "{0} {1}")
    @MethodSource("cells")
    @DisplayName(
            "C057: whatever strikes wherever: one outcome for one task, the right blame, and a worker for the next")
    void c057CrashMatrix(Fault fault, Place place, @TempDir Path directory) throws Exception {
        try (Gate gate = new Gate();
                var pool = PoolManager.builder(Victim.class)
                        .staticArgs(fault, place, directory.toString())
                        .size(1)
                        .taskTimeout(AMPLE_LIMIT)
                        .initTimeout(BUILDING)
                        .start()) {
            long start = System.nanoTime();
            long pid = pid(pool);
            TaskOptions options = expected(fault, place) == Outcome.Kind.TIMED_OUT
                    ? TaskOptions.defaults().taskTimeout(LIMIT)
                    : TaskOptions.defaults();
            CompletableFuture<Object> struck =
                    pool.submit(new Cell(fault, place, gate.port(), trap(fault, place)), options);
            CompletableFuture<Object> next = pool.submit(new Cell(Fault.NONE, Place.TASK, 0, "none"));
            Outcome.Kind kind = kindOf(struck);
            assertThat(kind).isEqualTo(expected(fault, place));
            assertThat(next.get(20, TimeUnit.SECONDS)).isEqualTo("done");
            if (place == Place.AFTER_THE_RESULT) {
                gate.awaitArrivals(1);
                gate.open();
            }
            if (endsItsWorker(fault, place)) {
                await().until(() -> pool.stats().workers().idle() == 1 && pid(pool) != pid);
            }
            assertThat(pool.submit(new Cell(Fault.NONE, Place.TASK, 0, "none")).get(20, TimeUnit.SECONDS))
                    .isEqualTo("done");
            assertThat(pid(pool) != pid).isEqualTo(endsItsWorker(fault, place));
            PoolStats.Tasks tasks = ApiContractTest.sample(pool).tasks();
            assertThat(tasks.submitted()).isEqualTo(3);
            assertThat(tasks.completed()).isEqualTo(kind == Outcome.Kind.COMPLETED ? 3 : 2);
            long took = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
            System.out.println("C057 " + fault + " " + place + ": " + kind + ", all over after " + took + " ms");
            assertThat(took).isLessThan(Blow.withStarts(Duration.ofSeconds(10), 2, pool));
        }
        removeCrashLogs();
    }

    /** They stay for whoever reads the error; here, nobody does. */
    private static void removeCrashLogs() throws IOException {
        for (Path directory : ParentJvm.directories(ProcessHandle.current().pid())) {
            try (Stream<Path> logs = Files.list(directory)) {
                for (Path log : logs.toList()) {
                    Files.delete(log);
                }
            }
            Files.delete(directory);
        }
    }

    private static long pid(PoolManager<?, ?> pool) {
        return pool.stats().workerList().get(0).pid();
    }

    private static Object trap(Fault fault, Place place) {
        return place == Place.READING_THE_ARGUMENT ? new Trap(fault, place) : "none";
    }

    private static Outcome.Kind kindOf(CompletableFuture<Object> struck) throws Exception {
        try {
            assertThat(struck.get(20, TimeUnit.SECONDS)).isEqualTo("done");
            return Outcome.Kind.COMPLETED;
        } catch (ExecutionException e) {
            assertThat(e.getCause()).isInstanceOf(TaskException.class);
            assertThat(((TaskException) e.getCause()).index()).isZero();
            return Chaos.kindOf(e.getCause());
        }
    }

    private static Outcome.Kind expected(Fault fault, Place place) {
        return switch (place) {
            case AFTER_THE_RESULT -> Outcome.Kind.COMPLETED;
            case CONSTRUCTOR -> Outcome.Kind.CRASHED;
            // An exit within an exit waits for ever, and an uncaught exception there changes nothing.
            case SHUTDOWN_HOOK ->
                fault == Fault.EXIT || fault == Fault.IGNORE_INTERRUPTS ? Outcome.Kind.TIMED_OUT : Outcome.Kind.CRASHED;
            default ->
                switch (fault) {
                    case THROW -> Outcome.Kind.FAILED;
                    case IGNORE_INTERRUPTS -> Outcome.Kind.TIMED_OUT;
                    default -> Outcome.Kind.CRASHED;
                };
        };
    }

    private static boolean endsItsWorker(Fault fault, Place place) {
        return switch (place) {
            case CONSTRUCTOR, SHUTDOWN_HOOK -> true;
            case AFTER_THE_RESULT -> fault.effect() == Fault.Effect.KILLS;
            default -> fault != Fault.THROW;
        };
    }
}
