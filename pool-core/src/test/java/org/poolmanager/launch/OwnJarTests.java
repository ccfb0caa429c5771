package org.poolmanager.launch;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OwnJarTests {

    @TempDir
    Path directory;

    @Test
    void aJarOfThisLibraryAloneMayComeFirst() throws Exception {
        Path jar = jar("META-INF/MANIFEST.MF", "org/", "org/poolmanager/", "org/poolmanager/PoolManager.class");
        assertThat(OwnJar.holdsNothingElse(jar)).isTrue();
    }

    @Test
    void aJarThatAnApplicationSharesWithItMayNot() throws Exception {
        Path jar = jar("org/poolmanager/PoolManager.class", "application.properties");
        assertThat(OwnJar.holdsNothingElse(jar)).isFalse();
        assertThat(OwnJar.holdsNothingElse(jar("org/other/", "org/other/Main.class")))
                .isFalse();
    }

    @Test
    void whatCannotBeReadMayNot() throws Exception {
        assertThat(OwnJar.holdsNothingElse(Files.writeString(directory.resolve("no.jar"), "no jar")))
                .isFalse();
    }

    private Path jar(String... entries) throws IOException {
        Path jar = Files.createTempFile(directory, "some", ".jar");
        try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar))) {
            for (String entry : entries) {
                out.putNextEntry(new JarEntry(entry));
            }
        }
        return jar;
    }
}
