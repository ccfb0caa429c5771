package org.poolmanager.sample;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;
import org.springframework.test.context.TestPropertySource;
import tools.jackson.databind.JsonNode;

@SampleTest
@TestPropertySource(properties = {"intake.keep=20", "intake.settle=200ms"})
class FolderWatchTest {

    private static final int FILES = 200;

    @TempDir
    private static Path parent;

    private final Path folder = parent.resolve("intake");

    @DynamicPropertySource
    static void folder(DynamicPropertyRegistry properties) {
        properties.add("intake.folder", () -> parent.resolve("intake"));
    }

    @Test
    void fullFolderFlowsAndOnlyTheLastDocumentsAreRemembered(@LocalServerPort int port) throws IOException {
        Client client = new Client(port);
        for (int i = 0; i < FILES; i++) {
            // Not written in place: a writer that stands still for longer than intake.settle has, for all that one
            // sees, finished.
            Path note = Files.write(parent.resolve("note-" + i + ".txt"), Inputs.text("Note " + i));
            Files.move(note, folder.resolve(note.getFileName()));
        }
        Files.write(folder.resolve("broken.pdf"), Inputs.truncatedPdf());
        Files.move(Files.write(parent.resolve("later.pdf"), Inputs.pdf()), folder.resolve("later.pdf"));
        await().atMost(Client.PATIENCE)
                .untilAsserted(() -> assertThat(list("done")).hasSize(FILES + 1));
        await().atMost(Client.PATIENCE)
                .untilAsserted(() -> assertThat(list("failed")).containsExactly("broken.pdf"));

        JsonNode totals = client.json("/batches").get("totals");
        assertThat(totals.get("total").asInt()).isEqualTo(FILES + 2);
        assertThat(totals.get("done").asInt()).isEqualTo(FILES + 1);
        assertThat(totals.get("failed").asInt()).isEqualTo(1);
        assertThat(client.json("/documents?limit=1000")).hasSize(20);
        assertThat(list("working")).isEmpty();
    }

    private Stream<String> list(String name) throws IOException {
        try (Stream<Path> files = Files.list(folder.resolve(name))) {
            return files.map(file -> file.getFileName().toString()).toList().stream();
        }
    }
}
