package org.poolmanager.sample;

import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.util.Iterator;
import javax.imageio.ImageIO;
import javax.imageio.ImageReadParam;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;
import org.apache.pdfbox.Loader;
import org.apache.pdfbox.pdmodel.PDDocument;
import org.apache.pdfbox.pdmodel.PDPage;
import org.apache.pdfbox.pdmodel.common.PDRectangle;
import org.apache.pdfbox.pdmodel.encryption.InvalidPasswordException;
import org.apache.pdfbox.rendering.PDFRenderer;
import org.apache.tika.io.TikaInputStream;
import org.apache.tika.metadata.Metadata;
import org.apache.tika.metadata.TikaCoreProperties;
import org.apache.tika.mime.MediaType;
import org.apache.tika.mime.MimeTypes;
import org.poolmanager.worker.PoolProcess;

/** Draws the first page of a PDF, or a small copy of an image, as PNG. */
final class PreviewWorker implements PoolProcess<Document, Preview> {

    private static final MediaType PDF = MediaType.application("pdf");

    private final int width;

    private final MimeTypes types = MimeTypes.getDefaultMimeTypes();

    PreviewWorker(int width) {
        this.width = width;
        ImageIO.setUseCache(false);
    }

    @Override
    public Preview run(Document document) throws Exception {
        MediaType type = typeOf(document);
        try {
            if (type.equals(PDF)) {
                return pdf(document.file());
            }
            return type.getType().equals("image") ? image(document.file(), type) : noneFor(type);
        } catch (InvalidPasswordException e) {
            throw new UnreadableException(Problem.ENCRYPTED, "Encrypted: it does not open without a password");
        } catch (IOException e) {
            throw new UnreadableException(Problem.DAMAGED, "Damaged", e);
        }
    }

    private MediaType typeOf(Document document) throws IOException {
        Metadata metadata = new Metadata();
        metadata.set(TikaCoreProperties.RESOURCE_NAME_KEY, document.name());
        try (TikaInputStream in = TikaInputStream.get(document.file().toPath(), metadata)) {
            return types.detect(in, metadata);
        }
    }

    private Preview pdf(File file) throws IOException {
        try (PDDocument pdf = Loader.loadPDF(file)) {
            if (pdf.getNumberOfPages() == 0) {
                return Preview.none("The document has no pages");
            }
            return png(new PDFRenderer(pdf).renderImage(0, scale(pdf.getPage(0))));
        }
    }

    /** A page may claim to be a point wide or a mile long; the picture must stay small either way. */
    private float scale(PDPage page) {
        PDRectangle box = page.getCropBox();
        boolean turned = page.getRotation() % 180 != 0;
        float across = turned ? box.getHeight() : box.getWidth();
        float down = turned ? box.getWidth() : box.getHeight();
        return width / Math.max(1, Math.max(across, down / 2));
    }

    private Preview image(File file, MediaType type) throws IOException {
        try (ImageInputStream in = ImageIO.createImageInputStream(file)) {
            Iterator<ImageReader> readers = ImageIO.getImageReaders(in);
            if (!readers.hasNext()) {
                return noneFor(type);
            }
            ImageReader reader = readers.next();
            try {
                reader.setInput(in, true, true);
                ImageReadParam sparing = reader.getDefaultReadParam();
                int step = Math.max(1, Math.max(reader.getWidth(0), reader.getHeight(0) / 2) / width);
                sparing.setSourceSubsampling(step, step, 0, 0);
                return png(scaled(reader.read(0, sparing)));
            } catch (RuntimeException e) {
                throw new IOException("the image reader failed with " + e, e);
            } finally {
                reader.dispose();
            }
        }
    }

    private BufferedImage scaled(BufferedImage image) {
        double factor = (double) width / Math.max(image.getWidth(), image.getHeight() / 2);
        if (factor >= 1) {
            return image;
        }
        int w = (int) Math.max(1, Math.round(image.getWidth() * factor));
        int h = (int) Math.max(1, Math.round(image.getHeight() * factor));
        BufferedImage small = new BufferedImage(w, h, BufferedImage.TYPE_INT_ARGB);
        Graphics2D graphics = small.createGraphics();
        graphics.setRenderingHint(RenderingHints.KEY_INTERPOLATION, RenderingHints.VALUE_INTERPOLATION_BILINEAR);
        graphics.drawImage(image, 0, 0, w, h, null);
        graphics.dispose();
        return small;
    }

    private static Preview png(BufferedImage image) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        ImageIO.write(image, "png", bytes);
        return new Preview(bytes.toByteArray(), image.getWidth(), image.getHeight(), null);
    }

    private static Preview noneFor(MediaType type) {
        return Preview.none("No preview for " + type);
    }
}
