package org.poolmanager.launch;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Starts of processes, one at a time. */
class SpareDescriptorsTests {

    @TempDir
    private Path temporary;

    private static CompletableFuture<Process> start(Path file) {
        CompletableFuture<Process> started = new CompletableFuture<>();
        Thread thread = new Thread(() -> {
            try {
                started.complete(SpareDescriptors.start(new ProcessBuilder("true"), file));
            } catch (Exception e) {
                started.completeExceptionally(e);
            }
        });
        thread.setDaemon(true);
        thread.start();
        return started;
    }

    @Test
    void C062_startThatHangsHoldsUpNoOther() throws Exception {
        Path silent = temporary.resolve("silent");
        assertThat(new ProcessBuilder("mkfifo", silent.toString()).start().waitFor())
                .isZero();
        Path file = Files.createFile(temporary.resolve("file"));

        CompletableFuture<Process> hangs = start(silent); // until somebody opens the other end
        assertThat(start(file).get(60, TimeUnit.SECONDS).waitFor()).isZero();
        assertThat(start(file).get(60, TimeUnit.SECONDS).waitFor()).isZero();
        assertThat(hangs).isNotDone();

        try (OutputStream other = Files.newOutputStream(silent)) {
            assertThat(hangs.get(60, TimeUnit.SECONDS).waitFor()).isZero();
            other.flush();
        }
        assertThat(start(file).get(60, TimeUnit.SECONDS).waitFor()).isZero();
    }
}
