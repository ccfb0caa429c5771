package org.poolmanager.sample;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.poolmanager.PoolManager;
import org.springframework.boot.SpringApplication;
import org.springframework.context.ConfigurableApplicationContext;

class SampleApplicationTest {

    @TempDir
    private Path folder;

    @Test
    void takesFilesAndFoldersFromTheCommandLineAndLeavesNothingBehind() throws Exception {
        Path documents =
                Files.createDirectories(folder.resolve("documents/deep")).getParent();
        Files.write(documents.resolve("a.txt"), Inputs.text("A"));
        Files.write(documents.resolve("deep/b.txt"), Inputs.text("B"));
        Path single = Files.write(folder.resolve("c.pdf"), Inputs.pdf());
        Path spooled;
        List<ProcessHandle> workers;
        try (ConfigurableApplicationContext context = SpringApplication.run(
                SampleApplication.class,
                "--server.port=0",
                "--poolmanager.defaults.start-timeout=3m",
                "--intake.folder=" + folder.resolve("intake"),
                documents.toString(),
                single.toString(),
                folder.resolve("missing.pdf").toString())) {
            DocumentStore store = context.getBean(DocumentStore.class);
            await().atMost(Client.PATIENCE).untilAsserted(() -> {
                assertThat(store.totals().done()).isEqualTo(3);
                assertThat(store.totals().failed()).isEqualTo(1);
            });
            spooled = context.getBean(Spool.class).preview("any").getParent();
            assertThat(spooled).isDirectory();
            workers = context.getBeansOfType(PoolManager.class).values().stream()
                    .flatMap(SampleApplicationTest::workers)
                    .toList();
            assertThat(workers).hasSize(4).allMatch(ProcessHandle::isAlive);
        }
        assertThat(spooled).doesNotExist();
        await().atMost(Duration.ofSeconds(10))
                .untilAsserted(() -> assertThat(workers).noneMatch(ProcessHandle::isAlive));
    }

    private static Stream<ProcessHandle> workers(PoolManager<?, ?> pool) {
        return pool.stats().workerList().stream()
                .map(worker -> ProcessHandle.of(worker.pid()).orElseThrow());
    }
}
