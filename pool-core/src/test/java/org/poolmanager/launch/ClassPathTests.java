package org.poolmanager.launch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class ClassPathTests {

    @RegisterExtension
    final Children children = new Children();

    @TempDir
    Path directory;

    @Test
    void C110_ownClassPathIsFoundWhicheverWayTheTestsAreRun() {
        List<Path> entries = ClassPath.of(ClassPathTests.class).entries();

        assertThat(entries).doesNotHaveDuplicates().allMatch(Path::isAbsolute);
        assertThat(entries).anyMatch(entry -> Files.exists(entry.resolve("org/poolmanager/launch/ChildMain.class")));
    }

    @Test
    void C110_classesOfTheJdkGetTheClassPathOfThisLibrary() {
        List<Path> expected = ClassPath.of(ClassPath.class).entries();

        assertThat(ClassPath.of(String.class).entries()).isEqualTo(expected);
        assertThat(ClassPath.of(int.class).entries()).isEqualTo(expected);
    }

    @Test
    void C110_childFindsItsOwnClassPathThroughAnArgumentFile() throws Exception {
        ChildJvm child = children.start(directory, "relaunch");

        assertThat(Children.output(child)).containsExactly("42");
    }

    @Test
    void C110_classPathInTheManifestOfAJarIsFollowed() throws Exception {
        Path jar = directory.resolve("booter.jar");
        Manifest manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        manifest.getMainAttributes()
                .put(
                        Attributes.Name.CLASS_PATH,
                        ClassPath.of(ChildMain.class).entries().stream()
                                .map(entry -> entry.toUri().toString())
                                .collect(Collectors.joining(" ")));
        try (OutputStream file = Files.newOutputStream(jar);
                JarOutputStream out = new JarOutputStream(file, manifest)) {
            out.finish();
        }

        ChildJvm child = children.start(directory, ClassPath.ofEntries(List.of(jar)), act("relaunch"));

        assertThat(Children.output(child)).containsExactly("42");
    }

    @Test
    void C110_classPathOf200000CharactersWorks() throws Exception {
        List<Path> entries = new ArrayList<>();
        for (int i = 0; i < 2_000; i++) {
            entries.add(directory.resolve("x".repeat(100) + i));
        }
        entries.addAll(ClassPath.of(ChildMain.class).entries());
        ClassPath classPath = ClassPath.ofEntries(entries);
        assertThat(classPath.toString()).hasSizeGreaterThan(200_000);

        ChildJvm child = children.start(directory, classPath, act("relaunch"));

        assertThat(Children.output(child)).containsExactly("42");
    }

    @Test
    void C110_blanksQuotesAndOtherAlphabetsInPathsWork() throws Exception {
        assumeTrue("UTF-8".equals(System.getProperty("sun.jnu.encoding")), "paths of this JVM are ASCII only");
        Path odd = Files.createDirectories(
                directory.resolve("a b \"c\" 'd' #e \\f").resolve("\u00fc\u4e2d"));
        copyClass(ChildMain.class, odd);

        List<Path> entries = new ArrayList<>(List.of(odd));
        entries.addAll(ClassPath.of(ChildMain.class).entries());
        ChildJvm child = children.start(odd, ClassPath.ofEntries(entries), act("describe"));

        assertThat(Children.output(child)).contains("home=" + odd);
    }

    @Test
    void C110_charactersThatThePlatformCannotExpressAreRefused() throws Exception {
        JvmOptions options =
                new JvmOptions(null, List.of("-Dact=relaunch", "-Dunmappable=true"), Map.of("LC_ALL", "C"), null);

        ChildJvm child = children.start(directory, ClassPath.of(ChildMain.class), options);

        assertThat(Children.output(child)).anyMatch(line -> line.contains("Run the parent under a UTF-8 locale"));
    }

    @Test
    void C110_loaderWithUrlsIsUnderstoodTogetherWithItsParents() throws Exception {
        Path odd = Files.createDirectory(directory.resolve("with blank"));
        URL[] urls = {new URL("file:" + odd + "/"), new URL("jar:file:/lib/x%20y.jar!/")};
        try (AnchorLoader loader = new AnchorLoader(urls)) {
            List<Path> entries = ClassPath.of(loader.anchor()).entries();

            assertThat(entries).startsWith(odd, Path.of("/lib/x y.jar"));
            assertThat(entries).endsWith(ClassPath.of(ClassPath.class).entries().toArray(Path[]::new));
        }
    }

    @Test
    void C110_loaderThatHidesItsSourcesIsNamedWithARemedy() {
        Class<?> anchor = new OpaqueLoader().anchor();

        assertThatExceptionOfType(LaunchException.class)
                .isThrownBy(() -> ClassPath.of(anchor))
                .withMessageContainingAll(OpaqueLoader.class.getName() + " 'opaque'", "classPath(", "jvm.class-path");
    }

    @Test
    void C110_remoteClassesAreNamedWithARemedy() throws Exception {
        try (AnchorLoader loader = new AnchorLoader(new URL("http://localhost/x.jar"))) {
            assertThatExceptionOfType(LaunchException.class)
                    .isThrownBy(() -> ClassPath.of(loader.anchor()))
                    .withMessageContainingAll("http://localhost/x.jar", "jvm.class-path");
        }
    }

    private static JvmOptions act(String act) {
        return new JvmOptions(null, List.of("-Dact=" + act), Map.of(), null);
    }

    static void copyClass(Class<?> type, Path root) throws IOException {
        Path target = root.resolve(type.getName().replace('.', '/') + ".class");
        Files.createDirectories(target.getParent());
        Files.write(target, bytesOf(type));
    }

    static byte[] bytesOf(Class<?> type) throws IOException {
        try (InputStream in = type.getResourceAsStream(type.getSimpleName() + ".class")) {
            return in.readAllBytes();
        }
    }

    /** Defines a class of its own from the bytes of {@link ChildMain}. */
    static final class AnchorLoader extends URLClassLoader {

        AnchorLoader(URL... urls) {
            super(urls, ClassLoader.getPlatformClassLoader());
        }

        Class<?> anchor() throws IOException {
            byte[] bytes = bytesOf(ChildMain.class);
            return defineClass(ChildMain.class.getName(), bytes, 0, bytes.length);
        }
    }

    private static final class OpaqueLoader extends ClassLoader {

        OpaqueLoader() {
            super("opaque", ClassLoader.getPlatformClassLoader());
        }

        Class<?> anchor() {
            try {
                byte[] bytes = bytesOf(ChildMain.class);
                return defineClass(ChildMain.class.getName(), bytes, 0, bytes.length);
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        }
    }
}
