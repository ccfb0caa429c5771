package org.poolmanager.sample;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

class SpoolTest {

    @Test
    void isGoneWithEverythingInIt() throws IOException {
        Spool spool = new Spool();
        spool.keep("1", new ByteArrayInputStream(Inputs.text("content")));
        assertThat(spool.document("1")).hasContent("content");
        spool.destroy();
        assertThat(spool.document("1").getParent()).doesNotExist();
    }

    @Test
    @EnabledOnOs({OS.LINUX, OS.MAC})
    void nobodyElseMayLook() throws IOException {
        Spool spool = new Spool();
        assertThat(PosixFilePermissions.toString(
                        Files.getPosixFilePermissions(spool.document("1").getParent())))
                .isEqualTo("rwx------");
        spool.destroy();
    }

    @Test
    void sweepsUpAfterAnApplicationThatWasKilled() throws Exception {
        Process killed = new ProcessBuilder(
                        ProcessHandle.current().info().command().orElseThrow(), "-version")
                .redirectErrorStream(true)
                .start();
        killed.getInputStream().readAllBytes();
        assertThat(killed.waitFor(30, TimeUnit.SECONDS)).isTrue();
        Path left = Files.createTempDirectory("poolmanager-sample-" + killed.pid() + "-");
        Files.write(left.resolve("1.document"), Inputs.text("left"));
        Path other = Files.createTempDirectory(
                "poolmanager-sample-" + ProcessHandle.current().pid() + "-");
        new Spool().destroy();
        assertThat(left).doesNotExist();
        assertThat(other).isDirectory();
        Files.delete(other);
    }
}
