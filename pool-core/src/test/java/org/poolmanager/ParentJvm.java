package org.poolmanager;

import static org.awaitility.Awaitility.await;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.poolmanager.faults.Fault;
import org.poolmanager.worker.PoolProcess;

/** A parent of its own, for tests that end it, in a process group of its own. */
final class ParentJvm implements AutoCloseable {

    private final Process process;

    private final BufferedReader lines;

    private ParentJvm(Process process) {
        this.process = process;
        this.lines = process.inputReader(StandardCharsets.UTF_8);
    }

    /** Starts one that does what the first argument says. */
    static ParentJvm start(Object... args) throws IOException {
        return startWith(List.of("setsid"), args);
    }

    /** The same, with a temporary directory that nobody else uses, and sweeps. */
    static ParentJvm startIn(Path temporaryDirectory, Object... args) throws IOException {
        return startWith(List.of("setsid", "env", "JAVA_TOOL_OPTIONS=-Djava.io.tmpdir=" + temporaryDirectory), args);
    }

    /** The same, which can have so many descriptors and no more. */
    static ParentJvm startWithDescriptors(int limit, Object... args) throws IOException {
        return startWith(List.of("setsid", "sh", "-c", "ulimit -n " + limit + "; exec \"$@\"", "limited"), args);
    }

    /** Starts one by a command that takes the rest of its line for a command. */
    static ParentJvm startWith(List<String> prefix, Object... args) throws IOException {
        return start(prefix, System.getProperty("java.class.path"), args);
    }

    /** Starts one that finds its classes there. */
    static ParentJvm startOn(List<Path> classPath, Object... args) throws IOException {
        return start(List.of("setsid"), joined(classPath), args);
    }

    static String joined(List<Path> classPath) {
        return classPath.stream().map(Path::toString).collect(Collectors.joining(":"));
    }

    private static ParentJvm start(List<String> prefix, String classPath, Object... args) throws IOException {
        List<String> command = new ArrayList<>(prefix);
        command.addAll(List.of(
                "env",
                "--default-signal=INT,HUP", // whoever runs the tests may ignore them
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                classPath,
                ParentJvm.class.getName()));
        for (Object arg : args) {
            command.add(arg.toString());
        }
        return new ParentJvm(new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start());
    }

    Process process() {
        return process;
    }

    long pid() {
        return process.pid();
    }

    /** What it does now has begun: all its workers, and their workers. */
    List<ProcessHandle> awaitWorkers() throws IOException {
        List<ProcessHandle> workers = new ArrayList<>();
        String line;
        while ((line = lines.readLine()) != null && !line.isEmpty()) {
            ProcessHandle.of(Long.parseLong(line)).ifPresent(workers::add);
        }
        return workers;
    }

    /** What it says next. */
    String nextLine() throws IOException {
        return lines.readLine();
    }

    /** What it says next with a mark, if log lines come in between. */
    String nextLine(String mark) throws IOException {
        String line;
        do {
            line = lines.readLine();
        } while (line != null && !line.startsWith(mark));
        return line == null ? "(nothing more)" : line.substring(mark.length());
    }

    int awaitExit() throws InterruptedException {
        if (!process.waitFor(30, TimeUnit.SECONDS)) {
            throw new AssertionError("the parent is still there");
        }
        return process.exitValue();
    }

    void signal(String name) throws Exception {
        signal(name, pid());
    }

    void signalGroup(String name) throws Exception {
        signal(name, -pid());
    }

    /** One that stops a process is waited for: until the system gets round to it, its threads go on. */
    static void signal(String name, long pid) throws Exception {
        Process kill = new ProcessBuilder("kill", "-" + name, "--", Long.toString(pid)).start();
        if (kill.waitFor() != 0) {
            throw new AssertionError(new String(kill.getErrorStream().readAllBytes(), StandardCharsets.UTF_8));
        }
        if (name.equals("STOP") && pid > 0) {
            await().until(() -> isStopped(Path.of("/proc", Long.toString(pid), "task")));
        }
    }

    private static boolean isStopped(Path threads) {
        try (Stream<Path> all = Files.list(threads)) {
            return all.allMatch(thread -> "TtZX".indexOf(state(thread)) >= 0);
        } catch (IOException | UncheckedIOException e) {
            return !Files.exists(threads); // the process may have ended, or but one thread of it
        }
    }

    private static char state(Path thread) {
        try {
            String stat = Files.readString(thread.resolve("stat"));
            return stat.charAt(stat.lastIndexOf(')') + 2);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** An orphan that has ended stays a zombie until the first process of the system collects it; it runs no more. */
    static boolean isRunning(ProcessHandle process) {
        try {
            String stat = Files.readString(Path.of("/proc", Long.toString(process.pid()), "stat"));
            return stat.charAt(stat.lastIndexOf(')') + 2) != 'Z';
        } catch (IOException e) {
            return process.isAlive();
        }
    }

    Set<Path> directories() throws IOException {
        return directories(pid());
    }

    static Set<Path> directories(long pid) throws IOException {
        return directories(pid, Path.of(System.getProperty("java.io.tmpdir")));
    }

    Set<Path> directoriesIn(Path temporaryDirectory) throws IOException {
        return directories(pid(), temporaryDirectory);
    }

    private static Set<Path> directories(long pid, Path place) throws IOException {
        try (var files = Files.list(place)) {
            return files.filter(file -> file.getFileName().toString().startsWith("poolmanager-" + pid + "-"))
                    .collect(Collectors.toSet());
        }
    }

    /** A killed parent cannot clean up; the next run of the tests should not find its files. */
    @Override
    public void close() throws IOException {
        process.destroyForcibly();
        for (Path directory : directories()) {
            SocketDirectory.remove(directory);
        }
    }

    // ---- in the parent ----

    /** Prints the pids of its workers, one a line, then an empty line. */
    public static void main(String[] args) throws Exception {
        switch (args[0]) {
            case "starting" ->
                PoolManager.builder(StartFailureTest.NeverReady.class).size(2).start();
            case "starving" -> Starving.run();
            case "starting-starved" -> Starving.start();
            case "crowding" -> Starving.crowd();
            case "without-processes" -> Starving.withoutProcesses();
            case "without-space" -> Starving.withoutSpace(args[1]);
            case "cornered" -> Cornered.run();
            case "jumping" -> WallClock.run(Path.of(args[1]), Isolation.valueOf(args[2]));
            case "starting-stopped" -> Starving.startStopped(args[1]);
            case "pausing" -> pause(Integer.parseInt(args[1]));
            case "sharing" -> shareClasses(args[1], args[2]);
            case "failing" -> failToStart(args[1]);
            case "without-network" -> useWithoutNetwork();
            case "debugged" -> useDebugged();
            case "crashing" -> crash(Boolean.parseBoolean(args[1]));
            case "contained" -> System.out.println(Lingering.asFirstProcess());
            case "at" -> {
                Lingering.bring(Lingering.Moment.valueOf(args[1]));
                report(List.of());
                System.in.read(); // until it is killed
            }
            case "ending" -> endWithWork(args[1], Path.of(args[2]), Boolean.parseBoolean(args[3]));
            default -> {
                beBusy(args[0]);
                System.in.read(); // until it is killed
            }
        }
    }

    /** Works under limits while it is stopped; says how two tasks that end meanwhile ended, and two that do not. */
    private static void pause(int limit) throws Exception {
        PoolManager<Integer, Integer> pool = PoolManager.builder(Tasks::sleepMillis)
                .size(2)
                .taskTimeout(java.time.Duration.ofMillis(limit))
                .hangTimeout(java.time.Duration.ofSeconds(3))
                .start();
        List<CompletableFuture<Integer>> futures = List.of(
                pool.submit(limit / 2), pool.submit(limit * 20), pool.submit(limit / 8), pool.submit(limit / 8));
        report(pids(pool));
        for (CompletableFuture<Integer> future : futures) {
            System.out.println(future.handle((value, problem) -> problem == null
                            ? "value"
                            : problem.getMessage().lines().findFirst().orElse(""))
                    .get());
        }
        org.awaitility.Awaitility.await().until(() -> pool.stats().workers().live() == 2);
        System.out.println(pool.stats().restarts());
    }

    private static void failToStart(String temporaryDirectory) throws InterruptedException {
        System.setProperty("java.io.tmpdir", temporaryDirectory);
        long start = System.nanoTime();
        try (var pool = PoolManager.builder(Tasks::twice).size(1).start()) {
            say("started: " + pool.isAlive());
        } catch (PoolStartException e) {
            long took = Blow.millisSince(start);
            say(e.toString().replace('\n', ' '));
            say(took);
        }
    }

    /** Marked, because the pool's own log lines go there too. */
    private static void say(Object what) {
        System.out.println(Starving.MARK + what);
    }

    /** Says first what there is not of a network. */
    private static void useWithoutNetwork() throws Exception {
        say(problem(() -> connectTo("127.0.0.1")));
        say(problem(() -> connectTo("::1")));
        say(problem(InetAddress::getLocalHost)); // the JDK knows "localhost" without a file of names
        long start = System.nanoTime();
        try (var pool = PoolManager.builder(Tasks::twice).size(2).start()) {
            say(pool.map(List.of(1, 2, 3, 4)));
        }
        say(Blow.millisSince(start));
    }

    private static void connectTo(String address) throws IOException {
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getByName(address))) {
            new Socket(server.getInetAddress(), server.getLocalPort()).close();
        }
    }

    private interface Try {
        void go() throws IOException;
    }

    private static String problem(Try what) {
        try {
            what.go();
            return "none";
        } catch (IOException e) {
            return e.toString();
        }
    }

    /** Says of itself and then of its workers whether they have a debug agent. */
    private static void useDebugged() throws Exception {
        try (var pool = PoolManager.builder(ParentJvm::isDebugged).size(2).start()) {
            say(isDebugged(0));
            say(pool.map(List.of(1, 2, 3, 4)));
        }
    }

    private static boolean isDebugged(int ignored) throws IOException {
        return Files.readString(Path.of("/proc/self/maps")).contains("libjdwp");
    }

    /** Has a worker crash, says where the log of that lies, and waits until it is killed. */
    private static void crash(boolean closes) throws Exception {
        PoolManager<Fault, Object> pool =
                PoolManager.builder(ParentJvm::strike).size(1).start();
        WorkerCrashedException crash = (WorkerCrashedException)
                pool.mapOutcomes(List.of(Fault.SEGV)).get(0).failure();
        if (closes) {
            pool.close();
        }
        say(crash.exit().crashLog());
        System.in.read(); // until it is killed
    }

    private static Object strike(Fault fault) throws Exception {
        return fault.strike();
    }

    private static void shareClasses(String cache, String classPath) throws IOException {
        System.setProperty("poolmanager.cache-directory", cache);
        PoolManagerBuilder<Integer, Integer> builder =
                PoolManager.builder(SharedClassesTest.Doubling.class).size(1);
        if (!classPath.isEmpty()) {
            builder.classPath(Stream.of(classPath.split(":")).map(Path::of).toList());
        }
        PoolManager<Integer, Integer> pool = builder.start();
        report(pids(pool));
        System.in.read(); // until it is killed
    }

    private static void beBusy(String phase) throws InterruptedException {
        PoolManager<String, Object> pool =
                PoolManager.builder(ParentJvm::busy).size(2).start();
        List<Long> pids = new ArrayList<>(pids(pool));
        if ("nested".equals(phase)) {
            pool.map(List.of(phase, phase)).forEach(inner -> pids.add((Long) inner));
        } else if ("writing".equals(phase)) {
            pool.map(List.of(phase)); // the next are on their way as soon as they are asked for
            Thread consumer = new Thread(() -> consumeForEver(pool));
            consumer.setDaemon(true);
            consumer.start();
        } else if (!"idle".equals(phase)) {
            try (Gate begun = new Gate()) {
                begun.open();
                pool.put(phase + " " + begun.port());
                pool.put(phase + " " + begun.port());
                List<String> arrivals = begun.awaitArrivals(2);
                if ("program".equals(phase)) {
                    arrivals.forEach(pid -> pids.add(Long.parseLong(pid)));
                }
            }
        }
        report(pids);
    }

    private static Object busy(String phaseAndPort) {
        String[] parts = phaseAndPort.split(" ", 2);
        String phase = parts[0];
        if (parts.length == 2) {
            Gate.pass(Integer.parseInt(parts[1]), "program".equals(phase) ? Long.toString(program()) : phase);
        }
        long end = System.nanoTime() + TimeUnit.MINUTES.toNanos(1);
        switch (phase) {
            case "writing" -> {
                return new byte[100 << 20];
            }
            case "nested" -> {
                PoolManager<Integer, Integer> inner =
                        PoolManager.builder(Tasks::spin).size(1).start();
                inner.offer(60_000);
                NESTED.add(inner);
                return pids(inner).get(0);
            }
            case "collecting" -> {
                List<byte[]> live =
                        IntStream.range(0, 40_000).mapToObj(i -> new byte[1000]).toList();
                while (System.nanoTime() < end) {
                    System.gc();
                }
                return live.size();
            }
            case "spinning" -> Tasks.spin(60_000);
            default -> Tasks.sleepMillis(60_000);
        }
        return 0;
    }

    /** Runs for an hour; returns its process id. */
    private static long program() {
        try {
            return new ProcessBuilder("sleep", "3600").inheritIO().start().pid();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static final List<PoolManager<?, ?>> NESTED = new ArrayList<>();

    private static void consumeForEver(PoolManager<String, Object> pool) {
        try {
            while (true) {
                pool.map(List.of("writing", "writing"));
            }
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** Ends this JVM with two tasks accepted of which one runs; each leaves a file at its end. */
    private static void endWithWork(String how, Path directory, boolean daemon) throws Exception {
        PoolManager<Integer, Integer> pool = PoolManager.builder(Marker.class)
                .staticArgs(directory.toString())
                .size("callback-beside-a-closing-hook".equals(how) ? 2 : 1)
                .daemon(daemon)
                .start();
        int millis = daemon ? 20_000 : 300;
        CompletableFuture<Integer> first = pool.submit("daemon-callback".equals(how) ? 0 : millis);
        if (!"callback-beside-a-closing-hook".equals(how)) {
            pool.submit(millis);
        }
        report(pids(pool));
        switch (how) {
            case "exit" -> System.exit(7);
            case "exception" -> throw new IllegalStateException("uncaught");
            case "callback-beside-a-closing-hook" -> {
                Runtime.getRuntime().addShutdownHook(new Thread(pool::close)); // as that of an application context
                pool.submit(millis, TaskOptions.defaults().taskTimeout(java.time.Duration.ofMillis(300)))
                        .whenComplete((value, problem) -> System.exit(7));
                new java.util.concurrent.CountDownLatch(1).await();
            }
            case "callback", "daemon-callback" -> {
                first.thenRun(() -> System.exit(7));
                new java.util.concurrent.CountDownLatch(1).await();
            }
            default -> new java.util.concurrent.CountDownLatch(1).await();
        }
    }

    /** Spins for as long as the task says, then leaves a file. */
    static final class Marker implements PoolProcess<Integer, Integer> {

        private final Path directory;

        Marker(String directory) {
            this.directory = Path.of(directory);
        }

        @Override
        public Integer run(Integer millis) throws IOException {
            Files.createTempFile(directory, "begun", null);
            Tasks.spin(millis);
            Files.createTempFile(directory, "done", null);
            return millis;
        }
    }

    private static List<Long> pids(PoolManager<?, ?> pool) {
        return pool.stats().workerList().stream().map(PoolStats.Worker::pid).toList();
    }

    private static void report(List<Long> pids) {
        pids.forEach(System.out::println);
        System.out.println();
    }
}
