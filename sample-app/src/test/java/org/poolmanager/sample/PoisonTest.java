package org.poolmanager.sample;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.pdfbox.Loader;
import org.apache.pdfbox.pdmodel.PDDocument;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What poison does is shown on real pools, in {@link PoisonedPoolsTest} and {@link ExhaustedMemoryTest}: in here it would kill the test. */
class PoisonTest {

    @TempDir
    private Path folder;

    @ParameterizedTest
    @EnumSource(Poison.class)
    void poisonIsSmall(Poison poison) throws Exception {
        assertThat(poison.content()).hasSizeLessThan(40_000);
    }

    @ParameterizedTest
    @EnumSource(
            value = Poison.class,
            names = {"HEAP", "ENDLESS"})
    void isAnOrdinaryPdfOfOnePageUntilItIsRead(Poison poison) throws Exception {
        try (PDDocument pdf = Loader.loadPDF(poison.content())) {
            assertThat(pdf.getNumberOfPages()).isOne();
        }
    }

    @Test
    void haltIsAMediaTypeOfItsOwn() throws Exception {
        Path file = folder.resolve("any name");
        Files.write(file, Poison.HALT.content());
        Document document = new Document("1", "any name", file.toFile());
        assertThat(new PreviewWorker(600).run(document).note()).isEqualTo("No preview for " + ExtractWorker.HALT_TYPE);
    }
}
