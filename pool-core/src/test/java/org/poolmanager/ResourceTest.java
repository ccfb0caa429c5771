package org.poolmanager;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ch.qos.logback.classic.Level;
import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.io.InputStream;
import java.io.Serializable;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.poolmanager.faults.Fault;
import org.poolmanager.launch.ExitReason;
import org.poolmanager.launch.JvmOptions;
import org.poolmanager.launch.LaunchException;

@ExtendWith(NoLeftovers.class)
@DisplayName("Exhausted resources")
class ResourceTest {

    /** Kinds of memory, and what a child has of them. */
    enum Memory {
        HEAP("-Xmx64m"),
        METASPACE("-XX:MaxMetaspaceSize=24m"),
        DIRECT("-XX:MaxDirectMemorySize=8m"),
        THREADS("-Xmx64m");

        private final String option;

        Memory(String option) {
            this.option = option;
        }
    }

    private static String exhaust(String kind) throws Exception {
        List<Object> hoard = new ArrayList<>();
        switch (kind) {
            case "HEAP" -> Fault.LEAK.strike();
            case "METASPACE" -> {
                while (true) {
                    hoard.add(new Copy().define());
                }
            }
            case "DIRECT" -> {
                while (true) {
                    hoard.add(ByteBuffer.allocateDirect(1 << 20));
                }
            }
            // No system gives a thread a stack of so many terabytes.
            case "THREADS" -> new Thread(null, () -> hoard.add(kind), "big", 1L << 46).start();
            case "CAUGHT" -> {
                try {
                    throw new OutOfMemoryError("made up and caught");
                } catch (OutOfMemoryError e) {
                    return e.getMessage();
                }
            }
            default -> {
                // Nothing to do.
            }
        }
        return kind;
    }

    /** Loads the same class once more. */
    private static final class Copy extends ClassLoader {

        Class<?> define() throws IOException {
            String name = ResourceTest.class.getName();
            try (InputStream in = ResourceTest.class.getResourceAsStream("ResourceTest.class")) {
                byte[] bytes = in.readAllBytes();
                return defineClass(name, bytes, 0, bytes.length);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    @DisplayName("C053: whatever memory is exhausted, the task says so, its worker is retired, and the next 20 succeed")
    void c053Exhausted(Memory memory) throws Exception {
        try (var pool = PoolManager.builder(ResourceTest::exhaust)
                .size(1)
                .jvm(new JvmOptions(null, List.of(memory.option), Map.of(), null))
                .start()) {
            long pid = pool.stats().workerList().get(0).pid();
            RuntimeException failure =
                    pool.mapOutcomes(List.of(memory.name())).get(0).failure();
            System.out.println("C053 " + memory + ": " + failure.getMessage());
            if (failure instanceof WorkerCrashedException crash) {
                assertThat(crash.exit().reason()).isEqualTo(ExitReason.OUT_OF_MEMORY);
            } else {
                assertThat(failure).isInstanceOf(TaskFailedException.class).hasCauseInstanceOf(OutOfMemoryError.class);
            }
            assertThat(pool.map(Collections.nCopies(20, "fine"))).hasSize(20);
            PoolStats.Worker worker = pool.stats().workerList().get(0);
            assertThat(worker.pid()).isNotEqualTo(pid);
            assertThat(worker.lastExit().reason()).isEqualTo(WorkerExit.OUT_OF_MEMORY);
        }
    }

    @Test
    @DisplayName("C053: an OutOfMemoryError that a task makes and catches is its own business")
    void c053Caught() throws Exception {
        try (var pool = PoolManager.builder(ResourceTest::exhaust).size(1).start()) {
            assertThat(pool.map(List.of("CAUGHT", "fine"))).containsExactly("made up and caught", "fine");
            assertThat(pool.stats().restarts()).isZero();
        }
    }

    /** Cannot be put into a set, nor printed. */
    static final class Bottomless implements Serializable {

        /** Where it is made, it has an end. */
        private transient boolean tame;

        Bottomless(boolean tame) {
            this.tame = tame;
        }

        @Override
        public int hashCode() {
            return tame ? 0 : 1 + hashCode();
        }

        @Override
        public boolean equals(Object other) {
            return this == other;
        }

        @Override
        public String toString() {
            return tame ? "tame" : "1" + this;
        }
    }

    private static Object overflow(Object task) throws Exception {
        if (task instanceof List<?> parts) {
            return parts.hashCode();
        }
        return task instanceof Bottomless bottomless ? bottomless.toString() : ((Fault) task).strike();
    }

    @BothModes
    @DisplayName("C055: a stack overflow is an ordinary failure, with a bounded list of frames, and the worker goes on")
    void c055StackOverflow(Isolation isolation) throws Exception {
        try (var pool = PoolManager.builder(ResourceTest::overflow)
                .isolation(isolation)
                .size(1)
                .start()) {
            Bottomless bottomless = new Bottomless(isolation == Isolation.PROCESS);
            List<Object> tasks =
                    new ArrayList<>(List.of(Fault.OVERFLOW_STACK, bottomless, new ArrayList<>(List.of(bottomless))));
            if (isolation == Isolation.PROCESS) {
                tasks.add(new HashSet<>(Set.of(bottomless))); // which overflows when it is read
            }
            pool.map(List.of(Fault.NONE)); // for which a JVM loads classes
            for (int i = 0; i < tasks.size(); i++) {
                long start = System.nanoTime();
                Outcome<Object> outcome =
                        pool.mapOutcomes(List.of(tasks.get(i))).get(0);
                long took = Blow.millisSince(start);
                System.out.println("C055 " + isolation + ", task " + i + ": told after " + took + " ms");
                assertThat(outcome.kind()).isEqualTo(Outcome.Kind.FAILED);
                assertThat(outcome.failure()).hasRootCauseInstanceOf(StackOverflowError.class);
                assertThat(outcome.failure().getCause().getStackTrace()).hasSizeBetween(1, 1024);
                assertThat(took).isLessThan(1000);
            }
            assertThat(pool.map(List.of(Fault.NONE))).containsExactly("NONE");
            assertThat(pool.stats().restarts()).isZero();
        }
    }

    @Test
    @DisplayName(
            "C111: without a descriptor no worker can be replaced, tasks are told so, limits hold, and all comes back afterwards")
    void c111InMidLife() throws Exception {
        try (ParentJvm parent = ParentJvm.startWithDescriptors(256, "starving")) {
            assertThat(parent.nextLine(Starving.MARK))
                    .startsWith("WorkerCrashedException")
                    .contains("exited with value 3");
            assertThat(parent.nextLine(Starving.MARK)).startsWith("TaskTimeoutException");
            assertThat(parent.nextLine(Starving.MARK))
                    .startsWith("PoolBrokenException: ")
                    .contains("Pool 'starving' is broken")
                    .contains("This JVM, or the system, has no file descriptor left");
            assertThat(parent.nextLine(Starving.MARK)).isEqualTo("RUNNING [-2, -3]");
            assertThat(Integer.parseInt(parent.nextLine(Starving.MARK)))
                    .as("descriptors left")
                    .isLessThanOrEqualTo(2);
            assertThat(parent.nextLine(Starving.MARK)).as("children left").isEqualTo("0");
        }
    }

    @Test
    @DisplayName("C111: a pool that is started without a descriptor says so, leaves nothing, and can be started later")
    void c111AtStart() throws Exception {
        try (ParentJvm parent = ParentJvm.startWithDescriptors(256, "starting-starved")) {
            assertThat(parent.nextLine(Starving.MARK))
                    .startsWith("PoolStartException: Pool 'starving' could not be started: ")
                    .contains("This JVM, or the system, has no file descriptor left");
            assertThat(Integer.parseInt(parent.nextLine(Starving.MARK)))
                    .as("descriptors left")
                    .isLessThanOrEqualTo(0);
            assertThat(parent.nextLine(Starving.MARK)).isEqualTo("[-2, -3]");
        }
    }

    @Test
    @DisplayName("C111: 40 workers for whom there are not descriptors enough: the pool works with those that it got")
    void c111Crowd() throws Exception {
        try (ParentJvm parent = ParentJvm.startWithDescriptors(64, "crowding")) {
            assertThat(parent.nextLine(Starving.MARK)).isEqualTo("fewer");
            assertThat(parent.nextLine(Starving.MARK)).isEqualTo("[-2, -3]");
            assertThat(parent.nextLine(Starving.MARK)).as("children left").isEqualTo("0");
            assertThat(parent.nextLine(Starving.MARK)).isEqualTo("back");
        }
    }

    /** A user who has no other processes, and can read what the tests are made of. */
    private static final List<String> LONELY = List.of(
            "setpriv",
            "--reuid=47011",
            "--clear-groups",
            "--inh-caps=-all,+dac_read_search",
            "--ambient-caps=-all,+dac_read_search",
            "--bounding-set=-all,+dac_read_search");

    @Test
    @DisplayName(
            "C111: at the limit of processes a pool cannot start, replaces no worker and says why; then all comes back")
    void c111Processes() throws Exception {
        List<String> trial = new ArrayList<>(LONELY);
        trial.add("true");
        assumeTrue(succeeds(trial), "only root may become a user who has no other processes");
        List<String> alone = new ArrayList<>(List.of("setsid"));
        alone.addAll(LONELY);
        String scarcity = "No further thread or process can be made: raise the limit of the user (ulimit -u)";
        try (ParentJvm parent = ParentJvm.startWith(alone, "without-processes")) {
            limitProcesses(parent, "exhaust", 1);
            assertThat(parent.nextLine(Starving.MARK))
                    .startsWith("PoolStartException: Pool 'starving' could not be started: ")
                    .contains(scarcity);
            assertThat(parent.nextLine(Starving.MARK)).as("children left").isEqualTo("0");
            limitProcesses(parent, "free", 1000);
            limitProcesses(parent, "exhaust", 1);
            assertLosesWorkers("C111", parent, scarcity);
            limitProcesses(parent, "free", 1000);
            assertThat(parent.nextLine(Starving.MARK)).isEqualTo("RUNNING [-2, -3]");
            assertThat(parent.nextLine(Starving.MARK)).as("children left").isEqualTo("0");
            assertThat(parent.nextLine(Starving.MARK)).isEqualTo("back");
        }
    }

    private static boolean succeeds(List<String> command) throws InterruptedException {
        try {
            return new ProcessBuilder(command).redirectErrorStream(true).start().waitFor() == 0;
        } catch (IOException e) {
            return false; // there is no such program
        }
    }

    private static void limitProcesses(ParentJvm parent, String when, int limit) throws Exception {
        assertThat(parent.nextLine(Starving.MARK)).isEqualTo(when);
        List<String> command = new ArrayList<>(LONELY);
        command.addAll(List.of("prlimit", "--pid=" + parent.pid(), "--nproc=" + limit + ":"));
        assertThat(succeeds(command)).isTrue();
        parent.process().getOutputStream().write('\n');
        parent.process().getOutputStream().flush();
    }

    private static void assertLosesWorkers(String name, ParentJvm parent, String why) throws IOException {
        assertThat(parent.nextLine(Starving.MARK))
                .startsWith("WorkerCrashedException")
                .contains("exited with value 3");
        assertThat(parent.nextLine(Starving.MARK)).as("by the other").isEqualTo("[-1]");
        assertThat(parent.nextLine(Starving.MARK)).startsWith("WorkerCrashedException");
        assertThat(parent.nextLine(Starving.MARK))
                .startsWith("PoolBrokenException: ")
                .contains("Pool 'starving' is broken")
                .contains(why);
        long millis = Long.parseLong(parent.nextLine(Starving.MARK));
        System.out.println(name + ": told " + millis + " ms after the last worker's end");
        assertThat(millis).isLessThan(5000);
    }

    @Test
    @DisplayName("C111: a stopped child that has not read what it is to be is killed as soon as a descriptor is free")
    void c111Stopped(@TempDir Path home) throws Exception {
        Path java = Files.createDirectory(home.resolve("bin")).resolve("java");
        Files.writeString(java, "#!/bin/sh\nkill -STOP $$\n");
        assertThat(java.toFile().setExecutable(true)).isTrue();
        try (ParentJvm parent = ParentJvm.startWithDescriptors(256, "starting-stopped", home.toString())) {
            assertThat(parent.nextLine(Starving.MARK)).isEqualTo("not started");
            assertThat(parent.nextLine(Starving.MARK)).as("children left").isEqualTo("0");
        }
    }

    private static long maxMemory(int ignored) {
        return Runtime.getRuntime().maxMemory();
    }

    @Test
    @DisplayName("C114: workers share the memory of the machine; who chooses more than there is, is told so")
    void c114MemoryBudget() throws Exception {
        long total = ManagementFactory.getOperatingSystemMXBean() instanceof OperatingSystemMXBean system
                ? system.getTotalMemorySize()
                : 0;
        try (Records records = new Records(PoolManager.class.getName(), Level.WARN);
                var modest =
                        PoolManager.builder(ResourceTest::maxMemory).size(2).start()) {
            assertThat(modest.map(List.of(1)).get(0)).isLessThan(total / 4);
            assertThat(records.messages()).noneMatch(message -> message.contains("more memory than there is"));
            System.out.println("C114: of " + (total >> 20) + " MiB each of 2 workers may have a heap of "
                    + (modest.map(List.of(1)).get(0) >> 20) + " MiB");
            long half = total / 2 >> 20;
            try (var greedy = PoolManager.builder(ResourceTest::maxMemory)
                    .name("greedy")
                    .size(2)
                    .jvm(new JvmOptions(null, List.of("-Xmx" + half + "m"), Map.of(), null))
                    .start()) {
                assertThat(greedy.map(List.of(1)).get(0)).isGreaterThan(total / 3);
                assertThat(records.messages())
                        .anyMatch(message -> message.contains("may take more memory than there is")
                                && message.contains("pool '" + modest.name() + "' 2 x ")
                                && message.contains("pool 'greedy' 2 x "));
                System.out.println("C114: " + records.messages());
            }
        }
    }

    @Test
    @DisplayName("C112: a temporary directory that is removed meanwhile is replaced; running tasks do not notice")
    void c112DirectoryRemoved() throws Exception {
        try (Gate gate = new Gate();
                var pool = PoolManager.builder(Tasks::passGateIfNegative, gate.port())
                        .size(1)
                        .start()) {
            CompletableFuture<Integer> running = pool.submit(-1);
            gate.awaitArrivals(1);
            for (Path directory : ParentJvm.directories(ProcessHandle.current().pid())) {
                SocketDirectory.remove(directory);
                assertThat(directory).doesNotExist();
            }
            gate.open();
            assertThat(running.get(20, TimeUnit.SECONDS)).isEqualTo(-1);
            long pid = pool.stats().workerList().get(0).pid();
            ProcessHandle.of(pid).orElseThrow().destroyForcibly();
            assertThat(pool.map(List.of(1, 2, 3))).containsExactly(1, 2, 3);
            await().untilAsserted(() ->
                    assertThat(pool.stats().workerList().get(0).pid()).isNotEqualTo(pid));
        }
    }

    @Test
    @DisplayName("C112: a temporary directory that cannot be used is named, or another one is used")
    void c112UnusableDirectory(@TempDir Path directory) throws Exception {
        String before = System.getProperty("java.io.tmpdir");
        System.setProperty("java.io.tmpdir", directory.resolve("missing").toString());
        long start = System.nanoTime();
        try (var pool = PoolManager.builder(Tasks::twice).size(1).start()) {
            long took = Blow.millisSince(start);
            System.out.println("C112: started after " + took + " ms, elsewhere than in a directory that is missing");
            assertThat(took).isLessThan(Blow.withStarts(Duration.ofSeconds(5), pool));
            assertThat(pool.map(List.of(1))).containsExactly(2);
        } finally {
            System.setProperty("java.io.tmpdir", before);
        }
    }

    /** The start of a command that has a file system of its own there, which only it sees. */
    private static List<String> fileSystem(Path directory, String size) throws InterruptedException {
        String mount = "mount -t tmpfs -o size=" + size + " none " + directory;
        assumeTrue(
                succeeds(List.of("unshare", "-m", "sh", "-c", mount)), "only root may mount a file system of its own");
        return List.of("unshare", "-m", "sh", "-c", mount + " && exec \"$@\"", "sh");
    }

    @Test
    @DisplayName("C112: a disk that becomes full disturbs no task; a worker that is lost then is missed, and says why")
    void c112FullDiskInMidLife(@TempDir Path directory) throws Exception {
        List<String> own = fileSystem(directory, "1m");
        try (ParentJvm parent = ParentJvm.startWith(own, "without-space", directory)) {
            assertThat(parent.nextLine(Starving.MARK)).contains("No space left on device");
            assertThat(parent.nextLine(Starving.MARK)).as("what ran").isEqualTo("1000");
            assertLosesWorkers("C112", parent, "No space left on device). Make room there");
            assertThat(parent.nextLine(Starving.MARK)).isEqualTo("RUNNING [-2, -3]");
        }
    }

    @Test
    @DisplayName("C112: a temporary directory on a full disk is named, with its cause and what to do")
    void c112FullDisk(@TempDir Path directory) throws Exception {
        List<String> own = fileSystem(directory, "16k");
        Timely.assertTakesLess("C112: to tell of a full disk", 5000, () -> {
            try (ParentJvm parent = ParentJvm.startWith(own, "failing", directory)) {
                String message = parent.nextLine(Starving.MARK);
                System.out.println("C112: " + message);
                assertThat(message)
                        .startsWith("org.poolmanager.PoolStartException")
                        .contains(directory + "/poolmanager-", "No space left on device", "set java.io.tmpdir");
                long took = Long.parseLong(parent.nextLine(Starving.MARK));
                assertThat(parent.awaitExit()).isZero();
                return took;
            }
        });
    }

    @Test
    @DisplayName("C110, C112: places for sockets that cannot be used are named one by one, with the reason of each")
    void c110NoPlaceForSockets(@TempDir Path directory) throws Exception {
        Path longOne = Files.createDirectory(directory.resolve("d".repeat(150)));
        Path missing = directory.resolve("missing");
        Path readOnly = Path.of("/proc/self"); // where nobody can write, whatever his rights
        long start = System.nanoTime();
        assertThatExceptionOfType(LaunchException.class)
                .isThrownBy(() -> SocketDirectory.createIn(List.of(longOne, missing, readOnly)))
                .withMessageContaining(
                        "no directory for the sockets of child JVMs can be created, neither in " + longOne)
                .withMessageContaining("bytes is too long")
                .withMessageContaining(" nor in " + missing + " (java.nio.file.NoSuchFileException")
                .withMessageContaining(" nor in " + readOnly + " (")
                .withMessageContaining("Set java.io.tmpdir to a writable directory whose path is short");
        long took = Blow.millisSince(start);
        System.out.println("C110, C112: told of three unusable places after " + took + " ms");
        assertThat(took).isLessThan(5000);
        assertThat(longOne).isEmptyDirectory();
        try (SocketDirectory found = SocketDirectory.createIn(List.of(missing, readOnly, directory))) {
            assertThat(found.path()).hasParent(directory);
        }
    }

    @Test
    @DisplayName("C110: a temporary directory whose name is too long for sockets is passed over")
    void c110LongDirectory(@TempDir Path directory) throws Exception {
        String before = System.getProperty("java.io.tmpdir");
        Path longOne = Files.createDirectory(directory.resolve("d".repeat(150)));
        System.setProperty("java.io.tmpdir", longOne.toString());
        try (var pool = PoolManager.builder(Tasks::twice).size(1).start()) {
            assertThat(pool.map(List.of(1))).containsExactly(2);
            assertThat(longOne).isEmptyDirectory();
        } finally {
            System.setProperty("java.io.tmpdir", before);
        }
    }

    @Test
    @DisplayName(
            "C110: no IPv6, no name of the machine, no port that can be reached: a pool uses nothing of the network")
    void c110NoNetwork() throws Exception {
        List<String> own =
                List.of("unshare", "-n", "-m", "sh", "-c", "mount --bind /dev/null /etc/hosts && exec \"$@\"", "sh");
        List<String> trial = new ArrayList<>(own);
        trial.add("true");
        assumeTrue(succeeds(trial), "only root may have a network of its own");
        try (ParentJvm parent = ParentJvm.startWith(own, "without-network")) {
            for (String missing : List.of("a port", "IPv6", "a name")) {
                assertThat(parent.nextLine(Starving.MARK)).as(missing).startsWith("java.net.");
            }
            assertThat(parent.nextLine(Starving.MARK)).isEqualTo("[2, 4, 6, 8]");
            String millis = parent.nextLine(Starving.MARK);
            System.out.println("C110: a pool of 2 without a network started and used after " + millis + " ms");
            assertThat(parent.awaitExit()).isZero();
        }
    }

    @Test
    @Timeout(value = 5, unit = TimeUnit.MINUTES)
    @DisplayName("C113: 15 pools one after another leave nothing behind")
    void c113PoolAfterPool() throws Exception {
        poolAfterPool(15);
        poolsAtOnce(3);
    }

    @Test
    @Tag("soak")
    @Timeout(value = 60, unit = TimeUnit.MINUTES)
    @DisplayName("C113: the same with 1,000 pools, and 50 at once")
    void c113PoolAfterPoolForLong() throws Exception {
        poolAfterPool(1000);
        poolsAtOnce(50);
    }

    private static void poolAfterPool(int pools) throws Exception {
        use(2);
        use(2); // everything that a JVM loads once is loaded
        int descriptors = Descriptors.open();
        Set<Thread> threads = threads();
        long heap = usedHeap();
        long metaspace = usedMetaspace();
        long start = System.nanoTime();
        for (int i = 0; i < pools; i++) {
            use(2);
        }
        long took = TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - start);
        await().untilAsserted(() -> {
            assertThat(Descriptors.open()).isLessThanOrEqualTo(descriptors + 2);
            assertThat(threads()).isSubsetOf(threads);
        });
        long grown = usedHeap() - heap;
        long meta = usedMetaspace() - metaspace;
        System.out.println("C113: " + pools + " pools in " + took + " s; heap grown by " + (grown >> 10)
                + " KiB, metaspace by " + (meta >> 10) + " KiB");
        assertThat(grown).isLessThan(10 << 20);
        assertThat(meta).isLessThan(10 << 20);
        if (pools >= 1000) { // a few say more about the machine
            assertThat(took).isLessThan(TimeUnit.MINUTES.toSeconds(20));
        }
        assertThat(ProcessHandle.current().descendants()).isEmpty();
    }

    private static void use(int size) throws InterruptedException {
        try (var pool = PoolManager.builder(Tasks::twice).size(size).start()) {
            assertThat(pool.map(List.of(1, 2, 3))).containsExactly(2, 4, 6);
        }
    }

    private static void poolsAtOnce(int pools) throws Exception {
        int descriptors = Descriptors.open();
        List<PoolManager<Integer, Integer>> open = new ArrayList<>();
        try {
            for (int i = 0; i < pools; i++) {
                open.add(PoolManager.builder(Tasks::twice).size(2).start());
            }
            for (PoolManager<Integer, Integer> pool : open) {
                assertThat(pool.map(List.of(1, 2, 3))).containsExactly(2, 4, 6);
            }
        } finally {
            open.forEach(PoolManager::close);
        }
        await().untilAsserted(() -> assertThat(Descriptors.open()).isLessThanOrEqualTo(descriptors + 2));
    }

    /** Those of the JDK that end by themselves excepted, and the one that waits here. */
    private static Set<Thread> threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> !thread.getName().equals("process reaper")
                        && !thread.getName().startsWith("ForkJoinPool.commonPool-")
                        && !thread.getName().startsWith("awaitility"))
                .collect(Collectors.toSet());
    }

    private static long usedMetaspace() {
        return ManagementFactory.getMemoryPoolMXBeans().stream()
                .filter(pool -> pool.getName().equals("Metaspace"))
                .mapToLong(pool -> pool.getUsage().getUsed())
                .findFirst()
                .orElseThrow();
    }

    private static long usedHeap() {
        System.gc();
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }
}
