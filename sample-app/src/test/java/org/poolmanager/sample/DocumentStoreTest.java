package org.poolmanager.sample;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.util.unit.DataSize;

class DocumentStoreTest {

    private static final Reason BAD = new Reason(Problem.DAMAGED, "bad");

    private Spool spool;

    private DocumentStore store;

    @BeforeEach
    void open() throws IOException {
        spool = new Spool();
        store = new DocumentStore(
                spool,
                new IntakeProperties(
                        Path.of("unused"), Duration.ofSeconds(1), DataSize.ofMegabytes(1), Duration.ofSeconds(1), 3));
    }

    @AfterEach
    void close() {
        spool.destroy();
    }

    @Test
    void countsEachStateExactly() {
        String batch = store.open("test");
        store.add(batch, "waits", 1);
        store.move(store.add(batch, "works", 1).working());
        store.move(store.move(store.add(batch, "done", 1).working()).finished(null, null, null));
        store.move(store.add(batch, "refused", 1).refused(BAD));
        Batch counts = store.batch(batch).orElseThrow();
        assertThat(counts)
                .extracting("total", "waiting", "working", "done", "failed")
                .containsExactly(4L, 1L, 1L, 1L, 1L);
        assertThat(store.totals())
                .usingRecursiveComparison()
                .ignoringFields("id", "source", "opened")
                .isEqualTo(counts);
    }

    @Test
    void forgetsTheOldestFinishedAndItsPreviewButNoCount() throws IOException {
        String batch = store.open("test");
        Entry unfinished = store.add(batch, "waits", 1);
        Entry first = store.move(store.add(batch, "first", 1).refused(BAD));
        Files.createFile(spool.preview(first.id()));
        for (int i = 0; i < 3; i++) {
            store.move(store.add(batch, "later", 1).refused(BAD));
        }
        assertThat(store.find(first.id())).isEmpty();
        assertThat(spool.preview(first.id())).doesNotExist();
        assertThat(store.find(unfinished.id())).isPresent();
        assertThat(store.list(entry -> true, 100)).hasSize(4).last().isEqualTo(unfinished);
        assertThat(store.totals().failed()).isEqualTo(4);
    }

    @Test
    void batchesInUseAreRememberedLongest() {
        String folder = store.open("folder");
        for (int i = 0; i < 150; i++) {
            store.open("upload");
            store.add(folder, "file", 1);
        }
        assertThat(store.batches()).hasSize(100).first().satisfies(batch -> {
            assertThat(batch.id()).isEqualTo(folder);
            assertThat(batch.total()).isEqualTo(150);
        });
    }

    @Test
    void nothingFinishesTwice() {
        Entry ended = store.move(store.add(store.open("test"), "a", 1).refused(BAD));
        assertThatIllegalStateException().isThrownBy(() -> store.move(ended));
    }
}
