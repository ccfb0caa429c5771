package org.poolmanager.sample;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PreviewWorkerTest {

    private final PreviewWorker worker = new PreviewWorker(600);

    @TempDir
    private Path folder;

    @Test
    void firstPageOfPdfIsDrawn() throws Exception {
        Preview preview = draw("a.pdf", Inputs.pdf());
        assertThat(preview.width()).isEqualTo(600);
        assertThat(preview.note()).isNull();
        assertThat(picture(preview).getRGB(300, 30))
                .as("the coloured head of the page")
                .isNotEqualTo(0xFFFFFFFF);
        assertThat(picture(preview).getRGB(300, 700)).as("the rest of it").isEqualTo(0xFFFFFFFF);
    }

    @ParameterizedTest
    @CsvSource({"842, 595, 0", "595, 842, 90", "1, 1, 0", "14400, 3, 0", "3, 14400, 0", "14400, 14400, 270"})
    void anyPageBecomesSmall(float width, float height, int rotation) throws Exception {
        Preview preview = draw("a.pdf", Inputs.pdf(width, height, rotation));
        assertThat(preview.width()).isBetween(1, 600);
        assertThat(preview.height()).isBetween(1, 1200);
    }

    @ParameterizedTest
    @CsvSource({
        "png, 3000, 1000, 600, 200",
        "jpg, 700, 700, 600, 600",
        "gif, 100, 50, 100, 50",
        "png, 1000, 5000, 240, 1200"
    })
    void imagesShrinkAndNeverGrow(String format, int width, int height, int drawnWidth, int drawnHeight)
            throws Exception {
        Preview preview = draw("a." + format, Inputs.image(format, width, height));
        assertThat(preview.width()).isEqualTo(drawnWidth);
        assertThat(preview.height()).isEqualTo(drawnHeight);
        assertThat(picture(preview).getWidth()).isEqualTo(drawnWidth);
    }

    @Test
    void otherTypesHaveNoPreviewAndThatIsNoError() throws Exception {
        assertThat(draw("a.txt", Inputs.text("text"))).isEqualTo(Preview.none("No preview for text/plain"));
        assertThat(draw("a.bin", Inputs.UNKNOWN).note()).isEqualTo("No preview for application/octet-stream");
    }

    @Test
    void encryptedAndDamagedSaySo() throws Exception {
        assertProblem(Problem.ENCRYPTED, "a.pdf", Inputs.encryptedPdf());
        assertProblem(Problem.DAMAGED, "a.pdf", Inputs.truncatedPdf());
        byte[] png = Inputs.image("png", 300, 300);
        assertProblem(Problem.DAMAGED, "a.png", Arrays.copyOf(png, png.length / 2));
    }

    private Preview draw(String name, byte[] content) throws Exception {
        Path file = folder.resolve("content");
        Files.write(file, content);
        return worker.run(new Document("1", name, file.toFile()));
    }

    private void assertProblem(Problem problem, String name, byte[] content) {
        assertThatExceptionOfType(UnreadableException.class)
                .isThrownBy(() -> draw(name, content))
                .satisfies(e -> assertThat(e.problem()).isEqualTo(problem));
    }

    private static BufferedImage picture(Preview preview) throws IOException {
        return ImageIO.read(new ByteArrayInputStream(preview.png()));
    }
}
