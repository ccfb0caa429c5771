package org.poolmanager.launch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLConnection;
import java.net.URLStreamHandler;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.poolmanager.launch.ClassPathTests.AnchorLoader;

@Timeout(60)
class ExecutableArchiveTests {

    private static final String CHILD_MAIN = ChildMain.class.getName().replace('.', '/') + ".class";

    @RegisterExtension
    final Children children = new Children();

    @TempDir
    Path directory;

    @ParameterizedTest
    @ValueSource(strings = {"BOOT-INF", "WEB-INF"})
    void C110_childRunsFromTheUnpackedArchive(String root) throws Exception {
        Path archive = archive("my app.jar", root);
        String nested = "jar:nested:" + archive.toUri().getRawPath() + "/!" + root;
        URL[] urls = {bootUrl(nested + "/classes/!/"), bootUrl(nested + "/lib/greeting.jar!/")};
        try (AnchorLoader loader = new AnchorLoader(urls)) {
            ClassPath classPath = ClassPath.of(loader.anchor());

            JvmOptions options = new JvmOptions(null, List.of("-Dact=describe"), Map.of(), null);
            ChildJvm child = children.start(directory, classPath, options);

            Path classes = classPath.entries().get(0);
            assertThat(Children.output(child)).contains("home=" + classes).contains("greeting=hello from a nested jar");
            assertThat(classes).endsWith(Path.of(root, "classes"));
            assertThat(classPath.entries()).doesNotContain(archive);
        }
    }

    @Test
    void X06_unpackedArchiveIsPrivateAndShared() throws IOException {
        Path archive = archive("app.jar", "BOOT-INF");

        Path first = unpack(archive);
        Path second = unpack(archive);

        assertThat(second).isEqualTo(first);
        Path top = first.getParent().getParent();
        assertThat(top.getFileName().toString()).startsWith("poolmanager-classpath-");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(top)))
                .isEqualTo("rwx------");
    }

    @Test
    void changedArchiveIsUnpackedAgain() throws IOException {
        Path archive = archive("app.jar", "BOOT-INF");
        Path before = unpack(archive);

        Files.setLastModifiedTime(archive, FileTime.fromMillis(0));

        assertThat(unpack(archive)).isNotEqualTo(before);
    }

    @Test
    void whatIsGoneOfTheUnpackedArchiveIsUnpackedAgain() throws IOException {
        Path archive = archive("app.jar", "BOOT-INF");
        URL[] urls = {
            bootUrl("jar:nested:" + archive.toUri().getRawPath() + "/!BOOT-INF/classes/!/"),
            bootUrl("jar:nested:" + archive.toUri().getRawPath() + "/!BOOT-INF/lib/greeting.jar!/")
        };
        try (AnchorLoader loader = new AnchorLoader(urls)) {
            Class<?> anchor = loader.anchor();
            ClassPath before = ClassPath.of(anchor);
            assertThat(before.isComplete()).isTrue();

            Files.delete(before.entries().get(1));

            assertThat(before.isComplete()).isFalse();
            ClassPath after = ClassPath.of(anchor);
            assertThat(after.isComplete()).isTrue();
            assertThat(after.entries()).hasSameSizeAs(before.entries()).allMatch(Files::exists);
            assertThat(after.entries().get(0))
                    .as("its classes")
                    .isNotEqualTo(before.entries().get(0));
        }
    }

    @Test
    void unpackedArchiveIsKeptFromThoseWhoRemoveWhatNobodyUses() throws IOException {
        Path classes = unpack(archive("app.jar", "BOOT-INF"));
        Path top = classes.getParent().getParent();
        Path jar = top.resolve("BOOT-INF/lib/greeting.jar");
        FileTime changed = FileTime.from(Instant.parse("2026-01-01T00:00:00Z"));
        for (Path each : List.of(top, classes, jar)) {
            Files.getFileAttributeView(each, BasicFileAttributeView.class).setTimes(changed, changed, null);
        }
        Instant now = Instant.parse("2026-02-01T00:00:00Z");

        PrivateDirectory.use(top, now);

        for (Path each : List.of(top, classes, jar)) {
            BasicFileAttributes times = Files.readAttributes(each, BasicFileAttributes.class);
            assertThat(times.lastAccessTime().toInstant()).isAfterOrEqualTo(now); // a directory has been read since
            assertThat(times.lastModifiedTime().toInstant()).isEqualTo(now);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"BOOT-INF/classes/../../../evil.txt", "../evil.jar", "/evil.jar"})
    void X06_entryThatWouldEscapeIsRefused(String name) throws IOException {
        Path archive = zip("app.jar", Map.of("BOOT-INF/classes/a", bytes("a"), name, bytes("evil")));

        assertThatExceptionOfType(LaunchException.class)
                .isThrownBy(() -> unpack(archive))
                .withMessageContainingAll(archive.toString(), name, "jvm.class-path");
    }

    @Test
    void brokenArchiveIsNamed() throws IOException {
        Path archive = Files.writeString(directory.resolve("broken.jar"), "no archive");

        assertThatExceptionOfType(LaunchException.class)
                .isThrownBy(() -> unpack(archive))
                .withMessageContainingAll(archive.toString(), "jvm.class-path");
    }

    @Test
    void missingEntryIsNamedAndUnpacksNothingAgain() throws IOException {
        Path archive = archive("app.jar", "WEB-INF");
        Path present = UnpackedArchive.directoryOf(archive);

        assertThatExceptionOfType(LaunchException.class)
                .isThrownBy(() -> unpack(archive))
                .withMessageContainingAll(archive.toString(), "'BOOT-INF/classes'");

        assertThat(UnpackedArchive.directoryOf(archive)).isEqualTo(present);
    }

    @Test
    void X06_directoryGoesWithItsJvmOrAfterItsKillWithTheNextOne() throws Exception {
        Path archive = archive("app.jar", "BOOT-INF");
        String[] arguments = {"-Darchive=" + archive, "-Djava.io.tmpdir=" + directory};
        ChildJvm killed = children.start(directory, "unpack-and-wait", arguments);
        ChildJvm living = children.start(directory, "unpack-and-wait", arguments);
        Path ofKilled = Path.of(Children.firstLine(killed));
        Path ofLiving = Path.of(Children.firstLine(living));
        killed.kill();
        Children.exitValue(killed);
        assertThat(ofKilled).exists();

        ChildJvm next = children.start(directory, "unpack-and-wait", arguments);
        Path ofNext = Path.of(Children.firstLine(next));

        assertThat(ofKilled).doesNotExist();
        assertThat(ofKilled.getParent().getParent()).doesNotExist();
        assertThat(ofLiving).exists();
        next.stdin().close();
        Children.exitValue(next);
        assertThat(ofNext.getParent().getParent()).doesNotExist();
    }

    @ParameterizedTest
    @CsvSource({
        "jar:nested:/opt/a%20b/app.jar/!BOOT-INF/classes/!/, /opt/a b/app.jar, BOOT-INF/classes/",
        "jar:nested:/opt/a b/app.jar/!BOOT-INF/lib/x.jar!/, /opt/a b/app.jar, BOOT-INF/lib/x.jar",
        "jar:nested:/opt/app.war/!WEB-INF/lib-provided/x.jar!/, /opt/app.war, WEB-INF/lib-provided/x.jar",
        "jar:file:/opt/app.jar!/BOOT-INF/lib/x.jar!/, /opt/app.jar, BOOT-INF/lib/x.jar",
        "jar:file:/opt/a%2Bb+c.jar!/, /opt/a+b+c.jar, ''"
    })
    void nestedUrlsAreParsed(String url, Path archive, String entry) {
        assertThat(NestedUrl.parse(url)).isEqualTo(new NestedUrl(archive, entry));
    }

    @ParameterizedTest
    @ValueSource(strings = {"file:/opt/app.jar", "jar:http://host/app.jar!/", "jar:nested:/opt/app.jar"})
    void otherUrlsAreNotNested(String url) {
        assertThat(NestedUrl.parse(url)).isNull();
    }

    private static Path unpack(Path archive) {
        return UnpackedArchive.in(UnpackedArchive.directoryOf(archive), new NestedUrl(archive, "BOOT-INF/classes"));
    }

    private Path archive(String name, String root) throws IOException {
        Map<String, byte[]> entries = new LinkedHashMap<>();
        entries.put("META-INF/MANIFEST.MF", bytes("Manifest-Version: 1.0\n"));
        entries.put(root + "/classes/", new byte[0]);
        entries.put(root + "/classes/" + CHILD_MAIN, ClassPathTests.bytesOf(ChildMain.class));
        entries.put(root + "/lib/greeting.jar", zipped(Map.of("greeting.txt", bytes("hello from a nested jar"))));
        return zip(name, entries);
    }

    private Path zip(String name, Map<String, byte[]> entries) throws IOException {
        return Files.write(directory.resolve(name), zipped(entries));
    }

    private static byte[] zipped(Map<String, byte[]> entries) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
            for (Map.Entry<String, byte[]> entry : entries.entrySet()) {
                zip.putNextEntry(new ZipEntry(entry.getKey()));
                zip.write(entry.getValue());
                zip.closeEntry();
            }
        }
        return bytes.toByteArray();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** Only Boot's loader can open these URLs; here they are only looked at. */
    private static URL bootUrl(String url) throws MalformedURLException {
        return new URL(null, url, new URLStreamHandler() {
            @Override
            protected URLConnection openConnection(URL opened) {
                throw new UnsupportedOperationException();
            }
        });
    }
}
