package org.poolmanager;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import java.util.zip.Deflater;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.poolmanager.launch.JvmOptions;
import org.poolmanager.worker.PoolProcess;

@ExtendWith(NoLeftovers.class)
@EnabledOnOs(OS.LINUX)
@DisplayName("Shared classes")
class SharedClassesTest {

    private static final String DIRECTORY = "poolmanager.cache-directory";

    private static final FileAttribute<?> OWNER_ONLY =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));

    /** From JDK 25 on it is an AOT cache, where the kernel can be told to end what makes it. */
    private static final String SUFFIX =
            Runtime.version().feature() >= 25 && Files.isExecutable(Path.of("/usr/bin/setpriv")) ? ".aot" : ".jsa";

    private static final Duration TRAINED = Duration.ofSeconds(60);

    @TempDir
    static Path shared;

    private static List<Path> jars;

    /** An archive that was made before; training takes a while. */
    private static Path trained;

    @TempDir
    Path temp;

    private Path cache;

    @BeforeAll
    static void prepare() throws Exception {
        jars = Jars.ofClassPath(shared);
        SharedClassesTest first = new SharedClassesTest();
        first.temp = shared;
        first.setCache();
        trained = first.train();
        first.clearCache();
    }

    @BeforeEach
    void setCache() {
        cache = temp.resolve("caches").resolve("poolmanager");
        System.setProperty(DIRECTORY, cache.toString());
    }

    @AfterEach
    void clearCache() {
        System.clearProperty(DIRECTORY);
    }

    @Test
    @DisplayName("an archive is made once, after the first start, and later starts use it")
    void madeOnceAndUsed() throws Exception {
        Path archive = train();
        assertThat(archive.toString()).endsWith(SUFFIX);
        Instant made = Files.getLastModifiedTime(archive).toInstant();

        for (int start = 0; start < 2; start++) {
            try (PoolManager<Integer, Integer> pool = pool(UnaryOperator.identity())) {
                assertThat(mapped(pool)).containsExactly(archive.toString());
                assertThat(pool.map(List.of(21))).containsExactly(42);
            }
        }
        await().atMost(Duration.ofSeconds(5)).until(SharedClassesTest::nobodyLooks);
        assertThat(archives()).containsExactly(archive);
        assertThat(Files.getLastModifiedTime(archive).toInstant()).isEqualTo(made);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(cache)))
                .isEqualTo("rwx------");
    }

    @Test
    @DisplayName("a damaged archive does no harm, and is replaced")
    void damaged() throws Exception {
        Path archive = trainedBefore();
        assertThat(archive.toFile().setWritable(true)).isTrue();
        try (RandomAccessFile file = new RandomAccessFile(archive.toFile(), "rw")) {
            file.setLength(file.length() / 2);
        }

        Path replaced = train();

        try (PoolManager<Integer, Integer> pool = pool(UnaryOperator.identity())) {
            assertThat(mapped(pool)).containsExactly(replaced.toString());
        }
    }

    @Test
    @DisplayName("an archive that crashes the JVM is given up, and the worker starts without it")
    void crashing() throws Exception {
        // With an option of its own: this JVM never again trusts what is made for the same.
        UnaryOperator<PoolManagerBuilder<Integer, Integer>> options = b -> b.jvm(jvm("-Xmx65m"));
        Path archive = train(options);
        byte[] content = Files.readAllBytes(archive);
        content = Arrays.copyOf(content, content.length / 2); // JDK 17 maps it nevertheless, and crashes
        Files.delete(archive);
        Path evil = plant(keyOf(archive), content);

        try (PoolManager<Integer, Integer> pool = pool(options)) {
            assertThat(mapped(pool)).isEmpty();
            assertThat(pool.map(List.of(21))).containsExactly(42);
        }
        if (Runtime.version().feature() == 17) { // newer ones notice it themselves, and go on
            assertThat(evil).doesNotExist();
        }
    }

    @Test
    @DisplayName("a jar that changes makes an archive unfit, and another is made")
    void changedClassPath() throws Exception {
        Path archive = trainedBefore();
        Path jar = jars.get(0);
        FileTime before = Files.getLastModifiedTime(jar);
        Files.setLastModifiedTime(jar, FileTime.from(before.toInstant().minusSeconds(60)));
        try {
            assertThat(train()).isNotEqualTo(archive);
        } finally {
            Files.setLastModifiedTime(jar, before);
        }
        assertThat(archives()).hasSize(2).contains(archive);
    }

    @Test
    @DisplayName(
            "so does one of the same size whose time is always the same, as in images that anybody can build again")
    void changedWithoutTime() throws Exception {
        Path jar = temp.resolve("extra.jar");
        UnaryOperator<PoolManagerBuilder<Integer, Integer>> withJar =
                b -> b.classPath(Stream.concat(jars.stream(), Stream.of(jar)).toList());
        writeJar(jar, "one");
        Path archive = train(withJar);
        writeJar(jar, "two");

        try (PoolManager<Integer, Integer> pool = pool(withJar)) {
            assertThat(mapped(pool)).isEmpty();
        }
        writeJar(jar, "one");
        try (PoolManager<Integer, Integer> pool = pool(withJar)) {
            assertThat(mapped(pool)).containsExactly(archive.toString());
        }
    }

    private static void writeJar(Path jar, String content) throws IOException {
        try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar))) {
            out.setLevel(Deflater.NO_COMPRESSION);
            out.putNextEntry(new JarEntry("content.txt"));
            out.write(content.getBytes(StandardCharsets.US_ASCII));
        }
        Files.setLastModifiedTime(jar, FileTime.from(Instant.ofEpochSecond(1)));
    }

    @Test
    @DisplayName("options that a JVM compares choose another archive, and others do not")
    void options() throws Exception {
        Path archive = trainedBefore();

        try (PoolManager<Integer, Integer> pool = pool(b -> b.jvm(jvm("-Dsome=thing", "-Xss2m")))) {
            assertThat(mapped(pool)).containsExactly(archive.toString());
        }
        try (PoolManager<Integer, Integer> pool = pool(b -> b.jvm(jvm("-Xmx64m")))) {
            assertThat(mapped(pool)).isEmpty();
        }
        try (PoolManager<Integer, Integer> pool = pool(b -> b.jvm(jvm("-Xshare:off")))) {
            assertThat(mapped(pool)).isEmpty();
        }
    }

    @Test
    @DisplayName("options that open modules, choose another collector or other headers have archives that fit")
    void optionsOfTheirOwn() throws Exception {
        List<String> own = new ArrayList<>(List.of("--add-opens=java.base/java.lang=ALL-UNNAMED"));
        own.add("-XX:+UseParallelGC");
        if (Runtime.version().feature() >= 25) {
            own.add("-XX:+UseCompactObjectHeaders");
        }
        UnaryOperator<PoolManagerBuilder<Integer, Integer>> options = b -> b.jvm(jvm(own.toArray(String[]::new)));
        Path archive = train(options);
        assertThat(archive.toString()).endsWith(SUFFIX);
        try (PoolManager<Integer, Integer> pool = pool(options)) {
            assertThat(mapped(pool)).containsExactly(archive.toString());
        }
    }

    @Test
    @DisplayName("a worker's code gets the best compiler in the end, whatever ran while the archive was made")
    void compiledAsWithout() throws Exception {
        Path archive = trainedBefore();
        Path compiled = temp.resolve("compiled.log");
        JvmOptions logging = jvm("-Xlog:jit+compilation=debug:file=" + compiled);
        try (PoolManager<Integer, Integer> pool = PoolManager.builder(Hashing.class)
                .size(1)
                .classPath(jars)
                .jvm(logging)
                .start()) {
            assertThat(mapped(pool)).containsExactly(archive.toString());
            await().atMost(TRAINED)
                    .until(() -> !pool.map(List.of(100_000)).isEmpty()
                            && levels(compiled, "java\\.lang\\.String::hashCode")
                                    .contains("4"));
            // What is compiled for good by the first compiler is too small for the second, or was trained like that.
            assertThat(levels(compiled, "java\\.lang\\.String::(hashCode|equals)"))
                    .doesNotContain("1");
        }
    }

    private static List<String> levels(Path compiled, String method) throws IOException {
        Pattern line = Pattern.compile(".* ([1-4]) +" + method + " .*");
        return Files.readAllLines(compiled).stream()
                .map(line::matcher)
                .filter(Matcher::matches)
                .map(matcher -> matcher.group(1))
                .toList();
    }

    @Test
    @DisplayName("options with which a JVM would refuse an AOT cache leave it a class-data archive")
    void noAotCache() throws Exception {
        UnaryOperator<PoolManagerBuilder<Integer, Integer>> options = b -> b.jvm(jvm("-Dcom.sun.management.jmxremote"));
        Path archive = train(options);
        assertThat(archive.toString()).endsWith(".jsa");
    }

    @Test
    @DisplayName("where no AOT cache can be made, there is a class-data archive")
    @EnabledIf(value = "makesAotCaches", disabledReason = "no JDK 25, or no setpriv: archives are of class data")
    void hopelessAotCache() throws Exception {
        Files.createDirectories(cache, OWNER_ONLY);
        Files.createFile(cache.resolve(keyOf(trained) + ".none"));
        Path archive = train();
        assertThat(archive.toString()).endsWith(".jsa");
        try (PoolManager<Integer, Integer> pool = pool(UnaryOperator.identity())) {
            assertThat(mapped(pool)).containsExactly(archive.toString());
        }
    }

    @Test
    @DisplayName("an AOT cache that a JVM refuses is given up at once, and the next archive is of the other kind")
    @EnabledIf(value = "makesAotCaches", disabledReason = "no JDK 25, or no setpriv: archives are of class data")
    void refusedAotCache() throws Exception {
        Files.createDirectories(cache, OWNER_ONLY);
        Path refused = plant(keyOf(trained), new byte[] {1, 2, 3});

        try (PoolManager<Integer, Integer> pool = pool(UnaryOperator.identity())) {
            assertThat(mapped(pool)).isEmpty();
            assertThat(pool.map(List.of(21))).containsExactly(42);
            await().atMost(Duration.ofSeconds(5)).until(() -> !Files.exists(refused));
        }
        assertThat(cache.resolve(keyOf(trained) + ".none")).exists();
        assertThat(train().toString()).endsWith(".jsa");
    }

    @Test
    @DisplayName("where no archive can be kept, or a directory comes first, workers start as without")
    void impossible() throws Exception {
        Files.createDirectories(cache.getParent());
        Files.writeString(cache, "no directory");
        assertStartsWithout(UnaryOperator.identity());

        Path foreign = temp.resolve("foreign");
        Files.createDirectory(
                foreign, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-xr-x")));
        System.setProperty(DIRECTORY, foreign.toString());
        assertStartsWithout(UnaryOperator.identity());

        Path link = temp.resolve("link");
        Files.createSymbolicLink(link, Files.createTempDirectory(temp, "private"));
        System.setProperty(DIRECTORY, link.toString());
        assertStartsWithout(UnaryOperator.identity());

        System.setProperty(DIRECTORY, temp.resolve("good").toString());
        List<Path> directoryFirst =
                Stream.concat(Stream.of(temp), jars.stream()).toList();
        assertStartsWithout(b -> b.classPath(directoryFirst));
    }

    @Test
    @DisplayName("a directory of the application's classes does not keep the pool's own jar from having one")
    void applicationInADirectory() throws Exception {
        List<Path> classPath = new ArrayList<>(jars);
        classPath.set(0, Path.of(System.getProperty("java.class.path").split(":")[0]));
        assertThat(classPath.get(0)).isDirectory();
        try (ParentJvm first = ParentJvm.startOn(classPath, "sharing", cache, "")) {
            assertThat(first.awaitWorkers()).hasSize(1);
            await().atMost(TRAINED).until(() -> archives().size() == 1 && children(first) == 1);
        }
        try (ParentJvm second = ParentJvm.startOn(classPath, "sharing", cache, "")) {
            assertThat(mapped(second.awaitWorkers().get(0).pid()))
                    .containsExactly(archives().get(0).toString());
        }
    }

    @Test
    @DisplayName("it can be turned off")
    void turnedOff() throws Exception {
        trainedBefore();
        assertStartsWithout(b -> b.jvm(JvmOptions.defaults().withShareClasses(false)));
    }

    @Test
    @DisplayName("closing a pool during a training ends it, and leaves nothing")
    void closedInTraining() throws Exception {
        PoolManager<Integer, Integer> pool = pool(UnaryOperator.identity());
        await().atMost(TRAINED).until(() -> children() == 2);
        long start = System.nanoTime();
        pool.close();
        System.out.printf("Closed during a training in %d ms%n", (System.nanoTime() - start) / 1_000_000);
        assertThat(children()).isZero();
        try (Stream<Path> files = Files.list(cache)) {
            assertThat(files).isEmpty();
        }
    }

    @Test
    @DisplayName("closing a pool while an AOT cache is created ends that, even if it does not run, and leaves nothing")
    @EnabledIf(value = "makesAotCaches", disabledReason = "no JDK 25, or no setpriv: archives are of class data")
    void closedInCreation() throws Exception {
        try (PoolManager<Integer, Integer> pool = pool(UnaryOperator.identity())) {
            assertThat(pool.isAlive()).isTrue();
            stop(creation(ProcessHandle.current()));
        }
        assertThat(children()).isZero();
        try (Stream<Path> files = Files.list(cache)) {
            assertThat(files).isEmpty();
        }
    }

    @Test
    @DisplayName("two parents at once make one archive, and neither is disturbed")
    void twoParents() throws Exception {
        try (ParentJvm one = parent();
                ParentJvm two = parent()) {
            assertThat(one.awaitWorkers()).hasSize(1);
            assertThat(two.awaitWorkers()).hasSize(1);
            await().atMost(TRAINED)
                    .until(() -> children(one) == 1
                            && children(two) == 1
                            && archives().size() == 1);
        }
        try (PoolManager<Integer, Integer> pool = pool(UnaryOperator.identity())) {
            assertThat(mapped(pool)).hasSize(1);
        }
    }

    @Test
    @DisplayName("C101: a parent killed during a training leaves no process behind")
    void parentKilled() throws Exception {
        long begin = System.nanoTime();
        try (ParentJvm parent = parent()) {
            assertThat(parent.awaitWorkers()).hasSize(1);
            // Before its JVM has started no child can notice anything; two have started one after the other.
            Duration gate = Duration.ofSeconds(3).plusNanos((System.nanoTime() - begin) / 2);
            ProcessHandle handle = parent.process().toHandle();
            await().atMost(TRAINED).until(() -> handle.children().count() == 2);
            List<ProcessHandle> all = handle.children().toList();
            long start = System.nanoTime();
            parent.signal("KILL");
            await().atMost(gate).until(() -> all.stream().noneMatch(ParentJvm::isRunning));
            System.out.printf("C101 training: gone after %d ms%n", (System.nanoTime() - start) / 1_000_000);
        }
        assertThat(archives()).isEmpty();
    }

    @Test
    @DisplayName("C101: a parent killed while an AOT cache is created leaves no process, even if it does not run")
    @EnabledIf(value = "makesAotCaches", disabledReason = "no JDK 25, or no setpriv: archives are of class data")
    void parentKilledInCreation() throws Exception {
        try (ParentJvm parent = parent()) {
            assertThat(parent.awaitWorkers()).hasSize(1);
            ProcessHandle creation = creation(parent.process().toHandle());
            stop(creation); // as on a machine that has no time for it
            long start = System.nanoTime();
            parent.signal("KILL");
            await().atMost(Duration.ofSeconds(3)).until(() -> !ParentJvm.isRunning(creation));
            System.out.printf("C101 creation: gone after %d ms%n", (System.nanoTime() - start) / 1_000_000);
        }
        assertThat(archives()).isEmpty();
    }

    // ---- helpers ----

    static boolean makesAotCaches() {
        return SUFFIX.equals(".aot");
    }

    private static String keyOf(Path archive) {
        String name = archive.getFileName().toString();
        return name.substring(0, name.indexOf('-'));
    }

    /** Puts something there that looks like an archive. */
    private Path plant(String key, byte[] content) throws IOException {
        CRC32C sum = new CRC32C();
        sum.update(content);
        String proof = Integer.toHexString(content.length) + "-" + Long.toHexString(sum.getValue());
        return Files.write(cache.resolve(key + "-" + proof + SUFFIX), content);
    }

    /** The process of that parent that makes an AOT cache of what was recorded, when it has become a JVM. */
    private static ProcessHandle creation(ProcessHandle parent) {
        return await().pollInterval(Duration.ofMillis(5))
                .atMost(TRAINED)
                .until(
                        () -> parent.children()
                                .filter(SharedClassesTest::creates)
                                .findFirst(),
                        Optional::isPresent)
                .orElseThrow();
    }

    private static boolean creates(ProcessHandle process) {
        List<String> words = commandLine(process.pid());
        return words.contains("-XX:AOTMode=create") && words.get(0).endsWith("java");
    }

    /** Whether a cache was taken is looked at beside a start. */
    private static boolean nobodyLooks() {
        return Thread.getAllStackTraces().keySet().stream()
                .noneMatch(thread -> thread.getName().equals("poolmanager-class-archive-look"));
    }

    private static void stop(ProcessHandle process) throws Exception {
        Process kill = new ProcessBuilder("kill", "-STOP", Long.toString(process.pid()))
                .inheritIO()
                .start();
        assertThat(kill.waitFor()).isZero();
    }

    private static List<String> commandLine(long pid) {
        try {
            return List.of(Files.readString(Path.of("/proc", Long.toString(pid), "cmdline"))
                    .split("\0"));
        } catch (IOException e) {
            return List.of(); // gone
        }
    }

    /** As an earlier JVM left it. */
    private Path trainedBefore() throws IOException {
        Files.createDirectories(cache, OWNER_ONLY);
        return Files.copy(trained, cache.resolve(trained.getFileName()));
    }

    /** Starts a pool without a fitting archive, and waits for the one that it makes. */
    private Path train() throws Exception {
        return train(UnaryOperator.identity());
    }

    private Path train(UnaryOperator<PoolManagerBuilder<Integer, Integer>> options) throws Exception {
        List<Path> before = archives();
        try (PoolManager<Integer, Integer> pool = pool(options)) {
            assertThat(mapped(pool)).isEmpty();
            assertThat(pool.map(List.of(21))).containsExactly(42);
            await().atMost(TRAINED).until(() -> !before.containsAll(archives()));
            await().atMost(TRAINED).until(() -> children() == 1);
        }
        return archives().stream()
                .filter(archive -> !before.contains(archive))
                .findFirst()
                .orElseThrow();
    }

    private void assertStartsWithout(UnaryOperator<PoolManagerBuilder<Integer, Integer>> options) throws Exception {
        try (PoolManager<Integer, Integer> pool = pool(options)) {
            assertThat(mapped(pool)).isEmpty();
            assertThat(pool.map(List.of(21))).containsExactly(42);
            assertThat(recordings(pool)).isEmpty();
        }
    }

    private static PoolManager<Integer, Integer> pool(UnaryOperator<PoolManagerBuilder<Integer, Integer>> options) {
        return options.apply(PoolManager.builder(Doubling.class).size(1).classPath(jars))
                .start();
    }

    private static JvmOptions jvm(String... args) {
        return new JvmOptions(null, List.of(args), Map.of(), null);
    }

    private ParentJvm parent() throws IOException {
        return ParentJvm.start("sharing", cache, ParentJvm.joined(jars));
    }

    private List<Path> archives() throws IOException {
        if (!Files.isDirectory(cache)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(cache)) {
            return files.filter(file -> isArchive(file.toString())).toList();
        }
    }

    /** The archives that the pool's worker has in its memory, the JDK's own left out. */
    private static List<String> mapped(PoolManager<?, ?> pool) throws IOException {
        return mapped(pool.stats().workerList().get(0).pid());
    }

    private static List<String> mapped(long pid) throws IOException {
        try (Stream<String> maps = Files.lines(Path.of("/proc", Long.toString(pid), "maps"))) {
            return maps.filter(line -> isArchive(line) && !line.contains("/lib/server/"))
                    .map(line -> line.substring(line.indexOf('/')))
                    .distinct()
                    .toList();
        }
    }

    private static boolean isArchive(String file) {
        return file.endsWith(".jsa") || file.endsWith(".aot");
    }

    private static List<String> recordings(PoolManager<?, ?> pool) throws IOException {
        long pid = pool.stats().workerList().get(0).pid();
        return commandLine(pid).stream()
                .filter(word -> word.startsWith("-Xlog:class"))
                .toList();
    }

    private static long children() {
        return ProcessHandle.current().descendants().count();
    }

    private static long children(ParentJvm parent) {
        return parent.process().toHandle().children().count();
    }

    static final class Hashing implements PoolProcess<Integer, Integer> {

        @Override
        public Integer run(Integer times) {
            int sum = 0;
            for (int i = 0; i < times; i++) {
                sum += Integer.toString(i).hashCode();
            }
            return sum;
        }
    }

    static final class Doubling implements PoolProcess<Integer, Integer> {

        @Override
        public Integer run(Integer task) {
            return 2 * task;
        }
    }
}
