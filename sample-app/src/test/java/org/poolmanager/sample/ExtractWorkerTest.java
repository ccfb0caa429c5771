package org.poolmanager.sample;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.assertj.core.api.ThrowableAssertAlternative;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExtractWorkerTest {

    private static ExtractWorker worker;

    @TempDir
    private Path folder;

    @BeforeAll
    static void start() {
        worker = new ExtractWorker(100);
    }

    @Test
    void textIsReadAndCut() throws Exception {
        Extract extract = read("a.txt", Inputs.text("word ".repeat(100)));
        assertThat(extract.mediaType()).startsWith("text/plain");
        assertThat(extract.text()).startsWith("word word").hasSizeBetween(95, 100);
        assertThat(extract.truncated()).isTrue();
        assertThat(extract.pages()).isNull();
    }

    @Test
    void pdfHasTextPagesAndMetadata() throws Exception {
        Extract extract = new ExtractWorker(4000).run(document("a.pdf", Inputs.pdf()));
        assertThat(extract.mediaType()).isEqualTo("application/pdf");
        assertThat(extract.text()).contains("Good document 1").contains("harms nobody");
        assertThat(extract.truncated()).isFalse();
        assertThat(extract.pages()).isEqualTo(1);
        assertThat(extract.metadata())
                .containsEntry("dc:title", "Good document 1")
                .hasSizeLessThanOrEqualTo(30);
    }

    @Test
    void contentCountsMoreThanTheName() throws Exception {
        assertThat(read("a.txt", Inputs.pdf()).mediaType()).isEqualTo("application/pdf");
    }

    @Test
    void officeDocumentsAreRead() throws Exception {
        assertThat(read("a.docx", Inputs.docx("written in an office")).text()).isEqualTo("written in an office");
    }

    @Test
    void htmlIsReadWithoutItsMarkup() throws Exception {
        assertThat(read("a.html", Inputs.text("<html><body><h1>Head</h1><p>and body</p></body></html>"))
                        .text())
                .contains("Head")
                .contains("and body")
                .doesNotContain("<");
    }

    @Test
    void imagesHaveMetadataAndNoText() throws Exception {
        Extract extract = read("a.png", Inputs.image("png", 30, 20));
        assertThat(extract.mediaType()).isEqualTo("image/png");
        assertThat(extract.text()).isEmpty();
        assertThat(extract.metadata()).containsEntry("tiff:ImageWidth", "30");
    }

    @Test
    void encryptedSaysSo() throws Exception {
        assertProblem(Problem.ENCRYPTED, "a.pdf", Inputs.encryptedPdf()).withMessageContaining("password");
    }

    @Test
    void damagedSaysSo() throws Exception {
        assertProblem(Problem.DAMAGED, "a.pdf", Inputs.truncatedPdf()).withMessageStartingWith("Damaged: ");
        byte[] docx = Inputs.docx("written in an office");
        assertProblem(Problem.DAMAGED, "a.docx", Arrays.copyOf(docx, docx.length / 2));
    }

    @Test
    void unknownTypeIsNamed() throws Exception {
        assertProblem(Problem.UNKNOWN_TYPE, "a.bin", Inputs.UNKNOWN).withMessageContaining("application/octet-stream");
    }

    private Extract read(String name, byte[] content) throws Exception {
        return worker.run(document(name, content));
    }

    private ThrowableAssertAlternative<UnreadableException> assertProblem(Problem problem, String name, byte[] content)
            throws IOException {
        Document document = document(name, content);
        return assertThatExceptionOfType(UnreadableException.class)
                .isThrownBy(() -> worker.run(document))
                .satisfies(e -> assertThat(e.problem()).isEqualTo(problem));
    }

    private Document document(String name, byte[] content) throws IOException {
        Path file = folder.resolve("content");
        Files.write(file, content);
        return new Document("1", name, file.toFile());
    }
}
