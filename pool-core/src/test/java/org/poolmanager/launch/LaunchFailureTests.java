package org.poolmanager.launch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LaunchFailureTests {

    @TempDir
    Path temporary;

    Path directory;

    @BeforeEach
    void createDirectory() throws IOException {
        directory = Files.createDirectory(temporary.resolve("launch"));
    }

    @AfterEach
    void nothingIsLeftBehind() {
        assertThat(directory).isEmptyDirectory();
    }

    @Test
    void C108_missingJavaHomeIsNamed() {
        assertRefused(temporary.resolve("nowhere"), null, "nowhere does not exist", "jvm.java-home");
    }

    @Test
    void C108_fileAsJavaHomeIsNamed() throws IOException {
        Path file = Files.createFile(temporary.resolve("file"));

        assertRefused(file, null, file + " is not a directory", "jvm.java-home");
    }

    @Test
    void C108_directoryWithoutJavaIsNamed() {
        assertRefused(temporary, null, "The Java home " + temporary + " has no bin/java", "jvm.java-home");
    }

    @Test
    void C108_javaThatIsNotExecutableIsNamed() throws IOException {
        Path java = fakeJava("#!/bin/sh", "rw-------");

        assertRefused(temporary, null, java + " is not executable", "jvm.java-home");
    }

    @Test
    void C108_javaThatTheSystemRefusesIsNamed() throws IOException {
        Path java = fakeJava("#!/no/such/interpreter", "rwx------");

        assertRefused(temporary, null, java.toString(), "Command: ");
    }

    @Test
    void C108_missingWorkingDirectoryIsNamed() {
        assertRefused(null, temporary.resolve("nowhere"), "nowhere does not exist", "jvm.working-directory");
    }

    @Test
    void C108_fileAsWorkingDirectoryIsNamed() throws IOException {
        Path file = Files.createFile(temporary.resolve("file"));

        assertRefused(null, file, file + " is not a directory", "jvm.working-directory");
    }

    @Test
    void C112_missingLaunchDirectoryIsNamed() {
        Path missing = temporary.resolve("missing");

        assertThatExceptionOfType(LaunchException.class)
                .isThrownBy(() -> ChildJvm.start("Main", anywhere(), JvmOptions.defaults(), missing, ClassSupply.NONE))
                .withMessageContaining(missing.toString());
    }

    @Test
    void C110_pathSeparatorInAnEntryIsRefused() {
        assertThatExceptionOfType(LaunchException.class)
                .isThrownBy(() -> ClassPath.ofEntries(List.of(Path.of("/one:two/app.jar"))))
                .withMessageContaining("/one:two/app.jar");
    }

    @Test
    void emptyClassPathIsRefused() {
        assertThatExceptionOfType(LaunchException.class)
                .isThrownBy(() -> ClassPath.ofEntries(List.of()))
                .withMessageContaining("jvm.class-path");
    }

    @Test
    void C108_illegalOptionsAreRefusedByName() {
        List<String> withNull = new ArrayList<>(Collections.singletonList(null));
        Map<String, String> nullValue = new HashMap<>();
        nullValue.put("NAME", null);

        assertIllegal(withNull, Map.of(), "'args'");
        assertIllegal(List.of(""), Map.of(), "'args'");
        assertIllegal(List.of("-Dx=\0"), Map.of(), "'args'");
        assertIllegal(List.of(), nullValue, "'environment' contains an illegal value for 'NAME'");
        assertIllegal(List.of(), Map.of("A=B", "c"), "'environment' contains an illegal name: 'A=B'");
    }

    private Path fakeJava(String content, String permissions) throws IOException {
        Path java = Files.createDirectory(temporary.resolve("bin")).resolve("java");
        Files.writeString(java, content);
        return Files.setPosixFilePermissions(java, PosixFilePermissions.fromString(permissions));
    }

    private void assertRefused(@Nullable Path javaHome, @Nullable Path workingDirectory, String... parts) {
        JvmOptions options = new JvmOptions(javaHome, List.of(), Map.of(), workingDirectory);
        assertThatExceptionOfType(LaunchException.class)
                .isThrownBy(() -> ChildJvm.start("Main", anywhere(), options, directory, ClassSupply.NONE))
                .satisfies(e -> assertThat(e.getMessage()).contains(parts));
    }

    private static void assertIllegal(List<String> args, Map<String, String> environment, String part) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new JvmOptions(null, args, environment, null))
                .withMessageContaining(part);
    }

    private static ClassPath anywhere() {
        return ClassPath.ofEntries(List.of(Path.of("anywhere")));
    }
}
