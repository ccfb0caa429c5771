package org.poolmanager.sample;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WatchedFolderTest {

    private static final Duration SETTLE = Duration.ofMillis(300);

    @TempDir
    private Path parent;

    private Path path;

    private WatchedFolder folder;

    @BeforeEach
    void prepare() throws IOException {
        path = parent.resolve("missing/intake");
        folder = new WatchedFolder(path, SETTLE);
        folder.prepare();
    }

    @Test
    void missingFoldersAreCreated() {
        assertThat(path.resolve("done")).isDirectory();
        assertThat(path.resolve("failed")).isDirectory();
    }

    @Test
    void fileIsCompleteOnlyWhenItHasStayedTheSame() throws IOException {
        Path file = Files.writeString(path.resolve("a.txt"), "begin");
        assertThat(folder.complete()).isEmpty();
        for (int i = 0; i < 5; i++) {
            Files.writeString(file, "more", StandardOpenOption.APPEND);
            // It waits for the clock of the file system to move on, as a real writer would make it.
            await().pollDelay(SETTLE.dividedBy(3)).until(() -> true);
            assertThat(folder.complete()).isEmpty();
        }
        assertThat(folder.isUnsettled()).isTrue();
        await().atMost(Duration.ofSeconds(10)).until(() -> folder.complete().equals(List.of(file)));
    }

    @Test
    void linksHiddenFilesAndFoldersAreLeftAlone() throws IOException {
        Path secret = Files.writeString(parent.resolve("secret"), "secret");
        Files.createSymbolicLink(path.resolve("link.txt"), secret);
        Files.writeString(path.resolve(".hidden"), "hidden");
        Files.createDirectory(path.resolve("folder"));
        assertThat(folder.complete()).isEmpty();
        assertThat(folder.isUnsettled()).isFalse();
    }

    @Test
    void nothingIsEverOverwritten() throws IOException {
        for (int i = 0; i < 3; i++) {
            folder.putAway(folder.claim(Files.writeString(path.resolve("a.b.pdf"), "content " + i)), true);
        }
        assertThat(path.resolve("done/a.b.pdf")).hasContent("content 0");
        assertThat(path.resolve("done/a.b (2).pdf")).hasContent("content 1");
        assertThat(path.resolve("done/a.b (3).pdf")).hasContent("content 2");
    }

    @Test
    void whatAnEarlierRunLeftIsTakenAgain() throws IOException {
        folder.claim(Files.writeString(path.resolve("a.pdf"), "content"));
        assertThat(path.resolve("a.pdf")).doesNotExist();
        new WatchedFolder(path, SETTLE).prepare();
        assertThat(path.resolve("a.pdf")).hasContent("content");
    }
}
